#include "tests/unit/recipe_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/derive.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"
#include "tests/unit/unit.h"

void bench_open(struct bench *b, int rows, int threads)
{
    struct err e = {0};
    *b = (struct bench){0};
    CU_ASSERT_EQUAL_FATAL(model_open(&b->model, "demo", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_read(&b->data, "demo:dev", NULL, &e), 0);
    dataset_cut(&b->data, rows);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&b->rows, b->model->tokenizer, &b->data, b->model->config.positions, 1, NULL, &e), 0);
    b->materials = (struct materials){.data = &b->data, .rows = &b->rows, .threads = threads, .cpu = cpu_detect(NULL)};
}

void bench_close(struct bench *b)
{
    encoded_free(&b->rows);
    dataset_free(&b->data);
    model_free(b->model);
}

int bench_try(struct model **out, const struct bench *b, const char *text, struct err *e)
{
    struct recipe r;
    *out = NULL;
    int code = recipe_parse(&r, text, strlen(text), "r", e);
    if (code == 0)
        code = recipe_apply(out, b->model, &r, "r", &b->materials, NULL, e);
    recipe_free(&r);
    return code;
}

struct model *bench_apply(const struct bench *b, const char *text)
{
    struct model *m;
    struct err e = {0};
    if (bench_try(&m, b, text, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

float *bench_logits(const struct bench *b, const struct model *m, int threads)
{
    struct weights_options options = {.cpu = b->materials.cpu, .threads = threads};
    struct predict_options predict = {.threads = threads};
    struct weights *w;
    struct encoded own = {0};
    bool anew = m->tokenizer != b->model->tokenizer;
    float *logits = calloc((size_t)b->data.rows * (size_t)m->config.labels, sizeof *logits);
    CU_ASSERT_PTR_NOT_NULL_FATAL(logits);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    if (anew)
        CU_ASSERT_EQUAL_FATAL(encode_again(&own, &b->rows, m->tokenizer, &b->data, threads, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(predict_logits(logits, w, anew ? own.row : b->rows.row, b->data.rows, &predict, NULL, NULL), 0);
    encoded_free(&own);
    weights_free(w);
    return logits;
}

bool bench_same_logits(const struct bench *b, const struct model *x, const struct model *y)
{
    int threads = b->materials.threads;
    float *p = bench_logits(b, x, threads), *q = bench_logits(b, y, threads);
    bool same = memcmp(p, q, (size_t)b->data.rows * (size_t)x->config.labels * sizeof *p) == 0;
    free(p);
    free(q);
    return same;
}

bool same_parameters(const struct model *a, const struct model *b)
{
    bool same = a->params == b->params;
    for (int i = 0; same && i < a->params; i++) {
        float *x = NULL, *y = NULL;
        size_t n = tensor_count(&a->param[i].tensor);
        same = n == tensor_count(&b->param[i].tensor);
        CU_ASSERT_EQUAL_FATAL(param_copy(&x, &a->param[i], NULL), 0);
        CU_ASSERT_EQUAL_FATAL(param_copy(&y, &b->param[i], NULL), 0);
        same = same && memcmp(x, y, n * sizeof *x) == 0;
        free(x);
        free(y);
    }
    return same;
}
