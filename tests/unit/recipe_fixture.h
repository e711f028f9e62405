/* The demo model with some of its rows, and recipes applied to it. */
#ifndef TESTS_UNIT_RECIPE_FIXTURE_H
#define TESTS_UNIT_RECIPE_FIXTURE_H

#include "analyzer/compress/apply.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/model.h"

struct bench {
    struct model *model;
    struct dataset data;
    struct encoded rows;
    struct materials materials; /* of whatever rows there are */
};

void bench_open(struct bench *b, int rows, int threads);
void bench_close(struct bench *b);

/* The demo model's heir; a sentence says why not. `out` NULL after a failure. */
int bench_try(struct model **out, const struct bench *b, const char *text, struct err *e);
/* The same for what must work. */
struct model *bench_apply(const struct bench *b, const char *text);

/* Of all rows, on so many threads; the caller frees them. */
float *bench_logits(const struct bench *b, const struct model *m, int threads);
bool bench_same_logits(const struct bench *b, const struct model *x, const struct model *y);

/* All parameters, bit by bit. */
bool same_parameters(const struct model *a, const struct model *b);

#endif
