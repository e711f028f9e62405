#include "reports/trial_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/compress/recipe.h"
#include "analyzer/data/dataset.h"

static double ratio(uint64_t after, uint64_t before)
{
    return before ? (double)after / (double)before : (double)NAN;
}

/* A quantity with its change: before, after, after / before. */
static void emit_change(struct emit *e, const char *key, const char *title, uint64_t after, uint64_t before, enum unit unit)
{
    emit_row(e);
    emit_string(e, NULL, NULL, key);
    emit_string(e, NULL, NULL, title);
    emit_int(e, NULL, NULL, (int64_t)before, unit);
    emit_int(e, NULL, NULL, (int64_t)after, unit);
    emit_real(e, NULL, NULL, ratio(after, before), UNIT_SHARE);
}

static void emit_costs(struct emit *e, const struct cost *after, const struct cost *before)
{
    static const struct emit_column counts[] = {{"name", NULL, 0}, {NULL, "counted", 0}, {"before", "original", UNIT_COUNT},
                                                {"after", "now", UNIT_COUNT}, {"ratio", "of it", UNIT_SHARE}};
    emit_table(e, "costs", "Costs", counts, 5);
    emit_change(e, "params", "parameters", after->params, before->params, UNIT_COUNT);
    emit_change(e, "macs", "MACs of a pass", after->macs, before->macs, UNIT_COUNT);
    emit_change(e, "bytes", "bytes, compact", after->bytes, before->bytes, UNIT_BYTES);
    emit_table_end(e);
}

static void emit_time(struct emit *e, const struct versus *v)
{
    emit_begin(e, "time", "Time of a pass, in turns with the original");
    emit_spread(e, "original_ns", "original", &v->first_ns, UNIT_NS);
    emit_spread(e, "time_ns", "now", &v->second_ns, UNIT_NS);
    emit_spread(e, "speedup", "speed-up", &v->speedup, UNIT_RATIO);
    emit_end(e);
}

static void emit_defined(struct emit *e, const char *key, const char *title, double x, enum unit unit)
{
    if (isfinite(x))
        emit_real(e, key, title, x, unit);
    else
        emit_absent(e, key, title);
}

/* Predicted, and the most there could be; measured is in `time`. */
static void emit_predicted(struct emit *e, const struct forecast *f)
{
    emit_begin(e, "predicted", "Predicted speed-up; ceiling: what is touched takes no time");
    emit_defined(e, "speedup_by_macs", "by MACs", f->by_macs, UNIT_RATIO);
    emit_defined(e, "ceiling_by_macs", "ceiling by MACs", f->ceiling_by_macs, UNIT_RATIO);
    emit_defined(e, "speedup", f->timed ? "by step times" : NULL, f->timed ? f->speedup : (double)NAN, UNIT_RATIO);
    emit_defined(e, "ceiling", f->timed ? "ceiling by them" : NULL, f->timed ? f->ceiling : (double)NAN, UNIT_RATIO);
    emit_defined(e, "time_ns", f->timed ? "time of a pass" : NULL, f->timed ? f->time_ns : (double)NAN, UNIT_NS);
    emit_end(e);
}

static void emit_metrics(struct emit *e, const struct quality *q)
{
    static const struct emit_column columns[] = {{"name", NULL, 0}, {NULL, "metric", 0}, {"value", "value", UNIT_METRIC},
                                                 {"ci_low", "95% from", UNIT_METRIC}, {"ci_high", "to", UNIT_METRIC}};
    emit_int(e, "rows", "rows", q->rows, UNIT_NONE);
    emit_defined(e, "loss", "loss", q->loss, UNIT_METRIC);
    emit_table(e, "metrics", NULL, columns, 5);
    for (int i = 0; i < q->metrics; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, q->metric[i]->name);
        emit_string(e, NULL, NULL, q->metric[i]->title);
        emit_defined(e, NULL, NULL, q->value[i].value, UNIT_METRIC);
        emit_defined(e, NULL, NULL, q->value[i].low, UNIT_METRIC);
        emit_defined(e, NULL, NULL, q->value[i].high, UNIT_METRIC);
    }
    emit_table_end(e);
}

void paired_report(struct emit *e, const struct paired *p)
{
    if (!p->metric)
        return;
    emit_begin(e, "paired", "Against the original, on the same rows");
    emit_string(e, "metric", "metric", p->metric->name);
    emit_defined(e, "difference", "points", p->difference.value, UNIT_POINTS);
    emit_defined(e, "ci_low", "95% from", p->difference.low, UNIT_POINTS);
    emit_defined(e, "ci_high", "to", p->difference.high, UNIT_POINTS);
    emit_int(e, "lost", p->metric->regression ? NULL : "rows that only the original has right", p->discordant.first, UNIT_NONE);
    emit_int(e, "won", p->metric->regression ? NULL : "rows that only this one has right", p->discordant.second, UNIT_NONE);
    emit_defined(e, "p", p->metric->regression ? NULL : "p (McNemar, exact)", p->p, UNIT_SCORE);
    emit_end(e);
}

void fidelity_report(struct emit *e, const struct fidelity *f)
{
    emit_begin(e, "fidelity", "Answers against those of the original");
    emit_int(e, "rows", "rows", f->rows, UNIT_NONE);
    emit_defined(e, "agreement", "same answer", f->agreement.value, UNIT_SHARE);
    emit_defined(e, "agreement_ci_low", NULL, f->agreement.low, UNIT_SHARE);
    emit_defined(e, "agreement_ci_high", NULL, f->agreement.high, UNIT_SHARE);
    emit_defined(e, "kl", "mean KL divergence", f->kl, UNIT_SCORE);
    emit_defined(e, "largest_difference", "largest difference of a logit", f->largest, UNIT_SCORE);
    emit_end(e);
}

void trial_report_baseline(struct emit *e, const struct original *o)
{
    emit_begin(e, "baseline", "Original");
    emit_int(e, "params", NULL, (int64_t)o->cost.params, UNIT_COUNT);
    emit_int(e, "macs", NULL, (int64_t)o->cost.macs, UNIT_COUNT);
    emit_int(e, "bytes", NULL, (int64_t)o->cost.bytes, UNIT_BYTES);
    if (o->data)
        emit_string(e, "data", "data", o->data->name);
    if (o->evaluated && !o->logits)
        emit_metrics(e, &o->evaluation.quality);
    emit_end(e);
}

static void emit_recipe(struct emit *e, const struct trial *t)
{
    char hash[20];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)t->hash);
    emit_string(e, "hash", NULL, hash);
    emit_string(e, "recipe", NULL, t->recipe);
    for (const char *line = t->recipe; *line;) {
        const char *end = line;
        while (*end && *end != '\n')
            end++;
        emit_string_n(e, NULL, line == t->recipe ? "recipe" : "", line, (size_t)(end - line));
        line = *end ? end + 1 : end;
    }
}

/* What steps say of themselves; no table where they say nothing. */
static void emit_warnings(struct emit *e, const struct recipe *r)
{
    static const struct emit_column columns[] = {{"step", "step", 0}, {"method", "method", 0}, {"warning", "warning", 0}};
    const char *warning;
    int rows = 0;
    for (int i = 0; i < r->lines; i++)
        for (int n = 0; (warning = step_warning(&r->line[i], n)) != NULL; n++) {
            if (rows++ == 0)
                emit_table(e, "warnings", "Warnings", columns, 3);
            emit_row(e);
            emit_int(e, NULL, NULL, i + 1, UNIT_NONE);
            emit_string(e, NULL, NULL, r->line[i].method->name);
            emit_string(e, NULL, NULL, warning);
        }
    if (rows > 0)
        emit_table_end(e);
}

void trial_report(struct emit *e, const struct trial *t)
{
    struct recipe recipe = {0};
    struct err ignored;
    emit_begin(e, "trial", "Trial");
    emit_recipe(e, t);
    if (recipe_parse(&recipe, t->recipe, strlen(t->recipe), "recipe", &ignored) == 0)
        emit_warnings(e, &recipe);
    recipe_free(&recipe);
    emit_costs(e, &t->cost, &t->before);
    emit_predicted(e, &t->forecast);
    if (t->time.speedup.n > 0)
        emit_time(e, &t->time);
    if (t->evaluated && t->quality.task) {
        emit_begin(e, "quality", "Quality");
        emit_metrics(e, &t->quality);
        emit_end(e);
        paired_report(e, &t->quality.paired);
    }
    if (t->evaluated)
        fidelity_report(e, &t->fidelity);
    emit_end(e);
}

void export_report(struct emit *e, const struct exported *x, const char *dir)
{
    emit_begin(e, "export", "Export");
    emit_string(e, "directory", "directory", dir);
    emit_string(e, "form", "form", export_form_name(x->form));
    emit_int(e, "bytes", "bytes", (int64_t)x->bytes, UNIT_BYTES);
    emit_bool(e, "verified", NULL, true);
    emit_int(e, "compared", "outputs compared", x->compared, UNIT_NONE);
    emit_real(e, "difference", "largest difference", x->difference, UNIT_SCORE);
    emit_end(e);
}

static const char *kind_of(const struct method_option *o)
{
    switch (o->kind) {
    case VALUE_INT:
        return "whole number";
    case VALUE_REAL:
        return "number";
    case VALUE_CHOICE:
        return "word";
    case VALUE_LAYERS:
        return "layers";
    case VALUE_COMPONENTS:
        return "components";
    case VALUE_HEADS:
        return "heads";
    case VALUE_COUNTS:
        return "numbers";
    }
    return "";
}

static void emit_options(struct emit *e, const struct method *m)
{
    static const struct emit_column columns[] = {{"name", "option", 0}, {"kind", "takes", 0}, {"default", "default", 0}, {"help", "what it is", 0}};
    emit_table(e, "options", NULL, columns, 4);
    for (int i = 0; i < m->options; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, m->option[i].name);
        emit_string(e, NULL, NULL, kind_of(&m->option[i]));
        emit_string(e, NULL, NULL, m->option[i].fallback);
        emit_string(e, NULL, NULL, m->option[i].help);
    }
    emit_table_end(e);
}

void methods_report(struct emit *e)
{
    for (int i = 0; i < methods_count; i++) {
        const struct method *m = methods[i];
        emit_begin(e, m->name, m->name);
        emit_string(e, "family", "family", m->family);
        emit_string(e, "summary", "", m->summary);
        emit_string(e, "effect", m->effect ? "effect" : NULL, m->effect);
        emit_options(e, m);
        emit_end(e);
    }
}
