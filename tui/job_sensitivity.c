/* A step on each part of the open model alone, row by row told to the Compress screen. */
#include "analyzer/base/clock.h"
#include "analyzer/model/model.h"
#include "tui/job_trial.h"
#include "tui/opened.h"
#include "tui/part_study.h"

struct session {
    struct job_context *x;
    const struct original *original;
};

static void on_row(void *payload, const struct sensitivity *s)
{
    const struct session *n = payload;
    const struct request *q = n->x->request;
    struct part_study *study;
    struct err ignored;
    if (part_study_make(&study, s, q->trial.recipe, n->original, &ignored) != 0)
        return;
    study->era = q->trial.era;
    study->cells = q->cells;
    n->x->publish_parts(n->x->payload, study);
}

static int try_parts(struct job_context *x, const struct recipe_line *step, struct err *e)
{
    struct original *o = &x->opened->original;
    struct trial_run first = {.x = x, .original = o, .name = ""};
    struct session n = {x, o};
    struct sensitivity s;
    uint64_t start = clock_ns();
    TRY(trial_run_original(&first, x->progress, e));
    TRY(sensitivity_run(&s, o, step, x->request->cells, TRIAL_TABLE_SECONDS, on_row, &n, x->progress, e));
    x->log(x->payload, LOG_DONE, "tried %s on %d parts alone in %.1f s", step->method->name, s.rows, (double)(clock_ns() - start) * 1e-9);
    sensitivity_free(&s);
    return 0;
}

static int run(struct job_context *x, struct err *e)
{
    struct recipe r = {0};
    int code = trial_prepare(x, &r, e);
    if (code == 0 && (r.lines != 1 || !r.line[0].method))
        code = err_set(e, ERR_USAGE, "one step is tried on its parts, not \"%s\"", x->request->trial.recipe);
    if (code == 0 && (!x->opened->original.rows || !model_has_classifier(x->opened->model)))
        code = err_set(e, ERR_USAGE, "parts are compared by answers, which takes a classification head and rows");
    if (code == 0)
        code = try_parts(x, &r.line[0], e);
    recipe_free(&r);
    return code;
}

const struct job job_sensitivity = {.doing = "trying parts", .replaces = JOB_BIT(JOB_SENSITIVITY) | JOB_BIT(JOB_MEASURE), .run = run};
