/* The recipe that a command works with: --recipe and --step. */
#ifndef TUI_RECIPES_H
#define TUI_RECIPES_H

#include "analyzer/compress/recipe.h"
#include "tui/options.h"

bool recipes_given(const struct settings *s);

/* The file's steps, then those of the command line. The caller frees `out`, also after a failure. */
WARN_UNUSED int recipes_read(struct recipe *out, const struct settings *s, struct err *e);

/* What stands for that recipe in sentences. */
const char *recipes_name(const struct settings *s);

#endif
