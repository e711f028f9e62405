/* Measuring the heads of the open model on the data set of the session. */
#include <string.h>

#include "analyzer/measure/workload.h"
#include "tui/heads_run.h"
#include "tui/job.h"

static void on_snapshot(void *payload, const struct head_study *s)
{
    const struct job_context *x = payload;
    x->publish_heads(x->payload, s);
}

static void log_result(const struct job_context *x)
{
    const struct heads_request *r = &x->request->heads;
    const struct head_study *s = &x->opened->heads;
    const struct ablation *a = r->curve ? s->curve : s->ablation[r->mode];
    if (!r->curve && r->mode == HEADS_GRADIENT)
        x->log(x->payload, LOG_DONE, "scored %d heads on %d rows of %s in %.1f s", head_grid_heads(&s->scores->grid),
               s->scores->rows, s->data, s->scores->seconds);
    else
        x->log(x->payload, LOG_DONE, "%s: %d variants on %d rows of %s in %.1f s, the work of %.1f passes of the full model",
               r->curve ? "the curve" : head_mode_title(r->mode), a->variants, a->rows, s->data, a->seconds, a->cost);
}

static int run(struct job_context *x, struct err *e)
{
    struct opened *o = x->opened;
    const struct heads_request *want = &x->request->heads;
    const struct workload *load = &x->request->profile.workload;
    struct heads_run r = {.opened = o, .threads = load->threads, .format = load->format, .on_snapshot = on_snapshot, .payload = x};
    struct settings data = {.data = want->data, .task = want->task[0] ? want->task : NULL};
    if (!o->model)
        return err_set(e, ERR_USAGE, "there is no model whose heads could be scored; open one first");
    TRY(heads_check(o->model, e));
    if (strcmp(want->data, "-") == 0)
        return err_set(e, ERR_USAGE, "standard input is the keyboard here; give the data set as a file (:data FILE TASK)");
    TRY(opened_data(o, &data, load->threads, x->progress, e));
    if (want->curve)
        TRY(heads_run_curve(&r, want->mode, want->normalize, x->progress, e));
    else
        TRY(heads_run_mode(&r, want->mode, x->progress, e));
    x->publish_heads(x->payload, &o->heads);
    log_result(x);
    return 0;
}

const struct job job_heads = {.doing = "scoring heads", .replaces = JOB_BIT(JOB_HEADS), .run = run};
