/* The recipes that a command works with: --recipe and --step. */
#ifndef TUI_RECIPES_H
#define TUI_RECIPES_H

#include "analyzer/compress/recipe.h"
#include "tui/options.h"

bool recipes_given(const struct settings *s);
/* How many: one a --recipe; without one the steps of --step are a recipe. */
int recipes_count(const struct settings *s);

/* The only one: the file's steps, then those of the command line. ERR_USAGE for several. The caller frees `out`, also after a failure. */
WARN_UNUSED int recipes_read(struct recipe *out, const struct settings *s, struct err *e);
/* Number i of several. */
WARN_UNUSED int recipes_read_at(struct recipe *out, const struct settings *s, int i, struct err *e);

/* What stands for a recipe in sentences. */
const char *recipes_name(const struct settings *s);
/* What number i is called beside others: its file without folder and ending, "steps" of the command line. Into `out`, which is returned. */
const char *recipes_title(const struct settings *s, int i, char *out, size_t size);

#endif
