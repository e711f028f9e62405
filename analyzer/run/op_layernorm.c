/* LayerNorm of x[0], or of x[0] + x[1]; param[0] is gamma, param[1] is beta. */
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"

enum { ROWS = 32 };

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
#pragma omp parallel for schedule(static) num_threads(x->plan->options.threads) if (s->rows >= 4 * ROWS)
    for (int row = 0; row < s->rows; row += ROWS) {
        int m = s->rows - row < ROWS ? s->rows - row : ROWS;
        size_t at = (size_t)row * (size_t)s->cols;
        s->kernel->fn.layernorm(s->y + at, s->x[0] + at, s->x[1] ? s->x[1] + at : NULL, s->param[0], s->param[1],
                                s->eps, m, s->cols);
    }
}

const struct op op_layernorm = OP_ROW(layernorm, KERNEL_OP_layernorm);
