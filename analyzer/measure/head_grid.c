#include "analyzer/measure/head_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"

static int alloc(struct head_grid *out, int layers, struct err *e)
{
    *out = (struct head_grid){layers, calloc((size_t)layers + 1, sizeof(int))};
    return out->first ? 0 : err_set(e, ERR_NOMEM, "no memory for the heads of %d layers", layers);
}

int head_grid_make(struct head_grid *out, const int *heads, int layers, struct err *e)
{
    TRY(alloc(out, layers, e));
    for (int l = 0; l < layers; l++)
        out->first[l + 1] = out->first[l] + heads[l];
    return 0;
}

int head_grid_init(struct head_grid *out, const struct model *m, struct err *e)
{
    TRY(alloc(out, m->config.layers, e));
    for (int l = 0; l < out->layers; l++)
        out->first[l + 1] = out->first[l] + m->layer[l].heads;
    return 0;
}

int head_grid_copy(struct head_grid *out, const struct head_grid *g, struct err *e)
{
    TRY(alloc(out, g->layers, e));
    memcpy(out->first, g->first, ((size_t)g->layers + 1) * sizeof *g->first);
    return 0;
}

void head_grid_free(struct head_grid *g)
{
    free(g->first);
    *g = (struct head_grid){0};
}

int head_grid_heads(const struct head_grid *g)
{
    return g->first[g->layers];
}

int head_grid_width(const struct head_grid *g)
{
    int most = 0;
    for (int l = 0; l < g->layers; l++)
        most = g->first[l + 1] - g->first[l] > most ? g->first[l + 1] - g->first[l] : most;
    return most;
}

int head_grid_layer(const struct head_grid *g, int head)
{
    int l = 0;
    while (head >= g->first[l + 1])
        l++;
    return l;
}

double head_grid_norm(const struct head_grid *g, const double *value, int layer)
{
    double sum = 0;
    for (int i = g->first[layer]; i < g->first[layer + 1]; i++)
        sum += value[i] * value[i];
    return sum > 0 ? sqrt(sum) : 1;
}

void head_grid_normalize(const struct head_grid *g, double *value)
{
    for (int l = 0; l < g->layers; l++) {
        double norm = head_grid_norm(g, value, l);
        for (int i = g->first[l]; i < g->first[l + 1]; i++)
            value[i] /= norm;
    }
}
