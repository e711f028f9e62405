#include "analyzer/compress/trial.h"
#include "analyzer/run/predict.h"
#include "reports/eval_report.h"
#include "reports/head.h"
#include "reports/trial_report.h"
#include "tui/command.h"
#include "tui/labelled.h"
#include "tui/opened.h"
#include "tui/recipes.h"
#include "tui/result.h"

/* What an evaluation is made of; `original` and `recipe` with a recipe only. */
struct session {
    const struct settings *s;
    int threads;
    struct opened opened;
    struct labelled rows;
    struct recipe recipe;
    struct original original;
    struct changed changed;
    struct evaluation evaluation;
    struct eval_summary summary;
};

static void report_against(struct emit *emit, const struct session *x)
{
    struct fidelity f = fidelity_of(original_logits(&x->original), x->evaluation.logits, x->evaluation.rows, x->evaluation.outputs);
    struct str recipe;
    str_init(&recipe);
    recipe_print(&x->recipe, &recipe);
    emit_string(emit, "recipe", NULL, recipe.text);
    str_free(&recipe);
    trial_report_baseline(emit, &x->original);
    paired_report(emit, &x->evaluation.quality.paired);
    fidelity_report(emit, &f);
}

static int report(const struct session *x, struct str *out, struct err *e)
{
    const struct settings *s = x->s;
    struct result result;
    struct workload load = {.seq = s->seq, .threads = x->threads, .format = s->format};
    result_open(&result, s, "bertscope.eval/1");
    if (result_needs_machine(s))
        head_machine(result.emit, &x->opened.machine);
    head_model(result.emit, x->opened.model);
    head_settings(result.emit, &load, (uint64_t)s->seed);
    eval_report(result.emit, &x->summary);
    if (recipes_given(s))
        report_against(result.emit, x);
    return result_close(&result, s, out, e);
}

/* The changed model, compared with the original row by row. */
static int evaluate_changed(struct session *x, const struct progress *progress, struct err *e)
{
    const struct config *c = &x->opened.model->config;
    struct workload load = {.batch = 1, .seq = c->positions < 128 ? c->positions : 128, .threads = x->threads, .format = x->s->format};
    struct evaluate_options options = {.threads = x->threads, .against = &x->original.evaluation, .hidden = &x->original.hidden};
    TRY(original_init(&x->original, x->opened.model, x->opened.weights, &load, &x->rows.data, &x->rows.rows, e));
    TRY(changed_make(&x->changed, &x->original, &x->recipe, recipes_name(x->s), progress, e));
    TRY(original_evaluate(&x->original, 0, NULL, NULL, progress, e));
    return evaluate(&x->evaluation, x->changed.weights, &x->rows.data, changed_encoded(&x->changed, &x->original), &options, progress, e);
}

static int evaluate_rows(struct session *x, const struct progress *progress, struct err *e)
{
    struct evaluate_options options = {.threads = x->threads};
    TRY(evaluate_check(x->opened.model, &x->rows.data, e));
    TRY(opened_pack(&x->opened, x->threads, x->s->format, progress, e));
    if (recipes_given(x->s))
        return evaluate_changed(x, progress, e);
    return evaluate(&x->evaluation, x->opened.weights, &x->rows.data, &x->rows.rows, &options, progress, e);
}

static int run_session(struct session *x, const struct progress *progress, struct err *e)
{
    TRY(labelled_check(x->s, e));
    TRY(recipes_read(&x->recipe, x->s, e));
    TRY(opened_init(&x->opened, x->s, progress, e));
    x->threads = x->s->threads ? x->s->threads : x->opened.machine.cores;
    TRY(predict_check(x->opened.model, e));
    TRY(labelled_read(&x->rows, x->s, x->opened.model, x->threads, progress, e));
    TRY(evaluate_rows(x, progress, e));
    return eval_summary_make(&x->summary, &x->evaluation, &x->rows.data, &x->rows.rows, x->opened.model, e);
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session x = {.s = s};
    int code = run_session(&x, progress, e);
    if (code == 0)
        code = report(&x, out, e);
    eval_summary_free(&x.summary);
    evaluation_free(&x.evaluation);
    changed_free(&x.changed);
    original_free(&x.original);
    recipe_free(&x.recipe);
    labelled_free(&x.rows);
    opened_close(&x.opened);
    return code;
}

const struct command command_eval = {
    .name = "eval",
    .args = "MODEL",
    .summary = "metrics of the model on a labelled file",
    .detail = "Runs every row of --data, in batches without padding, and gives the metrics of the task with 95% intervals:\n"
              "Wilson's for accuracy, else the bootstrap over rows. --task says how the file is written and what it asks:\n"
              "the GLUE tasks as published (sst2, cola, mrpc, qqp, mnli, qnli, rte, wnli, stsb), stsb-csv, agnews, or\n"
              "plain: label<TAB>text or label<TAB>text<TAB>text (plain-values: a number instead of a label).\n"
              "Without --task the header of the file must tell. Outputs are matched to classes by their names, if\n"
              "config.json has them, else by number. The model demo has data of its own: demo:train, demo:dev (the\n"
              "default) and demo:test. With --recipe or --step the changed model is evaluated, and compared with the original\n"
              "on the same rows.",
    .example = "bertscope eval ./my-bert --data SST-2/dev.tsv --task sst2",
    .options = OPTION_BIT(help) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(quiet) | OPTION_BIT(data) |
               OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(seq) | OPTION_BIT(threads) | OPTION_BIT(format) | OPTION_BIT(recipe) |
               OPTION_BIT(step) | OPTION_BIT(record) | OPTION_BIT(store),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
