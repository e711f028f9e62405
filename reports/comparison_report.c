#include "reports/comparison_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "reports/format.h"

static void emit_subject(struct emit *e, const struct subject *s)
{
    emit_begin(e, "machine", "Machine");
    emit_string(e, "cpu", "processor", s->cpu);
    emit_int(e, "cores", "cores", s->cores, UNIT_NONE);
    emit_string(e, "isa", "kernels for", s->isa);
    emit_end(e);
    emit_begin(e, "model", "Model");
    emit_string(e, "name", "name", s->model);
    emit_string(e, "architecture", "architecture", s->arch);
    emit_int(e, "layers", "layers", s->layers, UNIT_NONE);
    emit_int(e, "hidden", "hidden", s->hidden, UNIT_NONE);
    emit_end(e);
    emit_begin(e, "settings", "Settings");
    emit_int(e, "threads", "threads", s->threads, UNIT_NONE);
    emit_string(e, "format", "linear weights", s->format);
    emit_string(e, "recipe", s->recipe[0] ? "recipe" : NULL, s->recipe);
    emit_end(e);
    emit_string(e, "version", NULL, s->version);
}

static void emit_before(struct emit *e, const struct comparison *c)
{
    emit_begin(e, "before", "Compared with");
    emit_string(e, "model", "model", c->before.model);
    emit_string(e, "recipe", c->before.recipe[0] ? "recipe" : NULL, c->before.recipe);
    emit_string(e, "version", "bertscope", c->before.version);
    emit_string(e, "form", "form", c->paired ? "interleaved" : "baseline");
    emit_end(e);
}

static void emit_recipes(struct emit *e, const struct comparison *c)
{
    static const struct emit_column columns[] = {{"name", "recipe", 0}, {"steps", "steps", 0}};
    if (c->recipes == 0)
        return;
    emit_table(e, "recipes", "Recipes", columns, 2);
    for (int i = 0; i < c->recipes; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, c->recipe[i].name);
        emit_string(e, NULL, NULL, c->recipe[i].steps[0] ? c->recipe[i].steps : "-");
    }
    emit_table_end(e);
}

static void emit_times(struct emit *e, const struct comparison *c)
{
    static const struct emit_column columns[] = {
        {"workload", "workload", 0},     {"name", NULL, 0},           {NULL, "time of", 0},
        {"before", "before", UNIT_NS},   {"after", "after", UNIT_NS}, {"ratio", "ratio", UNIT_METRIC},
        {"ci_low", "95% from", UNIT_METRIC}, {"ci_high", "to", UNIT_METRIC}, {"p", "p", UNIT_SCORE},
        {"threshold", "allowed", UNIT_SHARE}, {"rounds", "rounds", UNIT_NONE}, {"verdict", "verdict", 0}};
    char label[COMPARISON_LABEL];
    emit_table(e, "rows", "Times", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < c->times; i++) {
        const struct comparison_time *t = &c->time[i];
        emit_row(e);
        emit_string(e, NULL, NULL, comparison_label(label, t->recipe, t->batch, t->seq));
        emit_string(e, NULL, NULL, part_key(t->part));
        emit_string(e, NULL, NULL, part_title(t->part));
        emit_real(e, NULL, NULL, t->shift.before, UNIT_NS);
        emit_real(e, NULL, NULL, t->shift.after, UNIT_NS);
        emit_real(e, NULL, NULL, t->shift.ratio, UNIT_METRIC);
        emit_real(e, NULL, NULL, t->shift.low, UNIT_METRIC);
        emit_real(e, NULL, NULL, t->shift.high, UNIT_METRIC);
        emit_real(e, NULL, NULL, t->p, UNIT_SCORE);
        emit_real(e, NULL, NULL, t->threshold, UNIT_SHARE);
        emit_int(e, NULL, NULL, t->shift.n_after, UNIT_NONE);
        emit_string(e, NULL, NULL, verdict_name(t->verdict));
    }
    emit_table_end(e);
}

static void emit_cost(struct emit *e, const struct comparison_cost *x)
{
    char label[COMPARISON_LABEL];
    emit_row(e);
    emit_string(e, NULL, NULL, comparison_label(label, x->recipe, x->batch, x->seq));
    emit_string(e, NULL, NULL, part_key(x->part));
    emit_string(e, NULL, NULL, part_title(x->part));
    emit_string(e, NULL, NULL, cost_key(x->kind));
    emit_string(e, NULL, NULL, cost_title(x->kind));
    emit_int(e, NULL, NULL, (int64_t)x->before, UNIT_NONE);
    emit_int(e, NULL, NULL, (int64_t)x->after, UNIT_NONE);
    emit_string(e, NULL, NULL, verdict_name(x->verdict));
}

/* All of them for machines, those that changed for people. */
static void emit_costs(struct emit *e, const struct comparison *c)
{
    static const struct emit_column all[] = {{"workload", NULL, 0}, {"name", NULL, 0},   {NULL, NULL, 0},
                                             {"quantity", NULL, 0}, {NULL, NULL, 0},     {"before", NULL, 0},
                                             {"after", NULL, 0},    {"verdict", NULL, 0}};
    static const struct emit_column changed[] = {{"workload", "workload", 0}, {"name", NULL, 0},
                                                 {NULL, "of", 0},             {"quantity", NULL, 0},
                                                 {NULL, "quantity", 0},       {"before", "before", UNIT_NONE},
                                                 {"after", "after", UNIT_NONE}, {"verdict", "verdict", 0}};
    int changes = 0;
    emit_table(e, "exact", NULL, all, sizeof all / sizeof *all);
    for (int i = 0; i < c->costs; i++) {
        emit_cost(e, &c->cost[i]);
        changes += c->cost[i].before != c->cost[i].after;
    }
    emit_table_end(e);
    if (changes == 0) {
        emit_note(e, "Parameters, MACs and bytes of weights are the same in every row.");
        return;
    }
    emit_table(e, "exact_changes", "Exact quantities that changed", changed, sizeof changed / sizeof *changed);
    for (int i = 0; i < c->costs; i++)
        if (c->cost[i].before != c->cost[i].after)
            emit_cost(e, &c->cost[i]);
    emit_table_end(e);
}

const char *comparison_summary(const struct comparison *c, char *out, size_t size)
{
    if (c->verdict == VERDICT_INCOMPARABLE) {
        snprintf(out, size, "incomparable: %s", c->reason);
        return out;
    }
    int rows = c->times + c->costs, used = snprintf(out, size, "%s: %d rows", verdict_name(c->verdict), rows);
    for (int v = VERDICTS - 1; v >= 0; v--) {
        int n = comparison_count(c, (enum verdict)v);
        if (n > 0 && used < (int)size)
            used += snprintf(out + used, size - (size_t)used, ", %d %s", n, verdict_name((enum verdict)v));
    }
    return out;
}

const char *comparison_time_message(const struct comparison_time *t, char out[COMPARISON_MESSAGE])
{
    char before[FORMAT_SIZE], after[FORMAT_SIZE], allowed[FORMAT_SIZE];
    snprintf(out, COMPARISON_MESSAGE, "%s: %s -> %s, x%.3f (95%% %.3f to %.3f), allowed %s", part_title(t->part),
             format_ns(before, t->shift.before), format_ns(after, t->shift.after), t->shift.ratio, t->shift.low,
             t->shift.high, format_share(allowed, t->threshold));
    return out;
}

const char *comparison_cost_message(const struct comparison_cost *c, char out[COMPARISON_MESSAGE])
{
    snprintf(out, COMPARISON_MESSAGE, "%s: %s %" PRIu64 " -> %" PRIu64, part_title(c->part), cost_title(c->kind),
             c->before, c->after);
    return out;
}

void comparison_report(struct emit *e, const struct comparison *c)
{
    char summary[COMPARISON_SUMMARY];
    emit_subject(e, &c->after);
    emit_before(e, c);
    emit_recipes(e, c);
    if (c->times > 0)
        emit_times(e, c);
    if (c->costs > 0)
        emit_costs(e, c);
    if (c->speed.n_after > 0) {
        emit_begin(e, "speed", "Fixed arithmetic beside it (other than 1: the machine changed its speed)");
        emit_real(e, "ratio", "ratio", c->speed.ratio, UNIT_METRIC);
        emit_real(e, "ci_low", "95% from", c->speed.low, UNIT_METRIC);
        emit_real(e, "ci_high", "to", c->speed.high, UNIT_METRIC);
        emit_end(e);
    }
    emit_begin(e, NULL, "Verdict");
    emit_string(e, "verdict", NULL, verdict_name(c->verdict));
    emit_string(e, "reason", NULL, c->reason[0] ? c->reason : NULL);
    emit_note(e, comparison_summary(c, summary, sizeof summary));
    emit_end(e);
}
