/* Dropout (Srivastava et al. 2014, JMLR 15): y = x m / (1 - p), where each m is 0 with probability p, else 1. What is
 * dropped is a function of the plan's seed, the step's stream and the place, so a step that runs again drops the same.
 *
 * Backward: dx = dy m / (1 - p), the same operation on dy. */
#include "analyzer/base/rng.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

static struct cost op_dropout_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    return (struct cost){0, 2 * sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols};
}

static size_t op_dropout_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

/* Rows [row, row_end) of x -> those of y. */
static void drop(const struct plan *p, const struct step *s, float *y, const float *x, int row, int row_end)
{
    size_t cols = (size_t)s->cols, at = (size_t)row * cols;
    s->kernel->fn.dropout(y, x + at, (size_t)(row_end - row) * cols, p->options.dropout,
                          rng_u64(p->seed, (uint64_t)s->stream), at);
}

static void op_dropout_forward(const struct exec *x, const struct step *s)
{
#pragma omp parallel num_threads(x->plan->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        if (mine.row < mine.row_end && mine.col < mine.col_end)
            drop(x->plan, s, s->y + (size_t)mine.row * (size_t)s->cols, s->x[0], mine.row, mine.row_end);
    }
}

static unsigned op_dropout_reads(const struct step *s)
{
    (void)s;
    return 0;
}

/* A few rows, where they have to be added. */
static size_t op_dropout_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)p;
    return s->adds[0] ? PART_ROWS * sizeof(float) * (size_t)s->cols : 0;
}

static void backward_rows(const struct plan *p, const struct step *s, int row, int row_end, float *scratch)
{
    size_t cols = (size_t)s->cols;
    float *dx = s->dx[0] + (size_t)row * cols;
    drop(p, s, s->adds[0] ? scratch : dx, s->dy, row, row_end);
    if (s->adds[0])
        p->kernel[KERNEL_OP_add]->fn.add(dx, scratch, (size_t)(row_end - row) * cols);
}

static void op_dropout_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        float *scratch = (float *)(void *)(p->scratch + (size_t)part_thread() * p->scratch_bytes);
        for (int row = mine.row; row < mine.row_end && mine.col < mine.col_end; row += PART_ROWS)
            backward_rows(p, s, row, row + PART_ROWS < mine.row_end ? row + PART_ROWS : mine.row_end, scratch);
    }
}

const struct op op_dropout = OP_ROW(dropout, KERNEL_OP_dropout);
