#include "tui/check_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/measure/timing_run.h"
#include "reports/baseline.h"
#include "tui/opened.h"
#include "tui/recipes.h"

enum { WORDS_MOST = 64, NUMBER_SIZE = 16 };

static const double narrow_of_threshold = 0.5;

static int threads_of(const struct settings *s, const struct timing *before)
{
    return s->threads ? s->threads : before ? before->subject.threads : 1;
}

/* ---- command lines of such processes ---------------------------------------------------------------------------- */

struct command_line {
    char *words; /* those of --against, cut apart; owned */
    char threads[NUMBER_SIZE], seed[NUMBER_SIZE], format[NUMBER_SIZE];
    char *argv[WORDS_MOST + 2 * TEXTS_MOST + 16];
    int argc;
};

static void add_word(struct command_line *c, const char *word)
{
    c->argv[c->argc++] = (char *)(uintptr_t)word; /* execvp does not change it */
}

static void add_passes(struct command_line *c, const char *model, const struct settings *s, const struct timing *before)
{
    const char *format = before && !OPTION_GIVEN(s, format) ? before->subject.format : kernel_format_name(s->format);
    snprintf(c->threads, sizeof c->threads, "%d", threads_of(s, before));
    snprintf(c->seed, sizeof c->seed, "%d", s->seed);
    snprintf(c->format, sizeof c->format, "%s", format);
    const char *words[] = {"--serve", "--threads", c->threads, "--seed", c->seed, "--format", c->format, "--", model};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        add_word(c, words[i]);
}

/* --recipe number i, if there is one, and --step, in front of the words of add_passes. */
static void add_recipe(struct command_line *c, const struct settings *s, int i)
{
    if (i < s->recipe.n) {
        add_word(c, "--recipe");
        add_word(c, s->recipe.value[i]);
    }
    for (int k = 0; k < s->step.n; k++) {
        add_word(c, "--step");
        add_word(c, s->step.value[k]);
    }
}

/* This program on a model, with recipe number i, or as it is (i = -1). */
static void own_command(struct command_line *c, const char *model, int i, const struct settings *s, const struct timing *before)
{
    *c = (struct command_line){0};
    add_word(c, "/proc/self/exe");
    add_word(c, "check");
    if (i >= 0)
        add_recipe(c, s, i);
    add_passes(c, model, s, before);
}

/* Another program on the same model: the words of `text`, split at blanks. */
static int other_command(struct command_line *c, const char *text, int i, const struct settings *s, struct err *e)
{
    char *rest;
    *c = (struct command_line){.words = strdup(text)};
    if (!c->words)
        return err_set(e, ERR_NOMEM, "no memory for a command");
    for (char *w = strtok_r(c->words, " \t", &rest); w; w = strtok_r(NULL, " \t", &rest)) {
        if (c->argc == WORDS_MOST)
            return err_set(e, ERR_USAGE, "--against takes a command of at most %d words", WORDS_MOST);
        add_word(c, w);
    }
    if (c->argc == 0)
        return err_set(e, ERR_USAGE, "--against needs a command or a model");
    add_word(c, "check");
    add_recipe(c, s, i);
    add_passes(c, settings_model(s), s, NULL);
    return 0;
}

static bool is_model(const char *text)
{
    struct stat st;
    return strncmp(text, "preset:", 7) == 0 || strcmp(text, "demo") == 0 ||
           (stat(text, &st) == 0 && S_ISDIR(st.st_mode));
}

/* ---- workloads -------------------------------------------------------------------------------------------------- */

/* Part of the names of rows, so it is made of what stands in all of their forms. */
static void name_recipe(char out[TIMING_RECIPE], const struct settings *s, int i)
{
    recipes_title(s, i, out, TIMING_RECIPE);
    for (char *p = out; *p; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '-'))
            *p = '_';
}

/* Reads all recipes, so that what is wrong with one is said before anything is measured. Of one its steps are part of the subject, of
 * several they are of the workloads. */
static int look_at_recipes(struct subject *subject, const struct settings *s, struct err *e)
{
    char steps[TIMING_STEPS], name[TIMING_RECIPE], other[TIMING_RECIPE];
    if (s->recipe.n <= 1)
        return check_steps(subject->recipe, s, 0, e);
    for (int i = 0; i < s->recipe.n; i++) {
        TRY(check_steps(steps, s, i, e));
        name_recipe(name, s, i);
        for (int k = 0; k < i; k++) {
            name_recipe(other, s, k);
            if (strcmp(name, other) == 0)
                return err_set(e, ERR_USAGE, "two recipes are called %s, so their rows could not be told apart; rename a file", name);
        }
    }
    int cases = s->recipe.n * (1 + s->batches.n) * (1 + s->seqs.n);
    return cases <= BASELINE_CASES ? 0 : err_set(e, ERR_USAGE, "%d workloads are too many; at most %d can be compared", cases, BASELINE_CASES);
}

static int add_cases(struct timing *t, const struct settings *s, int seq)
{
    int n = 0;
    for (int i = 0; i <= s->batches.n; i++)
        for (int k = 0; k <= s->seqs.n; k++) {
            struct timing_case *c = &t->c[n++];
            c->batch = i > 0 ? s->batches.value[i - 1] : s->batch ? s->batch : 1;
            c->seq = k > 0 ? s->seqs.value[k - 1] : s->seq ? s->seq : seq;
        }
    return n;
}

/* Sizes as they were measured with this recipe; false if there are none. */
static bool take_sizes(struct timing *t, const struct timing *before, const char *recipe)
{
    int n = 0;
    for (int i = 0; i < before->cases; i++)
        if (strcmp(before->c[i].recipe, recipe) == 0) {
            t->c[n].batch = before->c[i].batch;
            t->c[n++].seq = before->c[i].seq;
        }
    t->cases = n > 0 ? n : t->cases;
    return n > 0;
}

/* Those asked for; else those of the baseline. */
static int init_sizes(struct timing *t, const struct settings *s, const struct timing *before, const char *recipe, int seq, struct err *e)
{
    if (before && !OPTION_GIVEN(s, batch) && !OPTION_GIVEN(s, seq)) {
        TRY(timing_init(t, before->cases, e));
        if (take_sizes(t, before, recipe))
            return 0;
        timing_free(t);
    }
    TRY(timing_init(t, (1 + s->batches.n) * (1 + s->seqs.n), e));
    add_cases(t, s, seq);
    for (int i = 0; i < t->cases; i++)
        if (timing_find(t, "", t->c[i].batch, t->c[i].seq) != &t->c[i])
            return err_set(e, ERR_USAGE, "batch %d with %d tokens is asked for twice", t->c[i].batch, t->c[i].seq);
    return 0;
}

static int init_cases(struct timing *t, const struct settings *s, const struct timing *before, int i, int seq, struct err *e)
{
    char recipe[TIMING_RECIPE] = "", steps[TIMING_STEPS] = "";
    if (s->recipe.n > 1) {
        name_recipe(recipe, s, i);
        TRY(check_steps(steps, s, i, e));
    }
    TRY(init_sizes(t, s, before, recipe, seq, e));
    for (int k = 0; k < t->cases; k++) {
        memcpy(t->c[k].recipe, recipe, sizeof recipe);
        memcpy(t->c[k].steps, steps, sizeof steps);
    }
    return 0;
}

/* Lengths that were not asked for depend on the model; opening it also finds what is wrong with it. */
static int look(const struct settings *s, const struct timing *before, struct subject *subject, int *seq,
                const struct progress *progress, struct err *e)
{
    struct opened o;
    int code = opened_init(&o, s, progress, e);
    if (code == 0) {
        struct workload load = settings_workload(s, o.model->config.positions, 1);
        load.threads = threads_of(s, before);
        *seq = load.seq;
        code = workload_check(&load, o.model, e);
        enum kernel_format format = s->format;
        if (before && !OPTION_GIVEN(s, format) && !kernel_format_parse(before->subject.format, &format))
            format = s->format;
        subject_describe(subject, &o.machine, o.model, load.threads, format);
    }
    if (code == 0)
        code = look_at_recipes(subject, s, e);
    opened_close(&o);
    return code;
}

int check_subject(struct subject *out, const struct settings *s, const struct timing *before,
                  const struct progress *progress, struct err *e)
{
    int seq;
    return look(s, before, out, &seq, progress, e);
}

/* What is measured will be compared with. */
struct judged {
    const struct timing *before; /* the baseline; NULL = the other side */
    const struct thresholds *limits;
    bool one_of_several; /* recipes, whose steps are not part of the subject */
};

static int passes(bool *out, void *payload, const struct timing *measured, struct err *e)
{
    const struct judged *j = payload;
    struct timing after = measured[0];
    if (j->one_of_several)
        after.subject.recipe[0] = '\0';
    return comparison_passes(out, j->before ? j->before : &measured[1], &after, !j->before, j->limits, e);
}

/* With recipe number i. */
static int measure(struct timing *out, const struct settings *s, const struct timing *before, const struct thresholds *limits, int i,
                   int seq, const struct progress *progress, struct err *e)
{
    struct command_line own = {0}, other = {0};
    bool model = s->against && is_model(s->against);
    int code = 0, sides = s->against ? 2 : 1;
    for (int k = 0; k < sides; k++)
        TRY(init_cases(&out[k], s, before, i, seq, e));
    own_command(&own, settings_model(s), i, s, before);
    if (model)
        own_command(&other, s->against, -1, s, before);
    else if (s->against)
        code = other_command(&other, s->against, i, s, e);
    struct timing_side side[] = {{NULL, own.argv}, {s->against && !model ? s->against : NULL, other.argv}};
    double share = OPTION_GIVEN(s, threshold) ? s->threshold / 100 : CHECK_THRESHOLD;
    struct timing_options options = {.side = side, .sides = sides, .budget_s = s->budget_s,
                                     .narrow = narrow_of_threshold * share};
    struct judged judged = {s->against ? NULL : before, limits, s->recipe.n > 1};
    if (limits && (s->against || before)) {
        options.settled = passes;
        options.payload = &judged;
    }
    if (code == 0)
        code = timing_run(out, &options, progress, e);
    free(own.words);
    free(other.words);
    return code;
}

int check_measure(struct timing *out, const struct settings *s, const struct timing *before, const struct thresholds *limits,
                  const struct progress *progress, struct err *e)
{
    struct subject subject;
    int seq = 0, recipes = s->recipe.n > 1 ? s->recipe.n : 1;
    memset(out, 0, 2 * sizeof *out);
    TRY(look(s, before, &subject, &seq, progress, e));
    int code = 0;
    for (int i = 0; i < recipes && code == 0; i++) {
        struct timing part[2];
        memset(part, 0, sizeof part);
        code = measure(part, s, before, limits, i, seq, progress, e);
        for (int k = 0; k < 2 && code == 0; k++)
            code = timing_append(&out[k], &part[k], e);
        timing_free(&part[0]);
        timing_free(&part[1]);
    }
    for (int k = 0; k < 2 && recipes > 1; k++)
        out[k].subject.recipe[0] = '\0'; /* each workload has its own */
    return code;
}
