#include "analyzer/run/predict.h"
#include "reports/eval_report.h"
#include "reports/head.h"
#include "tui/command.h"
#include "tui/labelled.h"
#include "tui/opened.h"

static void report(const struct opened *o, const struct eval_summary *summary, const struct settings *s, int threads,
                   struct str *out)
{
    struct emit *emit = s->json ? emit_json("bertscope.eval/1") : emit_text("bertscope.eval/1");
    struct workload load = {.seq = s->seq, .threads = threads, .format = s->format};
    if (s->json)
        head_machine(emit, &o->machine);
    head_model(emit, o->model);
    head_settings(emit, &load, (uint64_t)s->seed);
    eval_report(emit, summary);
    emit_finish(emit, out);
}

static int evaluate_rows(struct opened *o, const struct labelled *x, const struct settings *s, int threads,
                         struct str *out, const struct progress *progress, struct err *e)
{
    struct evaluate_options options = {.threads = threads};
    struct evaluation evaluation;
    TRY(evaluate_check(o->model, &x->data, e));
    TRY(opened_pack(o, threads, s->format, progress, e));
    TRY(evaluate(&evaluation, o->weights, &x->data, &x->rows, &options, progress, e));
    struct eval_summary summary;
    int code = eval_summary_make(&summary, &evaluation, &x->data, &x->rows, o->model, e);
    if (code == 0)
        report(o, &summary, s, threads, out);
    eval_summary_free(&summary);
    evaluation_free(&evaluation);
    return code;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct opened o;
    struct labelled x = {0};
    TRY(labelled_check(s, e));
    int code = opened_init(&o, s, progress, e);
    int threads = s->threads ? s->threads : o.machine.cores;
    if (code == 0)
        code = predict_check(o.model, e);
    if (code == 0)
        code = labelled_read(&x, s, o.model, threads, progress, e);
    if (code == 0)
        code = evaluate_rows(&o, &x, s, threads, out, progress, e);
    labelled_free(&x);
    opened_close(&o);
    return code;
}

const struct command command_eval = {
    .name = "eval",
    .args = "MODEL",
    .summary = "metrics of the model on a labelled file",
    .detail = "Runs every row of --data, in batches without padding, and gives the metrics of the task with 95% intervals:\n"
              "Wilson's for accuracy, else the bootstrap over rows. --task says how the file is written and what it asks:\n"
              "the GLUE tasks as published (sst2, cola, mrpc, qqp, mnli, qnli, rte, wnli, stsb), stsb-csv, agnews, or\n"
              "plain: label<TAB>text or label<TAB>text<TAB>text (plain-values: a number instead of a label).\n"
              "Without --task the header of the file must tell. Outputs are matched to classes by their names, if\n"
              "config.json has them, else by number. The model demo has data of its own: demo:train, demo:dev (the\n"
              "default) and demo:test.",
    .example = "bertscope eval ./my-bert --data SST-2/dev.tsv --task sst2",
    .options = OPTION_BIT(help) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(quiet) | OPTION_BIT(data) |
               OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(seq) | OPTION_BIT(threads) | OPTION_BIT(format),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
