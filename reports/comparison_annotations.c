/* Workflow commands: ::LEVEL title=TITLE::MESSAGE, one a line. In both %, CR and LF are %25 %0D %0A, in the title also : and ,
 * are %3A %2C. */
#include <stdio.h>

#include "reports/comparison_report.h"
#include "reports/escape.h"

/* A pass is not worth a line. */
static void annotate(struct str *out, enum verdict v, const char *title, const char *message)
{
    static const char *const levels[VERDICTS] = {NULL, "notice", "warning", "error", "error"};
    if (!levels[v])
        return;
    str_addf(out, "::%s title=", levels[v]);
    escape_annotation(out, title, 1);
    str_add(out, "::");
    escape_annotation(out, message, 0);
    str_add(out, "\n");
}

static const char *title_of(char out[COMPARISON_MESSAGE], const struct comparison *c, enum verdict v, const char *recipe, int batch, int seq)
{
    char label[COMPARISON_LABEL];
    snprintf(out, COMPARISON_MESSAGE, "%s: %s %s", verdict_name(v), c->after.model, comparison_label(label, recipe, batch, seq));
    return out;
}

void comparison_annotations(struct str *out, const struct comparison *c)
{
    char title[COMPARISON_MESSAGE], message[COMPARISON_MESSAGE];
    if (c->verdict == VERDICT_INCOMPARABLE)
        annotate(out, c->verdict, "bertscope check: incomparable", c->reason);
    for (int i = 0; i < c->times; i++) {
        const struct comparison_time *t = &c->time[i];
        annotate(out, t->verdict, title_of(title, c, t->verdict, t->recipe, t->batch, t->seq), comparison_time_message(t, message));
    }
    for (int i = 0; i < c->costs; i++) {
        const struct comparison_cost *x = &c->cost[i];
        annotate(out, x->verdict, title_of(title, c, x->verdict, x->recipe, x->batch, x->seq), comparison_cost_message(x, message));
    }
}
