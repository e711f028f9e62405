/* What was measured, where and how: what two measurements must have in common so that their times may be compared. Only what stays
 * the same between two starts of the same machine is in it; nothing that is measured itself. */
#ifndef ANALYZER_MEASURE_SUBJECT_H
#define ANALYZER_MEASURE_SUBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "analyzer/measure/machine.h"
#include "kernels/kernels.h"

struct model;

/* Texts are safe to show. */
struct subject {
    char version[32]; /* of the program */
    char cpu[96], isa[128];
    int cores;
    char model[128], arch[32];
    int layers, hidden, heads, ffn, vocab, positions, labels;
    int threads;
    char format[16];  /* of the linear layers that have none of their own */
    char recipe[256]; /* what was done to the model; "" = nothing */
};

void subject_describe(struct subject *out, const struct machine *machine, const struct model *m, int threads,
                      enum kernel_format format);

/* The first field that must be the same and is not: "machine.cores"; NULL if there is none. The values as text in `a` and `b`, of
 * `size` bytes. The version and the name of the model may differ. */
const char *subject_difference(const struct subject *x, const struct subject *y, char *a, char *b, size_t size);

/* {"version": ..., "machine": {...}, "model": {...}, "settings": {...}}, into an object that may hold more. */
void subject_to_json(const struct subject *s, json_t *object);
/* ERR_FORMAT names the field; `name` stands for the source in the sentence. */
WARN_UNUSED int subject_from_json(struct subject *out, const json_t *object, const char *name, struct err *e);

/* 16 hexadecimal digits from the machine's fields. */
void subject_fingerprint(const struct subject *s, char out[17]);

#endif
