/* Whole forward passes of presets, on one thread and on two, with the ceilings of both in the same rounds. */
#include <stdio.h>

#include "analyzer/measure/workload.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "tests/bench/bench.h"

enum { TEAMS = 2 };

/* The same workload for a team of 1 and of 2 threads. */
struct model_race {
    struct plan *plan[TEAMS];
    struct ceiling_slice ceiling[TEAMS];
};

static void run_pass(void *payload)
{
    (void)exec_run(payload, NULL, NULL); /* cannot be cancelled, so it cannot fail */
}

static int model_race_open(struct model_race *r, const struct weights *w, int batch, int seq, int teams, struct err *e)
{
    for (int i = 0; i < teams; i++) {
        struct workload load = {.batch = batch, .seq = seq, .threads = i + 1};
        TRY(workload_plan(&r->plan[i], &load, w, e));
        TRY(ceiling_slice_open(&r->ceiling[i], i + 1, e));
    }
    return 0;
}

static void model_race_close(struct model_race *r)
{
    for (int i = 0; i < TEAMS; i++) {
        plan_free(r->plan[i]);
        ceiling_probe_close(r->ceiling[i].probe);
    }
}

static int run_race(const struct bench_options *options, struct model_race *r, const char *name, const char *text,
                    int teams, struct err *e)
{
    struct contender contender[2 * TEAMS];
    struct race race;
    for (int i = 0; i < teams; i++) {
        contender[i] = (struct contender){run_pass, r->plan[i]};
        contender[teams + i] = (struct contender){ceiling_slice_run, &r->ceiling[i]};
    }
    TRY(race_run(&race, contender, 2 * teams, options->seconds, teams, NULL, e));
    for (int i = 0; i < teams; i++) {
        double flops = 2e9 * (double)plan_macs(r->plan[i]) / race.ns[i].median;
        bench_report(options, &(struct bench_row){"model", name, text, i + 1, race.rounds, race.ns[i], flops, 0,
                                                  flops / r->ceiling[i].best.f32_flops, "1 thread", race.speedup[i], 0});
    }
    return 0;
}

static int bench_workload(const struct bench_options *options, const struct weights *w, int batch, int seq,
                          struct err *e)
{
    struct model_race r = {.plan = {NULL}};
    int teams = options->machine.cores < TEAMS ? 1 : TEAMS;
    char text[48];
    snprintf(text, sizeof text, "%d x %d", batch, seq);
    int code = model_race_open(&r, w, batch, seq, teams, e);
    if (code == 0)
        code = run_race(options, &r, w->model->name, text, teams, e);
    model_race_close(&r);
    return code;
}

static int bench_preset(const struct bench_options *options, const char *spec, const int (*shape)[2], int shapes,
                        struct err *e)
{
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = 1, .format = KERNEL_F32};
    struct model *m = NULL;
    struct weights *w = NULL;
    int code = model_open(&m, spec, NULL, NULL, e);
    if (code == 0)
        code = weights_build(&w, m, &packing, NULL, e);
    for (int i = 0; code == 0 && i < shapes; i++)
        code = bench_workload(options, w, shape[i][0], shape[i][1], e);
    weights_free(w);
    model_free(m);
    return code;
}

int bench_model(const struct bench_options *options, struct err *e)
{
    static const int tiny[][2] = {{1, 32}, {1, 128}, {8, 128}}, base[][2] = {{1, 32}, {1, 128}, {1, 384}};
    TRY(bench_preset(options, "preset:bert-tiny", tiny, 3, e));
    return bench_preset(options, "preset:bert-base", base, 3, e);
}
