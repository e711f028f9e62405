/* worker --shape S --batch B --seq S --threads T --format F --pass forward|train --lengths equal|spread: whole forward
 * passes or steps of training on demand, so that somebody else can run it beside other programs and visit them in turn.
 * With `spread` sequence i is shorter by i (3/4 seq) / batch tokens: from seq down to about a quarter of it.
 *
 * Once the model is loaded and warm it prints "ready ..."; for each line N of standard input it runs N passes and prints
 * their N times in ms on one line; it leaves at the end of input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/machine.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/model.h"
#include "analyzer/model/preset.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "tests/bench/train_step.h"

enum { WARM_PASSES = 3, MOST_PASSES = 1000000 };

struct worker {
    const char *preset;
    enum kernel_format format;
    struct workload load;
    bool train, spread;
    int *length;              /* [batch]; owned */
    struct model *model;      /* of forward passes; owned */
    struct weights *weights;  /* owned */
    struct plan *own;         /* owned */
    struct train_step step;   /* of training */
    const struct plan *plan;  /* of either */
};

/* A preset, or what is left of its name without "bert-". */
static int parse_shape(struct worker *w, const char *text, struct err *e)
{
    struct config unused;
    for (int i = 0; i < presets_count; i++) {
        const char *name = presets[i].name;
        if (strcmp(name, text) == 0 || (strncmp(name, "bert-", 5) == 0 && strcmp(name + 5, text) == 0)) {
            w->preset = name;
            return 0;
        }
    }
    return preset_config(&unused, text, e);
}

static int parse_format(struct worker *w, const char *text, struct err *e)
{
    if (kernel_format_parse(text, &w->format))
        return 0;
    return err_set(e, ERR_USAGE, "there is no weight format \"%s\"", text);
}

static int parse_count(int *out, const char *name, const char *text, struct err *e)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end || n < 1 || n > WORKLOAD_MAX_BATCH * 1024)
        return err_set(e, ERR_USAGE, "%s takes a whole number from 1, not \"%s\"", name, text);
    *out = (int)n;
    return 0;
}

/* Which of two words. */
static int parse_either(bool *out, const char *name, const char *text, const char *no, const char *yes, struct err *e)
{
    *out = strcmp(text, yes) == 0;
    if (*out || strcmp(text, no) == 0)
        return 0;
    return err_set(e, ERR_USAGE, "%s is %s or %s, not \"%s\"", name, no, yes, text);
}

static int parse_option(struct worker *w, const char *name, const char *value, struct err *e)
{
    if (strcmp(name, "--shape") == 0)
        return parse_shape(w, value, e);
    if (strcmp(name, "--format") == 0)
        return parse_format(w, value, e);
    if (strcmp(name, "--batch") == 0)
        return parse_count(&w->load.batch, name, value, e);
    if (strcmp(name, "--seq") == 0)
        return parse_count(&w->load.seq, name, value, e);
    if (strcmp(name, "--threads") == 0)
        return parse_count(&w->load.threads, name, value, e);
    if (strcmp(name, "--pass") == 0)
        return parse_either(&w->train, name, value, "forward", "train", e);
    if (strcmp(name, "--lengths") == 0)
        return parse_either(&w->spread, name, value, "equal", "spread", e);
    return err_set(e, ERR_USAGE,
                   "there is no option \"%s\" (options: --shape --batch --seq --threads --format --pass --lengths)", name);
}

static int parse(struct worker *w, int argc, char **argv, struct err *e)
{
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            return err_set(e, ERR_USAGE, "%s needs a value", argv[i]);
        TRY(parse_option(w, argv[i], argv[i + 1], e));
    }
    return 0;
}

/* What was built must be what was asked for: a time under a wrong name is worse than none. Pooler and
 * classifier may stay f32. */
static int check_format(const struct worker *w, struct err *e)
{
    for (int site = 0; site < SITE_POOLER; site++) {
        const struct linear *l = weights_linear(w->weights, (enum site)site, 0);
        if (l && l->kernel && l->kernel->format != w->format)
            return err_set(e, ERR_UNSUPPORTED, "%s: %s has weights in %s instead of %s", w->preset,
                           site_label((enum site)site), kernel_format_name(l->kernel->format),
                           kernel_format_name(w->format));
    }
    return 0;
}

static int load_forward(struct worker *w, const char *spec, uint32_t cpu, struct err *e)
{
    struct weights_options options = {.cpu = cpu, .threads = w->load.threads, .format = w->format};
    TRY(model_open(&w->model, spec, NULL, NULL, e));
    TRY(workload_check(&w->load, w->model, e));
    TRY(weights_build(&w->weights, w->model, &options, NULL, e));
    TRY(check_format(w, e));
    TRY(workload_plan_with(&w->own, &w->load, w->length, &(struct plan_options){.threads = 1}, w->weights, e));
    w->plan = w->own;
    return 0;
}

static int load_train(struct worker *w, const char *spec, uint32_t cpu, struct err *e)
{
    w->load.format = w->format;
    TRY(train_step_open(&w->step, spec, &w->load, w->length, cpu, e));
    w->plan = w->step.plan;
    return 0;
}

static int load(struct worker *w, struct err *e)
{
    struct machine machine;
    char spec[64];
    snprintf(spec, sizeof spec, "preset:%s", w->preset);
    w->length = malloc((size_t)w->load.batch * sizeof *w->length);
    if (!w->length)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %d", w->load.batch);
    for (int i = 0; i < w->load.batch; i++)
        w->length[i] = w->load.seq - (w->spread ? i * (w->load.seq * 3 / 4) / w->load.batch : 0);
    TRY(machine_detect(&machine, e));
    return (w->train ? load_train : load_forward)(w, spec, machine_bits(&machine), e);
}

static int run_once(struct worker *w, struct err *e)
{
    if (!w->train)
        return exec_run(w->plan, NULL, NULL);
    if (train_step_run(&w->step) < 1e3) /* NAN is not */
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: the loss left all bounds", w->preset);
}

/* Answers until the end of input; false if a line is no number of passes. */
static int serve(struct worker *w, struct err *e)
{
    char line[64];
    for (int i = 0; i < WARM_PASSES; i++)
        TRY(run_once(w, e));
    printf("ready %s %s %s batch %d seq %d %s threads %d %.0f MACs\n", w->preset, kernel_format_name(w->format),
           w->train ? "train" : "forward", w->load.batch, w->load.seq, w->spread ? "spread" : "equal", w->load.threads,
           (double)plan_macs(w->plan));
    fflush(stdout);
    while (fgets(line, sizeof line, stdin)) {
        char *end;
        long n = strtol(line, &end, 10);
        if (end == line || *end != '\n' || n < 1 || n > MOST_PASSES)
            return err_set(e, ERR_USAGE, "a line of input is a number of passes from 1 to %d", MOST_PASSES);
        for (long i = 0; i < n; i++) {
            uint64_t start = clock_ns();
            TRY(run_once(w, e));
            printf("%s%.4f", i ? " " : "", (double)(clock_ns() - start) * 1e-6);
        }
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct worker w = {.preset = "bert-base", .format = KERNEL_F32, .load = {.batch = 1, .seq = 128, .threads = 1}};
    struct err e = {0};
    int code = parse(&w, argc, argv, &e);
    if (code == 0)
        code = load(&w, &e);
    if (code == 0)
        code = serve(&w, &e);
    plan_free(w.own);
    weights_free(w.weights);
    model_free(w.model);
    train_step_close(&w.step);
    free(w.length);
    if (code != 0)
        fprintf(stderr, "worker: %s\n", e.text);
    return code == 0 ? 0 : 2;
}
