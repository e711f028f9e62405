#include "reports/eval_report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

/* ---- the summary --------------------------------------------------------------------------------------------- */

static void copy_text(char *out, size_t size, const char *text)
{
    text_escape(out, size, text, strlen(text));
}

static void count_class(struct eval_class *out, const struct evaluation *x, int c)
{
    for (int i = 0; i < x->rows; i++) {
        out->rows += x->want[i] == c;
        out->given += x->got[i] == c;
        out->right += x->want[i] == c && x->got[i] == c;
    }
}

static void make_class(struct eval_class *out, const struct evaluation *x, const struct dataset *d, const struct model *m, int c)
{
    char label[256];
    *out = (struct eval_class){.output = x->labels.output[c]};
    if (c < d->labels && d->label)
        copy_text(out->name, sizeof out->name, d->label[c]);
    else if (c < d->labels)
        snprintf(out->name, sizeof out->name, "%d", c);
    model_label(m, out->output, label, sizeof label);
    copy_text(out->label, sizeof out->label, label);
    count_class(out, x, c);
}

static void make_metrics(struct eval_summary *out, const struct quality *q)
{
    out->metrics = q->metrics;
    for (int i = 0; i < q->metrics; i++) {
        copy_text(out->metric[i].name, sizeof out->metric[i].name, q->metric[i]->name);
        copy_text(out->metric[i].title, sizeof out->metric[i].title, q->metric[i]->title);
        out->metric[i].estimate = q->value[i];
    }
}

int eval_summary_make(struct eval_summary *out, const struct evaluation *x, const struct dataset *d,
                      const struct encoded *rows, const struct model *m, struct err *e)
{
    const struct quality *q = &x->quality;
    *out = (struct eval_summary){.named = d->label != NULL, .rows = d->rows, .skipped = d->skipped, .truncated = rows->truncated,
                                 .longest = rows->longest, .tokens = q->tokens, .seconds = q->seconds, .loss = q->loss,
                                 .classes = x->labels.classes};
    copy_text(out->data, sizeof out->data, d->name);
    copy_text(out->task, sizeof out->task, d->task->name);
    copy_text(out->task_summary, sizeof out->task_summary, d->task->summary);
    copy_text(out->matched_by, sizeof out->matched_by, out->classes ? label_match_name(q->match) : "");
    make_metrics(out, q);
    out->class = calloc((size_t)out->classes + 1, sizeof *out->class);
    if (!out->class)
        return err_set(e, ERR_NOMEM, "no memory for %d classes", out->classes);
    for (int c = 0; c < out->classes; c++)
        make_class(&out->class[c], x, d, m, c);
    return 0;
}

int eval_summary_copy(struct eval_summary *out, const struct eval_summary *s, struct err *e)
{
    *out = *s;
    out->class = malloc(((size_t)s->classes + 1) * sizeof *out->class);
    if (!out->class)
        return err_set(e, ERR_NOMEM, "no memory for %d classes", s->classes);
    if (s->classes)
        memcpy(out->class, s->class, (size_t)s->classes * sizeof *out->class);
    return 0;
}

void eval_summary_free(struct eval_summary *s)
{
    free(s->class);
    *s = (struct eval_summary){0};
}

/* ---- the walk ------------------------------------------------------------------------------------------------ */

static void emit_defined(struct emit *e, double x)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, UNIT_METRIC);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_metrics(struct emit *e, const struct eval_summary *s)
{
    static const struct emit_column columns[] = {{"name", NULL, 0},
                                                 {"title", "metric", 0},
                                                 {"value", "value", UNIT_METRIC},
                                                 {"ci_low", "95% from", UNIT_METRIC},
                                                 {"ci_high", "to", UNIT_METRIC}};
    emit_table(e, "metrics", "Quality", columns, 5);
    for (int i = 0; i < s->metrics; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, s->metric[i].name);
        emit_string(e, NULL, NULL, s->metric[i].title);
        emit_defined(e, s->metric[i].estimate.value);
        emit_defined(e, s->metric[i].estimate.low);
        emit_defined(e, s->metric[i].estimate.high);
    }
    emit_table_end(e);
}

static void emit_classes(struct emit *e, const struct eval_summary *s)
{
    static const struct emit_column columns[] = {{"class", "class", 0},       {"output", "output", 0},
                                                 {"label", "its name", 0},    {"rows", "rows", UNIT_COUNT},
                                                 {"given", "given", UNIT_COUNT}, {"right", "right", UNIT_COUNT}};
    emit_table(e, "classes", "Classes", columns, 6);
    for (int c = 0; c < s->classes; c++) {
        const struct eval_class *x = &s->class[c];
        emit_row(e);
        emit_string(e, NULL, NULL, x->name[0] ? x->name : NULL);
        emit_int(e, NULL, NULL, x->output, UNIT_NONE);
        emit_string(e, NULL, NULL, x->label);
        emit_int(e, NULL, NULL, x->rows, UNIT_COUNT);
        emit_int(e, NULL, NULL, x->given, UNIT_COUNT);
        emit_int(e, NULL, NULL, x->right, UNIT_COUNT);
    }
    emit_table_end(e);
}

static void emit_data(struct emit *e, const struct eval_summary *s)
{
    emit_string(e, "data", "data", s->data);
    emit_string(e, "task", "task", s->task);
    emit_string(e, "task_summary", "", s->task_summary);
    emit_int(e, "rows", "rows", s->rows, UNIT_NONE);
    emit_int(e, "skipped", s->skipped ? "left out" : NULL, s->skipped, UNIT_NONE);
    emit_int(e, "truncated", "truncated", s->truncated, UNIT_NONE);
    emit_int(e, "longest", "longest row", s->longest, UNIT_NONE);
}

void eval_report(struct emit *e, const struct eval_summary *s)
{
    double rate = s->seconds > 0 ? 1 / s->seconds : 0;
    emit_data(e, s);
    emit_int(e, "tokens", "tokens", (int64_t)s->tokens, UNIT_COUNT);
    emit_real(e, "seconds", NULL, s->seconds, UNIT_NONE);
    emit_real(e, NULL, "time", s->seconds * 1e9, UNIT_NS);
    emit_real(e, "rows_per_second", "rows/s", rate * s->rows, UNIT_COUNT);
    emit_real(e, "tokens_per_second", "tokens/s", rate * (double)s->tokens, UNIT_COUNT);
    emit_real(e, "loss", "loss", s->loss, UNIT_METRIC);
    emit_string(e, "labels_matched_by", s->classes ? "labels by" : NULL, s->classes ? s->matched_by : label_match_name(LABELS_NONE));
    emit_bool(e, "classes_named", NULL, s->named);
    emit_metrics(e, s);
    if (s->classes)
        emit_classes(e, s);
    if (s->named && strcmp(s->matched_by, label_match_name(LABELS_BY_NUMBER)) == 0)
        emit_note(e, "The model does not name its outputs as the task names its classes: they were matched by number.");
    if (s->truncated)
        emit_note(e, "Rows that were longer than the limit were cut; the model's positions or --seq set it.");
}
