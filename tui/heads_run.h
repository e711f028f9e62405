/* Measuring the heads of an opened model on its data set, for the command and the screen. */
#ifndef TUI_HEADS_RUN_H
#define TUI_HEADS_RUN_H

#include "tui/opened.h"

struct heads_run {
    struct opened *opened; /* with data (opened_data) */
    int threads;
    enum kernel_format format;
    bool unlabelled; /* score against the model's own predictions, even if the rows have labels */
    void (*on_snapshot)(void *payload, const struct head_study *s); /* borrowed for the call; NULL = none */
    void *payload;
};

/* Measures one mode, or the curve in the order of a mode (which is measured first if it is not known), into
 * opened->heads. What was known before stays when it fails. */
WARN_UNUSED int heads_run_mode(const struct heads_run *r, enum head_mode mode, const struct progress *progress,
                               struct err *e);
WARN_UNUSED int heads_run_curve(const struct heads_run *r, enum head_mode order, bool normalize,
                                const struct progress *progress, struct err *e);

#endif
