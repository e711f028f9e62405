#include "reports/head.h"
#include "reports/text_report.h"
#include "tui/command.h"
#include "tui/inputs.h"
#include "tui/opened.h"

static void report(const struct opened *o, const struct encoded *x, const struct settings *s, struct str *out)
{
    const struct tokenizer *t = o->model->tokenizer;
    struct emit *emit = s->json ? emit_json("bertscope.tokenize/1") : emit_text("bertscope.tokenize/1");
    if (s->json) {
        head_machine(emit, &o->machine);
        head_model(emit, o->model);
        head_settings(emit, &(struct workload){0}, (uint64_t)s->seed);
    }
    tokens_begin(emit);
    for (int i = 0; i < x->rows; i++)
        tokens_row(emit, t, &x->row[i]);
    emit_table_end(emit);
    if (tokenizer_note(t))
        emit_note(emit, tokenizer_note(t));
    emit_finish(emit, out);
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct opened o;
    struct encoded x = {0};
    int code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = inputs_read(&x, s, o.model, o.machine.cores, progress, e);
    if (code == 0)
        report(&o, &x, s, out);
    encoded_free(&x);
    opened_close(&o);
    return code;
}

const struct command command_tokenize = {
    .name = "tokenize",
    .args = "MODEL [TEXT...]",
    .summary = "ids and tokens of each input line",
    .detail = "Splits each text into the word pieces of the model's vocabulary. Without a TEXT, lines are read from --data\n"
              "or from standard input; a tab separates a pair.",
    .example = "bertscope tokenize ./my-bert \"How are you?\"",
    .options = OPTION_BIT(help) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(quiet) | OPTION_BIT(data),
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
