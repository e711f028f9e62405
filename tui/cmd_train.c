#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/model/save.h"
#include "reports/head.h"
#include "reports/train_report.h"
#include "tui/command.h"
#include "tui/train_run.h"
#include "tui/train_status.h"

/* Everything of one training. */
struct job {
    const struct settings *s;
    const struct progress *progress;
    struct train_run run;
    enum dtype dtype;
    struct str checkpoint; /* file in the output directory */
    bool made_directory;
};

static void job_free(struct job *j)
{
    train_run_free(&j->run);
    if (j->made_directory)
        rmdir(j->s->output); /* only if it is empty: there is no checkpoint and no result */
    str_free(&j->checkpoint);
}

static int check_settings(struct job *j, struct err *e)
{
    static const struct {
        const char *name;
        enum dtype dtype;
    } dtypes[] = {{"f32", DTYPE_F32}, {"f16", DTYPE_F16}, {"bf16", DTYPE_BF16}};
    const struct settings *s = j->s;
    TRY(labelled_check(s, e));
    if (!s->output)
        return err_set(e, ERR_USAGE, "-o DIRECTORY is needed: where the trained model goes");
    if (s->steps && s->epochs)
        return err_set(e, ERR_USAGE, "give --steps or --epochs, not both");
    if (s->patience && !s->dev)
        return err_set(e, ERR_USAGE, "--patience needs --dev: without it there is nothing to get better");
    if (!train_choice_computes(s->format))
        return err_set(e, ERR_USAGE, "training computes in f32 or bf16, not in %s", kernel_format_name(s->format));
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
        if (!s->dtype || strcmp(s->dtype, dtypes[i].name) == 0) {
            j->dtype = dtypes[i].dtype;
            return 0;
        }
    return err_set(e, ERR_USAGE, "--dtype is f32, f16 or bf16, not \"%s\"", s->dtype);
}

/* A checkpoint is not lost by forgetting --resume, and a finished training is not begun again by it. */
static int check_output(struct job *j, struct err *e)
{
    const char *dir = j->s->output;
    struct str config;
    str_addf(&j->checkpoint, "%s/training.checkpoint", dir);
    struct save_options save = {.compact = model_is_compact(j->run.model)};
    TRY(model_save_check(j->run.model, dir, &save, e));
    bool checkpoint = access(j->checkpoint.text, F_OK) == 0;
    if (checkpoint && !j->s->resume)
        return err_set(e, ERR_IO, "%s is the checkpoint of a training that did not end: add --resume to go on, or remove it",
                       j->checkpoint.text);
    str_init(&config);
    str_addf(&config, "%s/config.json", dir);
    bool finished = !checkpoint && access(config.text, F_OK) == 0;
    str_free(&config);
    return finished && j->s->resume
               ? err_set(e, ERR_IO, "%s holds a finished model and no checkpoint: there is nothing to resume", dir)
               : 0;
}

static int make_directory(struct job *j, struct err *e)
{
    j->made_directory = mkdir(j->s->output, 0777) == 0;
    if (j->made_directory || errno == EEXIST)
        return 0;
    return err_set(e, ERR_IO, "%s cannot be made: %s", j->s->output, strerror(errno));
}

static void report(const struct job *j, struct str *out)
{
    const struct settings *s = j->s;
    struct emit *emit = s->json ? emit_json("bertscope.train/1") : emit_text("bertscope.train/1");
    const struct train_run *x = &j->run;
    struct train_report r = {&x->training, &x->options, &x->train.data, s->dev ? &x->dev.data : NULL, &x->train.rows,
                             &x->dev.rows, x->source.metric, x->batch_rows, s->output};
    if (s->json)
        head_machine(emit, &x->machine);
    head_model(emit, x->model);
    train_report(emit, &r);
    emit_finish(emit, out);
}

/* What is said of a training that was stopped. */
static int stopped(const struct job *j, int code, struct err *e)
{
    bool checkpoint = access(j->checkpoint.text, F_OK) == 0;
    return code == ERR_CANCELLED && checkpoint
               ? err_set(e, code, "stopped after step %lld of %lld; the same command with --resume goes on from there",
                         (long long)j->run.training.step, (long long)j->run.options.steps)
               : code;
}

static int run_job(struct job *j, struct str *out, struct err *e)
{
    struct train_run *r = &j->run;
    TRY(check_settings(j, e));
    TRY(train_run_open(r, j->s, false, j->progress, e));
    TRY(check_output(j, e));
    TRY(train_run_prepare(r, j->s, false, j->progress, e));
    r->options.checkpoint = j->checkpoint.text;
    TRY(make_directory(j, e));
    int code = train(&r->training, r->model, &r->source, &r->options, j->progress, e);
    if (code != 0)
        return stopped(j, code, e);
    struct save_options save = {.dtype = j->dtype, .compact = model_is_compact(r->model)};
    TRY(model_save(r->model, j->s->output, &save, e));
    report(j, out);
    return 0;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct settings with_data = *s;
    with_data.data = settings_data(s, "demo:train");
    struct job j = {.s = &with_data, .progress = progress};
    str_init(&j.checkpoint);
    int code = run_job(&j, out, e);
    if (code != 0 && j.made_directory)
        (void)!rmdir(j.s->output); /* if nothing was written into it */
    job_free(&j);
    return code;
}

const struct command command_train = {
    .name = "train",
    .args = "MODEL",
    .summary = "fine-tune a model, pretrain it, or train one from random weights",
    .detail = "Trains all parameters on the labelled rows of --data (see eval for --task) with AdamW, linear warm-up and decay,\n"
              "in batches without padding, and writes a HuggingFace directory that this program and others open. With --dev\n"
              "the parameters with the best main metric of the task are kept; without it, the last ones.\n"
              "--task masked is masked-language pretraining: every line of --data is a text, 15% of its tokens are to be found out,\n"
              "and the result is a model with a masked-language head, of which fine-tuning takes the encoder; the best has the least loss.\n"
              "preset:NAME begins at random, with a vocabulary that is given (--vocab) or made from text (--vocab-from, or the\n"
              "training rows), and can be given another shape (--layers --hidden --heads --ffn --positions).\n"
              "The same machine, threads, seed and settings give the same bits. The output directory holds a checkpoint while\n"
              "training; after a kill the same command with --resume goes on and ends in the same bits as without the kill.",
    .example = "bertscope train ./my-bert --data SST-2/train.tsv --dev SST-2/dev.tsv --task sst2 -o ./sst2-bert",
    .options = OPTIONS_COMMON | OPTION_BIT(data) | OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(seq) | OPTION_BIT(dev) |
               OPTION_BIT(epochs) | OPTION_BIT(steps) | OPTION_BIT(batch_rows) | OPTION_BIT(lr) | OPTION_BIT(warmup) |
               OPTION_BIT(decay) | OPTION_BIT(clip) | OPTION_BIT(dropout) | OPTION_BIT(attention_dropout) | OPTION_BIT(smoothing) | OPTION_BIT(eval_every) |
               OPTION_BIT(patience) | OPTION_BIT(format) | OPTION_BIT(dtype) | OPTION_BIT(checkpoint) | OPTION_BIT(resume) |
               OPTION_BIT(vocab) | OPTION_BIT(vocab_from) | OPTION_BIT(vocab_size) | OPTION_BIT(cased) | OPTION_BIT(layers) |
               OPTION_BIT(hidden) | OPTION_BIT(heads) | OPTION_BIT(ffn) | OPTION_BIT(positions),
    .min_args = 1,
    .max_args = 1,
    .writes_output = true,
    .run = run,
};
