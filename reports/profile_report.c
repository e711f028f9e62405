#include "reports/profile_report.h"

#include <stdio.h>

#include "reports/format.h"

enum { COSTS = 13 };

/* The columns that a component, a layer and a step share, after `names` of their own. A terminal has no room for all of them. */
static void add_costs(struct emit_column *column, int names, enum profile_columns shown)
{
    bool all = shown == PROFILE_ALL;
    const struct emit_column cost[COSTS] = {{"params", "parameters", UNIT_COUNT},
                                            {"param_share", shown >= PROFILE_SHARES ? "share" : NULL, UNIT_SHARE},
                                            {"macs", "MACs", UNIT_COUNT},
                                            {"bytes", all ? "bytes moved" : NULL, UNIT_BYTES},
                                            {"weight_bytes", all ? "weights" : NULL, UNIT_BYTES},
                                            {"time_ns", "time (median \302\261 95% CI)", UNIT_NS},
                                            {"time_share", "share of time", UNIT_SHARE},
                                            {"mac_share", "share of MACs", UNIT_SHARE},
                                            {"time_per_mac", "time/MACs", UNIT_RATIO},
                                            {"intensity", all ? "FLOP/byte" : NULL, UNIT_SCORE},
                                            {"gflops", all ? "GFLOP/s" : NULL, UNIT_SCORE},
                                            {"narrow_macs", NULL, UNIT_COUNT},
                                            {"ceiling_share", "of ceiling", UNIT_SHARE}};
    for (int i = 0; i < COSTS; i++)
        column[names + i] = cost[i];
}

static void emit_share(struct emit *e, bool known, double x)
{
    if (known)
        emit_real(e, NULL, NULL, x, UNIT_SHARE);
    else
        emit_absent(e, NULL, NULL);
}

/* More than the machine can do is a fault of the measurement, not a figure. */
static void emit_ceiling(struct emit *e, const char *key, const char *title, double share)
{
    if (share > 1)
        emit_string(e, key, title, "invalid");
    else if (share >= 0)
        emit_real(e, key, title, share, UNIT_SHARE);
    else
        emit_absent(e, key, title);
}

static void emit_cost(struct emit *e, const struct profile *p, const struct profile_group *g)
{
    double time = profile_time_share(p, &g->time_ns), macs = profile_mac_share(p, g->macs);
    double ceiling = profile_ceiling_share(p, g), params = (double)p->total.params;
    bool timed = g->time_ns.n > 0;
    emit_int(e, NULL, NULL, (int64_t)g->params, UNIT_COUNT);
    emit_share(e, params > 0, params > 0 ? (double)g->params / params : 0);
    emit_int(e, NULL, NULL, (int64_t)g->macs, UNIT_COUNT);
    emit_int(e, NULL, NULL, (int64_t)g->bytes, UNIT_BYTES);
    emit_int(e, NULL, NULL, (int64_t)g->weight_bytes, UNIT_BYTES);
    emit_spread(e, NULL, NULL, &g->time_ns, UNIT_NS);
    emit_share(e, timed, time);
    emit_share(e, true, macs);
    emit_share(e, macs > 0, macs > 0 ? time / macs : 0);
    emit_share(e, g->macs > 0 && g->bytes > 0, profile_intensity(g));
    emit_share(e, g->macs > 0 && timed, profile_flops(g->macs, &g->time_ns) / 1e9);
    emit_int(e, NULL, NULL, (int64_t)g->narrow_macs, UNIT_COUNT);
    emit_ceiling(e, NULL, NULL, ceiling);
}

void profile_components(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown)
{
    struct emit_column columns[2 + COSTS] = {{"key", NULL, 0}, {"name", "component", 0}};
    add_costs(columns, 2, shown);
    emit_table(e, "components", title, columns, 2 + COSTS);
    for (int c = 0; c < COMPONENTS; c++) {
        emit_row(e);
        emit_string(e, NULL, NULL, component_key((enum component)c));
        emit_string(e, NULL, NULL, component_title((enum component)c));
        emit_cost(e, p, &p->component[c]);
    }
    emit_table_end(e);
}

void profile_layers(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown)
{
    struct emit_column columns[1 + COSTS] = {{"layer", "layer", 0}};
    add_costs(columns, 1, shown);
    emit_table(e, "layers", title, columns, 1 + COSTS);
    for (int i = 0; i < p->layers; i++) {
        emit_row(e);
        emit_int(e, NULL, NULL, i, UNIT_NONE);
        emit_cost(e, p, &p->layer[i]);
    }
    emit_table_end(e);
}

void profile_layer_components(struct emit *e, const struct profile *p, const char *title)
{
    struct emit_column columns[3 + COSTS] = {{"layer", "layer", 0}, {"component", NULL, 0}, {NULL, "component", 0}};
    add_costs(columns, 3, PROFILE_ALL);
    emit_table(e, "layer_components", title, columns, 3 + COSTS);
    for (int i = 0; i < p->layers; i++)
        for (int c = 0; c < COMPONENTS; c++) {
            const struct profile_group *g = &p->layer_component[i][c];
            if (g->bytes == 0)
                continue; /* it has none */
            emit_row(e);
            emit_int(e, NULL, NULL, i, UNIT_NONE);
            emit_string(e, NULL, NULL, component_key((enum component)c));
            emit_string(e, NULL, NULL, component_title((enum component)c));
            emit_cost(e, p, g);
        }
    emit_table_end(e);
}

static void emit_step(struct emit *e, const struct profile *p, const struct profile_step *s)
{
    const struct profile_group g = {s->params, s->macs, s->bytes, s->weight_bytes, s->time_ns, s->narrow_macs};
    emit_row(e);
    emit_string(e, NULL, NULL, s->name);
    emit_string(e, NULL, NULL, s->op);
    emit_string(e, NULL, NULL, s->kernel[0] ? s->kernel : NULL);
    emit_string(e, NULL, NULL, s->format[0] ? s->format : NULL);
    emit_string(e, NULL, NULL, component_key(s->component));
    if (s->layer >= 0)
        emit_int(e, NULL, NULL, s->layer, UNIT_NONE);
    else
        emit_absent(e, NULL, NULL);
    emit_cost(e, p, &g);
}

void profile_steps(struct emit *e, const struct profile *p, const char *title, enum profile_columns shown)
{
    struct emit_column columns[6 + COSTS] = {{"name", "step", 0},   {"op", NULL, 0},        {"kernel", "kernel", 0},
                                             {"format", NULL, 0},   {"component", NULL, 0}, {"layer", NULL, 0}};
    add_costs(columns, 6, shown);
    emit_table(e, "steps", title, columns, 6 + COSTS);
    for (int i = 0; i < p->steps; i++)
        emit_step(e, p, &p->step[i]);
    emit_table_end(e);
}

static void emit_rate(struct emit *e, const char *key, const char *title, double x, enum unit unit)
{
    if (x > 0)
        emit_real(e, key, title, x, unit);
    else
        emit_absent(e, key, title);
}

void profile_ceilings(struct emit *e, const struct profile *p)
{
    const struct ceilings *c = &p->ceilings;
    emit_begin(e, "ceilings", "Ceilings measured beside the passes (all threads together)");
    emit_int(e, "threads", NULL, c->threads, UNIT_NONE);
    emit_rate(e, "f32_flops", "f32 FMA", c->f32_flops, UNIT_FLOPS);
    const char *narrow = c->narrow_flops > 0 ? kernel_format_name(c->narrow) : NULL;
    emit_string(e, "narrow_format", NULL, narrow);
    emit_rate(e, "narrow_flops", narrow, c->narrow_flops, UNIT_FLOPS);
    emit_rate(e, "l2_read", "read L2", c->l2_read, UNIT_RATE);
    emit_rate(e, "l3_read", "read L3", c->l3_read, UNIT_RATE);
    emit_rate(e, "memory_read", "read memory", c->memory_read, UNIT_RATE);
    emit_end(e);
}

void profile_total(struct emit *e, const struct profile *p)
{
    const struct profile_group *t = &p->total;
    double ceiling = profile_ceiling_share(p, t);
    emit_begin(e, "total", "One pass");
    emit_int(e, "params", "parameters", (int64_t)t->params, UNIT_COUNT);
    emit_int(e, "macs", "MACs", (int64_t)t->macs, UNIT_COUNT);
    emit_real(e, "flops", "FLOPs", 2.0 * (double)t->macs, UNIT_COUNT);
    emit_int(e, "bytes", NULL, (int64_t)t->bytes, UNIT_BYTES);
    emit_int(e, "weight_bytes", "weights", (int64_t)t->weight_bytes, UNIT_BYTES);
    emit_int(e, "narrow_macs", NULL, (int64_t)t->narrow_macs, UNIT_COUNT);
    emit_int(e, "arena_bytes", "activations", (int64_t)p->arena_bytes, UNIT_BYTES);
    emit_spread(e, "time_ns", "time", &t->time_ns, UNIT_NS);
    emit_int(e, "passes", "passes", t->time_ns.n, UNIT_NONE);
    emit_real(e, "gflops", NULL, profile_flops(t->macs, &t->time_ns) / 1e9, UNIT_NONE);
    emit_real(e, NULL, "speed", profile_flops(t->macs, &t->time_ns), UNIT_FLOPS);
    emit_ceiling(e, "ceiling_share", "of ceiling", ceiling);
    emit_bool(e, "converged", NULL, p->converged);
    emit_end(e);
}

void profile_unattributed(struct emit *e, const struct profile *p)
{
    double total = p->total.time_ns.median;
    emit_real(e, "unattributed_ns", "unattributed", p->unattributed_ns, UNIT_NS);
    emit_real(e, "unattributed_share", "  of the pass", total > 0 ? p->unattributed_ns / total : 0, UNIT_SHARE);
    if (p->overhead_ratio.n > 0)
        emit_spread(e, "overhead_ratio", "step clocks", &p->overhead_ratio, UNIT_RATIO);
}

void profile_notes(struct emit *e, const struct profile *p)
{
    if (!p->converged)
        emit_note(e, "The interval did not become as narrow as asked for before the time was up; --budget gives it more.");
}

void profile_report(struct emit *e, const struct profile *p)
{
    profile_total(e, p);
    profile_ceilings(e, p);
    profile_components(e, p, "Components", PROFILE_FEW);
    profile_unattributed(e, p);
    profile_layers(e, p, "Layers", PROFILE_FEW);
    profile_steps(e, p, "Steps", PROFILE_FEW);
    profile_notes(e, p);
}
