#include <string.h>

#include "reports/head.h"
#include "reports/heads_report.h"
#include "tui/command.h"
#include "tui/heads_run.h"

/* `all` is HEAD_MODES. */
static int mode_word(const char *text, int *out, struct err *e)
{
    *out = HEADS_GRADIENT;
    if (!text)
        return 0;
    for (*out = 0; *out < HEAD_MODES; ++*out)
        if (strcmp(text, head_mode_name((enum head_mode)*out)) == 0)
            return 0;
    if (strcmp(text, "all") == 0)
        return 0;
    return err_set(e, ERR_USAGE, "there is no mode \"%s\" (modes: gradient, removed, kept, all)", text);
}

static int measure(const struct heads_run *r, const struct settings *s, int mode, const struct progress *progress,
                   struct err *e)
{
    for (int m = 0; m < HEAD_MODES; m++)
        if (m == mode || mode == HEAD_MODES)
            TRY(heads_run_mode(r, (enum head_mode)m, progress, e));
    enum head_mode order = mode == HEAD_MODES ? HEADS_GRADIENT : (enum head_mode)mode;
    return s->curve ? heads_run_curve(r, order, s->normalize, progress, e) : 0;
}

static void report(const struct opened *o, const struct settings *s, int mode, int threads, struct str *out)
{
    struct emit *emit = s->json ? emit_json("bertscope.heads/1") : emit_text("bertscope.heads/1");
    struct workload load = {.seq = s->seq, .threads = threads, .format = s->format};
    head_machine(emit, &o->machine);
    head_model(emit, o->model);
    head_settings(emit, &load, (uint64_t)s->seed);
    heads_report(emit, &o->heads, mode == HEAD_MODES ? HEADS_GRADIENT : (enum head_mode)mode, s->normalize);
    heads_neurons(emit, &o->heads);
    emit_finish(emit, out);
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct opened o = {.model = NULL};
    struct settings with_data = *s;
    with_data.data = settings_data(s, "demo:dev");
    int mode, threads = 0, code = mode_word(s->mode, &mode, e);
    if (code == 0)
        code = labelled_check(&with_data, e);
    if (code == 0)
        code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = heads_check(o.model, e);
    if (code == 0) {
        threads = s->threads ? s->threads : o.machine.cores;
        code = opened_data(&o, &with_data, threads, progress, e);
    }
    if (code == 0) {
        struct heads_run r = {.opened = &o, .threads = threads, .format = s->format, .unlabelled = s->unlabelled};
        code = measure(&r, s, mode, progress, e);
    }
    if (code == 0)
        report(&o, s, mode, threads, out);
    opened_close(&o);
    return code;
}

const struct command command_heads = {
    .name = "heads",
    .args = "[MODEL]",
    .summary = "which attention heads matter, and how many can go",
    .detail = "Scores every head over all rows of a data set. The mode gradient is the mean absolute gradient of a gate on the\n"
              "head (Michel, Levy, Neubig 2019): one pass forward and backward, with standard errors and the diagonal Fisher\n"
              "information of heads and feed-forward neurons. Without labels it uses the model's own predictions. The modes\n"
              "removed and kept measure the metric without each head, and with each head as the only one of its layer; they\n"
              "need labels, and cost about half a pass over the rows for each head. --curve removes the heads in order, a\n"
              "tenth at a time. All differences come with their paired 95% interval.",
    .example = "bertscope heads ./my-bert --data dev.tsv --task sst2 --curve",
    .options = OPTIONS_COMMON | OPTION_BIT(data) | OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(seq) | OPTION_BIT(mode) |
               OPTION_BIT(normalize) | OPTION_BIT(curve) | OPTION_BIT(unlabelled) | OPTION_BIT(format),
    .max_args = 1,
    .run = run,
};
