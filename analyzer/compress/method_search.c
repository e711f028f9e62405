#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/gates.h"
#include "analyzer/compress/importance.h"
#include "analyzer/compress/latency.h"
#include "analyzer/compress/mask.h"
#include "analyzer/compress/structure.h"
#include "analyzer/compress/tune.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

/* What a layer has left. */
struct shape {
    int heads[CONFIG_MAX_LAYERS], neurons[CONFIG_MAX_LAYERS];
};

/* ---- prices -------------------------------------------------------------------------------------------------- */

enum share_of { OF_NOTHING, OF_HEADS, OF_NEURONS };

static enum share_of component_share(int layer, enum component c)
{
    return layer < 0 || c == COMPONENT_OTHER || c == COMPONENT_EMBEDDING ? OF_NOTHING : c == COMPONENT_FEED_FORWARD ? OF_NEURONS : OF_HEADS;
}

/* Adds the price of each number of units of a layer: price(size of the whole x i / n). */
static void add_curve(double *out, int n, double (*price)(const void *, const void *, double), const void *table, const void *what)
{
    for (int i = 0; i <= n; i++)
        out[i] += price(table, what, (double)i / n);
}

static void add_price(struct prices *p, const struct head_scores *s, int layer, enum component c,
                      double (*price)(const void *, const void *, double), const void *table, const void *what)
{
    const int *h = s->grid.first, *n = s->neurons.first;
    switch (component_share(layer, c)) {
    case OF_NOTHING:
        p->fixed += price(table, what, 1);
        return;
    case OF_HEADS:
        add_curve(p->head + h[layer] + layer, h[layer + 1] - h[layer], price, table, what);
        return;
    case OF_NEURONS:
        add_curve(p->neuron + n[layer] + layer, n[layer + 1] - n[layer], price, table, what);
    }
}

static double macs_of(const void *table, const void *step, double share)
{
    (void)table;
    return share * (double)((const struct step *)step)->macs;
}

static double time_of(const void *table, const void *step, double share)
{
    return latency_at(table, step, share * latency_size(step));
}

static double bytes_of(const void *table, const void *param, double share)
{
    const struct param *p = param;
    const struct tensor *t = &p->tensor;
    (void)table;
    uint64_t bytes = t->ndim == 2 ? kernel_format_bytes(p->format, t->dim[0], t->dim[1]) : tensor_count(t) * sizeof(float);
    return share * (double)bytes;
}

static bool is_output_bias(const struct param *p)
{
    return p->role == ROLE_ATTENTION_OUTPUT_BIAS || p->role == ROLE_FFN_DOWN_BIAS;
}

static void price_bytes(struct prices *p, const struct model *m, const struct head_scores *s)
{
    for (int i = 0; i < m->params; i++)
        add_price(p, s, is_output_bias(&m->param[i]) ? -1 : m->param[i].layer, m->param[i].component, bytes_of, NULL, &m->param[i]);
}

static int price_steps(struct prices *p, const struct model *m, const struct head_scores *s, const struct workload *load, uint32_t cpu,
                       const struct latency *table, struct err *e)
{
    struct weights_options options = {.cpu = cpu, .threads = load->threads, .format = load->format};
    struct weights *w;
    struct plan *plan = NULL;
    TRY(weights_build(&w, m, &options, NULL, e));
    int code = workload_plan(&plan, load, w, e);
    for (int i = 0; code == 0 && i < plan->steps; i++)
        add_price(p, s, plan->step[i].layer, plan->step[i].component, table ? time_of : macs_of, table, &plan->step[i]);
    plan_free(plan);
    weights_free(w);
    return code;
}

/* ---- shapes -------------------------------------------------------------------------------------------------- */

static const char *const budgets[] = {"macs", "latency", "size"};

static int search_budget(struct shape *out, const char *budget, double share, const struct model *m, const struct recipe_line *step,
                         const struct gates *g, const struct materials *x, struct err *e)
{
    const struct head_scores *s = &g->scores;
    int seq = step_int(step, "seq");
    struct workload load = {.batch = 1, .seq = seq < m->config.positions ? seq : m->config.positions, .threads = x->threads};
    struct prices p = {0};
    if (strcmp(budget, "latency") == 0 && (!x->latency || !x->workload))
        return err_set(e, ERR_USAGE, "a budget of latency needs times of this machine: `bertscope search --budget latency=%g` measures them and "
                                     "says what to write instead", share);
    int code = prices_init(&p, &s->grid, &s->neurons, e);
    if (code == 0 && strcmp(budget, "size") == 0)
        price_bytes(&p, m, s);
    else if (code == 0)
        code = strcmp(budget, "macs") == 0 ? price_steps(&p, m, s, &load, x->cpu, NULL, e)
                                           : price_steps(&p, m, s, x->workload, x->cpu, x->latency, e);
    if (code == 0)
        code = mask_search(out->heads, out->neurons, &p, share * prices_total(&p, &s->grid, &s->neurons), &s->grid, s->fisher, &s->neurons,
                           s->neuron_fisher, e);
    prices_free(&p);
    return code == 0 ? 0 : err_wrap(e, "%s=%g", budget, share);
}

static int take_counts(int *left, const char *option, const struct recipe_line *step, const struct model *m, bool heads, struct err *e)
{
    int given[CONFIG_MAX_LAYERS], n = step_counts(step, option, given, CONFIG_MAX_LAYERS);
    if (n > 0 && n != m->config.layers)
        return err_set(e, ERR_SHAPE, "%s has %d numbers, but there are %d layers", option, n, m->config.layers);
    for (int l = 0; l < n; l++) {
        int most = heads ? m->layer[l].heads : m->layer[l].neurons;
        if (given[l] < 1 || given[l] > most)
            return err_set(e, ERR_SHAPE, "%s of layer %d must be from 1 to %d, not %d", option, m->layer[l].number, most, given[l]);
        left[l] = given[l];
    }
    return 0;
}

/* What the step asks for: the numbers that are given, or those that a budget allows. */
static int shape_of(struct shape *out, const struct model *m, const struct recipe_line *step, const struct gates *g,
                    const struct materials *x, struct err *e)
{
    for (int l = 0; l < m->config.layers; l++) {
        out->heads[l] = m->layer[l].heads;
        out->neurons[l] = m->layer[l].neurons;
    }
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        if (step_real(step, budgets[i]) < 1)
            return search_budget(out, budgets[i], step_real(step, budgets[i]), m, step, g, x, e);
    TRY(take_counts(out->heads, "heads", step, m, true, e));
    return take_counts(out->neurons, "neurons", step, m, false, e);
}

/* ---- masks --------------------------------------------------------------------------------------------------- */

/* The gates of one kind in one layer. */
struct block {
    const float *gradient;
    const double *fisher;
    int ld, n, left;
    int (*drop)(struct model *, int, const bool *, int, struct err *);
};

static int prune_block(struct model *m, int layer, const struct block *b, const struct recipe_line *step, const struct gates *g,
                       const struct materials *x, struct err *e)
{
    bool *kept = malloc((size_t)b->n + 1);
    if (!kept)
        return err_set(e, ERR_NOMEM, "no memory for %d gates", b->n);
    int code = mask_greatest(kept, b->fisher, b->n, b->left, e);
    if (code == 0 && b->left < b->n && step_is(step, "rearrange", "yes"))
        code = mask_rearrange(kept, b->gradient, b->ld, g->rows, b->n, x->cpu, x->threads, e);
    for (int i = 0; i < b->n; i++)
        kept[i] = !kept[i];
    if (code == 0)
        code = b->drop(m, layer, kept, x->threads, e);
    free(kept);
    return code;
}

static int prune(struct model *m, const struct shape *left, const struct recipe_line *step, const struct gates *g,
                 const struct materials *x, const struct progress *progress, struct err *e)
{
    const struct head_scores *s = &g->scores;
    for (int l = 0; l < m->config.layers; l++) {
        int h = s->grid.first[l], n = s->neurons.first[l];
        struct block heads = {g->head + h, s->fisher + h, head_grid_heads(&s->grid), s->grid.first[l + 1] - h, left->heads[l],
                              structure_drop_heads};
        struct block neurons = {g->neuron + n, s->neuron_fisher + n, head_grid_heads(&s->neurons), s->neurons.first[l + 1] - n,
                                left->neurons[l], structure_drop_neurons};
        TRY(progress_step(progress, "rearranging masks", l, m->config.layers, e));
        TRY(prune_block(m, l, &heads, step, g, x, e));
        TRY(prune_block(m, l, &neurons, step, g, x, e));
    }
    return 0;
}

/* ---- the step ------------------------------------------------------------------------------------------------ */

static bool has_effect(const struct recipe_line *step)
{
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        if (step_real(step, budgets[i]) < 1)
            return true;
    return !step_is(step, "heads", "all") || !step_is(step, "neurons", "all");
}

static enum method_needs needs(const struct recipe_line *step)
{
    return has_effect(step) ? METHOD_NEEDS_ROWS : METHOD_NEEDS_NOTHING;
}

static int check(const struct recipe_line *step, struct err *e)
{
    int n = !step_is(step, "heads", "all") || !step_is(step, "neurons", "all");
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        n += step_real(step, budgets[i]) < 1;
    return n <= 1 ? 0 : err_set(e, ERR_USAGE, "macs, latency, size, and heads and neurons exclude each other: one says what may be left");
}

static int search(struct model *m, const struct model *whole, const struct recipe_line *step, const struct gates *g,
                  const struct materials *x, const struct progress *progress, struct err *e)
{
    struct shape left;
    int rows = step_int(step, "tune");
    struct tuning t = {whole, x->rows->row, rows < x->rows->rows ? rows : x->rows->rows, x->cpu, x->threads};
    TRY(shape_of(&left, m, step, g, x, e));
    TRY(prune(m, &left, step, g, x, progress, e));
    return rows > 0 ? tune(m, &t, progress, e) : 0;
}

/* `m` as it is now: what it owns by now is copied, because pruning frees it. */
static int snapshot(struct model **out, const struct model *m, struct err *e)
{
    TRY(model_derive(out, m, e));
    for (int i = 0; i < m->params; i++) {
        const struct param *p = &m->param[i];
        float *copy;
        int code = model_replaced(m, i) ? param_copy(&copy, p, e) : 0;
        if (code == 0 && model_replaced(m, i))
            model_take(*out, i, (size_t[2]){p->tensor.dim[0], p->tensor.ndim > 1 ? p->tensor.dim[1] : 1}, copy);
        if (code != 0) {
            model_free(*out);
            return code;
        }
    }
    return 0;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    const struct gates *g;
    struct gates room;
    struct model *whole;
    TRY(check(step, e));
    if (!has_effect(step))
        return 0;
    TRY(snapshot(&whole, m, e));
    int code = gates_of(&g, &room, m, x, step_int(step, "rows"), progress, e);
    if (code == 0)
        code = search(m, whole, step, g, x, progress, e);
    gates_free(&room);
    model_free(whole);
    return code;
}

static const char *const yes_no[] = {"no", "yes", NULL};

static const struct method_option options[] = {
    {"macs", VALUE_REAL, "1", 0, 1, NULL, "share of the MACs of a pass that may be left"},
    {"size", VALUE_REAL, "1", 0, 1, NULL, "share of the bytes of the parameters that may be left"},
    {"latency", VALUE_REAL, "1", 0, 1, NULL, "share of the time of a pass, by the latency table of this machine"},
    {"heads", VALUE_COUNTS, "all", 0, 0, NULL, "instead: heads that are left in each layer"},
    {"neurons", VALUE_COUNTS, "all", 0, 0, NULL, "and neurons"},
    {"seq", VALUE_INT, "128", 1, 1 << 20, NULL, "tokens of the pass that macs= is about"},
    {"rows", VALUE_INT, "2048", 1, 1 << 30, NULL, "rows that say what matters: the first ones"},
    {"rearrange", VALUE_CHOICE, "yes", 0, 0, yes_no, "exchange heads and neurons within a layer by the block of their Fisher information"},
    {"tune", VALUE_INT, "512", 0, 1 << 30, NULL, "rows to fit scales of what is left by least squares, 0 = none"},
};

const struct method method_search = {
    .name = "search",
    .family = "prune",
    .summary = "the heads and neurons that matter least go, under a budget for both (Kwon et al. 2022)",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = needs,
    .apply = apply,
};
