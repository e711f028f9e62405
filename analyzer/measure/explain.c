#include "analyzer/measure/explain.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "analyzer/compress/method.h"

#define BIT(c) (1u << COMPONENT_##c)
#define LINEAR (BIT(LINEAR_BEFORE) | BIT(LINEAR_AFTER) | BIT(FEED_FORWARD))

static const double most_of = 0.5;

/* What a method takes away or makes cheaper. */
static unsigned touched_by(const struct method *m)
{
    if (m->effect)
        return 0; /* only smaller, or only a mask */
    if (strcmp(m->name, "prune-heads") == 0)
        return BIT(LINEAR_BEFORE) | BIT(ATTENTION) | BIT(LINEAR_AFTER);
    if (strcmp(m->name, "prune-neurons") == 0)
        return BIT(FEED_FORWARD);
    if (strcmp(m->name, "prune-layers") == 0)
        return LINEAR | BIT(ATTENTION) | BIT(OTHER);
    return LINEAR;
}

static void find_level(struct explanation *x, const struct profile *p, const struct machine *m)
{
    const struct ceilings *c = &p->ceilings;
    uint64_t held = p->total.weight_bytes - p->component[COMPONENT_EMBEDDING].weight_bytes + p->arena_bytes;
    if (c->l2_read > 0 && held <= m->l2_bytes * (uint64_t)p->workload.threads)
        x->level = "L2", x->level_rate = c->l2_read;
    else if (c->l3_read > 0 && held <= m->l3_bytes)
        x->level = "L3", x->level_rate = c->l3_read;
    else if (c->memory_read > 0)
        x->level = "memory", x->level_rate = c->memory_read;
    if (x->level)
        x->bytes_ns = (double)x->bytes / x->level_rate * 1e9;
}

static enum limit limit_of(const struct explanation *x)
{
    double most = fmax(x->compute_ns, x->bytes_ns);
    if (x->time_ns <= 0 || most <= 0)
        return LIMIT_UNKNOWN;
    if (most < most_of * x->time_ns)
        return LIMIT_NEITHER;
    return x->compute_ns >= x->bytes_ns ? LIMIT_COMPUTE : LIMIT_BYTES;
}

struct explanation explain_group(const struct profile *p, const struct profile_group *g, unsigned components, const struct machine *m)
{
    double compute = profile_ceiling_share(p, g);
    struct explanation x = {.time_ns = g->time_ns.n > 0 ? g->time_ns.median : 0, .time_share = profile_time_share(p, &g->time_ns),
                            .mac_share = profile_mac_share(p, g->macs), .bytes = g->bytes};
    x.compute_ns = compute > 0 ? compute * x.time_ns : 0;
    find_level(&x, p, m);
    x.limit = limit_of(&x);
    x.at_most = x.time_share < 1 ? 1 / (1 - x.time_share) : (double)INFINITY;
    for (int i = 0; i < methods_count && x.methods < EXPLAIN_METHODS; i++)
        if (touched_by(methods[i]) & components)
            x.method[x.methods++] = methods[i];
    return x;
}
