/* The table of rows and the choice among them. */
#include "kernels/rows.h"

#include <string.h>

const struct kernel kernels[] = {
#define KERNEL(operation, fmt, set, bits)                                                                    \
    {.name = #operation "_" #fmt "_" #set,                                                                   \
     .isa = #set,                                                                                            \
     .op = KERNEL_OP_##operation,                                                                            \
     .format = KERNEL_FORMAT_##fmt,                                                                          \
     .needs = (uint32_t)(bits),                                                                              \
     .fn.operation = &operation##_##fmt##_##set},
#include "kernels/kernels.def"
#undef KERNEL
};

const int kernels_count = sizeof kernels / sizeof *kernels;

const struct kernel *kernel_pick(enum kernel_op op, enum kernel_format format, uint32_t bits)
{
    for (int i = kernels_count - 1; i >= 0; i--) {
        const struct kernel *k = &kernels[i];
        if (k->op == op && k->format == format && (k->needs & ~bits) == 0)
            return k;
    }
    return NULL;
}

static const struct {
    const char *name, *summary;
} ops[] = {
#define KERNEL_OP(name, summary) {#name, summary},
#include "kernels/ops.def"
#undef KERNEL_OP
};

const char *kernel_op_name(enum kernel_op op)
{
    return ops[op].name;
}

const char *kernel_op_summary(enum kernel_op op)
{
    return ops[op].summary;
}

static const struct {
    const char *name;
    enum kernel_format factors;
    uint64_t bits, group, group_bits, table_bits;
} formats[] = {
#define KERNEL_FORMAT(NAME, name, factors, bits, group, group_bits, table_bits) {#name, KERNEL_##factors, bits, group, group_bits, table_bits},
#include "kernels/formats.def"
#undef KERNEL_FORMAT
};

const char *kernel_format_name(enum kernel_format format)
{
    return formats[format].name;
}

bool kernel_format_parse(const char *name, enum kernel_format *out)
{
    for (int i = 0; i < KERNEL_FORMATS; i++)
        if (strcmp(name, formats[i].name) == 0) {
            *out = (enum kernel_format)i;
            return true;
        }
    return false;
}

uint64_t kernel_format_bytes(enum kernel_format format, uint64_t n, uint64_t k)
{
    uint64_t group = formats[format].group, groups = n * (group ? (k + group - 1) / group : 1);
    return (n * k * formats[format].bits + groups * formats[format].group_bits + formats[format].table_bits + 7) / 8;
}

enum kernel_format kernel_format_factors(enum kernel_format format)
{
    return formats[format].factors;
}

bool kernel_format_shares(enum kernel_format format)
{
    return formats[format].group_bits + formats[format].table_bits > 0;
}

bool kernel_format_exact(enum kernel_format format)
{
    return format == KERNEL_F32 || format == KERNEL_SPARSE;
}

bool kernel_format_skips(enum kernel_format format)
{
    return format == KERNEL_SPARSE;
}

bool kernel_format_rounds(enum kernel_format format)
{
    return formats[format].table_bits == 0;
}

const char *activation_name(enum activation act)
{
    static const char *const names[ACTIVATIONS] = {
        [ACT_NONE] = "none", [ACT_GELU] = "gelu", [ACT_GELU_TANH] = "gelu_tanh",
        [ACT_RELU] = "relu", [ACT_TANH] = "tanh",
    };
    return names[act];
}
