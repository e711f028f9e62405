/* How good the model is on labelled rows. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "reports/parse.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    if (!s->evaluation)
        return 0;
    r->evaluation = malloc(sizeof *r->evaluation);
    if (!r->evaluation)
        return err_set(e, ERR_NOMEM, "no memory for the results of an evaluation");
    return eval_summary_copy(r->evaluation, s->evaluation, e);
}

static void walk(struct emit *e, const struct report *r)
{
    if (!r->evaluation)
        return;
    emit_begin(e, "evaluation", "Quality");
    eval_report(e, r->evaluation);
    emit_end(e);
}

static void read_metrics(struct eval_summary *x, struct parse *p)
{
    x->metrics = (int)parse_length(p, "metrics", 1, EVALUATE_METRICS);
    for (int i = 0; i < x->metrics; i++) {
        struct eval_metric *m = &x->metric[i];
        struct parse_place back = parse_element(p, "metrics", (size_t)i);
        parse_text(p, "name", m->name, sizeof m->name);
        parse_text(p, "title", m->title, sizeof m->title);
        m->estimate.value = parse_real_or(p, "value", -parse_most, parse_most, NAN);
        m->estimate.low = parse_real_or(p, "ci_low", -parse_most, parse_most, NAN);
        m->estimate.high = parse_real_or(p, "ci_high", -parse_most, parse_most, NAN);
        parse_leave(p, &back);
    }
}

static void read_class(struct eval_class *c, struct parse *p)
{
    parse_text(p, "class", c->name, sizeof c->name);
    parse_text(p, "label", c->label, sizeof c->label);
    c->output = (int)parse_int(p, "output", 0, INT_MAX);
    c->rows = (int)parse_int(p, "rows", 0, INT_MAX);
    c->given = (int)parse_int(p, "given", 0, INT_MAX);
    c->right = (int)parse_int(p, "right", 0, INT_MAX);
}

static void read_classes(struct eval_summary *x, struct parse *p)
{
    size_t n = parse_has(p, "classes") ? parse_length(p, "classes", 1, DATASET_MAX_LABELS) : 0;
    x->class = parse_room(p, n, sizeof *x->class);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "classes", i);
        read_class(&x->class[i], p);
        parse_leave(p, &back);
        x->classes++;
    }
}

static void read_summary(struct eval_summary *x, struct parse *p)
{
    parse_text(p, "data", x->data, sizeof x->data);
    parse_text(p, "task", x->task, sizeof x->task);
    parse_text(p, "task_summary", x->task_summary, sizeof x->task_summary);
    parse_text(p, "labels_matched_by", x->matched_by, sizeof x->matched_by);
    x->named = parse_bool(p, "classes_named");
    x->rows = (int)parse_int(p, "rows", 0, INT_MAX);
    x->skipped = (int)parse_int(p, "skipped", 0, INT_MAX);
    x->truncated = (int)parse_int(p, "truncated", 0, INT_MAX);
    x->longest = (int)parse_int(p, "longest", 0, INT_MAX);
    x->tokens = (uint64_t)parse_int(p, "tokens", 0, (int64_t)parse_most);
    x->seconds = parse_real(p, "seconds", 0, parse_most);
    x->loss = parse_real(p, "loss", 0, parse_most);
}

static void read(struct report *r, struct parse *p)
{
    if (!parse_has(p, "evaluation"))
        return;
    r->evaluation = parse_room(p, 1, sizeof *r->evaluation);
    if (!r->evaluation)
        return;
    struct parse_place back = parse_enter(p, "evaluation");
    read_summary(r->evaluation, p);
    read_metrics(r->evaluation, p);
    read_classes(r->evaluation, p);
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    if (r->evaluation)
        eval_summary_free(r->evaluation);
    free(r->evaluation);
}

const struct section section_evaluation = {collect, walk, read, forget};
