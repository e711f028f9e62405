/* A linear layer. Work is shared out in tiles: a block of rows times a few panels of outputs. */
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/weights.h"

enum {
    TILE_ROWS = 384,           /* as many as a kernel takes at once */
    TILE_MACS = 128 << 20,     /* a few milliseconds: short enough to cancel */
    PARALLEL_MACS = 256 << 10  /* below that, starting threads costs more than it gives */
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

/* Panels in a tile of `rows` rows, so that all threads get some. */
static int tile_panels(const struct linear *w, int rows, int row_blocks, int panels, int threads)
{
    int64_t panel_macs = (int64_t)rows * w->kernel->fn.linear->panel * w->k;
    int64_t most = TILE_MACS / panel_macs;
    int share = (panels * row_blocks + 2 * threads - 1) / (2 * threads);
    int count = most < share ? (int)most : share;
    return count < 1 ? 1 : count > panels ? panels : count;
}

static void op_linear_forward(const struct exec *x, const struct step *s)
{
    const struct linear *w = s->linear;
    const struct linear_kernel *kernel = w->kernel->fn.linear;
    int row_blocks = (s->rows + TILE_ROWS - 1) / TILE_ROWS;
    int rows = (s->rows + row_blocks - 1) / row_blocks;
    rows = (rows + kernel->row_block - 1) / kernel->row_block * kernel->row_block;
    row_blocks = (s->rows + rows - 1) / rows;
    int panels = (w->n + kernel->panel - 1) / kernel->panel;
    int group = tile_panels(w, rows, row_blocks, panels, x->plan->options.threads);
    int groups = (panels + group - 1) / group;
    bool parallel = (int64_t)s->rows * w->n * w->k >= PARALLEL_MACS;
#pragma omp parallel for schedule(dynamic) num_threads(x->plan->options.threads) if (parallel)
    for (int tile = 0; tile < groups * row_blocks; tile++) {
        if (exec_cancelled(x))
            continue;
        int row = tile / groups * rows, panel = tile % groups * group;
        int m = s->rows - row < rows ? s->rows - row : rows;
        int col = panel * kernel->panel;
        int n = w->n - col < group * kernel->panel ? w->n - col : group * kernel->panel;
        kernel->run(s->y + (size_t)row * (size_t)w->n + col, w->n, s->x[0] + (size_t)row * (size_t)w->k, w->k,
                    w->panels + (size_t)panel * w->panel_bytes, w->bias ? w->bias + col : NULL, m, n, w->k, s->act);
    }
}

const struct op op_linear = OP_ROW(linear, KERNEL_OP_linear);
