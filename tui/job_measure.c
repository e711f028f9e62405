/* Measuring the open model with one workload. */
#include "reports/format.h"
#include "tui/job.h"
#include "tui/opened.h"

static void on_snapshot(void *payload, const struct profile *p)
{
    const struct job_context *x = payload;
    x->publish_profile(x->payload, p);
}

static void log_result(const struct job_context *x, const struct profile *p)
{
    char median[FORMAT_SIZE], half[FORMAT_SIZE];
    const struct workload *w = &p->workload;
    const struct spread *t = &p->total.time_ns;
    x->log(x->payload, LOG_DONE, "measured %d passes of batch %d x %d tokens with %d thread%s: %s ±%s%s", t->n, w->batch, w->seq,
           w->threads, w->threads == 1 ? "" : "s", format_ns(median, t->median), format_spread(half, t),
           p->converged ? "" : "; its time was over (:budget SECONDS gives more)");
}

static int run(struct job_context *x, struct err *e)
{
    struct opened *o = x->opened;
    const struct profile_options *options = &x->request->profile;
    struct profile p;
    if (!o->model)
        return err_set(e, ERR_USAGE, "there is no model to measure; open one first");
    TRY(workload_check(&options->workload, o->model, e));
    TRY(opened_pack(o, options->workload.threads, options->workload.format, x->progress, e));
    TRY(profile_measure(&p, o->weights, options, on_snapshot, x, x->progress, e));
    x->publish_profile(x->payload, &p);
    log_result(x, &p);
    profile_free(&p);
    return 0;
}

const struct job job_measure = {.doing = "measuring", .replaces = JOB_BIT(JOB_MEASURE), .run = run};
