#include "tui/sensitivity_run.h"

#include <string.h>

#include "analyzer/compress/trial.h"
#include "reports/head.h"
#include "reports/sensitivity_report.h"
#include "reports/trial_report.h"
#include "tui/basis.h"
#include "tui/result.h"

struct session {
    const struct settings *s;
    struct basis basis;
    struct recipe step, fallback;
    struct sensitivity parts, cells;
    int left_out;
    struct trial trial; /* of the fallback */
};

static int report(const struct session *x, struct str *out, struct err *e)
{
    struct result result;
    result_open(&result, x->s, "bertscope.sensitivity/1");
    if (result_needs_machine(x->s))
        head_machine(result.emit, &x->basis.opened.machine);
    head_model(result.emit, x->basis.opened.model);
    head_settings(result.emit, &x->basis.load, (uint64_t)x->s->seed);
    trial_report_baseline(result.emit, &x->basis.original);
    sensitivity_report(result.emit, "sensitivity", x->s->sensitivity, &x->parts);
    if (OPTION_GIVEN(x->s, fallback)) {
        sensitivity_report(result.emit, "cells", x->s->sensitivity, &x->cells);
        fallback_report(result.emit, x->left_out, x->cells.rows, x->s->fallback);
        trial_report(result.emit, &x->trial);
    }
    return result_close(&result, x->s, out, e);
}

static int run_fallback(struct session *x, const struct progress *progress, struct err *e)
{
    struct original *o = &x->basis.original;
    const struct recipe_line *step = &x->step.line[0];
    struct changed c = {0};
    TRY(sensitivity_run(&x->cells, o, step, true, basis_table_seconds(x->s), NULL, NULL, progress, e));
    TRY(sensitivity_fallback(&x->fallback, &x->left_out, o, step, &x->cells, x->s->fallback, progress, e));
    int code = changed_make(&c, o, &x->fallback, "--sensitivity", progress, e);
    if (code == 0)
        code = trial_init(&x->trial, o, &x->fallback, &c, e);
    if (code == 0)
        code = trial_evaluate(&x->trial, o, &c, NULL, NULL, progress, e);
    if (code == 0 && basis_seconds(x->s) > 0)
        code = trial_time(&x->trial, o, &c, basis_seconds(x->s), progress, e);
    changed_free(&c);
    return code;
}

int sensitivity_step(struct recipe *out, const char *text, struct err *e)
{
    TRY(recipe_parse(out, text, strlen(text), "--sensitivity", e));
    if (out->lines == 1 && recipe_steps(out) == 1)
        return 0;
    return err_set(e, ERR_USAGE, "--sensitivity takes one step, not \"%s\"", text);
}

static int run(struct session *x, const struct progress *progress, struct err *e)
{
    TRY(sensitivity_step(&x->step, x->s->sensitivity, e));
    TRY(basis_open(&x->basis, x->s, progress, e));
    TRY(basis_rows(&x->basis, x->s, "--sensitivity", progress, e));
    TRY(original_evaluate(&x->basis.original, 0, NULL, NULL, progress, e));
    TRY(sensitivity_run(&x->parts, &x->basis.original, &x->step.line[0], false, basis_table_seconds(x->s), NULL, NULL, progress, e));
    return OPTION_GIVEN(x->s, fallback) ? run_fallback(x, progress, e) : 0;
}

int sensitivity_command(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session x = {.s = s};
    int code = run(&x, progress, e);
    if (code == 0)
        code = report(&x, out, e);
    trial_free(&x.trial);
    sensitivity_free(&x.parts);
    sensitivity_free(&x.cells);
    recipe_free(&x.fallback);
    recipe_free(&x.step);
    basis_close(&x.basis);
    return code;
}
