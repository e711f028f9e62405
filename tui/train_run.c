#include "tui/train_run.h"

#include "analyzer/model/model.h"
#include "tui/trainee.h"

enum { EPOCHS = 3, BATCH_ROWS = 32, POINTS = 10, CHECKPOINT_S = 60 };

double train_run_lr(bool fresh)
{
    return fresh ? 5e-4 : 5e-5;
}

int train_run_open(struct train_run *out, const struct settings *s, bool fresh, const struct progress *progress,
                   struct err *e)
{
    *out = (struct train_run){.options = {.threads = s->threads}};
    TRY(machine_detect(&out->machine, e));
    if (!out->options.threads)
        out->options.threads = out->machine.cores;
    TRY(labelled_data(&out->train.data, s, e));
    if (s->dev)
        TRY(dataset_read(&out->dev.data, s->dev, out->train.data.task, e));
    TRY(trainee_open(&out->model, s, &out->train.data, progress, e));
    return fresh && !trainee_is_fresh(s) ? trainee_begin_again(&out->model, (uint64_t)s->seed, progress, e) : 0;
}

/* The given value, or the default. */
static double choose(bool given, double value, double otherwise)
{
    return given ? value : otherwise;
}

static void fill_options(struct train_run *r, const struct settings *s, bool fresh)
{
    double dropout = choose(OPTION_GIVEN(s, dropout), s->dropout, 0.1);
    int64_t steps = s->steps ? s->steps : (s->epochs ? s->epochs : EPOCHS) * r->source.batches;
    r->options = (struct train_options){
        .steps = steps,
        .eval_every = s->eval_every ? s->eval_every : (steps + POINTS - 1) / POINTS,
        .patience = s->patience,
        .lr = choose(OPTION_GIVEN(s, lr), s->lr, train_run_lr(fresh || trainee_is_fresh(s))),
        .warmup = choose(OPTION_GIVEN(s, warmup), s->warmup, 0.1),
        .decay = (float)choose(OPTION_GIVEN(s, decay), s->decay, 0.01),
        .clip = (float)choose(OPTION_GIVEN(s, clip), s->clip, 1),
        .dropout = (float)dropout,
        .attention_dropout = (float)choose(OPTION_GIVEN(s, attention_dropout), s->attention_dropout, dropout),
        .seed = (uint64_t)s->seed,
        .format = s->format,
        .threads = r->options.threads,
        .cpu = machine_bits(&r->machine),
        .checkpoint_s = choose(OPTION_GIVEN(s, checkpoint), s->checkpoint_s, CHECKPOINT_S),
        .resume = s->resume,
    };
}

static bool is_masked(const struct train_run *r)
{
    return r->train.data.task->masked;
}

/* The head that the task asks for, and rows that it can learn from. */
static int fit_task(struct train_run *r, uint64_t seed, struct err *e)
{
    if (!is_masked(r))
        return finetune_head(r->model, &r->train.data, seed, e);
    TRY(masking_init(&r->masking, r->model->tokenizer, r->model->config.vocab, e));
    TRY(masking_drop_empty(&r->masking, &r->train.data, &r->train.rows, e));
    if (r->dev.data.task)
        TRY(masking_drop_empty(&r->masking, &r->dev.data, &r->dev.rows, e));
    return model_set_masked_head(r->model, seed, e);
}

static int prepare_masked(struct train_run *r, const struct settings *s, struct err *e)
{
    struct pretrain_options options = {.batch_rows = r->batch_rows, .smoothing = s->smoothing, .seed = (uint64_t)s->seed,
                                       .threads = r->options.threads};
    TRY(pretrain_init(&r->pretrain, &r->masking, &r->train.rows, r->dev.data.task ? &r->dev.rows : NULL, &options, e));
    r->source = pretrain_source(&r->pretrain);
    return 0;
}

static int prepare_source(struct train_run *r, const struct settings *s, struct err *e)
{
    bool dev = r->dev.data.task != NULL;
    struct finetune_options options = {.batch_rows = r->batch_rows, .smoothing = s->smoothing, .seed = (uint64_t)s->seed,
                                       .threads = r->options.threads};
    if (is_masked(r))
        return prepare_masked(r, s, e);
    TRY(finetune_init(&r->finetune, r->model, &r->train.data, &r->train.rows, dev ? &r->dev.data : NULL,
                      dev ? &r->dev.rows : NULL, &options, e));
    r->source = finetune_source(&r->finetune);
    return 0;
}

int train_run_prepare(struct train_run *r, const struct settings *s, bool fresh, const struct progress *progress,
                      struct err *e)
{
    int threads = r->options.threads;
    r->batch_rows = s->batch_rows ? s->batch_rows : BATCH_ROWS;
    TRY(labelled_encode(&r->train.rows, &r->train.data, s, r->model, threads, progress, e));
    if (r->dev.data.task)
        TRY(labelled_encode(&r->dev.rows, &r->dev.data, s, r->model, threads, progress, e));
    TRY(fit_task(r, (uint64_t)s->seed, e));
    TRY(prepare_source(r, s, e));
    fill_options(r, s, fresh);
    return 0;
}

void train_run_end(struct train_run *r)
{
    finetune_free(&r->finetune);
    pretrain_free(&r->pretrain);
    masking_free(&r->masking);
    labelled_free(&r->train);
    labelled_free(&r->dev);
    r->train = r->dev = (struct labelled){0};
}

void train_run_free(struct train_run *r)
{
    train_run_end(r);
    training_free(&r->training);
    model_free(r->model);
    r->model = NULL;
}
