#include "reports/sensitivity_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/model/component.h"

static void emit_known(struct emit *e, double x, enum unit unit)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, unit);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_part(struct emit *e, const struct sensitive *x)
{
    emit_row(e);
    if (x->layer < 0)
        emit_string(e, NULL, NULL, "all");
    else
        emit_int(e, NULL, NULL, x->layer, UNIT_NONE);
    emit_string(e, NULL, NULL, x->component < 0 ? "all" : component_word((enum component)x->component));
    emit_known(e, x->ns_saved, UNIT_NS);
    emit_int(e, NULL, NULL, x->bytes_saved, UNIT_BYTES);
    emit_known(e, x->lost / 100, UNIT_POINTS);
    emit_known(e, x->lost_low / 100, UNIT_POINTS);
    emit_known(e, x->lost_high / 100, UNIT_POINTS);
    emit_known(e, x->kl, UNIT_SCORE);
    emit_known(e, sensitive_worth(x), UNIT_SCORE);
}

void sensitivity_report(struct emit *e, const char *key, const char *step, const struct sensitivity *s)
{
    static const struct emit_column columns[] = {
        {"layer", "layer", 0},           {"component", "component", 0}, {"ns_saved", "time saved", UNIT_NS}, {"bytes_saved", "bytes saved", UNIT_BYTES},
        {"lost", "points lost", UNIT_POINTS}, {"ci_low", "95% from", UNIT_POINTS}, {"ci_high", "to", UNIT_POINTS}, {"kl", "KL", UNIT_SCORE},
        {"worth", "ms per point", UNIT_SCORE}};
    char title[160];
    struct err ignored = {0};
    int *order = malloc((size_t)s->rows * sizeof *order + 1);
    bool ordered = order && sensitivity_order(order, s, &ignored) == 0;
    bool cells = s->rows > 0 && s->row[0].component >= 0;
    snprintf(title, sizeof title, "%.100s on one %s alone, least worth first", step, cells ? "component of one layer" : "layer or component");
    emit_table(e, key, title, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < s->rows; i++)
        emit_part(e, &s->row[ordered ? order[i] : i]);
    emit_table_end(e);
    free(order);
}

void fallback_report(struct emit *e, int left_out, int cells, double points)
{
    emit_begin(e, "fallback", "Parts that stay as they are");
    emit_int(e, "left_out", "parts", left_out, UNIT_NONE);
    emit_int(e, "cells", "of", cells, UNIT_NONE);
    emit_real(e, "points", "for a loss of at most", points / 100, UNIT_POINTS);
    emit_end(e);
}
