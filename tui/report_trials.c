#include "tui/report_trials.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "tui/basis.h"
#include "tui/recipes.h"
#include "tui/sensitivity_run.h"

/* ---- what is asked for --------------------------------------------------------------------------------------- */

int report_trials_read(struct report_trials *out, const struct settings *s, struct err *e)
{
    int n = recipes_count(s);
    *out = (struct report_trials){.recipe = calloc((size_t)n + 1, sizeof *out->recipe)};
    if (!out->recipe)
        return err_set(e, ERR_NOMEM, "no memory for %d recipes", n);
    for (int i = 0; i < n; i++) {
        out->recipes++;
        TRY(recipes_read_at(&out->recipe[i], s, i, e));
    }
    return s->sensitivity ? sensitivity_step(&out->step, s->sensitivity, e) : 0;
}

bool report_trials_wanted(const struct report_trials *x)
{
    return x->recipes > 0 || x->step.lines > 0;
}

void report_trials_free(struct report_trials *x)
{
    for (int i = 0; i < x->recipes; i++)
        recipe_free(&x->recipe[i]);
    free(x->recipe);
    recipe_free(&x->step);
    trial_table_free(&x->trials);
    example_table_free(&x->examples);
    sensitivity_free(&x->sensitivity);
    *x = (struct report_trials){.recipes = 0};
}

/* What needs rows that are not there. */
static int check_rows(const struct report_trials *x, const struct original *o, const struct settings *s, struct err *e)
{
    char title[80];
    if (o->rows)
        return 0;
    if (x->step.lines > 0)
        return err_set(e, ERR_USAGE, "--sensitivity needs rows: --data FILE is missing");
    for (int i = 0; i < x->recipes; i++)
        if (recipe_needs(&x->recipe[i]) != METHOD_NEEDS_NOTHING)
            return err_set(e, ERR_USAGE, "a step of %s needs rows: --data FILE is missing", recipes_title(s, i, title, sizeof title));
    return 0;
}

/* ---- trying -------------------------------------------------------------------------------------------------- */

static int measure(struct trial *t, struct original *o, const struct recipe *r, const struct changed *c, double seconds, double table_seconds,
                   const struct progress *progress, struct err *e)
{
    if (seconds > 0)
        TRY(latency_extend(&o->latency, o, c->plan, table_seconds, progress, e));
    TRY(trial_init(t, o, r, c, e));
    if (o->evaluated)
        TRY(trial_evaluate(t, o, c, NULL, NULL, progress, e));
    return seconds > 0 ? trial_time(t, o, c, seconds, progress, e) : 0;
}

static int keep(struct report_trials *x, const struct original *o, const struct trial *t, int number, const char *name, struct err *e)
{
    TRY(trial_table_add(&x->trials, number, name, t, e));
    return number > 0 ? example_table_add(&x->examples, name, t, o, EXAMPLES_SHOWN, e) : 0;
}

static int try_original(struct report_trials *x, struct original *o, struct err *e)
{
    struct trial t;
    TRY(trial_of_original(&t, o, e));
    int code = keep(x, o, &t, 0, "original", e);
    trial_free(&t);
    return code;
}

static int try_recipe(struct report_trials *x, struct original *o, int i, const struct settings *s, const struct progress *progress,
                      struct err *e)
{
    struct changed c;
    struct trial t = {.recipe = NULL};
    char name[80];
    recipes_title(s, i, name, sizeof name);
    TRY(changed_make(&c, o, &x->recipe[i], name, progress, e));
    int code = measure(&t, o, &x->recipe[i], &c, basis_seconds(s), basis_table_seconds(s), progress, e);
    if (code == 0)
        code = keep(x, o, &t, i + 1, name, e);
    trial_free(&t);
    changed_free(&c);
    return code;
}

int report_trials_run(struct report_trials *x, struct opened *o, const struct settings *s, const struct workload *load,
                      const struct progress *progress, struct err *e)
{
    TRY(opened_original(o, load, progress, e));
    struct original *original = &o->original;
    TRY(check_rows(x, original, s, e));
    if (original->rows && model_has_classifier(o->model))
        TRY(original_evaluate(original, 0, NULL, NULL, progress, e));
    if (x->recipes > 0)
        TRY(try_original(x, original, e));
    for (int i = 0; i < x->recipes; i++)
        TRY(try_recipe(x, original, i, s, progress, e));
    x->trials.current = x->recipes > 0;
    if (x->step.lines == 0)
        return 0;
    return sensitivity_run(&x->sensitivity, original, &x->step.line[0], false, basis_table_seconds(s), NULL, NULL, progress, e);
}
