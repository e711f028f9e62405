/* What a pass costs: whole, by component, by layer, by step; and against what the machine can do. */
#include <stdio.h>
#include <stdlib.h>

#include "reports/figure.h"
#include "reports/format.h"
#include "reports/profile_read.h"
#include "reports/profile_report.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    if (!s->profile)
        return 0;
    r->profile = calloc(1, sizeof *r->profile);
    if (!r->profile)
        return err_set(e, ERR_NOMEM, "no memory for a profile");
    return profile_copy(r->profile, s->profile, e);
}

static void *room(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    if (!p)
        str_out_of_memory();
    return p;
}

/* ---- shares of the whole ------------------------------------------------------------------------------------- */

enum share { SHARE_PARAMS, SHARE_MACS, SHARE_TIME, SHARES };

static double share_of(const struct profile *p, enum share what, int c)
{
    const struct profile_group *g = &p->component[c];
    switch (what) {
    case SHARE_PARAMS:
        return p->total.params ? (double)g->params / (double)p->total.params : 0;
    case SHARE_MACS:
        return profile_mac_share(p, g->macs);
    default:
        return profile_time_share(p, &g->time_ns);
    }
}

static void amount_of(char out[FORMAT_SIZE], const struct profile_group *g, enum share what)
{
    if (what == SHARE_TIME)
        format_ns(out, g->time_ns.median);
    else
        format_count(out, (double)(what == SHARE_PARAMS ? g->params : g->macs));
}

static void share_bar(struct figure_bar *bar, const struct profile *p, enum share what)
{
    static const char *const name[SHARES] = {"Parameters", "MACs", "Time"};
    snprintf(bar->name, sizeof bar->name, "%s", name[what]);
    amount_of(bar->note, &p->total, what);
    for (int c = 0; c < COMPONENTS; c++) {
        char amount[FORMAT_SIZE], share[FORMAT_SIZE];
        bar->part[c] = share_of(p, what, c);
        amount_of(amount, &p->component[c], what);
        snprintf(bar->label[c], sizeof bar->label[c], "%s, %s", format_share(share, bar->part[c]), amount);
    }
}

/* The component whose time its arithmetic explains least, of those that take some. */
static int most_unexplained(const struct profile *p)
{
    int most = -1;
    double ratio = 1.1;
    for (int c = 0; c < COMPONENTS; c++) {
        double macs = share_of(p, SHARE_MACS, c), time = share_of(p, SHARE_TIME, c);
        if (macs >= 0.01 && time >= 0.02 && time / macs > ratio) {
            most = c;
            ratio = time / macs;
        }
    }
    return most;
}

static void say_unexplained(struct emit *e, const struct profile *p)
{
    char time[FORMAT_SIZE], macs[FORMAT_SIZE], ratio[FORMAT_SIZE], text[256];
    int c = most_unexplained(p);
    if (c < 0)
        return;
    double t = share_of(p, SHARE_TIME, c), m = share_of(p, SHARE_MACS, c);
    snprintf(text, sizeof text, "%s takes %s of the time for %s of the MACs, %s times what its arithmetic alone explains.",
             component_title((enum component)c), format_share(time, t), format_share(macs, m), format_ratio(ratio, t / m));
    emit_note(e, text);
}

static void walk_components(struct emit *e, const struct profile *p)
{
    struct figure_bar bar[SHARES] = {{.name = ""}};
    double full = 1;
    for (int i = 0; i < SHARES; i++) {
        double sum = 0;
        share_bar(&bar[i], p, (enum share)i);
        for (int c = 0; c < COMPONENTS; c++)
            sum += bar[i].part[c];
        full = sum > full ? sum : full; /* parts of the time can be more than the median of the whole */
    }
    const struct figure_bars bars = {bar, SHARES, full, true, true, "unattributed"};
    const struct figure f = {"What the components hold and cost",
                             "Three bars, one above the other: the share of each component in the parameters, in the multiply-adds and in the "
                             "time of a pass. A component that is wider in time than in multiply-adds costs more than its arithmetic.",
                             figure_draw_bars, &bars};
    emit_begin(e, NULL, "Components");
    emit_figure(e, &f);
    say_unexplained(e, p);
    profile_components(e, p, NULL, PROFILE_SHARES);
    profile_unattributed(e, p);
    emit_end(e);
}

/* ---- layers -------------------------------------------------------------------------------------------------- */

static double amount(const struct profile_group *g, enum share what)
{
    return what == SHARE_TIME ? g->time_ns.median : (double)(what == SHARE_PARAMS ? g->weight_bytes : g->macs);
}

static void label_amount(char out[FORMAT_SIZE], double x, enum share what)
{
    if (what == SHARE_TIME)
        format_ns(out, x);
    else if (what == SHARE_PARAMS)
        format_bytes(out, x);
    else
        format_count(out, x);
}

/* What lies outside the layers: before them, and behind them. */
static void outside_bar(struct figure_bar *bar, const struct profile *p, bool before, enum share what)
{
    bool layers = false;
    snprintf(bar->name, sizeof bar->name, "%s", before ? "before" : "after");
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        const struct profile_group g = {s->params, s->macs, s->bytes, s->weight_bytes, s->time_ns, s->narrow_macs};
        layers = layers || s->layer >= 0;
        if (s->layer < 0 && before != layers)
            bar->part[s->component] += amount(&g, what);
    }
}

/* Labels a bar. `whole` is what its parts are of, which medians of parts need not sum to; 0 = their sum. */
static double finish_bar(struct figure_bar *bar, double whole, enum share what)
{
    double sum = 0;
    for (int c = 0; c < COMPONENTS; c++) {
        label_amount(bar->label[c], bar->part[c], what);
        sum += bar->part[c];
    }
    for (int c = 0; c < COMPONENTS && whole > 0 && sum > 0; c++)
        bar->part[c] *= whole / sum;
    whole = whole > 0 ? whole : sum;
    label_amount(bar->note, whole, what);
    return whole;
}

static void layer_figure(struct emit *e, const struct profile *p, enum share what, const char *title, const char *desc)
{
    int n = p->layers + 2;
    struct figure_bar *bar = room((size_t)n, sizeof *bar);
    struct figure_bars bars = {.bar = bar, .bars = n, .legend = what == SHARE_TIME};
    outside_bar(&bar[0], p, true, what);
    outside_bar(&bar[n - 1], p, false, what);
    for (int i = 0; i < p->layers; i++) {
        snprintf(bar[i + 1].name, sizeof bar->name, "layer %d", i);
        for (int c = 0; c < COMPONENTS; c++)
            bar[i + 1].part[c] = amount(&p->layer_component[i][c], what);
    }
    for (int i = 0; i < n; i++) {
        double whole = finish_bar(&bar[i], i > 0 && i < n - 1 ? amount(&p->layer[i - 1], what) : 0, what);
        bars.full = whole > bars.full ? whole : bars.full;
    }
    const struct figure f = {title, desc, figure_draw_bars, &bars};
    emit_figure(e, &f);
    free(bar);
}

static void walk_layers(struct emit *e, const struct profile *p)
{
    emit_begin(e, NULL, "Layers");
    layer_figure(e, p, SHARE_TIME, "Time of each layer",
                 "A bar for each layer, as long as its median time and divided like the medians of its components; before and after it what lies "
                 "outside the layers.");
    layer_figure(e, p, SHARE_MACS, "Multiply-adds of each layer",
                 "A bar for each layer, made of the multiply-adds of its components; before and after it what lies outside the layers.");
    layer_figure(e, p, SHARE_PARAMS, "Storage of each layer",
                 "A bar for each layer, made of the bytes of the weights of its components; before and after it what lies outside the layers.");
    profile_layers(e, p, "Layers", PROFILE_ALL);
    profile_layer_components(e, p, "Components of each layer");
    emit_end(e);
}

/* ---- the roofline -------------------------------------------------------------------------------------------- */

static void point_of(struct figure_point *out, const char *name, const struct profile_group *g, enum component c, bool large)
{
    *out = (struct figure_point){.intensity = profile_intensity(g), .flops = profile_flops(g->macs, &g->time_ns), .component = c,
                                 .large = large};
    snprintf(out->name, sizeof out->name, "%s", name);
}

static void walk_roofline(struct emit *e, const struct profile *p)
{
    const struct ceilings *c = &p->ceilings;
    struct figure_point *point = room((size_t)p->steps + COMPONENTS, sizeof *point);
    struct figure_roof roof = {.point = point,
                               .peak = {{"f32 FMA", c->f32_flops}, {kernel_format_name(c->narrow), c->narrow_flops}},
                               .read = {{"L2", c->l2_read}, {"L3", c->l3_read}, {"memory", c->memory_read}}};
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        const struct profile_group g = {s->params, s->macs, s->bytes, s->weight_bytes, s->time_ns, s->narrow_macs};
        point_of(&point[roof.points++], s->name, &g, s->component, false);
    }
    for (int i = 0; i < COMPONENTS; i++)
        if (i != COMPONENT_OTHER) /* mostly operations that are no multiply-adds */
            point_of(&point[roof.points++], component_title((enum component)i), &p->component[i], (enum component)i, true);
    const struct figure f = {"How near the work comes to the machine",
                             "Operations each second over operations for each byte moved, both logarithmic. Lines are what this machine was "
                             "measured to do at most; large marks are components, dots their steps; Other as a whole is left out, because most of it is no multiply-adds.",
                             figure_draw_roof, &roof};
    emit_begin(e, NULL, "Roofline");
    emit_figure(e, &f);
    emit_note(e, "Bytes are those that have to move at least once: inputs, outputs and weights of a step. What stays in a cache moves faster "
                 "than memory reads, so a point may lie above the line of a level.");
    profile_steps(e, p, "Steps", PROFILE_ALL);
    profile_ceilings(e, p);
    emit_end(e);
    free(point);
}

static void walk(struct emit *e, const struct report *r)
{
    if (!r->profile)
        return;
    profile_total(e, r->profile);
    walk_components(e, r->profile);
    walk_layers(e, r->profile);
    walk_roofline(e, r->profile);
    profile_notes(e, r->profile);
}

static void read(struct report *r, struct parse *p)
{
    if (!parse_has(p, "total"))
        return;
    r->profile = profile_read(p, r->facts.layers, &r->workload);
    if (!r->profile)
        return;
    snprintf(r->profile->model, sizeof r->profile->model, "%.*s", (int)sizeof r->profile->model - 1, r->facts.name);
    for (int c = 0; c < COMPONENTS; c++)
        r->facts.params[c] = r->profile->component[c].params;
}

static void forget(struct report *r)
{
    if (r->profile)
        profile_free(r->profile);
    free(r->profile);
}

const struct section section_profile = {collect, walk, read, forget};
