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

/* Rows that are prepared once for all panels. */
static size_t op_linear_scratch(const struct step *s, const struct plan *p)
{
    (void)p;
    const struct linear_kernel *kernel = s->linear->kernel->fn.linear;
    int rows = s->rows < TILE_ROWS ? s->rows : TILE_ROWS;
    return kernel->input_bytes ? (size_t)rows * kernel->input_bytes(s->linear->k) : 0;
}

/* A block of rows as its kernel wants them: in place, or prepared in `scratch`. */
struct block {
    const float *x;
    ptrdiff_t ldx;
    int row, m;
};

static struct block block_of(const struct step *s, int row, int m, void *scratch)
{
    const struct linear_kernel *kernel = s->linear->kernel->fn.linear;
    int k = s->linear->k;
    struct block b = {s->x[0] + (size_t)row * (size_t)k, k, row, m};
    if (kernel->prepare) {
        kernel->prepare(scratch, b.x, k, m, k);
        b.x = scratch;
        b.ldx = (ptrdiff_t)(kernel->input_bytes(k) / sizeof(float));
    }
    return b;
}

/* The outputs of a block in panels [panel, panel_end). */
static void run_tile(const struct step *s, const struct block *b, int panel, int panel_end)
{
    const struct linear *w = s->linear;
    const struct linear_kernel *kernel = w->kernel->fn.linear;
    int col = panel * kernel->panel, end = panel_end * kernel->panel;
    int n = (end < w->n ? end : w->n) - col;
    kernel->run(s->y + (size_t)b->row * (size_t)w->n + col, w->n, b->x, b->ldx,
                w->panels + (size_t)panel * w->panel_bytes, w->bias ? w->bias + col : NULL, b->m, n, w->k, s->act);
}

static void run_part(const struct exec *x, const struct step *s, const struct part *p, void *scratch)
{
    const struct linear *w = s->linear;
    int blocks = p->col < p->col_end ? (p->row_end - p->row + TILE_ROWS - 1) / TILE_ROWS : 0;
    for (int block = 0; block < blocks && !exec_cancelled(x); block++) {
        int row = p->row + part_cut(p->row_end - p->row, blocks, block);
        int m = p->row + part_cut(p->row_end - p->row, blocks, block + 1) - row;
        struct block b = block_of(s, row, m, scratch);
        int64_t panel_macs = (int64_t)m * w->kernel->fn.linear->panel * w->k;
        int group = (int)(TILE_MACS / panel_macs) + 1;
        for (int panel = p->col; panel < p->col_end && !exec_cancelled(x); panel += group)
            run_tile(s, &b, panel, panel + group < p->col_end ? panel + group : p->col_end);
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
        run_part(x, s, &p, x->plan->scratch + (size_t)part_thread() * x->plan->scratch_bytes);
    }
}

const struct op op_linear = OP_ROW(linear, KERNEL_OP_linear);
