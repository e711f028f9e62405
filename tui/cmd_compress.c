#include <stdio.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/export.h"
#include "analyzer/model/save.h"
#include "reports/head.h"
#include "reports/trial_report.h"
#include "tui/basis.h"
#include "tui/command.h"
#include "tui/recipes.h"
#include "tui/result.h"
#include "tui/sensitivity_run.h"

/* One run of the command. */
struct session {
    const struct settings *s;
    struct basis basis;
    struct recipe recipe;
    struct changed changed;
    struct trial trial;
    struct exported exported;
};

static int report(const struct session *x, struct str *out, struct err *e)
{
    struct result result;
    result_open(&result, x->s, "bertscope.compress/1");
    if (result_needs_machine(x->s))
        head_machine(result.emit, &x->basis.opened.machine);
    head_model(result.emit, x->basis.opened.model);
    head_settings(result.emit, &x->basis.load, (uint64_t)x->s->seed);
    trial_report_baseline(result.emit, &x->basis.original);
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

static int run_trial(struct session *x, const struct progress *progress, struct err *e)
{
    double seconds = basis_seconds(x->s);
    struct original *o = &x->basis.original;
    TRY(changed_make(&x->changed, o, &x->recipe, recipes_name(x->s), progress, e));
    if (seconds > 0)
        TRY(latency_extend(&o->latency, o, x->changed.plan, basis_table_seconds(x->s), progress, e));
    TRY(trial_init(&x->trial, o, &x->recipe, &x->changed, e));
    if (o->rows && model_has_classifier(x->basis.opened.model)) {
        TRY(original_evaluate(o, 0, NULL, NULL, progress, e));
        TRY(trial_evaluate(&x->trial, o, &x->changed, NULL, NULL, progress, e));
    }
    return seconds > 0 ? trial_time(&x->trial, o, &x->changed, seconds, progress, e) : 0;
}

static enum export_form form_of(const struct settings *s)
{
    enum export_form form = EXPORT_COMPACT;
    return s->export && export_form_word(s->export, &form, NULL) == 0 ? form : EXPORT_COMPACT;
}

static int export(struct session *x, const struct progress *progress, struct err *e)
{
    const struct original *o = &x->basis.original;
    return export_model(&x->exported, x->changed.model, x->s->output, form_of(x->s), o->workload.threads, o->weights->cpu, progress, e);
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
    char needing[128];
    TRY(recipes_read(&x->recipe, x->s, e));
    snprintf(needing, sizeof needing, "a step of %.100s", recipes_name(x->s));
    TRY(basis_open(&x->basis, x->s, progress, e));
    TRY(check_export(x->s, x->basis.opened.model, e));
    TRY(basis_rows(&x->basis, x->s, recipe_needs(&x->recipe) == METHOD_NEEDS_NOTHING ? NULL : needing, progress, e));
    TRY(run_trial(x, progress, e));
    return x->s->output ? export(x, progress, e) : 0;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session x = {.s = s};
    if (s->methods)
        return list_methods(s, out);
    if (s->sensitivity)
        return sensitivity_command(s, out, progress, e);
    if (!recipes_given(s))
        return err_set(e, ERR_USAGE, "what is to be done is missing: --recipe FILE, or --step \"int8 components=ffn\" (--methods lists "
                                     "what there is)");
    int code = compress(&x, progress, e);
    if (code == 0)
        code = report(&x, out, e);
    trial_free(&x.trial);
    changed_free(&x.changed);
    recipe_free(&x.recipe);
    basis_close(&x.basis);
    return code;
}

const struct command command_compress = {
    .name = "compress",
    .args = "MODEL",
    .summary = "apply a recipe to a model; what it costs and gives",
    .detail = "Applies the steps of --recipe and --step, in order, and compares the result with the original: parameters, MACs\n"
              "and bytes by counting, the time of a pass in turns with the original (--batch, --seq, --threads; --budget 0\n"
              "leaves it out; of pairs with --first-text, or where the rows are pairs), which is also predicted by MACs and by a table of times that is measured first, beside the most there\n"
              "could be; with --data what the rows say: metrics with their intervals, the paired difference, and how close the\n"
              "answers are. Layers and heads keep their numbers whatever went before. --methods lists all methods.\n"
              "-o DIRECTORY writes the model, opens it again and compares its outputs: --export compact (the default) keeps\n"
              "formats and structure for this program, dense is for any loader, with zeros where something is gone.\n"
              "--sensitivity STEP instead tries a step on each layer and on each component alone; with --fallback POINTS also on each\n"
              "component of each layer, and leaves out those that save least per point lost, so that the rest loses at most POINTS.",
    .example = "bertscope compress demo --step 'prune-heads fraction=0.25' --step 'int8 components=ffn'",
    .options = OPTIONS_COMMON | OPTION_BIT(recipe) | OPTION_BIT(step) | OPTION_BIT(methods) | OPTION_BIT(data) | OPTION_BIT(task) |
               OPTION_BIT(rows) | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(first_text) | OPTION_BIT(format) | OPTION_BIT(budget) | OPTION_BIT(export) |
               OPTION_BIT(record) | OPTION_BIT(store) | OPTION_BIT(sensitivity) | OPTION_BIT(fallback),
    .writes_output = true,
    .missing_model = true,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
