#include "analyzer/base/outfile.h"
#include "analyzer/measure/call_tree.h"
#include "analyzer/measure/counted.h"
#include "reports/counters_report.h"
#include "reports/explain_text.h"
#include "reports/flame.h"
#include "reports/head.h"
#include "reports/profile_report.h"
#include "reports/samples_report.h"
#include "tui/command.h"
#include "tui/opened.h"
#include "tui/result.h"

/* What is known beside the times, each only if it was asked for. */
struct more {
    struct sampled sampled;
    struct call_tree calls;
    struct counted counted;
};

static void more_free(struct more *m)
{
    counted_free(&m->counted);
    call_tree_free(&m->calls);
    sampled_free(&m->sampled);
}

static bool wants_samples(const struct settings *s)
{
    return s->samples || s->flame || s->folded || OPTION_GIVEN(s, rate);
}

static int write_calls(const struct more *m, const char *path, bool svg, struct err *e)
{
    struct str text;
    if (!path)
        return 0;
    str_init(&text);
    if (svg)
        flame_svg(&m->calls, &m->sampled, &text);
    else
        flame_folded(&m->calls, &text);
    int code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int sample(struct more *m, const struct opened *o, const struct settings *s, const struct workload *load,
                  const struct progress *progress, struct err *e)
{
    const struct sampled_options options = {.workload = *load, .hz = s->rate, .budget_s = s->budget_s};
    if (!wants_samples(s))
        return 0;
    TRY(sampled_measure(&m->sampled, o->weights, &options, progress, e));
    TRY(call_tree_make(&m->calls, &m->sampled, &(struct call_options){.functions = false}, e));
    TRY(write_calls(m, s->flame, true, e));
    return write_calls(m, s->folded, false, e);
}

static int measure_more(struct more *m, const struct opened *o, const struct settings *s, const struct workload *load,
                        const struct progress *progress, struct err *e)
{
    const struct counted_options options = {.workload = *load, .budget_s = s->budget_s};
    TRY(sample(m, o, s, load, progress, e));
    return s->counters ? counted_here(&m->counted, o->weights, &options, progress, e) : 0;
}

static int tell(const struct opened *o, const struct settings *s, const struct profile *p, const struct more *m, struct str *out,
                struct err *e)
{
    struct result result;
    result_open(&result, s, "bertscope.profile/1");
    head_machine(result.emit, &o->machine);
    head_model(result.emit, o->model);
    head_settings(result.emit, &p->workload, (uint64_t)s->seed);
    profile_report(result.emit, p);
    if (s->explain)
        explain_report(result.emit, p, &o->machine);
    if (m->calls.nodes > 0)
        samples_report(result.emit, &m->sampled, &m->calls);
    if (m->counted.steps > 0)
        counters_report(result.emit, &m->counted);
    return result_close(&result, s, out, e);
}

static int measure(const struct opened *o, const struct settings *s, const struct workload *load, struct str *out,
                   const struct progress *progress, struct err *e)
{
    struct profile p;
    struct more more = {.sampled = {.steps = 0}};
    struct profile_options options = {.workload = *load, .budget_s = s->budget_s, .overhead = s->overhead};
    TRY(profile_measure(&p, o->weights, &options, NULL, NULL, progress, e));
    int code = measure_more(&more, o, s, load, progress, e);
    if (code == 0)
        code = tell(o, s, &p, &more, out, e);
    more_free(&more);
    profile_free(&p);
    return code;
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
              "the components leave unattributed. With --samples further passes are interrupted: a call tree,\n"
              "with --flame and --folded as files. With --counters still others are counted: by the processor (PAPI) where it\n"
              "can be, else by the system.",
    .example = "bertscope profile preset:bert-base --seq 256 --threads 1",
    .options = OPTIONS_COMMON | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(first_text) | OPTION_BIT(budget) | OPTION_BIT(overhead) |
               OPTION_BIT(unfused) |
               OPTION_BIT(samples) | OPTION_BIT(rate) | OPTION_BIT(flame) | OPTION_BIT(folded) | OPTION_BIT(counters) | OPTION_BIT(explain) |
               OPTION_BIT(format) | OPTION_BIT(record) | OPTION_BIT(store),
    .max_args = 1,
    .run = run,
};
