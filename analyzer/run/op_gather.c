/* The tokens that are masked: [tokens, cols] -> [masked, cols].
 *
 * Backward: the rows of dx at these tokens are dy, all others 0. */
#include <string.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

static struct cost op_gather_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    return (struct cost){0, 2 * sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols};
}

static size_t op_gather_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_gather_forward(const struct exec *x, const struct step *s)
{
    for (int i = 0; i < s->rows; i++)
        memcpy(s->y + (size_t)i * (size_t)s->cols, s->x[0] + (size_t)x->plan->masked[i] * (size_t)s->cols,
               (size_t)s->cols * sizeof *s->y);
}

static unsigned op_gather_reads(const struct step *s)
{
    (void)s;
    return 0;
}

static size_t op_gather_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_gather_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    size_t cols = (size_t)s->cols;
    if (!s->adds[0])
        memset(s->dx[0], 0, (size_t)p->tokens * cols * sizeof(float));
    for (int i = 0; i < s->rows; i++)
        p->kernel[KERNEL_OP_add]->fn.add(s->dx[0] + (size_t)p->masked[i] * cols, s->dy + (size_t)i * cols, cols);
}

const struct op op_gather = OP_ROW(gather, KERNEL_OPS);
