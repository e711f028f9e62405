/* The result of a command: shown in the form that was asked for, and with --record kept in the history, too. */
#ifndef TUI_RESULT_H
#define TUI_RESULT_H

#include "reports/emit.h"
#include "tui/options.h"

struct result {
    struct emit *emit; /* what the command walks into */
    struct str document; /* the JSON that is kept; owned */
};

/* `schema` as for emit_json. The machine must be emitted if result_needs_machine. */
void result_open(struct result *out, const struct settings *s, const char *schema);

/* The history compares machines, so what is kept names it. */
bool result_needs_machine(const struct settings *s);

/* Appends what is shown to `out`. If it could not be kept, the sentence is in `e` and the result is an exit code above 0: what was
 * measured is shown all the same. */
WARN_UNUSED int result_close(struct result *r, const struct settings *s, struct str *out, struct err *e);

#endif
