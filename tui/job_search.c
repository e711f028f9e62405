/* The best recipes under budgets, each a trial of the workbench. */
#include <stdio.h>
#include <string.h>

#include "tui/job_trial.h"
#include "tui/opened.h"

static bool is_latency(const struct budget *b)
{
    return strcmp(b->name, "latency") == 0;
}

/* As a step of the method `search`. */
static int step_of(struct recipe *out, const struct budget *b, int seq, struct err *e)
{
    char text[96];
    snprintf(text, sizeof text, "search %s=%.10g", b->name, b->share);
    if (strcmp(b->name, "macs") == 0 && seq != 128)
        snprintf(text + strlen(text), sizeof text - strlen(text), " seq=%d", seq);
    return recipe_parse(out, text, strlen(text), "the search", e);
}

/* Budgets of latency are about what this machine takes for layers of any size. */
static int measure_table(struct job_context *x, struct original *o, struct err *e)
{
    const struct search_request *q = &x->request->search;
    for (int i = 0; i < q->budgets; i++)
        if (is_latency(&q->budget[i]))
            return latency_extend_shares(&o->latency, o, TRIAL_TABLE_SECONDS, x->progress, e);
    return 0;
}

static int find(struct job_context *x, int i, struct err *e)
{
    const struct budget *b = &x->request->search.budget[i];
    struct original *o = &x->opened->original;
    char name[ATTEMPT_NAME];
    struct trial_run r = {.x = x, .original = o, .attempt = -1, .found = x->request->search.first + (unsigned)i, .name = name, .counts = is_latency(b)};
    snprintf(name, sizeof name, "%s=%.10g", b->name, b->share);
    int code = step_of(&r.recipe, b, x->request->profile.workload.seq, e);
    if (code == 0)
        code = trial_run(&r, x->progress, e);
    trial_run_free(&r);
    return code == 0 ? 0 : err_wrap(e, "the search under %s=%g", b->name, b->share);
}

static int search(struct job_context *x, struct err *e)
{
    const struct search_request *q = &x->request->search;
    struct trial_run first = {.x = x, .original = &x->opened->original, .name = ""};
    TRY(trial_run_original(&first, x->progress, e));
    TRY(measure_table(x, &x->opened->original, e));
    for (int i = 0; i < q->budgets; i++)
        TRY(find(x, i, e));
    x->log(x->payload, LOG_DONE, "searched under %d budget%s; 5 Frontier shows what was found", q->budgets, q->budgets == 1 ? "" : "s");
    return 0;
}

static int run(struct job_context *x, struct err *e)
{
    struct recipe none = {0};
    int code = trial_prepare(x, &none, e);
    recipe_free(&none);
    return code == 0 ? search(x, e) : code;
}

const struct job job_search = {.doing = "searching", .replaces = JOB_BIT(JOB_SEARCH) | JOB_BIT(JOB_MEASURE), .run = run};
