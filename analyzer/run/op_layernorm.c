/* LayerNorm of z = x[0], or of z = x[0] + x[1]; param[0] is gamma, param[1] is beta.
 *
 * Backward of one row, with u = (z - mean) / s and s = sqrt(var + eps), so y = gamma u + beta:
 *   dbeta = dy, dgamma = dy u (summed over rows), g = dy gamma,
 *   dz = (g - mean(g) - u mean(g u)) / s,
 * because the mean and s depend on every z of the row; both inputs get dz. The sums over rows are made in blocks of rows and
 * the blocks added in their order, so they do not depend on the threads. */
#include <assert.h>
#include <string.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

static struct cost op_layernorm_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    uint64_t values = (uint64_t)s->rows * (uint64_t)s->cols;
    return (struct cost){0, sizeof(float) * values * (s->in[1] >= 0 ? 3 : 2) + s->param_bytes};
}

static size_t op_layernorm_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_layernorm_forward(const struct exec *x, const struct step *s)
{
#pragma omp parallel num_threads(x->plan->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        size_t at = (size_t)mine.row * (size_t)s->cols;
        if (mine.row < mine.row_end && mine.col < mine.col_end)
            s->kernel->fn.layernorm(s->y + at, s->x[0] + at, s->x[1] ? s->x[1] + at : NULL, s->param[0], s->param[1],
                                    s->eps, mine.row_end - mine.row, s->cols);
    }
}

static unsigned op_layernorm_reads(const struct step *s)
{
    (void)s;
    return READS_X(0) | READS_X(1);
}

static int blocks(const struct step *s)
{
    return (s->rows + PART_ROWS - 1) / PART_ROWS;
}

/* dgamma and dbeta of every block, of all threads together. */
static size_t op_layernorm_backward_scratch(const struct step *s, const struct plan *p)
{
    size_t threads = (size_t)p->options.threads, bytes = (size_t)blocks(s) * 2 * (size_t)s->cols * sizeof(float);
    return s->dparam[0] ? (bytes + threads - 1) / threads : 0;
}

static void backward_block(const struct plan *p, const struct step *s, int block, float *sums)
{
    int row = block * PART_ROWS, rows = s->rows - row < PART_ROWS ? s->rows - row : PART_ROWS;
    size_t at = (size_t)row * (size_t)s->cols, n = (size_t)rows * (size_t)s->cols;
    if (sums)
        memset(sums, 0, 2 * (size_t)s->cols * sizeof *sums);
    p->kernel[KERNEL_OP_layernorm_grad]->fn.layernorm_grad(s->dx[0] + at, sums, sums ? sums + s->cols : NULL, s->dy + at,
                                                           s->x[0] + at, s->x[1] ? s->x[1] + at : NULL, s->param[0],
                                                           s->eps, rows, s->cols);
    if (s->dx[1] && s->adds[1])
        p->kernel[KERNEL_OP_add]->fn.add(s->dx[1] + at, s->dx[0] + at, n);
    else if (s->dx[1])
        memcpy(s->dx[1] + at, s->dx[0] + at, n * sizeof(float));
}

/* Adds the sums of the blocks, in their order, in the columns of the calling thread. */
static void add_sums(const struct plan *p, const struct step *s, const float *sums)
{
    struct part mine = part_mine(1, s->cols);
    size_t n = (size_t)(mine.col_end - mine.col);
    for (int i = 0; n > 0 && i < 2 * blocks(s); i++)
        p->kernel[KERNEL_OP_add]->fn.add(s->dparam[i % 2] + mine.col, sums + (size_t)i * (size_t)s->cols + mine.col, n);
}

static void op_layernorm_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    float *sums = s->dparam[0] ? (float *)(void *)p->scratch : NULL;
    assert(s->dx[0] && !s->adds[0]);
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
#pragma omp for schedule(static)
        for (int i = 0; i < blocks(s); i++)
            backward_block(p, s, i, sums ? sums + (size_t)i * 2 * (size_t)s->cols : NULL);
        if (sums)
            add_sums(p, s, sums);
    }
}

const struct op op_layernorm = OP_ROW(layernorm, KERNEL_OP_layernorm);
