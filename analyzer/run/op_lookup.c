/* Rows of a table, one for each token: param[0] is the word table [vocab, cols].
 *
 * Backward: row t of dy is added to the row of the table that token t read. Threads share out columns, as in op_embed.c. */
#include <string.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

static struct cost op_lookup_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    return (struct cost){0, 2 * sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols};
}

static size_t op_lookup_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_lookup_forward(const struct exec *x, const struct step *s)
{
    size_t cols = (size_t)s->cols;
#pragma omp parallel num_threads(x->plan->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        for (int i = mine.row; mine.col < mine.col_end && i < mine.row_end; i++)
            memcpy(s->y + (size_t)i * cols, s->param[0] + (size_t)x->plan->id[i] * cols, cols * sizeof *s->y);
    }
}

static unsigned op_lookup_reads(const struct step *s)
{
    (void)s;
    return 0;
}

static size_t op_lookup_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_lookup_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    size_t cols = (size_t)s->cols;
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(1, s->cols);
        size_t col = (size_t)mine.col, n = mine.row < mine.row_end ? (size_t)(mine.col_end - mine.col) : 0;
        for (int i = 0; n > 0 && i < s->rows; i++)
            p->kernel[KERNEL_OP_add]->fn.add(s->dparam[0] + (size_t)p->id[i] * cols + col, s->dy + (size_t)i * cols + col, n);
    }
}

const struct op op_lookup = OP_ROW(lookup, KERNEL_OPS);
