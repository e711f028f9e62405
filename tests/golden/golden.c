#include "tests/golden/golden.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/cpu.h"

static bool read_ids(struct golden *g, int input, const char *what, int32_t *out)
{
    char name[32];
    snprintf(name, sizeof name, "%d.%s", input, what);
    const struct tensor *t = checkpoint_find(&g->file, name);
    if (!t)
        return false;
    if (t->dtype != DTYPE_I32 || t->ndim != 1 || t->dim[0] < 1 || t->dim[0] > 64)
        return false;
    memcpy(out, t->data, t->dim[0] * sizeof *out);
    g->length[input] = (int)t->dim[0];
    return true;
}

bool golden_open(struct golden *g, const char *name)
{
    char path[256];
    struct err e = {0};
    *g = (struct golden){0};
    snprintf(path, sizeof path, "tests/golden/%s/golden.safetensors", name);
    if (checkpoint_open(&g->file, unit_source(path), &e) != 0) {
        printf("\n    %s\n", e.text);
        CU_FAIL("golden values could not be opened");
        return false;
    }
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        if (!read_ids(g, i, "ids", g->id + g->tokens)) {
            CU_FAIL("golden values have no ids");
            golden_close(g);
            return false;
        }
        read_ids(g, i, "types", g->type + g->tokens);
        g->tokens += g->length[i];
    }
    return true;
}

void golden_close(struct golden *g)
{
    checkpoint_close(&g->file);
}

bool run_open(struct run *r, const char *path, const struct model_options *options, uint32_t cpu, enum kernel_format format,
              const int *length, int sequences, const struct plan_options *plan)
{
    struct err e = {0};
    struct weights_options weights = {.cpu = cpu, .threads = plan->threads, .format = format};
    *r = (struct run){0};
    if (model_open(&r->model, path, options, NULL, &e) == 0 &&
        weights_build(&r->weights, r->model, &weights, NULL, &e) == 0 &&
        plan_build(&r->plan, r->weights, length, sequences, plan, &e) == 0)
        return true;
    printf("\n    %s\n", e.text);
    CU_FAIL("a model could not be made ready");
    run_close(r);
    return false;
}

void run_close(struct run *r)
{
    plan_free(r->plan);
    weights_free(r->weights);
    model_free(r->model);
    *r = (struct run){0};
}

/* A golden value as dense doubles, which it is stored as; NULL if there is none. */
static const double *doubles(const struct golden *g, const char *name, struct tensor *shape)
{
    const struct tensor *t = checkpoint_find(&g->file, name);
    if (!t || t->dtype != DTYPE_F64 || !tensor_is_dense(t))
        return NULL;
    *shape = *t;
    return t->data;
}

static double at(const double *values, size_t i)
{
    double x;
    memcpy(&x, values + i, sizeof x); /* may lie unaligned in the file */
    return x;
}

bool golden_compare(const struct golden *g, int input, const char *what, const float *values, int cols,
                    struct distance *d)
{
    char name[64], bound_name[72];
    struct tensor shape, bounds;
    snprintf(name, sizeof name, "%d.%s", input, what);
    snprintf(bound_name, sizeof bound_name, "%s.bound", name);
    const double *want = doubles(g, name, &shape), *bound = doubles(g, bound_name, &bounds);
    if (!want || !bound || shape.ndim != 2 || shape.dim[1] != (size_t)cols || bounds.dim[0] != shape.dim[0]) {
        snprintf(d->failed, sizeof d->failed, "%s with %d columns is not among the golden values", name,
                 cols);
        return false;
    }
    d->compared++;
    for (size_t i = 0; i < tensor_count(&shape); i++) {
        size_t row = i / (size_t)cols, col = i % (size_t)cols;
        double limit = at(bound, row), error = fabs(values[i] - at(want, i));
        if (error / limit > d->worst) {
            d->worst = error / limit;
            snprintf(d->where, sizeof d->where, "%s", name);
        }
        if (!(error <= limit)) {
            snprintf(d->failed, sizeof d->failed,
                     "%s is the first part out of its bound: row %zu, column %zu is %.9g instead of %.9g, an "
                     "error of "
                     "%.2e where %.2e is allowed",
                     name, row, col, (double)values[i], at(want, i), error, limit);
            return false;
        }
    }
    return true;
}

void for_each_cap(void (*body)(const char *cap, uint32_t cpu))
{
    uint32_t done[32];
    int n = 0;
    for (int i = 0; cpu_cap_name(i) && n < 32; i++) {
        uint32_t mask;
        bool known = cpu_cap_parse(cpu_cap_name(i), &mask), seen = false;
        CU_ASSERT_TRUE(known);
        uint32_t cpu = cpu_detect(NULL) & mask;
        for (int j = 0; j < n; j++)
            seen = seen || done[j] == cpu;
        if (!seen)
            body(cpu_cap_name(i), cpu);
        done[n++] = cpu;
    }
}
