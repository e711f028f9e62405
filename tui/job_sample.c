/* Interrupting passes of the open model with one workload, to see where they are, and counting in others. */
#include "reports/counters_report.h"
#include "reports/samples_report.h"
#include "tui/job.h"
#include "tui/opened.h"

static int count(struct job_context *x, const struct workload *load, struct err *e)
{
    const struct counted_options options = {.workload = *load, .budget_s = x->request->profile.budget_s};
    struct counted c;
    char quality[COUNTER_REASON + 128];
    TRY(counted_here(&c, x->opened->weights, &options, x->progress, e));
    x->publish_counts(x->payload, &c);
    x->log(x->payload, LOG_DONE, "counted in %d passes: %s", c.passes, counters_quality(&c, quality, sizeof quality));
    counted_free(&c);
    return 0;
}

static int run(struct job_context *x, struct err *e)
{
    struct opened *o = x->opened;
    const struct profile_options *profile = &x->request->profile;
    const struct sampled_options options = {.workload = profile->workload, .budget_s = profile->budget_s};
    struct sampled s;
    char quality[300], overhead[64];
    if (!o->model)
        return err_set(e, ERR_USAGE, "there is no model to sample; open one first");
    TRY(workload_check(&options.workload, o->model, e));
    TRY(opened_pack(o, options.workload.threads, options.workload.format, x->progress, e));
    TRY(sampled_measure(&s, o->weights, &options, x->progress, e));
    x->publish_samples(x->payload, &s);
    x->log(x->payload, LOG_DONE, "sampled %d passes of batch %d x %d tokens: %s; overhead %s", s.passes, options.workload.batch, options.workload.seq,
           samples_quality(&s, quality, sizeof quality), samples_cost(&s, overhead, sizeof overhead));
    sampled_free(&s);
    return count(x, &options.workload, e);
}

const struct job job_sample = {.doing = "sampling", .replaces = JOB_BIT(JOB_SAMPLE), .run = run};
