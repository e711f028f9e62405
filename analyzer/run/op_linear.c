/* A linear layer. A thread works on its part of the output in tiles: a block of rows times a few panels. */
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"
#include "analyzer/run/weights.h"

enum {
    TILE_ROWS = 384,          /* as many as a kernel takes at once */
    TILE_MACS = 128 << 20,    /* a few milliseconds: short enough to cancel */
    PARALLEL_MACS = 256 << 10 /* below that, starting threads costs more than it gives */
};

static struct cost op_linear_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    uint64_t m = (uint64_t)s->rows, n = (uint64_t)s->linear->n, k = (uint64_t)s->linear->k;
    return (struct cost){m * n * k, sizeof(float) * m * (n + k) + s->param_bytes};
}

static size_t op_linear_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

/* Rows [row, row + m) of the outputs in panels [panel, panel_end). */
static void run_tile(const struct step *s, int row, int m, int panel, int panel_end)
{
    const struct linear *w = s->linear;
    const struct linear_kernel *kernel = w->kernel->fn.linear;
    int col = panel * kernel->panel, end = panel_end * kernel->panel;
    int n = (end < w->n ? end : w->n) - col;
    kernel->run(s->y + (size_t)row * (size_t)w->n + col, w->n, s->x[0] + (size_t)row * (size_t)w->k, w->k,
                w->panels + (size_t)panel * w->panel_bytes, w->bias ? w->bias + col : NULL, m, n, w->k, s->act);
}

static void run_part(const struct exec *x, const struct step *s, const struct part *p)
{
    const struct linear *w = s->linear;
    int blocks = (p->row_end - p->row + TILE_ROWS - 1) / TILE_ROWS;
    for (int block = 0; block < blocks; block++) {
        int row = p->row + part_cut(p->row_end - p->row, blocks, block);
        int m = p->row + part_cut(p->row_end - p->row, blocks, block + 1) - row;
        int64_t panel_macs = (int64_t)m * w->kernel->fn.linear->panel * w->k;
        int group = (int)(TILE_MACS / panel_macs) + 1;
        for (int panel = p->col; panel < p->col_end && !exec_cancelled(x); panel += group)
            run_tile(s, row, m, panel, panel + group < p->col_end ? panel + group : p->col_end);
    }
}

static void op_linear_forward(const struct exec *x, const struct step *s)
{
    const struct linear *w = s->linear;
    int panels = (w->n + w->kernel->fn.linear->panel - 1) / w->kernel->fn.linear->panel;
    bool parallel = (int64_t)s->rows * w->n * w->k >= PARALLEL_MACS;
#pragma omp parallel num_threads(x->plan->options.threads) if (parallel)
    {
        struct part p = part_mine(s->rows, panels);
        run_part(x, s, &p);
    }
}

const struct op op_linear = OP_ROW(linear, KERNEL_OP_linear);
