/* sentences --model M --data FILE --batch B --threads T --format F: the rows of a data set through a model, batch by batch
 * on demand, so that somebody else can run the same batches beside it.
 *
 * Prints "ready ROWS rows TOKENS tokens BATCHES batches LABELS labels". Then, for each line of standard input, one line:
 * "ids I" prints the token ids of batch I, the rows separated by semicolons; "run I" predicts it (a plan is built, rows
 * follow each other without padding) and prints the time in ms and the logits of all rows. Batches keep the order of the
 * file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/machine.h"
#include "analyzer/model/model.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"

enum { THREADS_MOST = 1024, BATCH_MOST = 4096 };

struct sentences {
    const char *model_spec, *data;
    int batch, threads;
    enum kernel_format format;
    struct model *model;
    struct weights *weights;
    struct encoded rows;
    float *logits; /* [batch, labels] */
};

static int parse_count(int *out, const char *name, const char *text, int most, struct err *e)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (end == text || *end || n < 1 || n > most)
        return err_set(e, ERR_USAGE, "%s takes a whole number from 1 to %d, not \"%s\"", name, most, text);
    *out = (int)n;
    return 0;
}

static int parse_option(struct sentences *s, const char *name, const char *value, struct err *e)
{
    if (strcmp(name, "--batch") == 0)
        return parse_count(&s->batch, name, value, BATCH_MOST, e);
    if (strcmp(name, "--threads") == 0)
        return parse_count(&s->threads, name, value, THREADS_MOST, e);
    if (strcmp(name, "--format") == 0)
        return kernel_format_parse(value, &s->format)
                   ? 0
                   : err_set(e, ERR_USAGE, "there is no weight format \"%s\"", value);
    const char **text = strcmp(name, "--model") == 0 ? &s->model_spec : strcmp(name, "--data") == 0 ? &s->data : NULL;
    if (!text)
        return err_set(e, ERR_USAGE, "there is no option \"%s\" (options: --model --data --batch --threads --format)", name);
    *text = value;
    return 0;
}

static int parse(struct sentences *s, int argc, char **argv, struct err *e)
{
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            return err_set(e, ERR_USAGE, "%s needs a value", argv[i]);
        TRY(parse_option(s, argv[i], argv[i + 1], e));
    }
    if (!s->model_spec || !s->data)
        return err_set(e, ERR_USAGE, "--model and --data are needed");
    return 0;
}

static int encode(struct sentences *s, struct err *e)
{
    struct dataset d;
    if (!s->model->tokenizer)
        return err_set(e, ERR_UNSUPPORTED, "%s cannot be given texts: %s", s->model->name, s->model->tokenizer_missing);
    TRY(dataset_read(&d, s->data, NULL, e));
    int code = encode_dataset(&s->rows, s->model->tokenizer, &d, s->model->config.positions, s->threads, NULL, e);
    dataset_free(&d);
    return code;
}

static int load(struct sentences *s, struct err *e)
{
    struct machine machine;
    struct weights_options options = {.threads = s->threads, .format = s->format};
    TRY(machine_detect(&machine, e));
    TRY(model_open(&s->model, s->model_spec, NULL, NULL, e));
    TRY(predict_check(s->model, e));
    TRY(encode(s, e));
    options.cpu = machine_bits(&machine);
    TRY(weights_build(&s->weights, s->model, &options, NULL, e));
    s->logits = calloc((size_t)s->batch * (size_t)s->model->config.labels, sizeof *s->logits);
    return s->logits ? 0 : err_set(e, ERR_NOMEM, "no memory for a batch of %d rows", s->batch);
}

static void print_ids(const struct sentences *s, int first, int n)
{
    for (int i = first; i < first + n; i++)
        for (int j = 0; j < s->rows.row[i].n; j++)
            printf("%s%d", j ? " " : i > first ? ";" : "", (int)s->rows.row[i].id[j]);
    putchar('\n');
}

static int run_batch(struct sentences *s, int first, int n, struct err *e)
{
    const struct predict_options options = {.threads = s->threads};
    uint64_t start = clock_ns();
    TRY(predict_logits(s->logits, s->weights, s->rows.row + first, n, &options, NULL, e));
    printf("%.4f", (double)(clock_ns() - start) * 1e-6);
    for (int i = 0; i < n * s->model->config.labels; i++)
        printf(" %.9g", (double)s->logits[i]);
    putchar('\n');
    return 0;
}

static int answer(struct sentences *s, const char *line, int batches, struct err *e)
{
    char word[4];
    int batch, end = 0;
    if (sscanf(line, "%3s %d%n", word, &batch, &end) != 2 || line[end] != '\n' || batch < 0 || batch >= batches ||
        (strcmp(word, "ids") != 0 && strcmp(word, "run") != 0))
        return err_set(e, ERR_USAGE, "a line of input is \"ids I\" or \"run I\" with a batch from 0 to %d", batches - 1);
    int first = batch * s->batch, n = s->rows.rows - first < s->batch ? s->rows.rows - first : s->batch;
    if (strcmp(word, "ids") == 0)
        print_ids(s, first, n);
    else
        TRY(run_batch(s, first, n, e));
    fflush(stdout);
    return 0;
}

static int serve(struct sentences *s, struct err *e)
{
    char line[64];
    int batches = (s->rows.rows - 1) / s->batch + 1;
    printf("ready %d rows %llu tokens %d batches %d labels\n", s->rows.rows, (unsigned long long)s->rows.tokens, batches,
           s->model->config.labels);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin))
        TRY(answer(s, line, batches, e));
    return 0;
}

int main(int argc, char **argv)
{
    struct sentences s = {.batch = 32, .threads = 1, .format = KERNEL_F32};
    struct err e = {0};
    int code = parse(&s, argc, argv, &e);
    if (code == 0)
        code = load(&s, &e);
    if (code == 0)
        code = serve(&s, &e);
    free(s.logits);
    weights_free(s.weights);
    encoded_free(&s.rows);
    model_free(s.model);
    if (code != 0)
        fprintf(stderr, "sentences: %s\n", e.text);
    return code == 0 ? 0 : 2;
}
