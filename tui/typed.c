#include "tui/typed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/outfile.h"
#include "analyzer/compress/export.h"
#include "tui/app.h"
#include "tui/screen_compress.h"
#include "tui/screen_layers.h"

/* ---- the commands -------------------------------------------------------------------------------------------- */

static int parse_int(const char *what, const char *text, int low, int high, int *out, struct err *e)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    if (!*text || *end || errno || v < low || v > high)
        return err_set(e, ERR_USAGE, "%s takes a whole number from %d to %d, not \"%s\"", what, low, high, text);
    *out = (int)v;
    return 0;
}

static int parse_real(const char *what, const char *text, double low, double high, double *out, struct err *e)
{
    char *end;
    errno = 0;
    double v = strtod(text, &end);
    if (!*text || *end || errno || !(v >= low && v <= high))
        return err_set(e, ERR_USAGE, "%s takes a number from %g to %g, not \"%s\"", what, low, high, text);
    *out = v;
    return 0;
}

static int change(struct app *a, int *field, const char *what, const char *text, int high, struct err *e)
{
    int v;
    TRY(parse_int(what, text, 1, high, &v, e));
    if (app_refuse(a))
        return 0;
    *field = v;
    app_use_workload(a);
    return 0;
}

static int typed_open(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "open takes a model: a directory, demo, or preset:NAME");
    app_open(a, argument);
    return 0;
}

static int typed_data(struct app *a, const char *argument, struct err *e)
{
    const char *space = strrchr(argument, ' ');
    size_t n = space ? (size_t)(space - argument) : strlen(argument);
    if (n == 0 || n >= sizeof a->data || strlen(argument + n) >= sizeof a->task)
        return err_set(e, ERR_USAGE, "data takes a file and the name of its task");
    snprintf(a->data, sizeof a->data, "%.*s", (int)n, argument);
    snprintf(a->task, sizeof a->task, "%s", space ? space + 1 : "");
    app_forget_trials(a);
    app_say(a, LOG_INFO, "the data set is %s", a->data);
    return 0;
}

static int typed_batch(struct app *a, const char *argument, struct err *e)
{
    return change(a, &a->workload.batch, "batch", argument, WORKLOAD_MAX_BATCH, e);
}

static int typed_seq(struct app *a, const char *argument, struct err *e)
{
    int high = a->facts ? a->facts->positions : 1 << 20;
    return change(a, &a->workload.seq, "seq", argument, high, e);
}

static int typed_threads(struct app *a, const char *argument, struct err *e)
{
    return change(a, &a->workload.threads, "threads", argument, WORKLOAD_MAX_THREADS, e);
}

static int typed_format(struct app *a, const char *argument, struct err *e)
{
    enum kernel_format format;
    TRY(format_word(argument, &format, e));
    if (app_refuse(a))
        return 0;
    a->workload.format = format;
    workbench_use(&a->bench, &a->workload);
    app_forget_trials(a);
    app_measure(a);
    return 0;
}

static int typed_budget(struct app *a, const char *argument, struct err *e)
{
    int v;
    TRY(parse_int("budget", argument, 1, 86400, &v, e));
    a->settings.budget_s = v;
    app_say(a, LOG_INFO, "a measurement takes at most %d s from now on (R measures)", v);
    return 0;
}

static int typed_theme(struct app *a, const char *argument, struct err *e)
{
    const struct theme *t = theme_find(argument);
    if (!t)
        return err_set(e, ERR_USAGE, "there is no theme \"%s\" (themes: dark, light, mono)", argument);
    a->theme = t;
    a->redraw = true;
    return 0;
}

static int typed_mouse(struct app *a, const char *argument, struct err *e)
{
    bool on = strcmp(argument, "on") == 0;
    if (!on && strcmp(argument, "off") != 0)
        return err_set(e, ERR_USAGE, "mouse is on or off, not \"%s\"", argument);
    a->mouse = on;
    app_say(a, LOG_INFO, on ? "the mouse is ours; hold Shift to select text" : "the mouse is the terminal's");
    return 0;
}

static int typed_write(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "write takes the name of a new file");
    return app_write_view(a, argument, e);
}

static int typed_report(struct app *a, const char *argument, struct err *e)
{
    return app_write_report(a, *argument ? argument : NULL, e);
}

static int typed_dev(struct app *a, const char *argument, struct err *e)
{
    if (strlen(argument) >= sizeof a->dev)
        return err_set(e, ERR_USAGE, "dev takes a file");
    snprintf(a->dev, sizeof a->dev, "%s", argument);
    app_forget_trials(a);
    app_say(a, LOG_INFO, *argument ? "trainings are evaluated on %s" : "trainings are not evaluated%s", argument);
    return 0;
}

/* ---- the next training ---- */

static int typed_lr(struct app *a, const char *argument, struct err *e)
{
    return parse_real("lr", argument, 0, 1, &a->choice.lr, e);
}

static int typed_epochs(struct app *a, const char *argument, struct err *e)
{
    return parse_int("epochs", argument, 1, 100000, &a->choice.epochs, e);
}

static int typed_batch_rows(struct app *a, const char *argument, struct err *e)
{
    return parse_int("batch-rows", argument, 1, WORKLOAD_MAX_BATCH, &a->choice.batch_rows, e);
}

static int typed_dropout(struct app *a, const char *argument, struct err *e)
{
    return parse_real("dropout", argument, 0, 0.9, &a->choice.dropout, e);
}

static int typed_attention_dropout(struct app *a, const char *argument, struct err *e)
{
    return parse_real("attention-dropout", argument, 0, 0.9, &a->choice.attention_dropout, e);
}

static int typed_train_format(struct app *a, const char *argument, struct err *e)
{
    enum kernel_format format;
    if (!kernel_format_parse(argument, &format) || !train_choice_computes(format))
        return err_set(e, ERR_USAGE, "training computes in f32 or bf16, not in %s", argument);
    a->choice.format = format;
    return 0;
}

static int typed_seed(struct app *a, const char *argument, struct err *e)
{
    return parse_int("seed", argument, 0, 1 << 30, &a->choice.seed, e);
}

static int typed_from(struct app *a, const char *argument, struct err *e)
{
    bool fresh = strcmp(argument, "random") == 0;
    if (!fresh && strcmp(argument, "present") != 0)
        return err_set(e, ERR_USAGE, "from is present or random, not \"%s\"", argument);
    a->choice.fresh = fresh;
    return 0;
}

static int typed_save_trained(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "save-trained takes a directory");
    app_train(a, TRAIN_SAVE, argument);
    return 0;
}

/* ---- the recipe ---- */

static int typed_step(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "step takes a step: int8 components=ffn");
    app_add_step(a, argument);
    return 0;
}

static int changed(struct app *a, int code)
{
    if (code == 0)
        app_try(a);
    return code;
}

static int typed_rows_step(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "rows takes a step: int8");
    if (app_refuse(a))
        return 0;
    TRY(changed(a, layers_add_step(a, argument, e)));
    app_say(a, LOG_INFO, "the recipe has %d steps now (4 Compress shows what it does, u takes it back)", recipe_steps(&a->bench.recipe));
    return 0;
}

/* Steps are counted from 1. */
static int parse_step(struct app *a, const char *what, const char *text, int *line, struct err *e)
{
    if (a->bench.recipe.lines == 0)
        return err_set(e, ERR_USAGE, "the recipe is empty (:step adds a step)");
    TRY(parse_int(what, text, 1, a->bench.recipe.lines, line, e));
    --*line;
    return 0;
}

static int typed_set(struct app *a, const char *argument, struct err *e)
{
    char number[16];
    size_t n = strcspn(argument, " ");
    const char *option = argument + n + strspn(argument + n, " "), *sign = strchr(option, '=');
    int line = 0;
    snprintf(number, sizeof number, "%.*s", n < sizeof number ? (int)n : 0, argument);
    TRY(parse_step(a, "set", number, &line, e));
    const struct method *m = a->bench.recipe.line[line].method;
    int index = m && sign ? method_option_find(m, option, (int)(sign - option)) : -1;
    if (index < 0)
        return err_set(e, ERR_USAGE, "set takes the number of a step and OPTION=VALUE of one of its options");
    return changed(a, workbench_put(&a->bench, line, index, sign[1] ? sign + 1 : NULL, e));
}

static int typed_remove(struct app *a, const char *argument, struct err *e)
{
    int line = 0;
    TRY(parse_step(a, "remove", argument, &line, e));
    return changed(a, workbench_remove(&a->bench, line, e));
}

static int typed_move(struct app *a, const char *argument, struct err *e)
{
    char from[16], to[16];
    int line = 0, place = 0;
    if (sscanf(argument, "%15s %15s", from, to) != 2)
        return err_set(e, ERR_USAGE, "move takes the number of a step and the number that it is to have");
    TRY(parse_step(a, "move", from, &line, e));
    TRY(parse_step(a, "move", to, &place, e));
    return changed(a, workbench_move(&a->bench, line, place, e));
}

static int typed_off(struct app *a, const char *argument, struct err *e)
{
    int line = 0;
    TRY(parse_step(a, "off", argument, &line, e));
    return changed(a, workbench_switch(&a->bench, line, e));
}

static int typed_sensitivity(struct app *a, const char *argument, struct err *e)
{
    int line = -1;
    if (*argument)
        TRY(parse_step(a, "sensitivity", argument, &line, e));
    compress_study(a, line);
    return 0;
}

static int typed_try_text(struct app *a, const char *argument, struct err *e)
{
    if (!*argument)
        return err_set(e, ERR_USAGE, "try takes a text: :try not bad at all");
    if (!app_refuse(a))
        app_try_text(a, argument);
    return 0;
}

static int typed_name(struct app *a, const char *argument, struct err *e)
{
    if (strlen(argument) >= ATTEMPT_NAME)
        return err_set(e, ERR_USAGE, "a name has at most %d bytes", ATTEMPT_NAME - 1);
    app_name_trial(a, argument);
    return 0;
}

static int typed_go(struct app *a, const char *argument, struct err *e)
{
    int attempt = workbench_find(&a->bench, argument);
    if (attempt < 0)
        return err_set(e, ERR_USAGE, "there is no trial \"%s\" (o on the Compress screen lists them)", argument);
    app_go_trial(a, attempt);
    return 0;
}

static int typed_save(struct app *a, const char *argument, struct err *e)
{
    const char *text = workbench_now(&a->bench)->recipe;
    if (!*argument)
        return err_set(e, ERR_USAGE, "save takes a file");
    TRY(outfile_write(argument, text, strlen(text), e));
    app_say(a, LOG_DONE, "wrote the recipe to %s", argument);
    return 0;
}

static int typed_load(struct app *a, const char *argument, struct err *e)
{
    struct recipe r;
    if (!*argument)
        return err_set(e, ERR_USAGE, "load takes a file");
    int code = recipe_read(&r, argument, e);
    if (code == 0)
        code = workbench_set(&a->bench, &r, e);
    recipe_free(&r);
    return changed(a, code);
}

/* "DIRECTORY [FORM]" */
static int export(struct app *a, int attempt, const char *what, const char *argument, struct err *e)
{
    enum export_form form = EXPORT_COMPACT;
    const char *space = strrchr(argument, ' ');
    size_t n = strlen(argument);
    if (space && export_form_word(space + 1, &form, NULL) == 0)
        n = (size_t)(space - argument);
    if (n == 0)
        return err_set(e, ERR_USAGE, "%s a directory, and perhaps compact or dense", what);
    snprintf(a->export, sizeof a->export, "%.*s", (int)n, argument);
    app_export(a, attempt, form);
    return 0;
}

static int typed_export(struct app *a, const char *argument, struct err *e)
{
    return export(a, a->bench.current, "export takes", argument, e);
}

static int typed_export_trial(struct app *a, const char *argument, struct err *e)
{
    char trial[ATTEMPT_NAME];
    size_t n = strcspn(argument, " ");
    snprintf(trial, sizeof trial, "%.*s", n < sizeof trial ? (int)n : 0, argument);
    int attempt = workbench_find(&a->bench, trial);
    if (attempt < 0)
        return err_set(e, ERR_USAGE, "there is no trial \"%s\" (5 Frontier lists them)", trial);
    return export(a, attempt, "export-trial takes the number of a trial,", argument + n + strspn(argument + n, " "), e);
}

static int typed_budget_search(struct app *a, const char *argument, struct err *e)
{
    return app_search(a, argument, e);
}

static int typed_hidden(struct app *a, const char *argument, struct err *e)
{
    int megabytes;
    TRY(parse_int("hidden", argument, 1, 1 << 20, &megabytes, e));
    a->hidden_bytes = (size_t)megabytes << 20;
    app_say(a, LOG_INFO, "at most %d MB of hidden states are kept, from the next data set on", megabytes);
    return 0;
}

enum { LOOKS = false, CHANGES = true };
enum { ALIKE = 3, SUGGESTIONS = 3 }; /* letters in front that are the same; names that a wrong one may have meant */

const struct typed_row typed_rows[] = {
#define TYPED(symbol, name, argument, values, what, help) {name, argument, values, help, what, typed_##symbol},
#include "tui/typed.def"
#undef TYPED
};
const int typed_count = sizeof typed_rows / sizeof typed_rows[0];

const struct typed_row *typed_find(const char *name, size_t n)
{
    for (int i = 0; i < typed_count; i++)
        if (strlen(typed_rows[i].name) == n && memcmp(typed_rows[i].name, name, n) == 0)
            return &typed_rows[i];
    return NULL;
}

static bool is_like(const char *name, const char *word, size_t n)
{
    size_t same = 0;
    while (same < n && name[same] == word[same])
        same++;
    return same == n || same >= ALIKE;
}

static void suggest(struct str *out, const char *name, const char *word, size_t n, int *suggested)
{
    if (!name[0] || !is_like(name, word, n) || *suggested == SUGGESTIONS)
        return;
    str_addf(out, "%s%s", (*suggested)++ ? ", " : "; there is ", name);
}

static int unknown(const char *word, size_t n, struct err *e)
{
    struct str like;
    int suggested = 0;
    str_init(&like);
    for (int i = 0; i < typed_count; i++)
        suggest(&like, typed_rows[i].name, word, n, &suggested);
    for (int action = 0; action < ACTIONS; action++)
        suggest(&like, action_row((enum action)action)->name, word, n, &suggested);
    err_set(e, ERR_USAGE, "there is no command \"%.*s\"%s (Tab after : lists them, ? explains)", (int)n, word, like.text);
    str_free(&like);
    return ERR_USAGE;
}

int typed_run(struct app *a, const char *line, struct err *e)
{
    line += strspn(line, " ");
    size_t n = strcspn(line, " ");
    char argument[PROMPT_BYTES];
    snprintf(argument, sizeof argument, "%s", line + n + strspn(line + n, " "));
    for (size_t end = strlen(argument); end > 0 && argument[end - 1] == ' ';)
        argument[--end] = '\0';
    if (n == 0)
        return 0;
    const struct typed_row *row = typed_find(line, n);
    if (row)
        return row->changes && app_readonly(a) ? 0 : row->run(a, argument, e);
    enum action action = action_named(line, n);
    if (action == ACTION_NONE)
        return unknown(line, n, e);
    if (*argument)
        return err_set(e, ERR_USAGE, "%.*s takes nothing after it", (int)n, line);
    if (!app_act(a, action))
        return err_set(e, ERR_USAGE, "%.*s means nothing on this screen", (int)n, line);
    return 0;
}
