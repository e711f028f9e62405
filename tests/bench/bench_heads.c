/* What head importance costs beside an evaluation of the same rows in the same format, both over a whole data set as the
 * commands do it: SST-2's dev.tsv where BERTSCOPE_DATA is set, else the generated demo:dev. */
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/measure/evaluate.h"
#include "analyzer/measure/heads.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"
#include "tests/bench/bench.h"

enum { CLASSES = 2 };

/* One model and its rows; the weights of an evaluation have no transposed siblings. */
struct head_race {
    struct model *model;
    struct dataset data;
    struct encoded rows;
    struct weights *plain, *with_gradients;
    int threads;
};

static void run_heads(void *payload)
{
    const struct head_race *r = payload;
    struct head_scores scores;
    if (heads_score(&scores, r->with_gradients, &r->data, &r->rows, &(struct heads_options){.threads = r->threads}, NULL, NULL,
                    NULL, NULL) == 0)
        head_scores_free(&scores);
}

static void run_evaluation(void *payload)
{
    const struct head_race *r = payload;
    struct evaluation x;
    if (evaluate(&x, r->plain, &r->data, &r->rows, &(struct evaluate_options){.threads = r->threads}, NULL, NULL) == 0)
        evaluation_free(&x);
}

/* Texts of the data set as tokens; the demo model brings a tokenizer of its own. */
static int read_rows(struct head_race *r, struct err *e)
{
    const char *root = getenv("BERTSCOPE_DATA");
    struct tokenizer *own = NULL;
    struct model *demo = NULL;
    char path[4096] = "demo:dev", vocab[4096];
    if (root) {
        snprintf(path, sizeof path, "%s/glue/SST-2/dev.tsv", root);
        snprintf(vocab, sizeof vocab, "%s/bert-base-uncased", root);
    }
    TRY(dataset_read(&r->data, path, NULL, e));
    int code = root ? tokenizer_open(&own, vocab, e) : model_open(&demo, "demo", NULL, NULL, e);
    if (code == 0)
        code = encode_dataset(&r->rows, root ? own : demo->tokenizer, &r->data, r->model->config.positions, 1, NULL, e);
    tokenizer_free(own);
    model_free(demo);
    return code;
}

static int pack(struct head_race *r, const struct weights_options *options, struct err *e)
{
    struct weights_options both = *options;
    TRY(weights_build(&r->plain, r->model, options, NULL, e));
    both.gradients = true;
    return weights_build(&r->with_gradients, r->model, &both, NULL, e);
}

static int run_race(const struct bench_options *options, struct head_race *r, enum kernel_format format, int threads,
                    struct err *e)
{
    const struct contender contender[] = {{run_heads, r}, {run_evaluation, r}};
    struct race race;
    char name[64], load[64];
    r->threads = threads;
    TRY(race_run(&race, contender, 2, options->seconds, threads, NULL, e));
    snprintf(name, sizeof name, "%s %s", r->model->name, kernel_format_name(format));
    snprintf(load, sizeof load, "%d rows of %s", r->rows.rows, getenv("BERTSCOPE_DATA") ? "SST-2" : "demo:dev");
    bench_report(options, &(struct bench_row){"heads", name, load, threads, race.rounds, race.ns[1], 0, 0, -1,
                                              "eval", race.speedup[1], 0});
    return 0;
}

static int bench_format(const struct bench_options *options, struct head_race *r, enum kernel_format format, struct err *e)
{
    int teams = options->machine.cores < 2 ? 1 : 2;
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = teams, .format = format};
    int code = pack(r, &packing, e);
    for (int threads = 1; code == 0 && threads <= teams; threads++)
        code = run_race(options, r, format, threads, e);
    weights_free(r->plain);
    weights_free(r->with_gradients);
    r->plain = r->with_gradients = NULL;
    return code;
}

int bench_heads(const struct bench_options *options, struct err *e)
{
    static const enum kernel_format formats[] = {KERNEL_F32, KERNEL_BF16, KERNEL_INT8};
    struct head_race r = {.threads = 1};
    int code = model_open(&r.model, "preset:bert-mini", NULL, NULL, e);
    if (code == 0)
        code = model_set_labels(r.model, CLASSES, NULL, 1, e);
    if (code == 0)
        code = read_rows(&r, e);
    for (size_t i = 0; code == 0 && i < sizeof formats / sizeof *formats; i++)
        code = bench_format(options, &r, formats[i], e);
    encoded_free(&r.rows);
    dataset_free(&r.data);
    model_free(r.model);
    return code;
}
