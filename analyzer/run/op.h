/* Operations: forward and cost of each kind of step, side by side.
 *
 * An operation is op_NAME.c and one row of ops.def; the row names its functions, so an operation without its cost does
 * not compile into the table. */
#ifndef ANALYZER_RUN_OP_H
#define ANALYZER_RUN_OP_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/run/plan.h"

struct exec;

struct cost {
    uint64_t macs;  /* multiply-adds; FLOPs are twice that. Elementwise work counts as none, as in the literature */
    uint64_t bytes; /* inputs + output + parameters, each once */
};

struct op {
    const char *name;
    enum kernel_op kernel; /* KERNEL_OPS = moves data only, needs none */
    struct cost (*cost)(const struct step *s, const struct plan *p);
    size_t (*scratch)(const struct step *s, const struct plan *p); /* bytes a thread needs */
    void (*forward)(const struct exec *x, const struct step *s);
};

/* The row of an operation file. */
#define OP_ROW(name, kernel_op) {#name, kernel_op, op_##name##_cost, op_##name##_scratch, op_##name##_forward}

#define OP(name) extern const struct op op_##name;
#include "analyzer/run/ops.def"
#undef OP

#endif
