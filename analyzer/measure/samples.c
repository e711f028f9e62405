#include "analyzer/measure/samples.h"

#include <stdlib.h>

int samples_grow(struct samples *s, struct err *e)
{
    if (s->passes < s->cap)
        return 0;
    size_t cap = s->cap ? 2 * (size_t)s->cap : 256;
    uint64_t *ns = realloc(s->ns, cap * (size_t)(s->steps + 1) * sizeof *ns);
    s->ns = ns ? ns : s->ns;
    double *plain = realloc(s->plain, cap * sizeof *plain);
    s->plain = plain ? plain : s->plain;
    double *scratch = realloc(s->scratch, cap * sizeof *scratch);
    s->scratch = scratch ? scratch : s->scratch;
    if (!ns || !plain || !scratch)
        return err_set(e, ERR_NOMEM, "no memory for the times of %zu passes", cap);
    s->cap = (int)cap;
    return 0;
}

static uint64_t *row(const struct samples *s, int pass)
{
    return s->ns + (size_t)pass * (size_t)(s->steps + 1);
}

void samples_add(struct samples *s, const uint64_t *clock, double plain_ns)
{
    uint64_t *out = row(s, s->passes);
    for (int i = 0; i < s->steps; i++)
        out[i] = clock[i + 1] - clock[i];
    out[s->steps] = clock[s->steps] - clock[0];
    s->plain[s->passes++] = plain_ns;
}

struct spread samples_group(const struct samples *s, const unsigned char *wanted)
{
    for (int pass = 0; pass < s->passes; pass++) {
        const uint64_t *ns = row(s, pass);
        uint64_t sum = 0;
        for (int i = 0; i < s->steps; i++)
            sum += wanted[i] ? ns[i] : 0;
        s->scratch[pass] = (double)sum;
    }
    return stats_spread(s->scratch, s->passes);
}

static struct spread column(const struct samples *s, int i)
{
    for (int pass = 0; pass < s->passes; pass++)
        s->scratch[pass] = (double)row(s, pass)[i];
    return stats_spread(s->scratch, s->passes);
}

struct spread samples_step(const struct samples *s, int step)
{
    return column(s, step);
}

struct spread samples_total(const struct samples *s)
{
    return column(s, s->steps);
}

struct spread samples_overhead(const struct samples *s)
{
    for (int pass = 0; pass < s->passes; pass++)
        s->scratch[pass] = (double)row(s, pass)[s->steps] / s->plain[pass];
    return stats_spread(s->scratch, s->passes);
}

void samples_free(struct samples *s)
{
    free(s->ns);
    free(s->plain);
    free(s->scratch);
    *s = (struct samples){0};
}
