#include "tests/bench/recipe_race.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

int recipe_race_open(struct recipe_race *out, const struct bench_options *options, const char *preset, int batch, int seq, struct err *e)
{
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = 1};
    struct workload load = {.batch = batch, .seq = seq, .threads = 1};
    *out = (struct recipe_race){0};
    TRY(model_open(&out->model, preset, NULL, NULL, e));
    TRY(weights_build(&out->weights, out->model, &packing, NULL, e));
    return original_init(&out->original, out->model, out->weights, &load, NULL, NULL, e);
}

void recipe_race_close(struct recipe_race *x)
{
    original_free(&x->original);
    weights_free(x->weights);
    model_free(x->model);
}

static void run_pass(void *payload)
{
    (void)exec_run(payload, NULL, NULL); /* cannot be cancelled, so it cannot fail */
}

static int race(struct recipe_race *x, const struct bench_options *options, const char *group, const char *recipe,
                const struct changed *c, bool table, struct err *e)
{
    struct contender contender[] = {{run_pass, x->original.plan}, {run_pass, c->plan}};
    struct race race;
    char load[32], against[96];
    int used;
    if (table)
        TRY(latency_extend(&x->original.latency, &x->original, c->plan, options->seconds / 5, NULL, e));
    TRY(race_run(&race, contender, 2, options->seconds, 1, NULL, e));
    struct forecast f = forecast_of(&x->original, c->plan);
    snprintf(load, sizeof load, "%d x %d", x->original.workload.batch, x->original.workload.seq);
    used = snprintf(against, sizeof against, "the original (by MACs %.3f", f.by_macs);
    if (f.timed)
        snprintf(against + used, sizeof against - (size_t)used, ", by the table %.3f, off by %+.1f %%)", f.speedup,
                 100 * (f.speedup / race.speedup[1].median - 1));
    else
        snprintf(against + used, sizeof against - (size_t)used, ")");
    bench_report(options, &(struct bench_row){group, recipe, load, 1, race.rounds, race.ns[1],
                                              2e9 * (double)plan_macs(c->plan) / race.ns[1].median, 0, -1, against, race.speedup[1], 0});
    return 0;
}

int recipe_race_run(struct recipe_race *x, const struct bench_options *options, const char *group, const char *recipe, bool table,
                    struct err *e)
{
    struct recipe r;
    struct changed c = {0};
    int code = recipe_parse(&r, recipe, strlen(recipe), recipe, e);
    if (code == 0)
        code = changed_make(&c, &x->original, &r, recipe, NULL, e);
    if (code == 0)
        code = race(x, options, group, recipe, &c, table, e);
    changed_free(&c);
    recipe_free(&r);
    return code;
}
