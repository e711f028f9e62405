#include "analyzer/model/values.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/size.h"
#include "analyzer/model/bind.h"
#include "analyzer/model/shared.h"

enum { CHUNK = 1 << 16 };

/* The parameters on their way into memory. */
struct filling {
    const struct model *m; /* as it was */
    enum values_fresh fresh;
    uint64_t seed;
    const struct progress *progress;
    size_t bytes; /* of `values` */
    struct arena values;
    struct param *param;
    int params;
};

static bool is_pooler(const struct arch_param *p)
{
    return p->role == ROLE_POOLER_WEIGHT || p->role == ROLE_POOLER_BIAS;
}

static bool is_classifier(const struct arch_param *p)
{
    return p->role == ROLE_CLASSIFIER_WEIGHT || p->role == ROLE_CLASSIFIER_BIAS;
}

static bool is_masked_head(const struct arch_param *p)
{
    return p->presence == PRESENT_IN_MASKED_HEAD;
}

static bool is_fresh(const struct filling *f, const struct arch_param *p, const struct param *have)
{
    switch (f->fresh) {
    case VALUES_ALL:
        return !is_masked_head(p) && (p->presence != PRESENT_IN_HEAD || f->m->config.labels > 0);
    case VALUES_HEAD:
        return is_classifier(p) || (is_pooler(p) && !have);
    case VALUES_MASKED_HEAD:
        return is_masked_head(p) && !have;
    case VALUES_NONE:
        break;
    }
    return false;
}

/* What the head that is made takes the place of. */
static bool goes(const struct filling *f, const struct arch_param *p)
{
    return (f->fresh == VALUES_HEAD && is_masked_head(p)) ||
           (f->fresh == VALUES_MASKED_HEAD && (is_classifier(p) || is_pooler(p)));
}

/* What a parameter is copied from, and whether it is drawn instead; false if the model is to do without it. */
static bool wanted(const struct filling *f, const struct arch_param *p, int layer, const struct param **from,
                   size_t dim[2], int *ndim)
{
    *ndim = bind_shape(f->m, p, layer, dim);
    const struct param *have = model_param(f->m, p->role, layer);
    bool fresh = is_fresh(f, p, have);
    *from = fresh ? NULL : have;
    return dim[0] > 0 && (fresh || have) && !goes(f, p);
}

/* The parameter, among those that are there already, whose copy a shared one is a view of. */
static const struct param *twin_of(const struct filling *f, const struct param *from)
{
    const struct param *twin = from ? model_twin(f->m, (int)(from - f->m->param)) : NULL;
    for (int i = 0; twin && i < f->params; i++)
        if (f->param[i].role == twin->role && f->param[i].layer == twin->layer)
            return &f->param[i];
    return NULL;
}

static int measure(const struct arch_param *p, int layer, void *payload, struct err *e)
{
    struct filling *f = payload;
    const struct param *from;
    size_t dim[2], count, bytes;
    int ndim;
    if (!wanted(f, p, layer, &from, dim, &ndim) || (from && model_twin(f->m, (int)(from - f->m->param))))
        return 0;
    if (!size_mul(dim[0], ndim == 2 ? dim[1] : 1, &count) || !size_mul(count, sizeof(float), &bytes) ||
        !size_add(f->bytes, arena_size(bytes) + arena_size(BIND_NAME_SIZE), &f->bytes))
        return err_set(e, ERR_SHAPE, "a model of these sizes is too large for this machine");
    return 0;
}

static bool is_gamma(enum role r)
{
    return r == ROLE_EMBEDDING_NORM_GAMMA || r == ROLE_ATTENTION_NORM_GAMMA || r == ROLE_FFN_NORM_GAMMA ||
           r == ROLE_MASKED_NORM_GAMMA;
}

static int fill_random(float *x, size_t n, uint64_t seed, const struct progress *progress, struct err *e)
{
#pragma omp parallel for schedule(static)
    for (size_t chunk = 0; chunk < (n + CHUNK - 1) / CHUNK; chunk++) {
        if (progress_cancelled(progress))
            continue;
        size_t end = (chunk + 1) * CHUNK < n ? (chunk + 1) * CHUNK : n;
        for (size_t i = chunk * CHUNK; i < end; i++)
            x[i] = 0.02f * rng_normal(seed, i);
    }
    return progress_step(progress, "making random weights", 0, 0, e);
}

static int copy_values(float *x, size_t n, const struct filling *f, const struct param *from, struct err *e)
{
    for (size_t at = 0; at < n; at += CHUNK) {
        TRY(progress_step(f->progress, "copying the weights", (double)at, (double)n, e));
        tensor_read_f32(&from->tensor, at, n - at < CHUNK ? n - at : CHUNK, x + at);
    }
    checkpoint_drop(&f->m->checkpoint, &from->tensor);
    return 0;
}

static int fill(const struct arch_param *p, int layer, void *payload, struct err *e)
{
    struct filling *f = payload;
    const struct param *from;
    size_t dim[2];
    int ndim;
    if (!wanted(f, p, layer, &from, dim, &ndim))
        return 0;
    const struct param *twin = twin_of(f, from);
    if (twin) {
        f->param[f->params] = *twin;
        f->param[f->params++].layer = layer;
        return 0;
    }
    size_t count = dim[0] * (ndim == 2 ? dim[1] : 1);
    float *x = arena_alloc(&f->values, count * sizeof *x);
    char *name = arena_alloc(&f->values, BIND_NAME_SIZE);
    struct tensor t = tensor_dense(DTYPE_F32, ndim, dim, x);
    bind_name(name, p, layer);
    f->param[f->params++] = bind_param(p, layer, name, &t);
    if (from) {
        f->param[f->params - 1].shared = from->shared;
        if (kernel_format_rounds(from->format) && !kernel_format_skips(from->format)) {
            f->param[f->params - 1].format = from->format;
            f->param[f->params - 1].input_range = from->input_range;
        }
        return copy_values(x, count, f, from, e);
    }
    if (ndim == 2)
        return fill_random(x, count, rng_u64(f->seed, (uint64_t)f->params), f->progress, e);
    for (size_t i = 0; i < count; i++)
        x[i] = is_gamma(p->role) ? 1.0f : 0.0f;
    return 0;
}

static int fill_all(struct filling *f, struct err *e)
{
    TRY(bind_allocate(&f->param, f->m, e));
    TRY(bind_each(f->m, measure, f, e));
    TRY(arena_init(&f->values, f->bytes, "the weights", e));
    return bind_each(f->m, fill, f, e);
}

int values_fill(struct model *m, enum values_fresh fresh, uint64_t seed, const struct progress *progress, struct err *e)
{
    struct filling f = {.m = m, .fresh = fresh, .seed = seed, .progress = progress};
    int code = fill_all(&f, e);
    if (code != 0) {
        arena_free(&f.values);
        free(f.param);
        return code;
    }
    for (int i = 0; m->own && i < m->params; i++)
        free(m->own[i]);
    free(m->own);
    free(m->param);
    arena_free(&m->values);
    m->own = NULL;
    checkpoint_close(&m->checkpoint);
    m->param = f.param;
    m->params = f.params;
    m->values = f.values;
    return 0;
}

void values_round(struct model *m)
{
    for (int i = 0; i < m->params; i++) {
        const struct tensor *t = &m->param[i].tensor;
        float *w = model_values(m, i);
        if (m->param[i].format != KERNEL_F32)
            kernel_format_round(m->param[i].format, w, w, (int)t->dim[0], (int)t->dim[1]);
    }
}
