#include "reports/profile_read.h"

#include <stdlib.h>
#include <string.h>

static uint64_t count(struct parse *p, const char *key)
{
    return (uint64_t)parse_int(p, key, 0, (int64_t)parse_most);
}

static void read_group(struct parse *p, struct profile_group *g)
{
    g->params = count(p, "params");
    g->macs = count(p, "macs");
    g->bytes = count(p, "bytes");
    g->weight_bytes = count(p, "weight_bytes");
    g->narrow_macs = count(p, "narrow_macs");
    g->time_ns = parse_spread(p, "time_ns", 0);
}

static void read_total(struct parse *p, struct profile *out)
{
    struct parse_place back = parse_enter(p, "total");
    read_group(p, &out->total);
    if (out->total.time_ns.n == 0)
        parse_fault(p, "time_ns", "is missing");
    out->arena_bytes = count(p, "arena_bytes");
    out->converged = parse_bool(p, "converged");
    parse_leave(p, &back);
    out->unattributed_ns = parse_real(p, "unattributed_ns", -parse_most, parse_most);
    out->overhead_ratio = parse_spread(p, "overhead_ratio", 0);
}

static void read_ceilings(struct parse *p, struct ceilings *c)
{
    char narrow[16];
    struct parse_place back = parse_enter(p, "ceilings");
    c->threads = (int)parse_int(p, "threads", 0, WORKLOAD_MAX_THREADS);
    c->f32_flops = parse_real_or(p, "f32_flops", 0, parse_most, 0);
    c->narrow_flops = parse_real_or(p, "narrow_flops", 0, parse_most, 0);
    c->l2_read = parse_real_or(p, "l2_read", 0, parse_most, 0);
    c->l3_read = parse_real_or(p, "l3_read", 0, parse_most, 0);
    c->memory_read = parse_real_or(p, "memory_read", 0, parse_most, 0);
    parse_text(p, "narrow_format", narrow, sizeof narrow);
    if (*narrow && !kernel_format_parse(narrow, &c->narrow))
        parse_fault(p, "narrow_format", "is not a format of weights");
    parse_leave(p, &back);
}

static void read_components(struct parse *p, struct profile *out)
{
    size_t n = parse_length(p, "components", COMPONENTS, COMPONENTS);
    for (size_t i = 0; i < n; i++) {
        struct parse_place back = parse_element(p, "components", i);
        if (parse_component(p, "key") != (enum component)i)
            parse_fault(p, "key", "is not in its place");
        read_group(p, &out->component[i]);
        parse_leave(p, &back);
    }
}

static void read_layers(struct parse *p, struct profile *out)
{
    size_t n = parse_length(p, "layers", (size_t)out->layers, (size_t)out->layers);
    for (size_t i = 0; i < n; i++) {
        struct parse_place back = parse_element(p, "layers", i);
        parse_int(p, "layer", (int64_t)i, (int64_t)i);
        read_group(p, &out->layer[i]);
        parse_leave(p, &back);
    }
    n = parse_length(p, "layer_components", 0, (size_t)out->layers * COMPONENTS);
    for (size_t i = 0; i < n; i++) {
        struct parse_place back = parse_element(p, "layer_components", i);
        int64_t layer = parse_int(p, "layer", 0, out->layers - 1);
        read_group(p, &out->layer_component[layer][parse_component(p, "component")]);
        parse_leave(p, &back);
    }
}

static void read_step(struct parse *p, struct profile_step *s, int layers)
{
    struct profile_group g = {0};
    read_group(p, &g);
    parse_text(p, "name", s->name, sizeof s->name);
    parse_text(p, "op", s->op, sizeof s->op);
    parse_text(p, "kernel", s->kernel, sizeof s->kernel);
    parse_text(p, "format", s->format, sizeof s->format);
    s->component = parse_component(p, "component");
    s->layer = parse_has(p, "layer") ? (int)parse_int(p, "layer", 0, layers - 1) : -1;
    s->params = g.params;
    s->macs = g.macs;
    s->bytes = g.bytes;
    s->weight_bytes = g.weight_bytes;
    s->narrow_macs = g.narrow_macs;
    s->time_ns = g.time_ns;
}

static void read_steps(struct parse *p, struct profile *out)
{
    size_t n = parse_length(p, "steps", 1, PROFILE_MAX_STEPS);
    out->step = parse_room(p, n, sizeof *out->step);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "steps", i);
        read_step(p, &out->step[i], out->layers);
        parse_leave(p, &back);
        out->steps++;
    }
}

static void read_parts(struct parse *p, struct profile *out)
{
    out->layer = parse_room(p, (size_t)out->layers, sizeof *out->layer);
    out->layer_component = parse_room(p, (size_t)out->layers, sizeof *out->layer_component);
    if (!out->layer || !out->layer_component)
        return;
    read_total(p, out);
    read_ceilings(p, &out->ceilings);
    read_components(p, out);
    read_layers(p, out);
    read_steps(p, out);
}

struct profile *profile_read(struct parse *p, int layers, const struct workload *load)
{
    struct profile *out = parse_room(p, 1, sizeof *out);
    if (!out)
        return NULL;
    *out = (struct profile){.layers = layers, .workload = *load, .tokens = load->batch * load->seq, .finished = true};
    read_parts(p, out);
    if (p->code == 0)
        return out;
    profile_free(out);
    free(out);
    return NULL;
}
