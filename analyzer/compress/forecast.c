#include "analyzer/compress/forecast.h"

#include <math.h>
#include <string.h>

#include "analyzer/compress/latency.h"
#include "analyzer/compress/original.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"

static int number_of(const struct plan *p, const struct step *s)
{
    return s->layer < 0 ? -1 : p->weights->model->layer[s->layer].number;
}

/* Whether the changed pass does this step of the original in the same way. */
static bool untouched(const struct original *o, const struct step *s, const struct plan *changed)
{
    for (int i = 0; i < changed->steps; i++) {
        const struct step *c = &changed->step[i];
        if (number_of(changed, c) == number_of(o->plan, s) && strcmp(c->label, s->label) == 0)
            return c->macs == s->macs && c->bytes == s->bytes && c->kernel == s->kernel;
    }
    return false;
}

static double over(double before, double after)
{
    return after > 0 ? before / after : before > 0 ? (double)INFINITY : (double)NAN;
}

static void add_parts(double *part, const struct latency *t, const struct plan *p)
{
    for (int i = 0; i < p->steps; i++)
        part[p->step[i].component] += latency_step(t, &p->step[i]);
}

struct forecast forecast_of(const struct original *o, const struct plan *changed)
{
    const struct latency *t = &o->latency;
    double macs = (double)plan_macs(o->plan), macs_left = 0, share = 0, share_left = 0;
    struct forecast f = {.by_macs = over(macs, (double)plan_macs(changed)), .timed = t->points > 0};
    for (int i = 0; i < o->plan->steps; i++) {
        const struct step *s = &o->plan->step[i];
        bool same = untouched(o, s, changed);
        double step = f.timed ? latency_step(t, s) : 0;
        macs_left += same ? (double)s->macs : 0;
        share_left += same ? step : 0;
        share += step;
    }
    f.ceiling_by_macs = over(macs, macs_left);
    if (f.timed) {
        double after = latency_pass(t, changed);
        f.speedup = over(share, after);
        f.time_ns = t->pass_ns * after / share;
        f.ceiling = over(share, share_left);
        add_parts(f.before, t, o->plan);
        add_parts(f.after, t, changed);
    }
    return f;
}
