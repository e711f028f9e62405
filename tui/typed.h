/* What a typed command line means: the commands of typed.def, and every action by its name. */
#ifndef TUI_TYPED_H
#define TUI_TYPED_H

#include "analyzer/base/err.h"
#include "tui/prompt.h"

struct app;

struct typed_row {
    const char *name, *argument, *values, *help;
    bool changes; /* something that a read-only session keeps as it is */
    int (*run)(struct app *a, const char *argument, struct err *e);
};

extern const struct typed_row typed_rows[];
extern const int typed_count;

const struct typed_row *typed_find(const char *name, size_t n); /* NULL if unknown */

/* Carries out a line; an empty one does nothing. */
WARN_UNUSED int typed_run(struct app *a, const char *line, struct err *e);

/* Candidates for a line (complete_fn; the payload is not used): names of commands, then their values. */
void typed_complete(void *payload, const char *line, size_t cursor, struct candidates *out);

#endif
