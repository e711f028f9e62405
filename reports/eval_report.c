#include "reports/eval_report.h"

#include <math.h>
#include <stdio.h>

static void emit_defined(struct emit *e, double x)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, UNIT_METRIC);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_metrics(struct emit *e, const struct quality *q)
{
    static const struct emit_column columns[] = {{"name", NULL, 0},
                                                 {NULL, "metric", 0},
                                                 {"value", "value", UNIT_METRIC},
                                                 {"ci_low", "95% from", UNIT_METRIC},
                                                 {"ci_high", "to", UNIT_METRIC}};
    emit_table(e, "metrics", "Quality", columns, 5);
    for (int i = 0; i < q->metrics; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, q->metric[i]->name);
        emit_string(e, NULL, NULL, q->metric[i]->title);
        emit_defined(e, q->value[i].value);
        emit_defined(e, q->value[i].low);
        emit_defined(e, q->value[i].high);
    }
    emit_table_end(e);
}

/* Rows that want class `c`, that were given it, and both. */
static void count_class(const struct evaluation *x, int c, int count[3])
{
    count[0] = count[1] = count[2] = 0;
    for (int i = 0; i < x->rows; i++) {
        count[0] += x->want[i] == c;
        count[1] += x->got[i] == c;
        count[2] += x->want[i] == c && x->got[i] == c;
    }
}

static void emit_classes(struct emit *e, const struct evaluation *x, const struct dataset *d, const struct model *m)
{
    static const struct emit_column columns[] = {{"class", "class", 0},       {"output", "output", 0},
                                                 {"label", "its name", 0},    {"rows", "rows", UNIT_COUNT},
                                                 {"given", "given", UNIT_COUNT}, {"right", "right", UNIT_COUNT}};
    emit_table(e, "classes", "Classes", columns, 6);
    for (int c = 0; c < x->labels.classes; c++) {
        char number[16], label[256];
        int count[3];
        count_class(x, c, count);
        snprintf(number, sizeof number, "%d", c);
        model_label(m, x->labels.output[c], label, sizeof label);
        emit_row(e);
        emit_string(e, NULL, NULL, c >= d->labels ? NULL : d->label ? d->label[c] : number);
        emit_int(e, NULL, NULL, x->labels.output[c], UNIT_NONE);
        emit_string(e, NULL, NULL, label);
        for (int k = 0; k < 3; k++)
            emit_int(e, NULL, NULL, count[k], UNIT_COUNT);
    }
    emit_table_end(e);
}

static void emit_data(struct emit *e, const struct dataset *d, const struct encoded *rows)
{
    emit_string(e, "data", "data", d->name);
    emit_string(e, "task", "task", d->task->name);
    emit_string(e, NULL, "", d->task->summary);
    emit_int(e, "rows", "rows", d->rows, UNIT_NONE);
    emit_int(e, "skipped", d->skipped ? "left out" : NULL, d->skipped, UNIT_NONE);
    emit_int(e, "truncated", "truncated", rows->truncated, UNIT_NONE);
    emit_int(e, "longest", "longest row", rows->longest, UNIT_NONE);
}

void eval_report(struct emit *e, const struct evaluation *x, const struct dataset *d, const struct encoded *rows,
                 const struct model *m)
{
    const struct quality *q = &x->quality;
    double rate = q->seconds > 0 ? 1 / q->seconds : 0;
    emit_data(e, d, rows);
    emit_int(e, "tokens", "tokens", (int64_t)q->tokens, UNIT_COUNT);
    emit_real(e, "seconds", NULL, q->seconds, UNIT_NONE);
    emit_real(e, NULL, "time", q->seconds * 1e9, UNIT_NS);
    emit_real(e, "rows_per_second", "rows/s", rate * q->rows, UNIT_COUNT);
    emit_real(e, "tokens_per_second", "tokens/s", rate * (double)q->tokens, UNIT_COUNT);
    emit_real(e, "loss", "loss", q->loss, UNIT_METRIC);
    emit_string(e, "labels_matched_by", x->labels.classes ? "labels by" : NULL, label_match_name(q->match));
    emit_metrics(e, q);
    if (x->labels.classes)
        emit_classes(e, x, d, m);
    if (q->match == LABELS_BY_NUMBER && d->label)
        emit_note(e, "The model does not name its outputs as the task names its classes: they were matched by number.");
    if (rows->truncated)
        emit_note(e, "Rows that were longer than the limit were cut; the model's positions or --seq set it.");
}
