/* LayerNorm of x[0], or of x[0] + x[1]; param[0] is gamma, param[1] is beta. */
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

const struct op op_layernorm = OP_ROW(layernorm, KERNEL_OP_layernorm);
