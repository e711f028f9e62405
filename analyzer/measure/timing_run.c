#include "analyzer/measure/timing_run.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/pass_client.h"
#include "analyzer/measure/pass_server.h"
#include "analyzer/measure/stats.h"

enum { TRIAL_PASSES = 3, VISITS = 2, VISIT_PASSES_LEAST = 2 };

static const double default_budget_s = 10, visit_ns = 5e6, small_part = 0.02;

struct session {
    struct timing *out; /* [sides] */
    const struct timing_options *options;
    const struct progress *progress;
    struct pass_client client[SIDES_MOST];
    int *passes; /* [cases]: of a visit; 0 = not known yet; owned */
    int launch;
};

static double budget_ns(const struct session *s)
{
    return 1e9 * (s->options->budget_s > 0 ? s->options->budget_s : default_budget_s);
}

/* ---- rounds ---------------------------------------------------------------------------------------------------- */

/* Passes that are long beside what a change of processes costs need no warming up. */
static int warm_passes(int passes)
{
    return passes > VISIT_PASSES_LEAST;
}

static int visit(struct session *s, int side, int passes, double *ns, double *yardstick, struct err *e)
{
    int warm = warm_passes(passes);
    return pass_client_run(&s->client[side], passes + warm, warm, ns, yardstick, s->progress, e);
}

/* How many passes make a visit, from the first process; the same for both. */
static int plan_visit(struct session *s, int i, struct err *e)
{
    double ns[PARTS], yardstick;
    TRY(pass_client_run(&s->client[0], TRIAL_PASSES, 1, ns, &yardstick, s->progress, e));
    double wanted = ceil(visit_ns / ns[PART_TOTAL]);
    s->passes[i] = (int)fmin(PASSES_MOST / 2, fmax(VISIT_PASSES_LEAST, wanted));
    return 0;
}

/* Visits in the order A B B A or B A A B. */
static int run_round(struct session *s, int i, int round, struct err *e)
{
    int sides = s->options->sides;
    double sum[SIDES_MOST][PARTS] = {{0}}, yard[SIDES_MOST] = {0};
    for (int v = 0; v < VISITS * sides; v++) {
        double ns[PARTS], yardstick;
        int forward = v < sides ? v : 2 * sides - 1 - v, side = round % 2 ? sides - 1 - forward : forward;
        TRY(visit(s, side, s->passes[i], ns, &yardstick, e));
        for (int p = 0; p < PARTS; p++)
            sum[side][p] += log(ns[p]) / VISITS;
        yard[side] += log(yardstick) / VISITS;
    }
    for (int side = 0; side < sides; side++) {
        for (int p = 0; p < PARTS; p++)
            sum[side][p] = exp(sum[side][p]);
        TRY(timing_add(&s->out[side].c[i], sum[side], exp(yard[side]), s->launch, e));
    }
    return 0;
}

static double share_done(const struct session *s, int i, double in_case)
{
    return (s->launch + (i + in_case) / s->out->cases) / LAUNCHES;
}

/* A launch takes its share of the budget, and enough rounds to be worth its start. */
static int run_case(struct session *s, int i, struct err *e)
{
    double spent = 0, share = budget_ns(s) / LAUNCHES;
    uint64_t start = clock_ns();
    for (int side = 0; side < s->options->sides; side++)
        TRY(pass_client_case(&s->client[side], &s->out[side].c[i], s->progress, e));
    if (s->passes[i] == 0)
        TRY(plan_visit(s, i, e));
    for (int side = 0; side < s->options->sides; side++) {
        double ns[PARTS], yardstick;
        TRY(visit(s, side, s->passes[i], ns, &yardstick, e)); /* not counted */
    }
    for (int round = 0; round < LAUNCH_ROUNDS_LEAST || spent < share; round++) {
        TRY(run_round(s, i, round, e));
        spent = (double)(clock_ns() - start);
        TRY(progress_step(s->progress, "comparing", share_done(s, i, fmin(1, spent / share)), 1, e));
    }
    return 0;
}

/* ---- launches -------------------------------------------------------------------------------------------------- */

static void stop(struct session *s)
{
    for (int side = 0; side < s->options->sides; side++)
        pass_client_close(&s->client[side]);
}

/* All load their models at the same time; who is started first alternates. */
static int start(struct session *s, struct err *e)
{
    int sides = s->options->sides;
    for (int i = 0; i < sides; i++) {
        int side = s->launch % 2 ? sides - 1 - i : i;
        TRY(pass_client_start(&s->client[side], s->options->side[side].name, s->options->side[side].argv, e));
    }
    for (int side = 0; side < sides; side++) {
        TRY(pass_client_ready(&s->client[side], s->progress, e));
        s->out[side].subject = s->client[side].subject;
    }
    return 0;
}

static int run_launch(struct session *s, struct err *e)
{
    int code = start(s, e);
    for (int i = 0; code == 0 && i < s->out->cases; i++)
        code = run_case(s, i, e);
    stop(s);
    return code;
}

/* Width of the interval of a part's median time, of two sides of the ratio, relative. */
static int part_width(const struct session *s, int i, int part, double *out, struct err *e)
{
    const struct timing_case *a = &s->out[0].c[i];
    double *x = malloc((size_t)a->rounds * sizeof *x);
    if (!x)
        return err_set(e, ERR_NOMEM, "no memory to compare %d rounds", a->rounds);
    for (int r = 0; r < a->rounds; r++) {
        x[r] = timing_part(a, part)[r];
        if (s->options->sides == 2)
            x[r] = timing_part(&s->out[1].c[i], part)[r] / x[r];
    }
    struct spread spread = stats_spread(x, a->rounds);
    *out = spread_relative_ci(&spread);
    free(x);
    return 0;
}

/* Geometric mean of the rounds. */
static double typical(const struct timing_case *c, int part)
{
    double x = 0;
    for (int r = 0; r < c->rounds; r++)
        x += log(timing_part(c, part)[r]) / c->rounds;
    return exp(x);
}

static int narrow_enough(const struct session *s, bool *out, struct err *e)
{
    *out = s->options->narrow > 0;
    for (int i = 0; i < s->out->cases && *out; i++) {
        const struct timing_case *c = &s->out[0].c[i];
        double whole = typical(c, PART_TOTAL), width = 0;
        for (int p = 0; p < PARTS && *out; p++) {
            if (typical(c, p) < small_part * whole)
                continue;
            TRY(part_width(s, i, p, &width, e));
            *out = width <= s->options->narrow;
        }
    }
    return 0;
}

static int may_stop(const struct session *s, bool *out, struct err *e)
{
    TRY(narrow_enough(s, out, e));
    return *out && s->options->settled ? s->options->settled(out, s->options->payload, s->out, e) : 0;
}

int timing_run(struct timing *out, const struct timing_options *options, const struct progress *progress,
               struct err *e)
{
    assert(options->sides >= 1 && options->sides <= SIDES_MOST);
    struct session s = {.out = out, .options = options, .progress = progress};
    bool over = false;
    s.passes = calloc((size_t)out->cases, sizeof *s.passes);
    if (!s.passes)
        return err_set(e, ERR_NOMEM, "no memory for %d workloads", out->cases);
    int code = 0;
    for (; code == 0 && s.launch < LAUNCHES && !over; s.launch++) {
        code = run_launch(&s, e);
        if (code == 0 && s.launch + 1 >= LAUNCHES_LEAST)
            code = may_stop(&s, &over, e);
    }
    free(s.passes);
    return code;
}
