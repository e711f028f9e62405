#include "analyzer/run/weights.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/model.h"
#include "analyzer/run/panels.h"
#include "analyzer/run/part.h"

enum { LAYER_SITES = SITE_POOLER }; /* heads come last */

#define NO_ROLES {ROLES, ROLES, ROLES}
#define ROLES1(a) {ROLE_##a, ROLES, ROLES}
#define ROLES3(a, b, c) {ROLE_##a, ROLE_##b, ROLE_##c}

static const struct {
    enum component component;
    const char *key, *label;
    enum role weight[LINEAR_PARTS], bias[LINEAR_PARTS];
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
    return s >= (enum site)LAYER_SITES;
}

static struct linear *slot(const struct weights *w, enum site s, int layer)
{
    int row = outside_layers(s) ? w->model->config.layers : layer;
    return &w->linear[row * LAYER_SITES + (int)s - (outside_layers(s) ? LAYER_SITES : 0)];
}

const struct linear *weights_linear(const struct weights *w, enum site s, int layer)
{
    const struct linear *linear = slot(w, s, layer);
    return linear->kernel ? linear : NULL;
}

/* ---- sizes --------------------------------------------------------------------------------------------------- */

/* The format that all parts have. */
static enum kernel_format own_format(const struct linear *l)
{
    for (int i = 1; i < l->parts; i++)
        if (l->part[i].weight->format != l->part[0].weight->format)
            return KERNEL_F32;
    return l->part[0].weight->format;
}

/* The range of inputs that all parts have, else none. */
static float own_range(const struct linear *l)
{
    for (int i = 1; i < l->parts; i++)
        if (l->part[i].weight->input_range != l->part[0].weight->input_range)
            return 0;
    return l->part[0].weight->input_range;
}

/* A panel has one table, so it may not hold outputs of two matrices. */
static bool parts_share_panel(const struct linear *l, enum kernel_format f, uint32_t cpu)
{
    int panel = kernel_pick(KERNEL_OP_linear, f, cpu)->fn.linear->panel;
    for (int i = 0; i + 1 < l->parts; i++)
        if (l->part[i].n % panel != 0)
            return true;
    return false;
}

static enum kernel_format format_of(const struct weights *w, const struct linear *l, enum site s)
{
    enum kernel_format own = own_format(l), f = own == KERNEL_F32 ? w->format : own;
    bool stays = l->turned || (kernel_format_shares(f) && outside_layers(s)) || (f == KERNEL_INT8 && l->k > KERNEL_INT8_K) ||
                 (f == KERNEL_KMEANS && parts_share_panel(l, f, w->cpu)) || (kernel_format_skips(f) && w->transposed);
    return stays ? KERNEL_F32 : f;
}

static void choose_kernel(struct linear *l, enum kernel_format format, uint32_t cpu)
{
    l->kernel = kernel_pick(KERNEL_OP_linear, format, cpu);
    l->panel_bytes = l->kernel->fn.linear->panel_bytes(l->k);
}

/* Their weights are those of the embedding, which are there without a masked-language head too. */
static bool of_decoder(enum site s)
{
    return s == SITE_DECODER || s == SITE_DECODER_INNER;
}

/* Sizes and kernel of one linear layer; leaves it without a kernel where the model has no such layer. */
static void size_linear(struct weights *w, enum site s, int layer)
{
    struct linear *l = slot(w, s, layer);
    for (int i = 0; i < LINEAR_PARTS && sites[s].weight[i] != ROLES; i++) {
        const struct param *weight = model_param(w->model, sites[s].weight[i], layer);
        const struct param *bias = model_param(w->model, sites[s].bias[i], layer);
        if (!weight || (of_decoder(s) && !model_has_masked_head(w->model)))
            return;
        l->part[l->parts++] = (struct linear_part){weight, bias, (int)weight->tensor.dim[0]};
        l->turned = s == SITE_WORD_INNER;
        l->n += (int)weight->tensor.dim[l->turned];
        l->k = (int)weight->tensor.dim[!l->turned];
        l->params += tensor_count(&weight->tensor) + (bias ? tensor_count(&bias->tensor) : 0);
    }
    choose_kernel(l, format_of(w, l, s), w->cpu);
    l->input_range = own_range(l);
    uint64_t n = (uint64_t)l->n, k = (uint64_t)l->k;
    l->products = n * k;
    l->bytes = kernel_format_bytes(l->kernel->format, n, k) + (l->params - n * k) * sizeof(float);
}

/* The sibling of a layer for backward: n and k exchanged. */
static void size_transposed(struct weights *w, struct linear *l)
{
    struct linear *t = l + w->linears;
    *t = (struct linear){.n = l->k, .k = l->n, .parts = l->parts, .turned = l->turned};
    memcpy(t->part, l->part, sizeof t->part);
    enum kernel_format f = l->kernel->format;
    bool stays = f == KERNEL_INT8 ? t->k > KERNEL_INT8_K : kernel_format_shares(f);
    choose_kernel(t, stays ? KERNEL_F32 : f, w->cpu);
    l->transposed = t;
}

static void size_all(struct weights *w)
{
    for (int layer = 0; layer < w->model->config.layers; layer++)
        for (int s = 0; s < LAYER_SITES; s++)
            size_linear(w, (enum site)s, layer);
    for (int s = LAYER_SITES; s < SITES; s++)
        size_linear(w, (enum site)s, -1);
    for (int i = 0; w->transposed && i < w->linears; i++)
        if (w->linear[i].kernel)
            size_transposed(w, &w->linear[i]);
}

static int all_linears(const struct weights *w)
{
    return w->transposed ? 2 * w->linears : w->linears;
}

static bool same_tensor(const struct param *a, const struct param *b)
{
    if (!a || !b)
        return a == b;
    const struct tensor *t = &a->tensor, *u = &b->tensor;
    return t->data == u->data && t->dtype == u->dtype && t->dim[0] == u->dim[0] && (t->ndim < 2 || t->dim[1] == u->dim[1]);
}

static bool same_linear(const struct linear *a, const struct linear *b)
{
    if (a->kernel != b->kernel || a->parts != b->parts || (a->transposed && !b->transposed))
        return false;
    for (int i = 0; i < a->parts; i++)
        if (!same_tensor(a->part[i].weight, b->part[i].weight) || !same_tensor(a->part[i].bias, b->part[i].bias))
            return false;
    return true;
}

/* Uses what `like` has packed of the same numbers; a layer may have moved. */
static void borrow(struct linear *l, const struct weights *like, int site)
{
    for (int i = site; i < like->linears; i += LAYER_SITES) {
        const struct linear *from = &like->linear[i];
        if (!from->kernel || !same_linear(l, from))
            continue;
        l->borrowed = true;
        l->panels = from->panels;
        l->bias = from->bias;
        if (l->transposed)
            l->transposed->panels = from->transposed->panels;
        return;
    }
}

/* The layer of the same tensors that comes first, where layers share them; it is packed before. */
static void find_twin(const struct weights *w, int i)
{
    struct linear *l = &w->linear[i];
    for (int k = i % LAYER_SITES; k < i && !l->borrowed; k += LAYER_SITES)
        if (w->linear[k].kernel && same_linear(l, &w->linear[k])) {
            l->twin = &w->linear[k];
            l->borrowed = true;
        }
}

static void find_twins(const struct weights *w)
{
    for (int i = 0; i < w->model->config.layers * LAYER_SITES; i++)
        if (w->linear[i].kernel)
            find_twin(w, i);
}

static void take_twin(struct linear *l)
{
    l->panels = l->twin->panels;
    l->bias = l->twin->bias;
    if (l->transposed)
        l->transposed->panels = l->twin->transposed->panels;
}

static void borrow_all(struct weights *w, const struct weights *like)
{
    for (int i = 0; like && i < w->model->config.layers * LAYER_SITES; i++)
        if (w->linear[i].kernel)
            borrow(&w->linear[i], like, i % LAYER_SITES);
}

static int place_all(struct weights *w, struct err *e)
{
    for (int i = 0; i < w->linears; i++)
        if (w->linear[i].kernel && w->linear[i].kernel->fn.linear->panel_bytes_of)
            TRY(panels_place(&w->linear[i], e));
    return 0;
}

/* Bytes of all packed layers; also what packing needs for a panel. */
static int add_sizes(struct weights *w, size_t *total, struct err *e)
{
    for (int i = 0; i < all_linears(w); i++) {
        const struct linear *l = &w->linear[i];
        size_t bytes, bias = arena_size((size_t)l->n * sizeof(float));
        if (w->linear[i % w->linears].borrowed)
            continue;
        if (!panels_bytes(l, &bytes) ||
            !size_add(*total, arena_size(bytes) + (i < w->linears ? bias : 0), total))
            return err_set(e, ERR_SHAPE, "the linear layers of %s are too large", w->model->name);
        size_t floats = l->kernel ? (size_t)l->kernel->fn.linear->panel * (size_t)l->k : 0;
        w->buffer_floats = floats > w->buffer_floats ? floats : w->buffer_floats;
    }
    w->buffer_floats = (w->transposed ? 2 : 1) * arena_size(w->buffer_floats * sizeof(float)) / sizeof(float);
    return 0;
}

/* Parameters used as they are: everything that is no part of a linear layer, and the table that is both. */
static bool is_vector(enum role r)
{
    if (r == ROLE_WORD_EMBEDDING)
        return true;
    for (int s = 0; s < SITES; s++)
        for (int i = 0; i < LINEAR_PARTS; i++)
            if (sites[s].weight[i] == r || sites[s].bias[i] == r)
                return false;
    return true;
}

static bool needs_copy(const struct param *p)
{
    return is_vector(p->role) && !tensor_f32(&p->tensor);
}

/* ---- packing ------------------------------------------------------------------------------------------------- */

/* A panel of columns of w: from where they lie, if one matrix of floats holds them all. */
static void pack_columns(const struct weights *w, const struct linear *t, char *out, int col, int n, float *buffer)
{
    const struct linear_kernel *kernel = t->kernel->fn.linear;
    const float *direct = t->parts == 1 ? tensor_f32(&t->part[0].weight->tensor) : NULL;
    if (direct && kernel->pack_transposed) {
        kernel->pack_transposed(out, direct + col, t->n, n, t->k);
        return;
    }
    weight_columns(t, (size_t)col, (size_t)n, buffer);
    if (kernel->pack_transposed) {
        kernel->pack_transposed(out, buffer, n, n, t->k);
    } else {
        float *lines = buffer + w->buffer_floats / 2;
        kernel_pick(KERNEL_OP_transpose, KERNEL_F32, w->cpu)->fn.transpose(lines, t->k, buffer, n, t->k, n);
        kernel->pack(out, lines, t->k, n, t->k);
    }
}

static void pack_panel(const struct weights *w, const struct linear *l, int panel, float *buffer)
{
    const struct linear_kernel *kernel = l->kernel->fn.linear;
    int row = panel * kernel->panel, rows = panel_rows(l, panel);
    char *out = linear_panel(l, panel);
    if ((l < w->linear + w->linears) != l->turned)
        kernel->pack(out, weight_rows(l, (size_t)row, (size_t)rows, buffer), l->k, rows, l->k);
    else
        pack_columns(w, l, out, row, rows, buffer);
}

static void pack_panels(const struct weights *w, const struct linear *l, int threads)
{
    int count = panels_of(l);
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int panel = 0; panel < count; panel++)
        pack_panel(w, l, panel, w->buffer + (size_t)part_thread() * w->buffer_floats);
}

static void copy_bias(const struct linear *l)
{
    float *bias = l->bias;
    for (int i = 0; bias && i < l->parts; bias += l->part[i++].n)
        tensor_read_f32(&l->part[i].bias->tensor, 0, (size_t)l->part[i].n, bias);
}

static bool has_bias(const struct linear *l)
{
    for (int i = 0; i < l->parts; i++)
        if (!l->part[i].bias)
            return false;
    return true;
}

/* Packs one layer and its sibling. */
static void pack_linear(struct weights *w, struct linear *l, int threads)
{
    copy_bias(l);
    pack_panels(w, l, threads);
    if (l->transposed)
        pack_panels(w, l->transposed, threads);
}

static void reserve_linear(struct weights *w, struct linear *l)
{
    float *bias = arena_alloc(&w->arena, (size_t)l->n * sizeof *bias);
    size_t bytes = 0;
    l->bias = has_bias(l) ? bias : NULL;
    (void)panels_bytes(l, &bytes);
    l->panels = arena_alloc(&w->arena, bytes);
    if (l->transposed)
        l->transposed->panels = arena_alloc(&w->arena, (size_t)panels_of(l->transposed) * l->transposed->panel_bytes);
}

static int pack_all(struct weights *w, const struct progress *progress, struct err *e)
{
    uint64_t done = 0, total = model_param_total(w->model);
    for (int i = 0; i < w->linears; i++) {
        struct linear *l = &w->linear[i];
        if (l->twin)
            take_twin(l);
        if (!l->kernel || l->borrowed)
            continue;
        reserve_linear(w, l);
        pack_linear(w, l, w->threads);
        for (int k = 0; k < l->parts; k++)
            checkpoint_drop(&w->model->checkpoint, &l->part[k].weight->tensor);
        done += l->params;
        TRY(progress_step(progress, "packing weights", (double)done, (double)total, e));
    }
    return 0;
}

static void copy_vector(const struct vector_copy *copy)
{
    tensor_read_f32(&copy->param->tensor, 0, tensor_count(&copy->param->tensor), copy->values);
}

static void copy_vectors(struct weights *w)
{
    for (int i = 0; i < w->model->params; i++) {
        const struct param *p = &w->model->param[i];
        if (!needs_copy(p))
            continue;
        struct vector_copy *copy = &w->copy[w->copies++];
        *copy = (struct vector_copy){p, arena_alloc(&w->arena, tensor_count(&p->tensor) * sizeof(float))};
        copy_vector(copy);
        checkpoint_drop(&w->model->checkpoint, &p->tensor);
    }
}

void weights_refresh(struct weights *w, int threads)
{
    threads = threads < w->threads ? threads : w->threads;
    for (int i = 0; i < w->copies; i++)
        copy_vector(&w->copy[i]);
    for (int i = 0; i < w->linears; i++)
        if (w->linear[i].kernel && !w->linear[i].borrowed)
            pack_linear(w, &w->linear[i], threads);
}

const float *weights_vector(const struct weights *w, enum role role, int layer)
{
    const struct param *p = model_param(w->model, role, layer);
    for (int i = 0; i < w->copies; i++)
        if (w->copy[i].param == p)
            return w->copy[i].values;
    return p ? tensor_f32(&p->tensor) : NULL;
}

static int build(struct weights *w, const struct weights *like, const struct progress *progress, struct err *e)
{
    const struct model *m = w->model;
    size_t bytes = 0;
    w->linears = m->config.layers * LAYER_SITES + SITES - LAYER_SITES;
    w->linear = calloc((size_t)all_linears(w), sizeof *w->linear);
    w->copy = calloc((size_t)m->params, sizeof *w->copy);
    if (!w->linear || !w->copy)
        return err_set(e, ERR_NOMEM, "no memory for %d layers", m->config.layers);
    size_all(w);
    TRY(place_all(w, e));
    borrow_all(w, like);
    find_twins(w);
    TRY(add_sizes(w, &bytes, e));
    for (int i = 0; i < m->params; i++)
        if (needs_copy(&m->param[i]))
            bytes += arena_size(tensor_count(&m->param[i].tensor) * sizeof(float));
    bytes += (size_t)w->threads * w->buffer_floats * sizeof(float);
    TRY(arena_init(&w->arena, bytes, "the packed weights", e));
    w->buffer = arena_alloc(&w->arena, (size_t)w->threads * w->buffer_floats * sizeof(float));
    copy_vectors(w);
    return pack_all(w, progress, e);
}

int weights_build(struct weights **out, const struct model *m, const struct weights_options *options,
                  const struct progress *progress, struct err *e)
{
    *out = NULL;
    assert(kernel_format_rounds(options->format));
    struct weights *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(e, ERR_NOMEM, "no memory for weights");
    w->model = m;
    w->cpu = options->cpu;
    w->format = options->format;
    w->transposed = options->gradients;
    w->threads = options->threads;
    int code = build(w, options->like, progress, e);
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
    for (int i = 0; w->linear && i < w->linears; i++)
        free(w->linear[i].panel_at);
    free(w->linear);
    free(w->copy);
    free(w);
}
