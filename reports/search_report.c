#include "reports/search_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reports/trial_report.h"

static void emit_known(struct emit *e, double x, enum unit unit)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, unit);
    else
        emit_absent(e, NULL, NULL);
}

static double share(uint64_t after, uint64_t before)
{
    return before ? (double)after / (double)before : (double)NAN;
}

static void emit_recipe(struct emit *e, const char *recipe)
{
    emit_string_n(e, NULL, NULL, recipe, strcspn(recipe, "\n"));
}

static void emit_trial(struct emit *e, const struct found *f)
{
    const struct trial *t = &f->trial;
    const struct paired *p = &t->quality.paired;
    char budget[40];
    snprintf(budget, sizeof budget, "%s=%g", f->budget.name, f->budget.share);
    emit_row(e);
    emit_string(e, NULL, NULL, budget);
    emit_recipe(e, t->recipe);
    emit_known(e, share(t->cost.macs, t->before.macs), UNIT_SHARE);
    emit_known(e, share(t->cost.bytes, t->before.bytes), UNIT_SHARE);
    emit_known(e, t->forecast.timed ? t->forecast.speedup : t->forecast.by_macs, UNIT_RATIO);
    emit_known(e, t->time.speedup.n > 0 ? t->time.speedup.median : (double)NAN, UNIT_RATIO);
    emit_known(e, p->metric ? p->difference.value : (double)NAN, UNIT_POINTS);
    emit_known(e, p->metric ? p->difference.low : (double)NAN, UNIT_POINTS);
    emit_known(e, p->metric ? p->difference.high : (double)NAN, UNIT_POINTS);
    emit_known(e, t->fidelity.agreement.value, UNIT_SHARE);
    emit_known(e, t->fidelity.kl, UNIT_SCORE);
    emit_bool(e, NULL, NULL, f->frontier);
}

static void emit_trials(struct emit *e, const struct search *s, const char *key, const char *title, bool frontier)
{
    static const struct emit_column columns[] = {
        {"budget", "budget", 0},        {"recipe", NULL, 0},           {"macs_share", "MACs", UNIT_SHARE},     {"bytes_share", "bytes", UNIT_SHARE},
        {"predicted", "predicted", UNIT_RATIO}, {"measured", "measured", UNIT_RATIO}, {"difference", "points", UNIT_POINTS}, {"ci_low", "95% from", UNIT_POINTS},
        {"ci_high", "to", UNIT_POINTS}, {"agreement", "same answer", UNIT_SHARE}, {"kl", "KL", UNIT_SCORE},           {"frontier", "frontier", 0}};
    struct emit_column quiet[sizeof columns / sizeof *columns];
    memcpy(quiet, columns, sizeof columns);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        quiet[i].title = title ? columns[i].title : NULL;
    emit_table(e, key, title, quiet, sizeof columns / sizeof *columns);
    for (int i = 0; i < s->n; i++)
        if (!frontier || s->found[i].frontier)
            emit_trial(e, &s->found[i]);
    emit_table_end(e);
}

/* How much better than what magnitude alone gives. */
static void emit_one_shot(struct emit *e, const struct search *s)
{
    static const struct emit_column columns[] = {
        {"budget", "budget", 0},       {"macs_share", "MACs", UNIT_SHARE}, {"kl", "KL", UNIT_SCORE},     {"difference", "points better", UNIT_POINTS},
        {"ci_low", "95% from", UNIT_POINTS}, {"ci_high", "to", UNIT_POINTS},     {"p", "p", UNIT_SCORE},      {"closer", "same answer, points more", UNIT_POINTS},
        {"closer_ci_low", "95% from", UNIT_POINTS}, {"closer_ci_high", "to", UNIT_POINTS}};
    emit_table(e, "one_shot", "Against one-shot magnitude pruning, on the same rows", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < s->n; i++) {
        const struct found *f = &s->found[i];
        const struct paired *p = &f->quality;
        char budget[40];
        snprintf(budget, sizeof budget, "%s=%g", f->budget.name, f->budget.share);
        emit_row(e);
        emit_string(e, NULL, NULL, budget);
        emit_known(e, share(f->one_shot.cost.macs, f->one_shot.before.macs), UNIT_SHARE);
        emit_known(e, f->one_shot.fidelity.kl, UNIT_SCORE);
        emit_known(e, p->metric ? p->difference.value : (double)NAN, UNIT_POINTS);
        emit_known(e, p->metric ? p->difference.low : (double)NAN, UNIT_POINTS);
        emit_known(e, p->metric ? p->difference.high : (double)NAN, UNIT_POINTS);
        emit_known(e, p->metric ? p->p : (double)NAN, UNIT_SCORE);
        emit_known(e, f->answers.rows > 0 ? f->closer.value : (double)NAN, UNIT_POINTS);
        emit_known(e, f->answers.rows > 0 ? f->closer.low : (double)NAN, UNIT_POINTS);
        emit_known(e, f->answers.rows > 0 ? f->closer.high : (double)NAN, UNIT_POINTS);
    }
    emit_table_end(e);
}

void search_report(struct emit *e, const struct search *s)
{
    emit_trials(e, s, "trials", "Found; speed-ups predicted and measured, points against the original", false);
    emit_one_shot(e, s);
    emit_trials(e, s, "frontier", NULL, true);
    if (s->best < 0) {
        emit_absent(e, "best", "best");
        return;
    }
    emit_begin(e, "best", "Best within all budgets");
    trial_report(e, &s->found[s->best].trial);
    emit_end(e);
}
