#include "analyzer/measure/timing.h"

#include <stdlib.h>
#include <string.h>

const char *part_key(int part)
{
    return part == PART_TOTAL ? "total" : component_key((enum component)part);
}

const char *part_title(int part)
{
    return part == PART_TOTAL ? "Total" : component_title((enum component)part);
}

const char *cost_key(enum cost_kind k)
{
    static const char *const keys[] = {"params", "macs", "weight_bytes"};
    return keys[k];
}

const char *cost_title(enum cost_kind k)
{
    static const char *const titles[] = {"parameters", "MACs", "bytes of weights"};
    return titles[k];
}

int timing_init(struct timing *out, int cases, struct err *e)
{
    *out = (struct timing){.cases = cases};
    out->c = calloc((size_t)cases, sizeof *out->c);
    if (out->c)
        return 0;
    *out = (struct timing){0};
    return err_set(e, ERR_NOMEM, "no memory for %d workloads", cases);
}

void timing_free(struct timing *t)
{
    for (int i = 0; i < t->cases; i++) {
        free(t->c[i].ns);
        free(t->c[i].yardstick);
        free(t->c[i].launch);
    }
    free(t->c);
    *t = (struct timing){0};
}

/* ns is [PARTS][cap], so its rows move when cap changes. */
static int grow(struct timing_case *c, struct err *e)
{
    int cap = c->cap ? 2 * c->cap : 64;
    double *ns = malloc((size_t)cap * PARTS * sizeof *ns);
    double *yardstick = realloc(c->yardstick, (size_t)cap * sizeof *yardstick);
    c->yardstick = yardstick ? yardstick : c->yardstick;
    int *launch = realloc(c->launch, (size_t)cap * sizeof *launch);
    c->launch = launch ? launch : c->launch;
    if (!ns || !yardstick || !launch) {
        free(ns);
        return err_set(e, ERR_NOMEM, "no memory for the times of %d rounds", cap);
    }
    for (int p = 0; p < PARTS && c->rounds > 0; p++)
        memcpy(ns + (size_t)p * (size_t)cap, timing_part(c, p), (size_t)c->rounds * sizeof *ns);
    free(c->ns);
    c->ns = ns;
    c->cap = cap;
    return 0;
}

int timing_add(struct timing_case *c, const double *ns, double yardstick, int launch, struct err *e)
{
    if (c->rounds == c->cap)
        TRY(grow(c, e));
    for (int p = 0; p < PARTS; p++)
        c->ns[(size_t)p * (size_t)c->cap + (size_t)c->rounds] = ns[p];
    c->yardstick[c->rounds] = yardstick;
    c->launch[c->rounds++] = launch;
    return 0;
}

const double *timing_part(const struct timing_case *c, int part)
{
    return c->ns + (size_t)part * (size_t)c->cap;
}

const struct timing_case *timing_find(const struct timing *t, const char *recipe, int batch, int seq)
{
    for (int i = 0; i < t->cases; i++)
        if (t->c[i].batch == batch && t->c[i].seq == seq && strcmp(t->c[i].recipe, recipe) == 0)
            return &t->c[i];
    return NULL;
}

int timing_append(struct timing *to, struct timing *from, struct err *e)
{
    struct timing_case *c = realloc(to->c, ((size_t)to->cases + (size_t)from->cases + 1) * sizeof *c);
    if (!c)
        return err_set(e, ERR_NOMEM, "no memory for %d workloads", to->cases + from->cases);
    if (to->cases == 0)
        to->subject = from->subject;
    to->c = c;
    for (int i = 0; i < from->cases; i++)
        c[to->cases++] = from->c[i];
    from->cases = 0;
    return 0;
}
