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

static bool open_file(struct checkpoint *file, const char *name, const char *what)
{
    char path[256];
    struct err e = {0};
    snprintf(path, sizeof path, "tests/golden/%s/%s.safetensors", name, what);
    if (checkpoint_open(file, unit_source(path), &e) == 0)
        return true;
    printf("\n    %s\n", e.text);
    CU_FAIL("golden values could not be opened");
    return false;
}

static bool read_labels(struct golden *g)
{
    const struct tensor *t = checkpoint_find(&g->gradients, "labels");
    if (!t || t->dtype != DTYPE_I32 || tensor_count(t) != GOLDEN_INPUTS)
        return false;
    memcpy(g->label, t->data, sizeof g->label);
    return true;
}

static bool read_inputs(struct golden *g)
{
    for (int i = 0; i < GOLDEN_INPUTS; i++) {
        g->start[i] = g->tokens;
        if (!read_ids(g, i, "ids", g->id + g->tokens))
            return false;
        read_ids(g, i, "types", g->type + g->tokens);
        g->tokens += g->length[i];
    }
    return read_labels(g);
}

bool golden_open(struct golden *g, const char *name)
{
    *g = (struct golden){0};
    if (open_file(&g->file, name, "golden") && open_file(&g->gradients, name, "gradients")) {
        if (read_inputs(g))
            return true;
        CU_FAIL("golden values have no ids or labels");
    }
    golden_close(g);
    return false;
}

void golden_close(struct golden *g)
{
    checkpoint_close(&g->file);
    checkpoint_close(&g->gradients);
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

/* A dense tensor of doubles or floats, which may lie unaligned in the file. */
static double element(const struct tensor *t, size_t i)
{
    double x;
    float narrow;
    if (t->dtype == DTYPE_F64)
        memcpy(&x, (const char *)t->data + i * sizeof x, sizeof x);
    else {
        memcpy(&narrow, (const char *)t->data + i * sizeof narrow, sizeof narrow);
        x = narrow;
    }
    return x;
}

static size_t columns(const struct tensor *t)
{
    return t->ndim ? t->dim[t->ndim - 1] : 0;
}

/* The value and its bounds, one for each row; false if they are not there. */
static bool find(const struct checkpoint *file, const char *name, const struct tensor **value, const struct tensor **bound)
{
    char text[160];
    snprintf(text, sizeof text, "%s.bound", name);
    *value = checkpoint_find(file, name);
    *bound = checkpoint_find(file, text);
    return *value && *bound && ((*value)->dtype == DTYPE_F64 || (*value)->dtype == DTYPE_F32) && tensor_is_dense(*value) &&
           (*bound)->dtype == DTYPE_F64 && columns(*value) > 0 &&
           tensor_count(*bound) * columns(*value) == tensor_count(*value);
}

double golden_value(const struct checkpoint *file, const char *name, size_t i)
{
    const struct tensor *value, *bound;
    CU_ASSERT_FATAL(find(file, name, &value, &bound) && i < tensor_count(value));
    return element(value, i);
}

double golden_bound(const struct checkpoint *file, const char *name, size_t i)
{
    const struct tensor *value, *bound;
    CU_ASSERT_FATAL(find(file, name, &value, &bound) && i < tensor_count(value));
    return element(bound, i / columns(value));
}

static double largest(const struct tensor *t)
{
    double most = 0;
    for (size_t i = 0; i < tensor_count(t); i++)
        most = fmax(most, fabs(element(t, i)));
    return most;
}

static void keep_worst(double value, const char *name, double *worst, char *where, size_t size)
{
    if (value > *worst) {
        *worst = value;
        snprintf(where, size, "%s", name);
    }
}

bool golden_compare_rows(const struct checkpoint *file, const char *name, size_t first, size_t rows, const float *values,
                         size_t cols, struct distance *d)
{
    const struct tensor *want, *bound;
    if (!values || !find(file, name, &want, &bound) || columns(want) != cols ||
        (first + rows) * cols > tensor_count(want)) {
        snprintf(d->failed, sizeof d->failed, "%s with %zu columns is not %s", name, cols,
                 values ? "among the golden values" : "there");
        return false;
    }
    double most = largest(want);
    d->compared++;
    for (size_t i = 0; i < rows * cols; i++) {
        size_t row = first + i / cols;
        double exact = element(want, first * cols + i), limit = element(bound, row), error = fabs(values[i] - exact);
        if (!(error <= limit)) {
            snprintf(d->failed, sizeof d->failed,
                     "%s is the first part out of its bound: row %zu, column %zu is %.9g instead of %.9g, an error of "
                     "%.2e where %.2e is allowed",
                     name, row, i % cols, (double)values[i], exact, error, limit);
            return false;
        }
        keep_worst(limit > 0 ? error / limit : 0, name, &d->worst, d->where, sizeof d->where);
        keep_worst(most > 0 ? error / most : 0, name, &d->relative, d->relative_where, sizeof d->relative_where);
    }
    return true;
}

bool golden_compare_tensor(const struct checkpoint *file, const char *name, const float *values, struct distance *d)
{
    const struct tensor *t = checkpoint_find(file, name);
    size_t cols = t ? columns(t) : 0;
    return golden_compare_rows(file, name, 0, cols ? tensor_count(t) / cols : 0, values, cols, d);
}

bool golden_compare(const struct golden *g, int input, const char *what, const float *values, int cols,
                    struct distance *d)
{
    char name[64];
    snprintf(name, sizeof name, "%d.%s", input, what);
    const struct tensor *t = checkpoint_find(&g->file, name);
    return golden_compare_rows(&g->file, name, 0, t ? t->dim[0] : 0, values, (size_t)cols, d);
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
