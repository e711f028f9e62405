#include "analyzer/measure/ablation.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"

/* ---- variants ------------------------------------------------------------------------------------------------ */

static unsigned char *gone_of(const struct ablation *a, int variant)
{
    return a->gone + (size_t)variant * (size_t)head_grid_heads(&a->grid);
}

static int init(struct ablation *out, const struct head_grid *g, int variants, struct err *e)
{
    size_t heads = (size_t)head_grid_heads(g), n = (size_t)variants;
    *out = (struct ablation){.variants = variants};
    TRY(head_grid_copy(&out->grid, g, e));
    out->gone = calloc(n * heads + 1, 1);
    out->effect = calloc(n + 1, sizeof *out->effect);
    if (out->gone && out->effect)
        return 0;
    ablation_free(out);
    return err_set(e, ERR_NOMEM, "no memory for %d variants of %zu heads", variants, heads);
}

int ablation_removed(struct ablation *out, const struct head_grid *g, struct err *e)
{
    TRY(init(out, g, head_grid_heads(g), e));
    for (int i = 0; i < out->variants; i++)
        gone_of(out, i)[i] = 1;
    return 0;
}

int ablation_kept(struct ablation *out, const struct head_grid *g, struct err *e)
{
    TRY(init(out, g, head_grid_heads(g), e));
    for (int i = 0; i < out->variants; i++) {
        int layer = head_grid_layer(g, i);
        for (int k = g->first[layer]; k < g->first[layer + 1]; k++)
            gone_of(out, i)[k] = k != i;
    }
    return 0;
}

int ablation_curve_heads(int heads, int step)
{
    return (2 * heads * step + ABLATION_STEPS) / (2 * ABLATION_STEPS);
}

int ablation_curve(struct ablation *out, const struct head_grid *g, const int *order, struct err *e)
{
    TRY(init(out, g, ABLATION_STEPS + 1, e));
    for (int i = 0; i < out->variants; i++)
        for (int k = 0; k < ablation_curve_heads(head_grid_heads(g), i); k++)
            gone_of(out, i)[order[k]] = 1;
    return 0;
}

int ablation_copy(struct ablation *out, const struct ablation *a, struct err *e)
{
    struct ablation copy;
    TRY(init(&copy, &a->grid, a->variants, e));
    memcpy(copy.gone, a->gone, (size_t)a->variants * (size_t)head_grid_heads(&a->grid));
    memcpy(copy.effect, a->effect, (size_t)a->variants * sizeof *a->effect);
    struct head_grid grid = copy.grid;
    unsigned char *gone = copy.gone;
    struct ablation_effect *effect = copy.effect;
    *out = *a;
    out->grid = grid;
    out->gone = gone;
    out->effect = effect;
    return 0;
}

void ablation_free(struct ablation *a)
{
    head_grid_free(&a->grid);
    free(a->gone);
    free(a->effect);
    *a = (struct ablation){0};
}

/* ---- what came out ------------------------------------------------------------------------------------------- */

int ablation_first_layer(const struct ablation *a, int variant)
{
    const unsigned char *gone = gone_of(a, variant);
    for (int i = 0; i < head_grid_heads(&a->grid); i++)
        if (gone[i])
            return head_grid_layer(&a->grid, i);
    return a->grid.layers;
}

void ablation_importance(const struct ablation *a, bool removed, double *importance)
{
    for (int i = 0; i < a->variants; i++)
        importance[i] = removed ? -a->effect[i].difference : a->effect[i].difference;
}

int ablation_removable(const struct ablation *a)
{
    int point = 0;
    while (point + 1 < a->variants && !(a->effect[point + 1].high < 0))
        point++;
    return ablation_curve_heads(head_grid_heads(&a->grid), point);
}
