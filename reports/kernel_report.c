#include "reports/kernel_report.h"

#include "kernels/kernels.h"

static const char *state(const struct kernel *k, const struct machine *m)
{
    if ((k->needs & m->cpu_bits) != k->needs)
        return "not on this processor";
    if ((k->needs & m->cpu_cap) != k->needs)
        return "capped by BERTSCOPE_CPU";
    return kernel_pick(k->op, k->format, machine_bits(m)) == k ? "chosen" : "slower";
}

void kernel_report(struct emit *e, const struct machine *m)
{
    static const struct emit_column columns[] = {
        {"name", "kernel", 0}, {"op", "operation", 0},  {"format", "format", 0},      {"isa", "isa", 0},
        {"chosen", NULL, 0},   {"state", "on this machine", 0}, {"summary", "what it does", 0}};
    emit_table(e, "kernels", "Kernels", columns, 7);
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
    }
    emit_table_end(e);
}
