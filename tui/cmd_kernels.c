#include "reports/head.h"
#include "reports/kernel_report.h"
#include "tui/command.h"

enum { SPEEDS = KERNEL_OPS * CONTENDERS };

static const double seconds_each = 0.15;

/* Every row that may be used, on the most typical load of its operation. */
static int measure(struct kernel_speed *speed, int *n, const struct machine *m, const struct progress *progress,
                   struct err *e)
{
    for (int op = 0; op < KERNEL_OPS; op++) {
        int more;
        TRY(progress_step(progress, "measuring kernels", op, KERNEL_OPS, e));
        TRY(kernel_bench_run(speed + *n, &more, kernel_load_first((enum kernel_op)op), machine_bits(m), m->cpu_bits,
                             seconds_each, progress, e));
        *n += more;
    }
    return 0;
}

/* What leaving zeros out gives, on every load. */
static int measure_sparse(struct sparse_speed *speed, const struct machine *m, const struct progress *progress, struct err *e)
{
    for (int i = 0; i < SPARSE_LOADS; i++) {
        TRY(progress_step(progress, "measuring zeros", i, SPARSE_LOADS, e));
        TRY(sparse_bench_run(&speed[i], &sparse_loads[i], machine_bits(m), seconds_each, progress, e));
    }
    return 0;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    static struct kernel_speed speed[SPEEDS];
    static struct sparse_speed sparse[SPARSE_LOADS];
    struct machine m;
    int n = 0;
    TRY(machine_detect(&m, e));
    if (s->bench)
        TRY(measure(speed, &n, &m, progress, e));
    if (s->bench)
        TRY(measure_sparse(sparse, &m, progress, e));
    struct emit *emit = s->json ? emit_json("bertscope.kernels/1") : emit_text("bertscope.kernels/1");
    head_machine(emit, &m);
    kernel_report(emit, &m, speed, n);
    if (s->bench)
        kernel_report_sparse(emit, sparse, SPARSE_LOADS);
    emit_finish(emit, out);
    return 0;
}

const struct command command_kernels = {
    .name = "kernels",
    .args = "",
    .summary = "which kernel variants exist, which this machine uses, how fast they are",
    .detail = "Every operation has a plain scalar kernel, which is its specification, and faster ones for the\n"
              "instructions of newer processors. The last one that the machine can run is chosen.\n"
              "With --bench all variants of an operation take turns on one thread, on a typical size of BERT-base,\n"
              "and weights with zeros those of the sparse kernel with those of f32: where both take the same time, they break even.",
    .example = "BERTSCOPE_CPU=avx2 bertscope kernels",
    .options = OPTION_BIT(bench) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(quiet),
    .run = run,
};
