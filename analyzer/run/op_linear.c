/* A linear layer, y = act(x w^T + b). A thread works on its part of the output in tiles: a block of rows times a few
 * panels.
 *
 * Backward (act is none: with gradients an activation is a step of its own), all of them products for the same kernels:
 *   dx = dy w            the linear layer whose weights are w^T;
 *   dw = dy^T x          "inputs" dy^T and "weights" x^T, a block of tokens after the other (linear_gradient.c);
 *   db = sum of the rows of dy. */
#include <assert.h>

#include "analyzer/base/least.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/linear_gradient.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"
#include "analyzer/run/weights.h"

enum {
    TILE_ROWS = 384,          /* as many as a kernel takes at once */
    TILE_MACS = 128 << 20,    /* a few milliseconds: short enough to cancel */
    ADD_BYTES = 352 << 10,    /* of results that wait to be added: with the weights that made them they stay in L2 */
    PARALLEL_MACS = 256 << 10 /* below that, starting threads costs more than it gives */
};

/* y = act(x w^T + bias), or added to y. */
struct product {
    float *y;
    const float *x;
    const struct linear *w;
    enum activation act;
    bool adds;
    int rows;
};

/* A block of rows as its kernel wants them: in place, or prepared in `scratch`. */
struct block {
    const float *x;
    ptrdiff_t ldx;
    int row, m;
    float *tile; /* room for results that are to be added */
};

static struct cost op_linear_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    uint64_t m = (uint64_t)s->rows, n = (uint64_t)s->linear->n, k = (uint64_t)s->linear->k;
    return (struct cost){m * s->linear->products, sizeof(float) * m * (n + k) + s->param_bytes};
}

/* Panels that are computed at once for m rows. */
static int panel_group(const struct product *p, int m)
{
    int64_t panel = p->w->kernel->fn.linear->panel;
    int64_t group = p->adds ? ADD_BYTES / (m * panel * (int64_t)sizeof(float)) : TILE_MACS / (m * panel * p->w->k);
    return (int)group + 1;
}

/* Rows that are prepared once for all panels. */
static size_t prepared_bytes(const struct product *p)
{
    const struct linear_kernel *kernel = p->w->kernel->fn.linear;
    return kernel->input_bytes ? (size_t)least(p->rows, TILE_ROWS) * kernel->input_bytes(p->w->k) : 0;
}

static size_t product_scratch(const struct product *p)
{
    size_t most = ADD_BYTES + (size_t)least(p->rows, TILE_ROWS) * (size_t)p->w->kernel->fn.linear->panel * sizeof(float);
    return prepared_bytes(p) + (p->adds ? most : 0);
}

static struct block block_of(const struct product *p, int row, int m, char *scratch)
{
    const struct linear_kernel *kernel = p->w->kernel->fn.linear;
    int k = p->w->k;
    struct block b = {p->x + (size_t)row * (size_t)k, k, row, m, (float *)(void *)(scratch + prepared_bytes(p))};
    if (kernel->prepare) {
        kernel->prepare(scratch, b.x, k, m, k, p->w->input_range);
        b.x = (const float *)(const void *)scratch;
        b.ldx = (ptrdiff_t)(kernel->input_bytes(k) / sizeof(float));
    }
    return b;
}

/* The outputs of a block in panels [panel, panel_end). */
static void run_tile(const struct plan *plan, const struct product *p, const struct block *b, int panel, int panel_end)
{
    const struct linear *w = p->w;
    const struct linear_kernel *kernel = w->kernel->fn.linear;
    int col = panel * kernel->panel, n = least(panel_end * kernel->panel, w->n) - col;
    float *y = p->y + (size_t)b->row * (size_t)w->n + col;
    kernel->run(p->adds ? b->tile : y, p->adds ? n : w->n, b->x, b->ldx, linear_panel(w, panel),
                w->bias ? w->bias + col : NULL, b->m, n, w->k, p->act);
    for (int i = 0; p->adds && i < b->m; i++)
        plan->kernel[KERNEL_OP_add]->fn.add(y + (size_t)i * (size_t)w->n, b->tile + (size_t)i * (size_t)n, (size_t)n);
}

static void run_part(const struct exec *x, const struct product *p, const struct part *mine, char *scratch)
{
    int blocks = mine->col < mine->col_end ? (mine->row_end - mine->row + TILE_ROWS - 1) / TILE_ROWS : 0;
    for (int block = 0; block < blocks && !exec_cancelled(x); block++) {
        int row = mine->row + part_cut(mine->row_end - mine->row, blocks, block);
        int m = mine->row + part_cut(mine->row_end - mine->row, blocks, block + 1) - row;
        struct block b = block_of(p, row, m, scratch);
        int group = panel_group(p, m);
        for (int panel = mine->col; panel < mine->col_end && !exec_cancelled(x); panel += group)
            run_tile(x->plan, p, &b, panel, least(panel + group, mine->col_end));
    }
}

/* The part of the calling thread. */
static void run_product(const struct exec *x, const struct product *p)
{
    int panel = p->w->kernel->fn.linear->panel;
    struct part mine = part_mine(p->rows, (p->w->n + panel - 1) / panel);
    run_part(x, p, &mine, x->plan->scratch + (size_t)part_thread() * x->plan->scratch_bytes);
}

static bool worth_threads(const struct step *s)
{
    return (int64_t)s->rows * s->linear->n * s->linear->k >= PARALLEL_MACS;
}

static struct product forward_product(const struct step *s)
{
    return (struct product){s->y, s->x[0], s->linear, s->act, false, s->rows};
}

static struct product backward_product(const struct step *s)
{
    return (struct product){s->dx[0], s->dy, s->linear->transposed, ACT_NONE, s->adds[0], s->rows};
}

static size_t op_linear_scratch(const struct step *s, const struct plan *p)
{
    (void)p;
    struct product forward = forward_product(s);
    return product_scratch(&forward);
}

static void op_linear_forward(const struct exec *x, const struct step *s)
{
    struct product p = forward_product(s);
#pragma omp parallel num_threads(x->plan->options.threads) if (worth_threads(s))
    run_product(x, &p);
}

static unsigned op_linear_reads(const struct step *s)
{
    return s->dparam[0] ? READS_X(0) : 0;
}

static size_t op_linear_backward_scratch(const struct step *s, const struct plan *p)
{
    struct product inputs = backward_product(s);
    size_t for_inputs = product_scratch(&inputs), for_weights = s->dparam[0] ? linear_gradient_scratch(s, p) : 0;
    return for_inputs > for_weights ? for_inputs : for_weights;
}

/* Of weights that lie as [k,n], dw^T = x^T dy: as if x were the gradient of what w^T made of dy. */
static void turned_gradient(const struct exec *x, const struct step *s)
{
    struct step turned = *s;
    turned.linear = s->linear->transposed;
    turned.cols = s->linear->k;
    turned.x[0] = s->dy;
    turned.dy = s->x[0];
    linear_gradient(x, &turned);
}

static void op_linear_backward(const struct exec *x, const struct step *s)
{
    struct product p = backward_product(s);
    assert(s->act == ACT_NONE);
#pragma omp parallel num_threads(x->plan->options.threads) if (worth_threads(s))
    {
        if (s->dx[0])
            run_product(x, &p);
        if (s->dparam[0] && s->linear->turned)
            turned_gradient(x, s);
        else if (s->dparam[0])
            linear_gradient(x, s);
    }
}

const struct op op_linear = OP_ROW(linear, KERNEL_OP_linear);
