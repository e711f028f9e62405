#include "reports/head.h"
#include "reports/profile_report.h"
#include "tui/command.h"
#include "tui/opened.h"
#include "tui/result.h"

static int measure(const struct opened *o, const struct settings *s, const struct workload *load, struct str *out,
                   const struct progress *progress, struct err *e)
{
    struct profile p;
    struct profile_options options = {.workload = *load, .budget_s = s->budget_s, .overhead = s->overhead};
    TRY(profile_measure(&p, o->weights, &options, NULL, NULL, progress, e));
    struct result result;
    result_open(&result, s, "bertscope.profile/1");
    head_machine(result.emit, &o->machine);
    head_model(result.emit, o->model);
    head_settings(result.emit, load, (uint64_t)s->seed);
    profile_report(result.emit, &p);
    profile_free(&p);
    return result_close(&result, s, out, e);
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct opened o;
    struct workload load = {0};
    int code = opened_init(&o, s, progress, e);
    if (code == 0) {
        load = settings_workload(s, o.model->config.positions, o.machine.cores);
        code = workload_check(&load, o.model, e);
    }
    if (code == 0)
        code = opened_pack(&o, load.threads, load.format, progress, e);
    if (code == 0)
        code = measure(&o, s, &load, out, progress, e);
    opened_close(&o);
    return code;
}

const struct command command_profile = {
    .name = "profile",
    .args = "[MODEL]",
    .summary = "parameters, MACs and time of each component, layer and step",
    .detail = "Runs whole forward passes with a clock between the steps until the 95% interval of the median pass is\n"
              "1% wide or the budget ends. Shows time beside MACs, beside what this machine can do at most, and what\n"
              "the components leave unattributed.",
    .example = "bertscope profile preset:bert-base --seq 256 --threads 1",
    .options = OPTIONS_COMMON | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(budget) | OPTION_BIT(overhead) |
               OPTION_BIT(unfused) |
               OPTION_BIT(format) | OPTION_BIT(record) | OPTION_BIT(store),
    .max_args = 1,
    .run = run,
};
