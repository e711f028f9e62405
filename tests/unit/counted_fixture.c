#include "tests/unit/counted_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/app_fixture.h"

static bool fits(void *state, const enum counter *group, int n, char *why, size_t size)
{
    const struct fake_counters *f = state;
    for (int i = 0; i < n; i++)
        if (f->missing & 1u << group[i]) {
            snprintf(why, size, "the fake does not know it");
            return false;
        }
    return f->together == 0 || n <= f->together;
}

static bool begin(void *state, int thread, const enum counter *group, int n)
{
    struct fake_counters *f = state;
    f->wrong += f->begun[thread];
    f->begun[thread] = true;
    f->reading[thread] = 0;
    if (thread == 0) {
        f->passes++;
        f->n = n;
        memcpy(f->group, group, (size_t)n * sizeof *group);
    }
    return true;
}

static bool read_values(void *state, int thread, uint64_t *value)
{
    struct fake_counters *f = state;
    uint64_t number = (uint64_t)f->reading[thread]++;
    f->wrong += !f->begun[thread];
    for (int i = 0; i < f->n; i++) {
        int k = f->group[i];
        if (f->unread & 1u << k)
            return false;
        value[i] = 77 + number * (uint64_t)((k + 1) * FAKE_UNIT + thread);
    }
    if (f->wraps_every && f->passes % f->wraps_every == 0 && number >= 2)
        value[0] = number;
    return true;
}

static void end(void *state, int thread)
{
    struct fake_counters *f = state;
    f->wrong += !f->begun[thread];
    f->begun[thread] = false;
}

static void leave(void *state)
{
    (void)state;
}

struct counter_source fake_counters(struct fake_counters *f)
{
    return (struct counter_source){f, fits, begin, read_values, end, leave};
}

/* ---- for the screens ----------------------------------------------------------------------------------------- */

static void set(struct counted_group *g, double cycles, double ipc, double misses_each)
{
    const double figures[COUNTERS] = {cycles, ipc * cycles, misses_each * 40, misses_each * 9, misses_each * 2, misses_each, misses_each / 2,
                                      cycles * 12, cycles / 3, 0.02, 0.5, 0.001};
    g->bytes = (uint64_t)(cycles * 1.5);
    for (int k = 0; k < COUNTERS; k++)
        g->count[k] = (struct count){{figures[k], figures[k] * 1.1, figures[k] * 1.2, figures[k] * 0.99, figures[k] * 1.01, 40}, figures[k]};
    g->count[COUNTER_L3_MISSES] = (struct count){.mean = 0};
}

void counted_fixture(struct counted *out)
{
    static const double cycles[COMPONENTS] = {3e5, 2.3e7, 7e6, 8e6, 6.3e7, 1.4e6}, ipc[COMPONENTS] = {0.9, 2.9, 1.7, 2.8, 3.05, 1.1};
    struct profile *p = fixture_profile(4);
    struct counted_step *step = calloc((size_t)p->steps, sizeof *step);
    double thread[6][COUNTERS] = {{0}};
    struct counted c = {.model = "fixture", .workload = {.batch = 1, .seq = 128, .threads = 6}, .step = step, .steps = p->steps, .thread = thread,
                        .groups = 3, .passes = 240, .overhead_ratio = {1.02, 1.03, 1.04, 1.01, 1.03, 120}};
    for (int i = 0; i < COMPONENTS; i++)
        set(&c.component[i], cycles[i], ipc[i], cycles[i] / 4000);
    set(&c.total, 1.027e8, 2.8, 1.027e8 / 4000);
    set(&c.reading, 900, 0.8, 2);
    for (int i = 0; i < p->steps; i++) {
        const struct profile_step *s = &p->step[i];
        step[i] = (struct counted_step){.component = s->component, .layer = s->layer};
        snprintf(step[i].label, sizeof step[i].label, "%s", s->name);
        set(&step[i].group, 3.3 * s->time_ns.median, ipc[s->component], s->time_ns.median / 1200);
    }
    snprintf(c.missing[COUNTER_L3_MISSES], sizeof c.missing[0], "PAPI: Event does not exist");
    if (counted_copy(out, &c, NULL) != 0)
        abort();
    free(step);
    profile_free(p);
    free(p);
}
