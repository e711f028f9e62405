#include "reports/kernel_report.h"

#include <stdio.h>

#include "kernels/kernels.h"
#include "reports/format.h"

static const char *state(const struct kernel *k, const struct machine *m)
{
    if ((k->needs & m->cpu_bits) != k->needs)
        return "not on this processor";
    if ((k->needs & m->cpu_cap) != k->needs)
        return "capped by BERTSCOPE_CPU";
    return kernel_pick(k->op, k->format, machine_bits(m)) == k ? "chosen" : "slower";
}

static const struct kernel_speed *speed_of(const struct kernel *k, const struct kernel_speed *speed, int n)
{
    for (int i = 0; i < n; i++)
        if (speed[i].kernel == k)
            return &speed[i];
    return NULL;
}

static void emit_known(struct emit *e, double x, bool known)
{
    if (known)
        emit_real(e, NULL, NULL, x, UNIT_NONE);
    else
        emit_absent(e, NULL, NULL);
}

/* "12.3 GFLOP/s" or "45.6 GB/s", whichever the kernel is measured by. */
static void emit_rate_text(struct emit *e, const struct kernel_speed *s)
{
    char text[FORMAT_SIZE];
    emit_string(e, NULL, NULL, s->flops > 0 ? format_flops(text, s->flops) : format_rate(text, s->bytes));
}

enum { SPEED_COLUMNS = 9 };

static void emit_speed(struct emit *e, const struct kernel_speed *s)
{
    char load[48];
    for (int i = 0; !s && i < SPEED_COLUMNS; i++)
        emit_absent(e, NULL, NULL);
    if (!s)
        return;
    emit_string(e, NULL, NULL, kernel_load_text(s->load, load, sizeof load));
    emit_real(e, NULL, NULL, s->ns.median, UNIT_NS);
    emit_rate_text(e, s);
    emit_known(e, s->flops / 1e9, s->flops > 0);
    emit_known(e, s->bytes / 1e9, s->bytes > 0);
    if (s->ceiling_share > 1) /* more than the machine can do is a fault of the measurement, not a figure */
        emit_string(e, NULL, NULL, "invalid");
    else
        emit_known(e, s->ceiling_share, s->ceiling_share >= 0);
    emit_real(e, NULL, NULL, s->speedup.median, UNIT_RATIO);
    emit_known(e, s->over_f32, s->over_f32 > 0);
    emit_int(e, NULL, NULL, s->rounds, UNIT_NONE);
}

void kernel_report(struct emit *e, const struct machine *m, const struct kernel_speed *speed, int n)
{
    static const struct emit_column plain[] = {
        {"name", "kernel", 0}, {"op", "operation", 0},          {"format", "format", 0},      {"isa", "isa", 0},
        {"chosen", NULL, 0},   {"state", "on this machine", 0}, {"summary", "what it does", 0}};
    static const struct emit_column measured[] = {{"name", "kernel", 0},
                                                  {"op", NULL, 0},
                                                  {"format", NULL, 0},
                                                  {"isa", NULL, 0},
                                                  {"chosen", NULL, 0},
                                                  {"state", "on this machine", 0},
                                                  {"summary", NULL, 0},
                                                  {"load", "load", 0},
                                                  {"time_ns", "time", UNIT_NS},
                                                  {NULL, "speed", 0},
                                                  {"gflops", NULL, 0},
                                                  {"gbytes", NULL, 0},
                                                  {"ceiling_share", "of ceiling", UNIT_SHARE},
                                                  {"speedup", "x scalar", UNIT_RATIO},
                                                  {"over_f32", "x f32", UNIT_RATIO},
                                                  {"rounds", NULL, 0}};
    emit_table(e, "kernels", "Kernels", n ? measured : plain, n ? 7 + SPEED_COLUMNS : 7);
    for (int i = 0; i < kernels_count; i++) {
        const struct kernel *k = &kernels[i];
        emit_row(e);
        emit_string(e, NULL, NULL, k->name);
        emit_string(e, NULL, NULL, kernel_op_name(k->op));
        emit_string(e, NULL, NULL, kernel_format_name(k->format));
        emit_string(e, NULL, NULL, k->isa);
        emit_bool(e, NULL, NULL, kernel_pick(k->op, k->format, machine_bits(m)) == k);
        emit_string(e, NULL, NULL, state(k, m));
        emit_string(e, NULL, NULL, kernel_op_summary(k->op));
        if (n)
            emit_speed(e, speed_of(k, speed, n));
    }
    emit_table_end(e);
}

static void emit_share(struct emit *e, const struct sparse_speed *s, int i)
{
    char load[48];
    snprintf(load, sizeof load, "%d x %d x %d", s->load->m, s->load->n, s->load->k);
    emit_row(e);
    emit_string(e, NULL, NULL, load);
    emit_string(e, NULL, NULL, s->dense->name);
    emit_string(e, NULL, NULL, s->sparse->name);
    emit_real(e, NULL, NULL, sparse_bench_shares[i], UNIT_SHARE);
    emit_real(e, NULL, NULL, s->dense_ns.median, UNIT_NS);
    emit_real(e, NULL, NULL, s->sparse_ns[i].median, UNIT_NS);
    emit_real(e, NULL, NULL, s->speedup[i].median, UNIT_RATIO);
    emit_real(e, NULL, NULL, s->speedup[i].low, UNIT_RATIO);
    emit_real(e, NULL, NULL, s->speedup[i].high, UNIT_RATIO);
    emit_int(e, NULL, NULL, s->rounds, UNIT_NONE);
}

/* A break-even outside of what was measured is not a figure. */
static void emit_break_even(struct emit *e, const struct sparse_speed *s)
{
    char load[48];
    double at = sparse_break_even(s);
    snprintf(load, sizeof load, "%d x %d x %d", s->load->m, s->load->n, s->load->k);
    emit_row(e);
    emit_string(e, NULL, NULL, load);
    emit_known(e, at, at > 0 && at < 1);
    emit_string(e, NULL, NULL, at <= 0 ? "faster at all of these shares" : at >= 1 ? "slower at all of these shares" : "by interpolation");
}

void kernel_report_sparse(struct emit *e, const struct sparse_speed *speed, int n)
{
    static const struct emit_column columns[] = {{"load", "load", 0},
                                                 {"dense", NULL, 0},
                                                 {"sparse", "kernel", 0},
                                                 {"zeros", "zeros", UNIT_SHARE},
                                                 {"dense_ns", "f32", UNIT_NS},
                                                 {"sparse_ns", "sparse", UNIT_NS},
                                                 {"speedup", "x f32", UNIT_RATIO},
                                                 {"speedup_low", "quartile", UNIT_RATIO},
                                                 {"speedup_high", "quartile", UNIT_RATIO},
                                                 {"rounds", NULL, 0}};
    static const struct emit_column even[] = {{"load", "load", 0}, {"break_even", "break-even", UNIT_SHARE}, {"how", "sparse", 0}};
    emit_table(e, "sparse", "Weights with zeros left out, against f32", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < SPARSE_SHARES; k++)
            emit_share(e, &speed[i], k);
    emit_table_end(e);
    emit_table(e, "sparse_break_even", "Zeros from which leaving them out is faster", even, 3);
    for (int i = 0; i < n; i++)
        emit_break_even(e, &speed[i]);
    emit_table_end(e);
}
