/* Writing the model that a recipe makes. */
#include "tui/job.h"
#include "tui/opened.h"

static int write_model(struct job_context *x, const struct recipe *recipe, struct err *e)
{
    const struct trial_request *q = &x->request->trial;
    const struct original *o = &x->opened->original;
    struct changed c;
    struct exported done;
    TRY(changed_make(&c, o, recipe, "the recipe", x->progress, e));
    int code = export_model(&done, c.model, q->dir, q->form, o->workload.threads, o->weights->cpu, x->progress, e);
    changed_free(&c);
    TRY(code);
    x->log(x->payload, LOG_DONE, "wrote %s, %s, %llu bytes of weights; opened again, the largest of %d differences is %g", q->dir,
           export_form_name(q->form), (unsigned long long)done.bytes, done.compared, done.difference);
    return 0;
}

static int run(struct job_context *x, struct err *e)
{
    struct recipe recipe = {0};
    int code = trial_prepare(x, &recipe, e);
    if (code == 0)
        code = write_model(x, &recipe, e);
    recipe_free(&recipe);
    return code;
}

const struct job job_export = {.doing = "exporting the model", .run = run};
