#include "tui/check_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/measure/timing_run.h"
#include "tui/opened.h"

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
    char *argv[WORDS_MOST + 4 * TEXTS_MOST + 16];
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

/* --recipe and --step, in front of the words of add_passes. */
static void add_recipe(struct command_line *c, const struct settings *s)
{
    for (int i = 0; i < s->recipe.n; i++) {
        add_word(c, "--recipe");
        add_word(c, s->recipe.value[i]);
    }
    for (int i = 0; i < s->step.n; i++) {
        add_word(c, "--step");
        add_word(c, s->step.value[i]);
    }
}

/* This program on a model, with the recipe or as it is. */
static void own_command(struct command_line *c, const char *model, bool recipe, const struct settings *s,
                        const struct timing *before)
{
    *c = (struct command_line){0};
    add_word(c, "/proc/self/exe");
    add_word(c, "check");
    if (recipe)
        add_recipe(c, s);
    add_passes(c, model, s, before);
}

/* Another program on the same model: the words of `text`, split at blanks. */
static int other_command(struct command_line *c, const char *text, const struct settings *s, struct err *e)
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
    add_recipe(c, s);
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

/* Those asked for; else those of the baseline. */
static int init_cases(struct timing *t, const struct settings *s, const struct timing *before, int seq, struct err *e)
{
    if (before && !OPTION_GIVEN(s, batch) && !OPTION_GIVEN(s, seq)) {
        TRY(timing_init(t, before->cases, e));
        for (int i = 0; i < t->cases; i++) {
            t->c[i].batch = before->c[i].batch;
            t->c[i].seq = before->c[i].seq;
        }
        return 0;
    }
    TRY(timing_init(t, (1 + s->batches.n) * (1 + s->seqs.n), e));
    add_cases(t, s, seq);
    for (int i = 0; i < t->cases; i++)
        if (timing_find(t, t->c[i].batch, t->c[i].seq) != &t->c[i])
            return err_set(e, ERR_USAGE, "batch %d with %d tokens is asked for twice", t->c[i].batch, t->c[i].seq);
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
        code = check_recipe(subject, s, e);
    opened_close(&o);
    return code;
}

int check_subject(struct subject *out, const struct settings *s, const struct timing *before,
                  const struct progress *progress, struct err *e)
{
    int seq;
    return look(s, before, out, &seq, progress, e);
}

int check_measure(struct timing *out, const struct settings *s, const struct timing *before,
                  const struct progress *progress, struct err *e)
{
    struct command_line own = {0}, other = {0};
    struct subject subject;
    int seq = 0, sides = s->against ? 2 : 1;
    memset(out, 0, 2 * sizeof *out);
    TRY(look(s, before, &subject, &seq, progress, e));
    for (int i = 0; i < sides; i++)
        TRY(init_cases(&out[i], s, before, seq, e));
    own_command(&own, settings_model(s), true, s, before);
    int code = 0;
    if (s->against && is_model(s->against))
        own_command(&other, s->against, false, s, before);
    else if (s->against)
        code = other_command(&other, s->against, s, e);
    struct timing_side side[] = {{NULL, own.argv}, {s->against && !is_model(s->against) ? s->against : NULL, other.argv}};
    double share = OPTION_GIVEN(s, threshold) ? s->threshold / 100 : CHECK_THRESHOLD;
    struct timing_options options = {.side = side, .sides = sides, .budget_s = s->budget_s,
                                     .narrow = narrow_of_threshold * share};
    if (code == 0)
        code = timing_run(out, &options, progress, e);
    free(own.words);
    free(other.words);
    return code;
}
