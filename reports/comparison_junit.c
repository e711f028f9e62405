/* JUnit XML as CI services read it: testsuites > testsuite > testcase > failure | error | skipped. */
#include <string.h>

#include "reports/comparison_report.h"
#include "reports/escape.h"

static void begin_case(struct str *out, const char *suite, const char *kind, const char *name)
{
    str_addf(out, "  <testcase classname=\"bertscope.check.%s\" name=\"%s %s\"", suite, kind, name);
}

/* The element inside of a test case that says what the verdict is; a pass has none. */
static void end_case(struct str *out, enum verdict v, const char *message)
{
    static const char *const elements[VERDICTS] = {NULL, NULL, "skipped", "failure", "error"};
    if (!elements[v]) {
        str_add(out, "/>\n");
        return;
    }
    str_addf(out, ">\n   <%s message=\"", elements[v]);
    escape_xml(out, message);
    str_addf(out, "\"%s%s%s/>\n  </testcase>\n", v == VERDICT_INCONCLUSIVE ? "" : " type=\"",
             v == VERDICT_INCONCLUSIVE ? "" : verdict_name(v), v == VERDICT_INCONCLUSIVE ? "" : "\"");
}

/* Rows of the same workload. */
static bool beside(const struct comparison_time *first, const char *recipe, int batch, int seq)
{
    return first->batch == batch && first->seq == seq && strcmp(first->recipe, recipe) == 0;
}

static void count_suite(const struct comparison *c, const struct comparison_time *first, int count[VERDICTS])
{
    for (int v = 0; v < VERDICTS; v++)
        count[v] = 0;
    for (int i = 0; i < c->times; i++)
        count[c->time[i].verdict] += beside(first, c->time[i].recipe, c->time[i].batch, c->time[i].seq);
    for (int i = 0; i < c->costs; i++)
        count[c->cost[i].verdict] += beside(first, c->cost[i].recipe, c->cost[i].batch, c->cost[i].seq);
}

static void add_times(struct str *out, const struct comparison *c, const struct comparison_time *first, const char *suite)
{
    char message[COMPARISON_MESSAGE];
    for (const struct comparison_time *t = first; t < first + PARTS; t++) {
        begin_case(out, suite, "time of", part_key(t->part));
        str_addf(out, " time=\"%.9f\"", t->shift.after * 1e-9);
        end_case(out, t->verdict, comparison_time_message(t, message));
    }
    for (int i = 0; i < c->costs; i++) {
        const struct comparison_cost *x = &c->cost[i];
        if (!beside(first, x->recipe, x->batch, x->seq))
            continue;
        begin_case(out, suite, cost_key(x->kind), part_key(x->part));
        end_case(out, x->verdict, comparison_cost_message(x, message));
    }
}

static void add_recipe(struct str *out, const struct comparison *c, const char *name)
{
    const char *steps = c->after.recipe;
    for (int i = 0; i < c->recipes; i++)
        if (strcmp(c->recipe[i].name, name) == 0)
            steps = c->recipe[i].steps;
    if (!*steps)
        return;
    str_add(out, "   <property name=\"recipe\" value=\"");
    escape_xml(out, steps);
    str_add(out, "\"/>\n");
}

static void add_suite(struct str *out, const struct comparison *c, const struct comparison_time *first)
{
    char suite[COMPARISON_LABEL];
    int count[VERDICTS], all = 0;
    comparison_label(suite, first->recipe, first->batch, first->seq);
    count_suite(c, first, count);
    for (int v = 0; v < VERDICTS; v++)
        all += count[v];
    str_addf(out, " <testsuite name=\"bertscope check %s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">\n", suite,
             all, count[VERDICT_REGRESSION], count[VERDICT_INCONCLUSIVE]);
    str_add(out, "  <properties>\n   <property name=\"model\" value=\"");
    escape_xml(out, c->after.model);
    str_add(out, "\"/>\n   <property name=\"compared with\" value=\"");
    escape_xml(out, c->before.model);
    str_add(out, "\"/>\n   <property name=\"processor\" value=\"");
    escape_xml(out, c->after.cpu);
    str_add(out, "\"/>\n");
    add_recipe(out, c, first->recipe);
    str_add(out, "  </properties>\n");
    add_times(out, c, first, suite);
    str_add(out, " </testsuite>\n");
}

void comparison_junit(struct str *out, const struct comparison *c)
{
    str_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    int rows = c->times + c->costs, errors = c->verdict == VERDICT_INCOMPARABLE;
    str_addf(out, "<testsuites tests=\"%d\" failures=\"%d\" errors=\"%d\">\n", rows + errors,
             comparison_count(c, VERDICT_REGRESSION), errors);
    for (int i = 0; i < c->times; i += PARTS)
        add_suite(out, c, &c->time[i]);
    if (errors) {
        str_add(out, " <testsuite name=\"bertscope check\" tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\">\n");
        begin_case(out, "all", "comparison with", "the baseline");
        end_case(out, VERDICT_INCOMPARABLE, c->reason);
        str_add(out, " </testsuite>\n");
    }
    str_add(out, "</testsuites>\n");
}
