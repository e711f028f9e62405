#include "tests/gate/gate.h"

#include <math.h>

#include "analyzer/base/rng.h"

enum { SIM_LAUNCHES = 4, SIM_ROUNDS = 25, BLOCK = 5 };

static const double outlier_share = 0.02, drift_most = 0.1, speed_sd = 0.03;

struct source {
    uint64_t seed, i;
};

static uint32_t below(struct source *s, int n)
{
    return rng_below(s->seed, s->i++, (uint32_t)n);
}

static double uniform(struct source *s)
{
    return rng_uniform(s->seed, s->i++);
}

/* What a run suffers as a whole. */
struct weather {
    double amplitude, period, phase, speed;
};

static struct weather weather_of(struct source *s, bool paired)
{
    struct weather w = {drift_most * uniform(s), 5 + 100 * uniform(s), 6.28 * uniform(s), 1};
    if (!paired)
        w.speed = exp(speed_sd * (double)rng_normal(s->seed, s->i++));
    return w;
}

static double drift_at(const struct weather *w, double round)
{
    return exp(w->amplitude * sin(round / w->period + w->phase));
}

static int launches_of(const struct timing_case *c)
{
    return c->launch[c->rounds - 1] + 1;
}

static int first_round(const struct timing_case *c, int launch, int *n)
{
    int from = 0;
    while (c->launch[from] != launch)
        from++;
    for (*n = 0; from + *n < c->rounds && c->launch[from + *n] == launch; ++*n)
        ;
    return from;
}

static int add_round(struct timing_case *out, const struct timing_case *from, int round, int launch, double factor, double speed,
                     int slow, double slower, struct err *e)
{
    double ns[PARTS];
    for (int p = 0; p < PARTS; p++)
        ns[p] = factor * timing_part(from, p)[round];
    if (slow >= 0) {
        ns[PART_TOTAL] += (slower - 1) * ns[slow];
        ns[slow] *= slower;
    }
    return timing_add(out, ns, from->yardstick[round] * speed, launch, e);
}

/* An interruption hits one round of one side. */
static double outlier(struct source *s)
{
    return uniform(s) < outlier_share ? 1.2 + 2 * uniform(s) : 1;
}

static int simulate_launch(struct timing out[2], const struct recording *r, int launch, struct source *s,
                           const struct weather *w, bool paired, int slow, double slower, struct err *e)
{
    int swap = (int)below(s, 2), n, at = 0, chosen = (int)below(s, launches_of(&r->side[0].c[0]));
    int from = first_round(&r->side[0].c[0], chosen, &n);
    for (int i = 0; i < SIM_ROUNDS; i++) {
        at = i % BLOCK == 0 ? (int)below(s, n) : (at + 1) % n;
        for (int side = 0; side < 2; side++) {
            const struct weather *own = &w[paired ? 0 : side];
            double speed = drift_at(own, launch * SIM_ROUNDS + i) * own->speed;
            TRY(add_round(&out[side].c[0], &r->side[side ^ swap].c[0], from + at, launch, speed * outlier(s), speed,
                          side == 1 ? slow : -1, slower, e));
        }
    }
    return 0;
}

int simulate(struct timing out[2], const struct recording *r, int recordings, uint64_t seed, bool paired, int slow, double factor,
             struct err *e)
{
    struct source s = {rng_u64(seed, 17), 0};
    struct weather w[2] = {weather_of(&s, paired), weather_of(&s, paired)};
    const struct recording *one = &r[below(&s, recordings)];
    for (int side = 0; side < 2; side++) {
        TRY(timing_init(&out[side], 1, e));
        out[side].subject = one->side[0].subject;
        out[side].c[0].batch = one->side[0].c[0].batch;
        out[side].c[0].seq = one->side[0].c[0].seq;
    }
    for (int launch = 0; launch < SIM_LAUNCHES; launch++)
        TRY(simulate_launch(out, one, launch, &s, w, paired, slow, factor, e));
    return 0;
}
