#include <stdlib.h>

#include "analyzer/compress/recipe.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"

/* Layers that are to share the parameters of some components, rising. */
struct group {
    const int *layer;
    int layers;
    const bool *component;
    bool mean;
};

static bool same_shape(const struct tensor *a, const struct tensor *b)
{
    return a->ndim == b->ndim && a->dim[0] == b->dim[0] && (a->ndim < 2 || a->dim[1] == b->dim[1]);
}

static int differ(const struct model *m, const struct param *p, int other, const char *how, struct err *e)
{
    return err_set(e, ERR_SHAPE, "%s of layers %d and %d %s", component_title(p->component), m->layer[p->layer].number,
                   m->layer[other].number, how);
}

static int count_params(const struct model *m, enum component c, int layer)
{
    int n = 0;
    for (int i = 0; i < m->params; i++)
        n += m->param[i].layer == layer && m->param[i].component == c;
    return n;
}

/* Whether layer `other` can have parameter `p` of the first layer, or the mean of its own and that. */
static int check_param(const struct model *m, const struct param *p, int other, bool mean, struct err *e)
{
    const struct param *q = model_param(m, p->role, other);
    bool as_many = count_params(m, p->component, p->layer) == count_params(m, p->component, other);
    if (!q || !as_many || !same_shape(&p->tensor, &q->tensor))
        return differ(m, p, other, "differ in shape; layers share before heads, neurons or ranks of some of them go", e);
    if (mean && (!kernel_format_exact(p->format) || !kernel_format_exact(q->format) || model_inner(m, p->role, p->layer)))
        return differ(m, p, other, "are quantized or of low rank already and have no mean; share before, or with from=first", e);
    return 0;
}

/* The mean of a parameter over the group takes the place of that of its first layer. */
static int take_mean(struct model *m, int param, const struct group *g, struct err *e)
{
    const struct tensor *t = &m->param[param].tensor;
    size_t n = tensor_count(t), dim[2] = {t->dim[0], t->ndim == 2 ? t->dim[1] : 1};
    float *own = NULL;
    double *sum = calloc(n, sizeof *sum);
    if (!sum)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", n);
    for (int i = 0; i < g->layers; i++) {
        if (param_copy(&own, model_param(m, m->param[param].role, g->layer[i]), e) != 0) {
            free(sum);
            return ERR_NOMEM;
        }
        for (size_t k = 0; k < n; k++)
            sum[k] += (double)own[k];
        if (i < g->layers - 1)
            free(own);
    }
    for (size_t k = 0; k < n; k++)
        own[k] = (float)(sum[k] / g->layers);
    free(sum);
    model_take(m, param, dim, own);
    param_set_format(&m->param[param], KERNEL_F32);
    return 0;
}

static int share_param(struct model *m, int param, const struct group *g, struct err *e)
{
    for (int i = 1; i < g->layers; i++)
        TRY(check_param(m, &m->param[param], g->layer[i], g->mean, e));
    if (g->mean)
        TRY(take_mean(m, param, g, e));
    m->param[param].shared = g->layer[0] + 1;
    for (int i = 1; i < g->layers; i++)
        model_tie(m, (int)(model_param(m, m->param[param].role, g->layer[i]) - m->param), param);
    return 0;
}

static int share_group(struct model *m, const struct group *g, struct err *e)
{
    for (int i = 0; i < m->params && g->layers > 1; i++)
        if (m->param[i].layer == g->layer[0] && g->component[m->param[i].component])
            TRY(share_param(m, i, g, e));
    return 0;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool chosen[CONFIG_MAX_LAYERS], component[COMPONENTS];
    int layer[CONFIG_MAX_LAYERS], layers = 0, groups = step_int(step, "groups");
    TRY(step_layers(step, "layers", m, chosen, e));
    step_components(step, "components", component);
    for (int i = 0; i < m->config.layers; i++)
        if (chosen[i])
            layer[layers++] = i;
    groups = groups < layers ? groups : layers;
    for (int i = 0; i < groups; i++) {
        int first = layers * i / groups, end = layers * (i + 1) / groups;
        struct group g = {layer + first, end - first, component, step_is(step, "from", "mean")};
        TRY(progress_step(progress, "sharing", i, groups, e));
        TRY(share_group(m, &g, e));
    }
    (void)x;
    return 0;
}

static const char *const sources[] = {"first", "mean", NULL};

static const struct method_option options[] = {
    {"layers", VALUE_LAYERS, "all", 0, 0, NULL, "layers it applies to"},
    {"groups", VALUE_INT, "1", 1, CONFIG_MAX_LAYERS, NULL, "how many sets of parameters they are left with: one for as many neighbours each"},
    {"from", VALUE_CHOICE, "first", 0, 0, sources, "what a group gets: the parameters of its first layer, or the mean over its layers"},
    {"components", VALUE_COMPONENTS, "all", 0, 0, NULL, "components whose parameters are shared; LayerNorms are among other"},
};

const struct method method_share = {
    .name = "share",
    .family = "share",
    .summary = "neighbouring layers have the same parameters, which are stored once (ALBERT)",
    .effect = "size only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
