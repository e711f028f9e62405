#include "reports/comparison_report.h"
#include "reports/escape.h"
#include "reports/format.h"

/* A mark that does not rest on colour. */
static const char *mark(enum verdict v)
{
    static const char *const marks[VERDICTS] = {"", "&#8595; ", "? ", "&#8593; ", "&#8800; "};
    return marks[v];
}

static void verdict_cell(struct str *out, enum verdict v)
{
    bool strong = v == VERDICT_REGRESSION || v == VERDICT_INCOMPARABLE;
    str_addf(out, " %s%s%s%s |\n", mark(v), strong ? "**" : "", verdict_name(v), strong ? "**" : "");
}

static void add_time(struct str *out, const struct comparison_time *t)
{
    char label[COMPARISON_LABEL], before[FORMAT_SIZE], after[FORMAT_SIZE], allowed[FORMAT_SIZE];
    str_addf(out, "| %s | %s | %s | %s | %.3f | %.3f to %.3f | %s |", comparison_label(label, t->recipe, t->batch, t->seq),
             part_title(t->part), format_ns(before, t->shift.before), format_ns(after, t->shift.after), t->shift.ratio,
             t->shift.low, t->shift.high, format_share(allowed, t->threshold));
    verdict_cell(out, t->verdict);
}

static void add_recipes(struct str *out, const struct comparison *c)
{
    if (c->recipes > 0)
        str_add(out, "\n| recipe | steps |\n| --- | --- |\n");
    for (int i = 0; i < c->recipes; i++) {
        str_add(out, "| ");
        escape_markdown(out, c->recipe[i].name);
        str_add(out, " | ");
        escape_markdown(out, c->recipe[i].steps[0] ? c->recipe[i].steps : "-");
        str_add(out, " |\n");
    }
}

static void add_costs(struct str *out, const struct comparison *c)
{
    bool head = false;
    for (int i = 0; i < c->costs; i++) {
        const struct comparison_cost *x = &c->cost[i];
        char label[COMPARISON_LABEL];
        if (x->before == x->after)
            continue;
        if (!head)
            str_add(out, "\n| workload | of | quantity | before | after | verdict |\n| --- | --- | --- | ---: | ---: | --- |\n");
        head = true;
        str_addf(out, "| %s | %s | %s | %llu | %llu |", comparison_label(label, x->recipe, x->batch, x->seq), part_title(x->part),
                 cost_title(x->kind), (unsigned long long)x->before, (unsigned long long)x->after);
        verdict_cell(out, x->verdict);
    }
    if (!head && c->costs > 0)
        str_add(out, "\nParameters, MACs and bytes of weights are the same in every row.\n");
}

void comparison_markdown(struct str *out, const struct comparison *c)
{
    char summary[COMPARISON_SUMMARY];
    str_add(out, "### bertscope check: ");
    escape_markdown(out, c->after.model);
    if (c->after.recipe[0]) {
        str_add(out, ", ");
        escape_markdown(out, c->after.recipe);
    }
    str_add(out, "\n\n");
    escape_markdown(out, comparison_summary(c, summary, sizeof summary));
    str_add(out, "\n\nCompared with ");
    escape_markdown(out, c->before.model);
    str_addf(out, " (%s) on ", c->paired ? "interleaved" : "baseline");
    escape_markdown(out, c->after.cpu);
    str_addf(out, ", %d thread%s, ", c->after.threads, c->after.threads == 1 ? "" : "s");
    escape_markdown(out, c->after.format);
    str_add(out, "\n");
    add_recipes(out, c);
    if (c->times > 0)
        str_add(out, "\n| workload | time of | before | after | ratio | 95% interval | allowed | verdict |\n"
                     "| --- | --- | ---: | ---: | ---: | --- | ---: | --- |\n");
    for (int i = 0; i < c->times; i++)
        add_time(out, &c->time[i]);
    add_costs(out, c);
}
