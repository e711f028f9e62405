/* An activation by itself: y = act(x). A linear step does its activation itself unless the plan is unfused or has
 * gradients.
 *
 * Backward: dx = dy act'(x). A gate g = 1 on neuron j of a sequence (y_j -> g y_j) has dL/dg = sum of y_j dy_j over its
 * tokens. */
#include <assert.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

static struct cost op_activate_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    return (struct cost){0, 2 * sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols};
}

static size_t op_activate_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_activate_forward(const struct exec *x, const struct step *s)
{
#pragma omp parallel num_threads(x->plan->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        size_t at = (size_t)mine.row * (size_t)s->cols;
        if (mine.row < mine.row_end && mine.col < mine.col_end)
            s->kernel->fn.activate(s->y + at, s->x[0] + at, (size_t)(mine.row_end - mine.row) * (size_t)s->cols,
                                   s->act);
    }
}

static unsigned op_activate_reads(const struct step *s)
{
    return READS_X(0) | (s->gates > 0 ? READS_Y : 0);
}

static size_t op_activate_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

/* Gates of the neurons of the calling thread, for all sequences. */
static void neuron_gates(const struct plan *p, const struct step *s)
{
    struct part mine = part_mine(1, s->cols);
    for (int i = 0; i < p->sequences && mine.col < mine.col_end; i++) {
        struct sequence_rows rows = step_rows(p, s, i);
        size_t at = (size_t)rows.first * (size_t)s->cols + (size_t)mine.col;
        p->kernel[KERNEL_OP_dot_rows]->fn.dot_rows(s->dgate + (size_t)i * (size_t)s->cols + mine.col, s->y + at,
                                                   s->dy + at, s->cols, rows.n,
                                                   mine.col_end - mine.col);
    }
}

static void op_activate_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    assert(!s->adds[0]);
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        size_t at = (size_t)mine.row * (size_t)s->cols;
        if (s->dgate)
            neuron_gates(p, s);
        if (s->dx[0] && mine.row < mine.row_end && mine.col < mine.col_end)
            p->kernel[KERNEL_OP_activate_grad]->fn.activate_grad(
                s->dx[0] + at, s->x[0] + at, s->dy + at, (size_t)(mine.row_end - mine.row) * (size_t)s->cols, s->act);
    }
}

const struct op op_activate = OP_ROW(activate, KERNEL_OP_activate);
