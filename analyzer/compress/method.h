/* Compression methods: what a step of a recipe does to a model. One `const struct method` in method_NAME.c and one row in
 * methods.def.
 *
 * What every method obeys (tests/unit/test_laws.c): without an effect (fraction=0, no layers) the logits are bit-equal; the model
 * that a recipe is applied to is never changed; the same seed gives the same bytes; more is never larger.
 *
 * Layers and heads are named by their numbers in the model that the recipe begins with, whatever went before. */
#ifndef ANALYZER_COMPRESS_METHOD_H
#define ANALYZER_COMPRESS_METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/progress.h"

struct dataset;
struct encoded;
struct latency;
struct model;
struct recipe;
struct recipe_line;
struct workload;

enum { METHOD_OPTIONS = 12 };

/* What the value of an option looks like. */
enum value_kind {
    VALUE_INT,
    VALUE_REAL,
    VALUE_CHOICE,     /* one of a list of words */
    VALUE_LAYERS,     /* 0-5,7 or all */
    VALUE_COMPONENTS, /* ffn,after or all (components.def) */
    VALUE_HEADS,      /* layer.head: 3.1,5.0-2 or none */
    VALUE_COUNTS      /* a number for each layer: 8,6,7 or all */
};

struct method_option {
    const char *name;
    enum value_kind kind;
    const char *fallback; /* its value when it is not given, written as in a recipe */
    double low, high;     /* of a number, both included */
    const char *const *choice; /* of VALUE_CHOICE; NULL at the end */
    const char *help;
};

/* What a method may work with besides the model. Borrowed. */
struct materials {
    const struct dataset *data;    /* rows to score and calibrate with, or NULL */
    const struct encoded *rows;    /* the same, as the tokenizer of the model makes them that the step is applied to */
    int threads;                   /* >= 1 */
    uint32_t cpu;                  /* CPU_* bits that may be used */
    struct memo *memo;             /* what was worked out before (memo.h), or NULL */
    const struct latency *latency; /* times of this machine for `workload`, or NULL */
    const struct workload *workload;
    const char *before;            /* the steps that came before, as text: with the rows, what a score depends on */
};

enum method_needs { METHOD_NEEDS_NOTHING, METHOD_NEEDS_ROWS, METHOD_NEEDS_LABELS };

struct method {
    const char *name;
    const char *family;  /* quantize, prune, factorize, share */
    const char *summary; /* one line for people */
    const char *effect;  /* what it does to speed if the answer is not "faster": "size only", "mask only"; or NULL */
    /* The same where it depends on the options; or NULL. */
    const char *(*effect_of)(const struct recipe_line *step);
    const struct method_option *option;
    int options;
    /* Whether the step with these options needs rows. */
    enum method_needs (*needs)(const struct recipe_line *step);
    /* Changes `m`, a model derived from another one (analyzer/model/derive.h). */
    int (*apply)(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e);
};

#define METHOD(name) extern const struct method method_##name;
#include "analyzer/compress/methods.def"
#undef METHOD

extern const struct method *const methods[];
extern const int methods_count;

const struct method *method_find(const char *name, int n); /* of n characters; NULL if there is none */
int method_option_find(const struct method *m, const char *name, int n); /* -1 if there is none */

/* "f16, bf16, ..." */
const char *method_names(char *out, int size);

#endif
