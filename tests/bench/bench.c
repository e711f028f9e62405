/* bench [--seconds S] [--json FILE] [GROUP...]: runs the groups of benches.def. BERTSCOPE_CPU caps the instruction
 * sets. */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/outfile.h"
#include "reports/head.h"

static void print_row(const struct bench_row *r)
{
    printf("  %-22s %-22s %d  %11.2f us", r->name, r->load, r->threads, r->ns.median * 1e-3);
    if (r->flops > 0)
        printf("  %7.1f GFLOP/s", r->flops * 1e-9);
    else if (r->bytes > 0)
        printf("  %7.1f GB/s   ", r->bytes * 1e-9);
    else
        printf("                 ");
    if (r->ceiling_share > 1)
        printf("  invalid");
    else if (r->ceiling_share >= 0)
        printf("  %5.1f %%", 100 * r->ceiling_share);
    else
        printf("         ");
    if (r->over_f32 > 0)
        printf("  x %.2f of f32", r->over_f32);
    printf("  x %.2f [%.2f %.2f] of %s\n", r->speedup.median, r->speedup.low, r->speedup.high, r->against);
    fflush(stdout);
}

static void emit_known(struct emit *e, double x, bool known)
{
    if (known)
        emit_real(e, NULL, NULL, x, UNIT_NONE);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_quartiles(struct emit *e, const struct quartiles *q)
{
    emit_real(e, NULL, NULL, q->low, UNIT_NONE);
    emit_real(e, NULL, NULL, q->median, UNIT_NONE);
    emit_real(e, NULL, NULL, q->high, UNIT_NONE);
}

static const struct emit_column columns[] = {
    {"group", NULL, 0},         {"name", NULL, 0},           {"load", NULL, 0},        {"threads", NULL, 0},
    {"rounds", NULL, 0},        {"ns_low", NULL, 0},         {"ns_median", NULL, 0},   {"ns_high", NULL, 0},
    {"gflops", NULL, 0},        {"gbytes", NULL, 0},         {"ceiling_share", NULL, 0}, {"against", NULL, 0},
    {"speedup_low", NULL, 0}, {"speedup_median", NULL, 0}, {"speedup_high", NULL, 0},
    {"over_f32", NULL, 0}};

static void emit_bench_row(struct emit *e, const struct bench_row *r)
{
    emit_row(e);
    emit_string(e, NULL, NULL, r->group);
    emit_string(e, NULL, NULL, r->name);
    emit_string(e, NULL, NULL, r->load);
    emit_int(e, NULL, NULL, r->threads, UNIT_NONE);
    emit_int(e, NULL, NULL, r->rounds, UNIT_NONE);
    emit_quartiles(e, &r->ns);
    emit_known(e, r->flops * 1e-9, r->flops > 0);
    emit_known(e, r->bytes * 1e-9, r->bytes > 0);
    emit_known(e, r->ceiling_share, r->ceiling_share >= 0 && r->ceiling_share <= 1);
    emit_string(e, NULL, NULL, r->against);
    emit_quartiles(e, &r->speedup);
    emit_known(e, r->over_f32, r->over_f32 > 0);
}

void bench_report(const struct bench_options *options, const struct bench_row *row)
{
    print_row(row);
    if (options->json)
        emit_bench_row(options->json, row);
}

int ceiling_slice_open(struct ceiling_slice *s, int threads, struct err *e)
{
    *s = (struct ceiling_slice){.probe = NULL};
    return ceiling_probe_open(&s->probe, threads, KERNEL_F32, e);
}

void ceiling_slice_run(void *payload)
{
    struct ceiling_slice *s = payload;
    ceiling_probe_compute(s->probe, &s->best);
}

/* ---- groups -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *summary;
    int (*run)(const struct bench_options *, struct err *);
} benches[] = {
#define BENCH(name, summary) {#name, summary, bench_##name},
#include "tests/bench/benches.def"
#undef BENCH
};

enum { BENCHES = sizeof benches / sizeof *benches };

static int usage(const char *sentence)
{
    fprintf(stderr, "bench: %s\nusage: bench [--seconds S] [--json FILE] [GROUP...]\n", sentence);
    for (int i = 0; i < BENCHES; i++)
        fprintf(stderr, "  %-10s %s\n", benches[i].name, benches[i].summary);
    return 2;
}

static int find(const char *name)
{
    int i = 0;
    while (i < BENCHES && strcmp(benches[i].name, name) != 0)
        i++;
    return i;
}

static int run_group(int i, const struct bench_options *options, struct err *e)
{
    printf("%s: %s\n", benches[i].name, benches[i].summary);
    return benches[i].run(options, e);
}

/* The groups that are named, or all. */
static int run_groups(int argc, char **argv, const struct bench_options *options, struct err *e)
{
    int code = 0;
    for (int i = 0; argc == 0 && code == 0 && i < BENCHES; i++)
        code = run_group(i, options, e);
    for (int i = 0; code == 0 && i < argc; i++)
        code = run_group(find(argv[i]), options, e);
    return code;
}

static void begin_json(struct bench_options *options)
{
    options->json = emit_json("bertscope.bench/1");
    head_machine(options->json, &options->machine);
    emit_begin(options->json, "build", NULL);
    emit_string(options->json, "compiler", NULL, __VERSION__);
    emit_string(options->json, "flags", NULL, BENCH_FLAGS);
    emit_end(options->json);
    emit_real(options->json, "seconds", NULL, options->seconds, UNIT_NONE);
    emit_table(options->json, "rows", NULL, columns, sizeof columns / sizeof *columns);
}

static int finish_json(struct bench_options *options, const char *path, int code, struct err *e)
{
    struct str text;
    str_init(&text);
    emit_table_end(options->json);
    emit_finish(options->json, &text);
    if (code == 0)
        code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

int main(int argc, char **argv)
{
    struct bench_options options = {.seconds = 0.3};
    const char *json = NULL;
    struct err e = {0};
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (i + 1 == argc)
            return usage("an option needs a value");
        if (strcmp(argv[i], "--seconds") == 0)
            options.seconds = strtod(argv[i + 1], NULL);
        else if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else
            return usage("there is no such option");
    }
    if (!(options.seconds > 0 && options.seconds < 86400))
        return usage("--seconds takes a number above 0");
    for (int name = i; name < argc; name++)
        if (find(argv[name]) == BENCHES)
            return usage("there is no such group");
    int code = machine_detect(&options.machine, &e);
    if (code == 0 && json)
        begin_json(&options);
    if (code == 0)
        code = run_groups(argc - i, argv + i, &options, &e);
    if (options.json)
        code = finish_json(&options, json, code, &e);
    if (code != 0)
        fprintf(stderr, "bench: %s\n", e.text);
    return code == 0 ? 0 : 1;
}
