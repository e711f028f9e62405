/* Sum of the embeddings of each token: param[0..2] are the word, position and type tables (type may be NULL). */
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"

enum { ROWS = 32 };

static struct cost op_embed_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    uint64_t tables = s->param[2] ? 3 : 2;
    return (struct cost){0, sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols * (tables + 1)};
}

static size_t op_embed_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_embed_forward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
#pragma omp parallel for schedule(static) num_threads(p->options.threads) if (s->rows >= 4 * ROWS)
    for (int row = 0; row < s->rows; row += ROWS) {
        int m = s->rows - row < ROWS ? s->rows - row : ROWS;
        s->kernel->fn.embed(s->y + (size_t)row * (size_t)s->cols, s->param[0], s->param[1], s->param[2], p->id + row,
                            p->position + row, s->param[2] ? p->type + row : NULL, m, s->cols);
    }
}

const struct op op_embed = OP_ROW(embed, KERNEL_OP_embed);
