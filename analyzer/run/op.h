/* Operations: forward, backward and cost of each kind of step, side by side.
 *
 * An operation is op_NAME.c and one row of ops.def; the row names its functions, so an operation without its cost or its
 * gradient does not compile into the table.
 *
 * Notation in the derivations: L is the loss, dy = dL/dy for every value y, of the same shape. A backward turns dy of its
 * output into dx of its inputs where they are wanted (written, or added where another step came first), adds to the
 * gradients of its parameters where these are wanted, and writes the gradients of its gates. */
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

/* Values of the forward pass that a backward reads: input i, output. */
#define READS_X(i) (1u << (i))
#define READS_Y (1u << STEP_INPUTS)

/* Rows of a step's output that belong to a sequence: its tokens, or its first one alone (plan_options.pooled_only). */
struct sequence_rows {
    int first, n;
};

static inline struct sequence_rows step_rows(const struct plan *p, const struct step *s, int sequence)
{
    struct sequence_rows all = {p->start[sequence], p->start[sequence + 1] - p->start[sequence]};
    return s->rows == p->tokens ? all : (struct sequence_rows){sequence, 1};
}

struct op {
    const char *name;
    enum kernel_op kernel; /* KERNEL_OPS = moves data only, needs none */
    struct cost (*cost)(const struct step *s, const struct plan *p);
    /* Bytes a thread needs; those of all threads are one piece. */
    size_t (*scratch)(const struct step *s, const struct plan *p);
    void (*forward)(const struct exec *x, const struct step *s);
    unsigned (*reads)(const struct step *s); /* READS_ of backward */
    size_t (*backward_scratch)(const struct step *s, const struct plan *p);
    void (*backward)(const struct exec *x, const struct step *s);
};

/* The row of an operation file. */
#define OP_ROW(name, kernel_op)                                                                              \
    {#name, kernel_op, op_##name##_cost, op_##name##_scratch, op_##name##_forward, op_##name##_reads,        \
     op_##name##_backward_scratch, op_##name##_backward}

#define OP(name) extern const struct op op_##name;
#include "analyzer/run/ops.def"
#undef OP

#endif
