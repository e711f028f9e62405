#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/export.h"
#include "analyzer/model/save.h"
#include "reports/head.h"
#include "reports/trial_report.h"
#include "tui/command.h"
#include "tui/opened.h"
#include "tui/recipes.h"
#include "tui/result.h"

enum { MODELS = 10 }; /* about as many are measured for a latency table, within the budget */

/* One run of the command. */
struct session {
    const struct settings *s;
    struct opened opened;
    struct workload load;
    struct recipe recipe;
    struct original original;
    struct changed changed;
    struct trial trial;
    struct exported exported;
};

static int report(const struct session *x, struct str *out, struct err *e)
{
    struct result result;
    result_open(&result, x->s, "bertscope.compress/1");
    if (result_needs_machine(x->s))
        head_machine(result.emit, &x->opened.machine);
    head_model(result.emit, x->opened.model);
    head_settings(result.emit, &x->load, (uint64_t)x->s->seed);
    trial_report_baseline(result.emit, &x->original);
    trial_report(result.emit, &x->trial);
    if (x->s->output)
        export_report(result.emit, &x->exported, x->s->output);
    return result_close(&result, x->s, out, e);
}

static int list_methods(const struct settings *s, struct str *out)
{
    struct emit *emit = s->json ? emit_json("bertscope.methods/1") : emit_text("bertscope.methods/1");
    methods_report(emit);
    emit_finish(emit, out);
    return 0;
}

/* The rows, if there are any; --seq is the length of what is timed, not of rows. */
static int read_rows(struct session *x, const struct progress *progress, struct err *e)
{
    struct settings rows = *x->s;
    rows.seq = 0;
    if (!settings_data(x->s, "demo:dev"))
        return recipe_needs(&x->recipe) == METHOD_NEEDS_NOTHING
                   ? 0
                   : err_set(e, ERR_USAGE, "a step of %s needs rows: --data FILE is missing", recipes_name(x->s));
    return labelled_read(&x->opened.labelled, &rows, x->opened.model, x->load.threads, progress, e);
}

static int run_trial(struct session *x, const struct progress *progress, struct err *e)
{
    double seconds = OPTION_GIVEN(x->s, budget) ? x->s->budget_s : 5;
    TRY(changed_make(&x->changed, &x->original, &x->recipe, recipes_name(x->s), progress, e));
    if (seconds > 0)
        TRY(latency_extend(&x->original.latency, &x->original, x->changed.plan, seconds / MODELS, progress, e));
    TRY(trial_init(&x->trial, &x->original, &x->recipe, &x->changed, e));
    if (x->original.rows && model_has_classifier(x->opened.model)) {
        TRY(original_evaluate(&x->original, 0, NULL, NULL, progress, e));
        TRY(trial_evaluate(&x->trial, &x->original, &x->changed, NULL, NULL, progress, e));
    }
    return seconds > 0 ? trial_time(&x->trial, &x->original, &x->changed, seconds, progress, e) : 0;
}

static enum export_form form_of(const struct settings *s)
{
    enum export_form form = EXPORT_COMPACT;
    return s->export && export_form_word(s->export, &form, NULL) == 0 ? form : EXPORT_COMPACT;
}

static int export(struct session *x, const struct progress *progress, struct err *e)
{
    return export_model(&x->exported, x->changed.model, x->s->output, form_of(x->s), x->load.threads, x->original.weights->cpu, progress, e);
}

/* What can be refused before the work. */
static int check_export(const struct settings *s, const struct model *m, struct err *e)
{
    enum export_form form;
    struct save_options compact = {.compact = true};
    if (s->export)
        TRY(export_form_word(s->export, &form, e));
    if (s->export && !s->output)
        return err_set(e, ERR_USAGE, "--export needs -o DIRECTORY");
    return s->output ? model_save_check(m, s->output, &compact, e) : 0;
}

static int compress(struct session *x, const struct progress *progress, struct err *e)
{
    const struct labelled *rows = &x->opened.labelled;
    TRY(recipes_read(&x->recipe, x->s, e));
    TRY(opened_init(&x->opened, x->s, progress, e));
    x->load = settings_workload(x->s, x->opened.model->config.positions, x->opened.machine.cores);
    TRY(workload_check(&x->load, x->opened.model, e));
    TRY(check_export(x->s, x->opened.model, e));
    TRY(read_rows(x, progress, e));
    TRY(opened_pack(&x->opened, x->load.threads, x->load.format, progress, e));
    TRY(original_init(&x->original, x->opened.model, x->opened.weights, &x->load, rows->data.row ? &rows->data : NULL,
                      rows->data.row ? &rows->rows : NULL, e));
    TRY(run_trial(x, progress, e));
    return x->s->output ? export(x, progress, e) : 0;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session x = {.s = s};
    if (s->methods)
        return list_methods(s, out);
    if (!recipes_given(s))
        return err_set(e, ERR_USAGE, "what is to be done is missing: --recipe FILE, or --step \"int8 components=ffn\" (--methods lists "
                                     "what there is)");
    int code = compress(&x, progress, e);
    if (code == 0)
        code = report(&x, out, e);
    trial_free(&x.trial);
    changed_free(&x.changed);
    original_free(&x.original);
    recipe_free(&x.recipe);
    opened_close(&x.opened);
    return code;
}

const struct command command_compress = {
    .name = "compress",
    .args = "MODEL",
    .summary = "apply a recipe to a model; what it costs and gives",
    .detail = "Applies the steps of --recipe and --step, in order, and compares the result with the original: parameters, MACs\n"
              "and bytes by counting, the time of a pass in turns with the original (--batch, --seq, --threads; --budget 0\n"
              "leaves it out), which is also predicted by MACs and by a table of times that is measured first, beside the most there\n"
              "could be; with --data what the rows say: metrics with their intervals, the paired difference, and how close the\n"
              "answers are. Layers and heads keep their numbers whatever went before. --methods lists all methods.\n"
              "-o DIRECTORY writes the model, opens it again and compares its outputs: --export compact (the default) keeps\n"
              "formats and structure for this program, dense is for any loader, with zeros where something is gone.",
    .example = "bertscope compress demo --step 'prune-heads fraction=0.25' --step 'int8 components=ffn'",
    .options = OPTIONS_COMMON | OPTION_BIT(recipe) | OPTION_BIT(step) | OPTION_BIT(methods) | OPTION_BIT(data) | OPTION_BIT(task) |
               OPTION_BIT(rows) | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(format) | OPTION_BIT(budget) | OPTION_BIT(export) |
               OPTION_BIT(record) | OPTION_BIT(store),
    .writes_output = true,
    .missing_model = true,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
