#include <stdlib.h>

#include "analyzer/run/predict.h"
#include "reports/head.h"
#include "reports/text_report.h"
#include "tui/command.h"
#include "tui/inputs.h"
#include "tui/opened.h"

static void report(const struct opened *o, const float *logits, int n, const struct settings *s, int threads,
                   struct str *out)
{
    struct emit *emit = s->json ? emit_json("bertscope.predict/1") : emit_text("bertscope.predict/1");
    struct workload load = {.threads = threads, .format = s->format};
    if (s->json) {
        head_machine(emit, &o->machine);
        head_model(emit, o->model);
        head_settings(emit, &load, (uint64_t)s->seed);
    }
    predictions_begin(emit);
    for (int i = 0; i < n; i++)
        predictions_row(emit, o->model, logits + (size_t)i * (size_t)o->model->config.labels);
    emit_table_end(emit);
    emit_finish(emit, out);
}

static int predict(struct opened *o, const struct encoded *x, const struct settings *s, struct str *out,
                   const struct progress *progress, struct err *e)
{
    int threads = s->threads ? s->threads : o->machine.cores;
    TRY(opened_pack(o, threads, s->format, progress, e));
    float *logits = calloc((size_t)x->rows * (size_t)o->model->config.labels + 1, sizeof *logits);
    if (!logits)
        return err_set(e, ERR_NOMEM, "no memory for %d predictions", x->rows);
    struct predict_options options = {.threads = threads};
    int code = predict_logits(logits, o->weights, x->row, x->rows, &options, progress, e);
    if (code == 0)
        report(o, logits, x->rows, s, threads, out);
    free(logits);
    return code;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct opened o;
    struct encoded x = {0};
    int code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = predict_check(o.model, e);
    if (code == 0)
        code = inputs_read(&x, s, o.model, s->threads ? s->threads : o.machine.cores, progress, e);
    if (code == 0)
        code = predict(&o, &x, s, out, progress, e);
    encoded_free(&x);
    opened_close(&o);
    return code;
}

const struct command command_predict = {
    .name = "predict",
    .args = "MODEL [TEXT...]",
    .summary = "logits and label of each input line",
    .detail = "Runs the model on each text, in batches without padding. Without a TEXT, lines are read from --data or from\n"
              "standard input; a tab separates a pair.",
    .example = "bertscope predict ./my-bert --data lines.txt --json",
    .options = OPTION_BIT(help) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(quiet) | OPTION_BIT(data) |
               OPTION_BIT(threads) | OPTION_BIT(format),
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
