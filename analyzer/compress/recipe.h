/* A recipe: compression steps as text, one a line,
 *
 *     # halve the feed-forward layers
 *     prune-neurons fraction=0.5 layers=6-11
 *     off int8 components=ffn            # not now
 *
 * A step is the name of a method and options in any order, `off` before it leaves it out, # begins a comment. Printing what was parsed and
 * parsing it again gives the same recipe; options are printed in the order of the method's table, as they were written. */
#ifndef ANALYZER_COMPRESS_RECIPE_H
#define ANALYZER_COMPRESS_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"
#include "analyzer/compress/method.h"

enum { RECIPE_LINES = 10000, RECIPE_BYTES = 1 << 20 };

struct recipe_line {
    const struct method *method; /* NULL = no step: an empty line or a comment */
    char *value[METHOD_OPTIONS]; /* as written, NULL where not given; owned */
    char *comment;               /* from # on, or NULL; owned */
    bool off;
};

struct recipe {
    struct recipe_line *line; /* owned */
    int lines;
};

/* All of them zero a recipe first or expect a zeroed one; the caller frees it, also after a failure. `name` stands for the text in
 * sentences: "NAME: line 3: ...". Values are checked against their kind and range, not against a model. */
WARN_UNUSED int recipe_parse(struct recipe *out, const char *text, size_t n, const char *name, struct err *e);
WARN_UNUSED int recipe_read(struct recipe *out, const char *path, struct err *e);
WARN_UNUSED int recipe_copy(struct recipe *out, const struct recipe *r, struct err *e);
void recipe_free(struct recipe *r); /* accepts a zeroed struct */

/* Inserts one line before line `at` (0 .. lines). */
WARN_UNUSED int recipe_insert(struct recipe *r, int at, const char *text, struct err *e);
void recipe_remove(struct recipe *r, int at);
void recipe_move(struct recipe *r, int from, int to);

int recipe_steps(const struct recipe *r); /* that are not off */
void recipe_print(const struct recipe *r, struct str *out);
/* Without comments, empty lines and steps that are off: what the result depends on. `lines` of the recipe. */
void recipe_print_steps(const struct recipe *r, int lines, struct str *out);
void recipe_line_print(const struct recipe_line *l, struct str *out); /* without newline */
uint64_t recipe_hash(const struct recipe *r);                         /* of recipe_print_steps */

/* What turns one into the other, line by line: "  same", "- gone", "+ new" (longest common subsequence). */
void recipe_diff(const struct recipe *from, const struct recipe *to, struct str *out);

/* ---- values of a step: as given, else the fallback. Names must be in the method's table. ---- */

const char *step_text(const struct recipe_line *l, const char *option);
double step_real(const struct recipe_line *l, const char *option);
int step_int(const struct recipe_line *l, const char *option);
bool step_is(const struct recipe_line *l, const char *option, const char *choice);

/* chosen [CONFIG_MAX_LAYERS] whether layer i of `m` is meant. ERR_SHAPE for a layer that is not there (any more). */
WARN_UNUSED int step_layers(const struct recipe_line *l, const char *option, const struct model *m, bool *chosen, struct err *e);
/* The numbers of a list into out [most]; returns how many, 0 for all. */
int step_counts(const struct recipe_line *l, const char *option, int *out, int most);
/* chosen [COMPONENTS]. */
void step_components(const struct recipe_line *l, const char *option, bool *chosen);
/* What who uses the step should know, e.g. "size only": the i-th, from 0; NULL when there is no more. */
const char *step_warning(const struct recipe_line *l, int i);
/* chosen [layers of m * config.heads]: whether head i of the layer (in its numbering in `m`) is meant. */
WARN_UNUSED int step_heads(const struct recipe_line *l, const char *option, const struct model *m, bool *chosen, struct err *e);

/* Whether `text` can be the value of an option; ERR_FORMAT with what it should be. */
WARN_UNUSED int value_check(const struct method_option *o, const char *text, struct err *e);

#endif
