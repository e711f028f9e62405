#include "reports/train_report.h"

#include <math.h>
#include <stdio.h>

static void emit_data(struct emit *e, const char *key, const char *title, const struct dataset *d,
                      const struct encoded *rows)
{
    emit_begin(e, key, title);
    emit_string(e, "file", "file", d->name);
    emit_string(e, "task", "task", d->task->name);
    emit_int(e, "rows", "rows", d->rows, UNIT_NONE);
    emit_int(e, "skipped", d->skipped ? "left out" : NULL, d->skipped, UNIT_NONE);
    emit_int(e, "truncated", "truncated", rows->truncated, UNIT_NONE);
    emit_int(e, "longest", "longest row", rows->longest, UNIT_NONE);
    emit_end(e);
}

static void emit_options(struct emit *e, const struct train_report *r)
{
    const struct train_options *o = r->options;
    emit_begin(e, "training", "Training");
    emit_int(e, "steps", "steps", o->steps, UNIT_NONE);
    emit_int(e, "batch_rows", "rows of a step", r->batch_rows, UNIT_NONE);
    emit_real(e, "lr", "learning rate", o->lr, UNIT_NONE);
    emit_real(e, "warmup", "warm-up", o->warmup, UNIT_SHARE);
    emit_real(e, "decay", "weight decay", (double)o->decay, UNIT_NONE);
    emit_real(e, "clip", "clipped to", (double)o->clip, UNIT_NONE);
    emit_real(e, "dropout", "dropout", (double)o->dropout, UNIT_NONE);
    emit_real(e, "attention_dropout", "attention dropout", (double)o->attention_dropout, UNIT_NONE);
    emit_int(e, "seed", "seed", (int64_t)o->seed, UNIT_NONE);
    emit_string(e, "format", "computed in", kernel_format_name(o->format));
    emit_int(e, "threads", "threads", o->threads, UNIT_NONE);
    emit_end(e);
}

static void emit_defined(struct emit *e, double x, enum unit unit)
{
    if (isnan(x))
        emit_absent(e, NULL, NULL);
    else
        emit_real(e, NULL, NULL, x, unit);
}

static void emit_point(struct emit *e, const struct curve_point *p)
{
    emit_row(e);
    emit_int(e, NULL, NULL, p->step, UNIT_NONE);
    emit_real(e, NULL, NULL, p->epoch, UNIT_RATIO);
    emit_int(e, NULL, NULL, (int64_t)p->tokens, UNIT_COUNT);
    emit_real(e, NULL, NULL, p->loss, UNIT_METRIC);
    emit_defined(e, p->dev_loss, UNIT_METRIC);
    emit_defined(e, p->metric.value, UNIT_METRIC);
    emit_defined(e, p->metric.low, UNIT_METRIC);
    emit_defined(e, p->metric.high, UNIT_METRIC);
    emit_real(e, NULL, NULL, p->lr, UNIT_NONE);
    emit_real(e, NULL, NULL, p->seconds, UNIT_NONE);
    emit_real(e, NULL, NULL, p->seconds * 1e9, UNIT_NS);
}

static void emit_curve(struct emit *e, const struct train_report *r)
{
    bool dev = r->metric != NULL;
    const struct emit_column columns[] = {{"step", "step", UNIT_NONE},
                                          {"epoch", "epoch", UNIT_RATIO},
                                          {"tokens", "tokens", UNIT_COUNT},
                                          {"loss", "loss", UNIT_METRIC},
                                          {"dev_loss", dev ? "dev loss" : NULL, UNIT_METRIC},
                                          {"metric", dev ? r->metric : NULL, UNIT_METRIC},
                                          {"metric_low", dev ? "95% from" : NULL, UNIT_METRIC},
                                          {"metric_high", dev ? "to" : NULL, UNIT_METRIC},
                                          {"lr", "rate", UNIT_NONE},
                                          {"seconds", NULL, UNIT_NONE},
                                          {NULL, "time", UNIT_NS}};
    emit_table(e, "curve", "Curve", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < r->training->points; i++)
        emit_point(e, &r->training->curve[i]);
    emit_table_end(e);
}

static void emit_best(struct emit *e, const struct train_report *r)
{
    const struct training *t = r->training;
    emit_begin(e, "best", "Best");
    emit_string(e, "metric", "metric", t->best < 0 ? NULL : r->metric);
    if (t->best >= 0) {
        const struct curve_point *p = &t->curve[t->best];
        emit_int(e, "step", "step", p->step, UNIT_NONE);
        emit_real(e, "value", "value", p->metric.value, UNIT_METRIC);
        emit_real(e, "low", "95% from", p->metric.low, UNIT_METRIC);
        emit_real(e, "high", "to", p->metric.high, UNIT_METRIC);
        if (r->data->task->masked)
            emit_real(e, "perplexity", "perplexity", exp(p->dev_loss), UNIT_RATIO);
    }
    emit_end(e);
}

void train_report(struct emit *e, const struct train_report *r)
{
    const struct training *t = r->training;
    emit_data(e, "data", "Data", r->data, r->rows);
    if (r->dev)
        emit_data(e, "dev", "Development data", r->dev, r->dev_rows);
    emit_options(e, r);
    emit_curve(e, r);
    if (r->metric)
        emit_best(e, r);
    emit_begin(e, "result", "Result");
    emit_string(e, "out", "directory", r->out);
    emit_int(e, "steps", "steps", t->step, UNIT_NONE);
    emit_int(e, "resumed", t->resumed ? "resumed after" : NULL, t->resumed, UNIT_NONE);
    emit_bool(e, "stopped", NULL, t->stopped);
    emit_int(e, "tokens", "tokens", (int64_t)t->tokens, UNIT_COUNT);
    emit_real(e, "seconds", NULL, t->seconds, UNIT_NONE);
    emit_real(e, NULL, "time", t->seconds * 1e9, UNIT_NS);
    emit_real(e, "tokens_per_second", "tokens/s",
              t->step_seconds > 0 ? (double)t->step_tokens / t->step_seconds : 0, UNIT_COUNT);
    emit_end(e);
    if (t->stopped)
        emit_note(e, "Stopped early: the metric did not get better any more.");
    if (r->rows->truncated || (r->dev && r->dev_rows->truncated))
        emit_note(e, "Rows that were longer than the limit were cut; the model's positions or --seq set it.");
}
