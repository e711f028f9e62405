/* Sum of the embeddings of each token: param[0..2] are the word, position and type tables (type may be NULL). Where the word embedding is
 * of low rank, x[0] [tokens, cols] has those of the words already.
 *
 * Backward: row t of dy is added to the rows of the tables that token t read; dx[0] is dy. Threads share out columns, so each number has
 * one thread that adds to it, in the order of the tokens. */
#include <string.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

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
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        if (mine.row < mine.row_end && mine.col < mine.col_end)
            s->kernel->fn.embed(s->y + (size_t)mine.row * (size_t)s->cols, s->x[0] ? s->x[0] : s->param[0], s->param[1],
                                s->param[2], (s->x[0] ? p->row : p->id) + mine.row, p->position + mine.row, s->param[2] ? p->type + mine.row : NULL,
                                mine.row_end - mine.row, s->cols);
    }
}

static unsigned op_embed_reads(const struct step *s)
{
    (void)s;
    return 0;
}

static size_t op_embed_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_embed_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(1, s->cols);
        int col = mine.col;
        float *dword = s->x[0] ? s->dx[0] : s->dparam[0];
        for (int i = 0; s->x[0] && col < mine.col_end && i < s->rows; i++)
            memset(dword + (size_t)i * (size_t)s->cols + col, 0, (size_t)(mine.col_end - col) * sizeof *dword);
        if (col < mine.col_end)
            p->kernel[KERNEL_OP_embed_grad]->fn.embed_grad(
                dword + col, s->dparam[1] + col, s->dparam[2] ? s->dparam[2] + col : NULL, s->cols, s->dy + col,
                s->x[0] ? p->row : p->id, p->position, s->dparam[2] ? p->type : NULL, s->rows, mine.col_end - col);
    }
}

const struct op op_embed = OP_ROW(embed, KERNEL_OP_embed);
