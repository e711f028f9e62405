#include "analyzer/run/hidden.h"

#include <stdlib.h>

#include "analyzer/base/size.h"
#include "analyzer/model/model.h"

/* The smallest distance between kept layers that stays below the limit. */
static int stride_of(size_t state_bytes, int layers, size_t limit)
{
    for (int stride = 1; stride <= layers; stride++)
        if (state_bytes <= limit / (size_t)(layers / stride))
            return stride;
    return 0;
}

int hidden_init(struct hidden_cache *out, const struct model *m, const int *batch_tokens, int batches, size_t limit, struct err *e)
{
    int *start = calloc((size_t)batches + 1, sizeof *start);
    size_t bytes = 0;
    *out = (struct hidden_cache){.model = m, .limit = limit ? limit : HIDDEN_LIMIT, .layers = m->config.layers - 1,
                                 .batches = batches, .hidden = m->config.hidden, .start = start};
    if (!start)
        return err_set(e, ERR_NOMEM, "no memory for %d batches", batches);
    for (int i = 0; i < batches; i++)
        start[i + 1] = start[i] + batch_tokens[i];
    if (!size_mul((size_t)start[batches] * sizeof(float), (size_t)m->config.hidden, &bytes))
        return 0;
    out->stride = stride_of(bytes, out->layers, out->limit);
    if (out->stride == 0)
        return 0;
    out->bytes = bytes * (size_t)(out->layers / out->stride);
    out->state = malloc(out->bytes + 1);
    return out->state ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu bytes of hidden states", out->bytes);
}

void hidden_free(struct hidden_cache *x)
{
    free((void *)(uintptr_t)x->start);
    free(x->state);
    *x = (struct hidden_cache){0};
}

int hidden_layer(const struct hidden_cache *x, int layer)
{
    if (!x || x->stride == 0)
        return 0;
    return (layer < x->layers ? layer : x->layers) / x->stride * x->stride;
}

float *hidden_state(const struct hidden_cache *x, int layer, int batch)
{
    size_t kept = (size_t)(layer / x->stride - 1), tokens = (size_t)x->start[x->batches];
    return x->state + (kept * tokens + (size_t)x->start[batch]) * (size_t)x->hidden;
}

static bool same_tensor(const struct param *a, const struct param *b)
{
    return a->tensor.data == b->tensor.data && a->format == b->format && a->input_range == b->input_range &&
           tensor_count(&a->tensor) == tensor_count(&b->tensor);
}

int hidden_first_change(const struct model *m, const struct model *base)
{
    int first = m->config.layers < base->config.layers ? m->config.layers : base->config.layers;
    for (int i = 0; i < first; i++)
        if (m->layer[i].number != base->layer[i].number || m->layer[i].decoupled != base->layer[i].decoupled)
            first = i;
    for (int i = 0; i < m->params; i++) {
        const struct param *p = &m->param[i], *from = model_param(base, p->role, p->layer);
        bool before = p->component == COMPONENT_EMBEDDING;
        int layer = before ? 0 : p->layer;
        if ((before || p->layer >= 0) && layer < first && (!from || !same_tensor(p, from)))
            first = layer;
    }
    return first;
}
