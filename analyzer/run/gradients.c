#include "analyzer/run/gradients.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/shared.h"
#include "analyzer/run/part.h"

static size_t param_bytes(const struct model *m, int i)
{
    return model_twin(m, i) ? 0 : arena_size(tensor_count(&m->param[i].tensor) * sizeof(float));
}

static int reserve(struct gradients *g, const struct model *m, struct err *e)
{
    size_t table = arena_size((size_t)m->params * sizeof *g->param), bytes = table;
    for (int i = 0; i < m->params; i++)
        if (!size_add(bytes, param_bytes(m, i), &bytes))
            return err_set(e, ERR_SHAPE, "the parameters of %s are too large", m->name);
    TRY(arena_init(&g->arena, bytes, "the gradients", e));
    g->param = arena_alloc(&g->arena, (size_t)m->params * sizeof *g->param);
    for (int i = 0; i < m->params; i++) {
        const struct param *twin = model_twin(m, i);
        g->param[i] = twin ? g->param[twin - m->param] : arena_alloc(&g->arena, tensor_count(&m->param[i].tensor) * sizeof(float));
    }
    g->all = (float *)(void *)(g->arena.base + table);
    g->floats = (bytes - table) / sizeof(float);
    return 0;
}

int gradients_new(struct gradients **out, const struct model *m, struct err *e)
{
    *out = NULL;
    struct gradients *g = calloc(1, sizeof *g);
    if (!g)
        return err_set(e, ERR_NOMEM, "no memory for gradients");
    int code = reserve(g, m, e);
    if (code != 0)
        gradients_free(g);
    else
        *out = g;
    return code;
}

void gradients_free(struct gradients *g)
{
    if (!g)
        return;
    arena_free(&g->arena);
    free(g);
}

float *gradients_of(const struct gradients *g, int i)
{
    return g->param[i];
}

void gradients_clear(struct gradients *g, int threads)
{
#pragma omp parallel num_threads(threads)
    {
        size_t pieces = (size_t)part_threads(), i = (size_t)part_thread();
        size_t from = g->floats * i / pieces, to = g->floats * (i + 1) / pieces;
        memset(g->all + from, 0, (to - from) * sizeof *g->all);
    }
}
