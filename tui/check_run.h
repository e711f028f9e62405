/* What `bertscope check` does: measure, compare, and say so in every form that was asked for. */
#ifndef TUI_CHECK_RUN_H
#define TUI_CHECK_RUN_H

#include "reports/comparison.h"
#include "tui/options.h"

/* How much slower a row may become, unless asked for otherwise. */
#define CHECK_THRESHOLD 0.03

/* Answers another process (analyzer/measure/pass_server.h) on standard input and output. `on_plan` may be NULL. */
WARN_UNUSED int check_serve(const struct settings *s, void (*on_plan)(void *payload, struct plan *p), void *payload,
                            const struct progress *progress, struct err *e);

/* What recipe number i of --recipe and --step does, as text. ERR_USAGE for a step that needs rows. */
WARN_UNUSED int check_steps(char out[TIMING_STEPS], const struct settings *s, int i, struct err *e);

/* Measures the model of `s`, with its recipe, and before it, in turns, what --against names. `before` is the baseline or NULL: what was not asked
 * for is measured as it was. `limits` is what a comparison will be held against, or NULL: while it would not pass, there are more launches. `out` [2]: the model of `s`, then the other one; the caller frees both, also after a failure. */
WARN_UNUSED int check_measure(struct timing *out, const struct settings *s, const struct timing *before,
                              const struct thresholds *limits, const struct progress *progress, struct err *e);

/* What could be measured, without measuring: for a comparison with a baseline that might be of another machine or model. */
WARN_UNUSED int check_subject(struct subject *out, const struct settings *s, const struct timing *before,
                              const struct progress *progress, struct err *e);

#endif
