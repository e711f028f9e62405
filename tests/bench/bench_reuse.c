/* What an evaluation costs after a change in one of the layers of BERT-base, when it starts from the hidden states before that layer, beside
 * one over all layers: 64 rows of 25 tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/model/model.h"
#include "analyzer/run/hidden.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"
#include "tests/bench/bench.h"

enum { ROWS = 64, TOKENS = 25, LABELS = 2 };

struct reuse {
    struct model *model, *changed;
    struct weights *weights, *changed_weights;
    struct encoding row[ROWS];
    int32_t id[TOKENS], type[TOKENS];
    float logits[ROWS * LABELS];
    struct hidden_cache hidden;
};

static void run_full(void *payload)
{
    struct reuse *x = payload;
    struct predict_options options = {.threads = 1};
    (void)!predict_logits(x->logits, x->changed_weights, x->row, ROWS, &options, NULL, NULL);
}

static void run_reused(void *payload)
{
    struct reuse *x = payload;
    struct predict_options options = {.threads = 1, .hidden = &x->hidden};
    (void)!predict_logits(x->logits, x->changed_weights, x->row, ROWS, &options, NULL, NULL);
}

static int change(struct reuse *x, int layer, uint32_t cpu, struct err *e)
{
    char text[64];
    struct recipe r;
    struct materials materials = {.threads = 1, .cpu = cpu};
    struct weights_options options = {.cpu = cpu, .threads = 1, .like = x->weights};
    snprintf(text, sizeof text, "prune-heads heads=%d.0", layer);
    TRY(recipe_parse(&r, text, strlen(text), "bench", e));
    int code = recipe_apply(&x->changed, x->model, &r, "bench", &materials, NULL, e);
    recipe_free(&r);
    return code == 0 ? weights_build(&x->changed_weights, x->changed, &options, NULL, e) : code;
}

static int race_layer(struct reuse *x, const struct bench_options *options, int layer, struct err *e)
{
    struct contender contender[] = {{run_full, x}, {run_reused, x}};
    struct race race;
    char name[32];
    TRY(change(x, layer, machine_bits(&options->machine), e));
    TRY(race_run(&race, contender, 2, options->seconds, 1, NULL, e));
    snprintf(name, sizeof name, "layer %d changed", layer);
    bench_report(options, &(struct bench_row){"reuse", name, "64 x 25", 1, race.rounds, race.ns[1], 0, 0, -1, "all layers", race.speedup[1], 0});
    weights_free(x->changed_weights);
    model_free(x->changed);
    x->changed_weights = NULL;
    x->changed = NULL;
    return 0;
}

static int open_model(struct reuse *x, const struct bench_options *options, struct err *e)
{
    struct weights_options packing = {.cpu = machine_bits(&options->machine), .threads = 1};
    struct predict_options predict = {.threads = 1, .hidden = &x->hidden};
    TRY(model_open(&x->model, "preset:bert-base", NULL, NULL, e));
    TRY(model_set_labels(x->model, LABELS, NULL, 1, e));
    TRY(weights_build(&x->weights, x->model, &packing, NULL, e));
    for (int i = 0; i < TOKENS; i++)
        x->id[i] = 1000 + i;
    for (int i = 0; i < ROWS; i++)
        x->row[i] = (struct encoding){x->id, x->type, TOKENS, TOKENS, false};
    TRY(predict_hidden(&x->hidden, x->model, x->row, ROWS, &predict, 0, e));
    return predict_logits(x->logits, x->weights, x->row, ROWS, &predict, NULL, e);
}

int bench_reuse(const struct bench_options *options, struct err *e)
{
    static const int layers[] = {0, 6, 11};
    struct reuse *x = calloc(1, sizeof *x);
    int code = x ? open_model(x, options, e) : err_set(e, ERR_NOMEM, "no memory for a benchmark");
    for (size_t i = 0; code == 0 && i < sizeof layers / sizeof *layers; i++)
        code = race_layer(x, options, layers[i], e);
    if (x) {
        weights_free(x->changed_weights);
        model_free(x->changed);
        hidden_free(&x->hidden);
        weights_free(x->weights);
        model_free(x->model);
    }
    free(x);
    return code;
}
