#include "analyzer/run/weights.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/model.h"

enum { SITE_ROLES = 3 };

#define ROLES1(a) {ROLE_##a, ROLES, ROLES}
#define ROLES3(a, b, c) {ROLE_##a, ROLE_##b, ROLE_##c}

static const struct {
    enum component component;
    const char *key, *label;
    enum role weight[SITE_ROLES], bias[SITE_ROLES];
} sites[] = {
#define SITE(name, component, key, label, weights, biases) {COMPONENT_##component, key, label, weights, biases},
#include "analyzer/run/sites.def"
#undef SITE
};

const char *site_label(enum site s)
{
    return sites[s].label;
}

enum component site_component(enum site s)
{
    return sites[s].component;
}

static bool outside_layers(enum site s)
{
    return s == SITE_POOLER || s == SITE_CLASSIFIER;
}

static struct linear *slot(const struct weights *w, enum site s, int layer)
{
    struct weights *own = (struct weights *)w;
    if (outside_layers(s))
        return s == SITE_POOLER ? &own->pooler : &own->classifier;
    return &own->layer[layer * SITES + (int)s];
}

const struct linear *weights_linear(const struct weights *w, enum site s, int layer)
{
    const struct linear *linear = slot(w, s, layer);
    return linear->kernel ? linear : NULL;
}

/* ---- sizes --------------------------------------------------------------------------------------------------- */

static enum kernel_format format_of(const struct weights *w, enum site s, int k)
{
    bool stays = w->format == KERNEL_INT8 && (outside_layers(s) || k > KERNEL_INT8_K);
    return stays ? KERNEL_F32 : w->format;
}

/* Sizes and kernel of one linear layer; leaves it without a kernel where the model has no such layer. */
static void size_linear(struct weights *w, enum site s, int layer)
{
    struct linear *l = slot(w, s, layer);
    for (int i = 0; i < SITE_ROLES && sites[s].weight[i] != ROLES; i++) {
        const struct param *weight = model_param(w->model, sites[s].weight[i], layer);
        const struct param *bias = model_param(w->model, sites[s].bias[i], layer);
        if (!weight)
            return;
        l->n += (int)weight->tensor.dim[0];
        l->k = (int)weight->tensor.dim[1];
        l->params += tensor_count(&weight->tensor) + (bias ? tensor_count(&bias->tensor) : 0);
    }
    l->kernel = kernel_pick(KERNEL_OP_linear, format_of(w, s, l->k), w->cpu);
    l->panel_bytes = l->kernel->fn.linear->panel_bytes(l->k);
    uint64_t n = (uint64_t)l->n, k = (uint64_t)l->k;
    l->bytes = kernel_format_bytes(l->kernel->format, n, k) + (l->params - n * k) * sizeof(float);
}

static int panels(const struct linear *l)
{
    return l->kernel ? (l->n + l->kernel->fn.linear->panel - 1) / l->kernel->fn.linear->panel : 0;
}

typedef int linear_fn(struct weights *w, enum site s, int layer, void *payload, struct err *e);

static int each_linear(struct weights *w, linear_fn *fn, void *payload, struct err *e)
{
    for (int layer = 0; layer < w->model->config.layers; layer++)
        for (int s = 0; s < SITES; s++)
            if (!outside_layers(s))
                TRY(fn(w, s, layer, payload, e));
    TRY(fn(w, SITE_POOLER, -1, payload, e));
    return fn(w, SITE_CLASSIFIER, -1, payload, e);
}

static int add_size(struct weights *w, enum site s, int layer, void *payload, struct err *e)
{
    size_t *total = payload, bytes;
    size_linear(w, s, layer);
    const struct linear *l = slot(w, s, layer);
    if (!size_mul((size_t)panels(l), l->panel_bytes, &bytes) ||
        !size_add(*total, arena_size(bytes) + arena_size((size_t)l->n * sizeof(float)), total))
        return err_set(e, ERR_SHAPE, "the linear layers of %s are too large", w->model->name);
    return 0;
}

/* Parameters used as they are: everything that is no part of a linear layer. */
static bool is_vector(enum role r)
{
    for (int s = 0; s < SITES; s++)
        for (int i = 0; i < SITE_ROLES; i++)
            if (sites[s].weight[i] == r || sites[s].bias[i] == r)
                return false;
    return true;
}

static bool needs_copy(const struct param *p)
{
    return is_vector(p->role) && !tensor_f32(&p->tensor);
}

/* ---- packing ------------------------------------------------------------------------------------------------- */

/* Where outputs [row, row + n) of a site come from: the part (query, key, value) and the row inside it. */
static const struct tensor *find_part(const struct weights *w, enum site s, int layer, size_t row, size_t *inside)
{
    for (int i = 0; i < SITE_ROLES; i++) {
        const struct tensor *t = &model_param(w->model, sites[s].weight[i], layer)->tensor;
        if (row < t->dim[0]) {
            *inside = row;
            return t;
        }
        row -= t->dim[0];
    }
    return NULL;
}

/* Rows [row, row + n) of a site as dense floats: in place where one part holds them all, else copied to `buffer`. */
static const float *site_rows(const struct weights *w, enum site s, int layer, size_t row, size_t n, size_t k,
                              float *buffer)
{
    size_t inside = 0;
    const struct tensor *t = find_part(w, s, layer, row, &inside);
    const float *direct = tensor_f32(t);
    if (direct && inside + n <= t->dim[0])
        return direct + inside * k;
    for (size_t i = 0; i < n; i++) {
        t = find_part(w, s, layer, row + i, &inside);
        tensor_read_f32(t, inside * k, k, buffer + i * k);
    }
    return buffer;
}

static void pack_panel(const struct weights *w, enum site s, int layer, int panel, float *buffer)
{
    const struct linear *l = slot(w, s, layer);
    const struct linear_kernel *kernel = l->kernel->fn.linear;
    int row = panel * kernel->panel;
    int rows = l->n - row < kernel->panel ? l->n - row : kernel->panel;
    const float *from = site_rows(w, s, layer, (size_t)row, (size_t)rows, (size_t)l->k, buffer);
    kernel->pack(l->panels + (size_t)panel * l->panel_bytes, from, l->k, rows, l->k);
}

static void drop_pages(const struct weights *w, enum site s, int layer)
{
    for (int i = 0; i < SITE_ROLES && sites[s].weight[i] != ROLES; i++)
        checkpoint_drop(&w->model->checkpoint, &model_param(w->model, sites[s].weight[i], layer)->tensor);
}

static const float *copy_bias(struct weights *w, enum site s, int layer)
{
    const struct linear *l = slot(w, s, layer);
    float *bias = arena_alloc(&w->arena, (size_t)l->n * sizeof *bias);
    size_t at = 0;
    for (int i = 0; i < SITE_ROLES && sites[s].bias[i] != ROLES; i++) {
        const struct param *p = model_param(w->model, sites[s].bias[i], layer);
        if (!p)
            return NULL;
        tensor_read_f32(&p->tensor, 0, tensor_count(&p->tensor), bias + at);
        at += tensor_count(&p->tensor);
    }
    return bias;
}

struct pack_job {
    int threads;
    const struct progress *progress;
    uint64_t done, total; /* parameters */
};

static int pack_linear(struct weights *w, enum site s, int layer, void *payload, struct err *e)
{
    struct pack_job *job = payload;
    struct linear *l = slot(w, s, layer);
    if (!l->kernel)
        return 0;
    int failed = 0, count = panels(l);
    l->panels = arena_alloc(&w->arena, (size_t)count * l->panel_bytes);
    l->bias = copy_bias(w, s, layer);
#pragma omp parallel num_threads(job->threads) reduction(| : failed)
    {
        float *buffer = malloc((size_t)l->kernel->fn.linear->panel * (size_t)l->k * sizeof *buffer);
        failed |= !buffer;
#pragma omp for schedule(static)
        for (int panel = 0; panel < count; panel++)
            if (buffer)
                pack_panel(w, s, layer, panel, buffer);
        free(buffer);
    }
    drop_pages(w, s, layer);
    job->done += l->params;
    if (failed)
        return err_set(e, ERR_NOMEM, "no memory to pack the weights of %s", w->model->name);
    return progress_step(job->progress, "packing weights", (double)job->done, (double)job->total, e);
}

static void copy_vectors(struct weights *w)
{
    int copies = 0;
    for (int i = 0; i < w->model->params; i++) {
        const struct param *p = &w->model->param[i];
        if (!needs_copy(p))
            continue;
        size_t n = tensor_count(&p->tensor);
        float *x = arena_alloc(&w->arena, n * sizeof *x);
        tensor_read_f32(&p->tensor, 0, n, x);
        checkpoint_drop(&w->model->checkpoint, &p->tensor);
        w->copy[copies++] = (struct vector_copy){p, x};
    }
    w->copies = copies;
}

const float *weights_vector(const struct weights *w, enum role role, int layer)
{
    const struct param *p = model_param(w->model, role, layer);
    for (int i = 0; i < w->copies; i++)
        if (w->copy[i].param == p)
            return w->copy[i].values;
    return p ? tensor_f32(&p->tensor) : NULL;
}

static int build(struct weights *w, int threads, const struct progress *progress, struct err *e)
{
    const struct model *m = w->model;
    struct pack_job job = {threads, progress, 0, model_param_total(m)};
    size_t bytes = 0;
    w->layer = calloc((size_t)m->config.layers * SITES, sizeof *w->layer);
    w->copy = calloc((size_t)m->params, sizeof *w->copy);
    if (!w->layer || !w->copy)
        return err_set(e, ERR_NOMEM, "no memory for %d layers", m->config.layers);
    TRY(each_linear(w, add_size, &bytes, e));
    for (int i = 0; i < m->params; i++)
        if (needs_copy(&m->param[i]))
            bytes += arena_size(tensor_count(&m->param[i].tensor) * sizeof(float));
    TRY(arena_init(&w->arena, bytes, "the packed weights", e));
    copy_vectors(w);
    return each_linear(w, pack_linear, &job, e);
}

int weights_build(struct weights **out, const struct model *m, const struct weights_options *options,
                  const struct progress *progress, struct err *e)
{
    *out = NULL;
    struct weights *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(e, ERR_NOMEM, "no memory for weights");
    w->model = m;
    w->cpu = options->cpu;
    w->format = options->format;
    int code = build(w, options->threads, progress, e);
    if (code != 0)
        weights_free(w);
    else
        *out = w;
    return code;
}

void weights_free(struct weights *w)
{
    if (!w)
        return;
    arena_free(&w->arena);
    free(w->layer);
    free(w->copy);
    free(w);
}
