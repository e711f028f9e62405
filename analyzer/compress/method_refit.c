/* After Park et al. 2024 (K-prune, arXiv 2308.03449): layer by layer, first the output projection, then the second feed-forward matrix
 * is solved for again, so that the sum before the LayerNorm is that of the whole model. What earlier layers lost is then part of what
 * is explained. The penalty draws to the matrix as it was. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/calibrate.h"
#include "analyzer/compress/recipe.h"
#include "analyzer/compress/ridge.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"
#include "analyzer/run/plan.h"

static const struct site_of {
    enum component component;
    enum role role;
} sites[] = {
    {COMPONENT_LINEAR_AFTER, ROLE_ATTENTION_OUTPUT_WEIGHT},
    {COMPONENT_FEED_FORWARD, ROLE_FFN_DOWN_WEIGHT},
};

/* One matrix, while both models run over the rows. */
struct refit {
    enum role role;
    size_t hidden;
    float *sum;             /* [tokens, hidden] before the LayerNorm in the whole model; owned */
    size_t tokens, at;      /* in sum; how many the changed model has done */
    int base_layer, layer;
    struct ridge ridge;
    int threads;
};

/* The linear step of the matrix, and the LayerNorm behind it. */
static void find(const struct plan *p, enum role role, int layer, const struct step **linear, const struct step **norm)
{
    const struct param *weight = model_param(p->weights->model, role, layer);
    *linear = *norm = NULL;
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        if (s->linear && s->linear->part[0].weight == weight)
            *linear = s;
        else if (*linear && s->in[0] == (*linear)->out)
            *norm = s;
    }
}

static int keep_sums(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    struct refit *r = payload;
    const struct step *linear, *norm;
    size_t n = (size_t)p->tokens * r->hidden;
    (void)g;
    find(p, r->role, r->base_layer, &linear, &norm);
    float *sum = realloc(r->sum, (r->tokens * r->hidden + n) * sizeof *sum);
    if (!sum)
        return err_set(e, ERR_NOMEM, "no memory for what %zu tokens give", r->tokens + (size_t)p->tokens);
    r->sum = sum;
    for (size_t i = 0; i < n; i++)
        sum[r->tokens * r->hidden + i] = norm->x[0][i] + norm->x[1][i];
    r->tokens += (size_t)p->tokens;
    return 0;
}

static int add_equations(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    struct refit *r = payload;
    const struct step *linear, *norm;
    float *residual = r->sum + r->at * r->hidden; /* what is still to be explained takes the place of the sums */
    (void)g, (void)e;
    find(p, r->role, r->layer, &linear, &norm);
    for (size_t i = 0; i < (size_t)p->tokens * r->hidden; i++)
        residual[i] -= norm->x[0][i] + norm->x[1][i];
    ridge_add(&r->ridge, linear->x[0], residual, (size_t)p->tokens, r->threads);
    r->at += (size_t)p->tokens;
    return 0;
}

/* w += d^T. */
static int change(struct model *m, int param, const struct ridge *r, struct err *e)
{
    float *w;
    TRY(param_copy(&w, &m->param[param], e));
    for (size_t row = 0; row < r->n; row++)
        for (size_t k = 0; k < r->k; k++)
            w[row * r->k + k] = (float)((double)w[row * r->k + k] + r->right[k * r->n + row]);
    model_take(m, param, (size_t[2]){r->n, r->k}, w);
    param_set_format(&m->param[param], KERNEL_F32);
    return 0;
}

static bool explains_nothing(const struct refit *r)
{
    for (size_t i = 0; i < r->tokens * r->hidden; i++)
        if (r->sum[i] != 0)
            return false;
    return true;
}

static int solve(struct refit *r, struct model *m, int param, const struct recipe_line *step, const struct materials *x,
                 const struct progress *progress, struct err *e)
{
    int rows = step_int(step, "rows");
    TRY(ridge_init(&r->ridge, m->param[param].tensor.dim[1], r->hidden, e));
    TRY(calibrate(m->base, x, rows, false, keep_sums, r, progress, e));
    TRY(calibrate(m, x, rows, false, add_equations, r, progress, e));
    if (explains_nothing(r))
        return 0;
    TRY(ridge_solve(&r->ridge, step_real(step, "ridge"), r->threads, e));
    return change(m, param, &r->ridge, e);
}

static int refit(struct model *m, int layer, enum role role, const struct recipe_line *step, const struct materials *x,
                 const struct progress *progress, struct err *e)
{
    int number = m->layer[layer].number, param = (int)(model_param(m, role, layer) - m->param);
    struct refit r = {.role = role, .hidden = (size_t)m->config.hidden, .base_layer = model_layer(m->base, number), .layer = layer,
                      .threads = x->threads};
    if (!kernel_format_exact(m->param[param].format))
        return err_set(e, ERR_UNSUPPORTED, "%s of layer %d is in %s already; refit before", m->param[param].name, number,
                       kernel_format_name(m->param[param].format));
    if (model_inner(m, role, layer) || model_inner(m->base, role, r.base_layer))
        return err_set(e, ERR_UNSUPPORTED, "%s of layer %d is of low rank; refit before", m->param[param].name, number);
    int code = solve(&r, m, param, step, x, progress, e);
    ridge_free(&r.ridge);
    free(r.sum);
    return code;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool layer[CONFIG_MAX_LAYERS], component[COMPONENTS];
    TRY(step_layers(step, "layers", m, layer, e));
    step_components(step, "components", component);
    for (int i = 0; i < m->config.layers; i++)
        for (size_t s = 0; s < sizeof sites / sizeof *sites; s++)
            if (layer[i] && component[sites[s].component])
                TRY(refit(m, i, sites[s].role, step, x, progress, e));
    return 0;
}

static enum method_needs needs(const struct recipe_line *step)
{
    return strcmp(step_text(step, "layers"), "none") == 0 ? METHOD_NEEDS_NOTHING : METHOD_NEEDS_ROWS;
}

static const struct method_option options[] = {
    {"rows", VALUE_INT, "256", 1, 1 << 30, NULL, "rows to fit on, the first of the data"},
    {"ridge", VALUE_REAL, "0.01", 0, 1e6, NULL, "penalty for changing the matrix, as a share of the mean square of its inputs"},
    {"layers", VALUE_LAYERS, "all", 0, 0, NULL, "layers it applies to"},
    {"components", VALUE_COMPONENTS, "after,ffn", 0, 0, NULL, "output projection (after) or second feed-forward matrix (ffn)"},
};

const struct method method_refit = {
    .name = "refit",
    .family = "prune",
    .summary = "what is left after pruning gives what the whole model gave, by least squares on rows",
    .effect = "quality only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = needs,
    .apply = apply,
};
