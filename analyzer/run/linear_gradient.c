#include "analyzer/run/linear_gradient.h"

#include "analyzer/base/least.h"
#include "analyzer/run/part.h"

enum {
    TILE_OUTPUTS = 384, /* rows of dw at once: each number of x is packed once for them */
    TILE_COLUMNS = 256, /* columns of dw at once */
    TOKENS = 384        /* of a block: what is summed at once */
};

/* A tile of dw while blocks of tokens pass, and the thread's room. */
struct tile {
    const struct exec *x;
    const struct step *s;
    const struct linear_kernel *kernel;
    float *dw;        /* of the part */
    const float *dy;  /* [tokens, outputs]: the columns of the tile */
    int row, rows;    /* of dw, within the part */
    float *dy_t;      /* [rows, block of tokens] */
    char *panels;     /* of x^T */
    float *sums;      /* [rows, columns] */
};

static const struct linear_kernel *kernel_of(const struct plan *p)
{
    return p->kernel[KERNEL_OP_linear]->fn.linear;
}

/* Panels that are packed at once. */
static int group_of(const struct linear_kernel *kernel)
{
    return TILE_COLUMNS / kernel->panel > 0 ? TILE_COLUMNS / kernel->panel : 1;
}

static size_t dy_bytes(const struct step *s)
{
    return arena_size((size_t)TILE_OUTPUTS * (size_t)least(s->rows, TOKENS) * sizeof(float));
}

static size_t panels_bytes(const struct plan *p, const struct step *s)
{
    return (size_t)group_of(kernel_of(p)) * kernel_of(p)->panel_bytes(least(s->rows, TOKENS));
}

size_t linear_gradient_scratch(const struct step *s, const struct plan *p)
{
    int columns = group_of(kernel_of(p)) * kernel_of(p)->panel;
    return dy_bytes(s) + panels_bytes(p, s) + (size_t)TILE_OUTPUTS * (size_t)columns * sizeof(float);
}

/* Adds what `tokens` tokens from `token` on give to columns [col, col + n) of the tile. */
static void add_columns(const struct tile *t, int token, int tokens, int col, int n)
{
    const struct plan *p = t->x->plan;
    int k = t->s->linear->k, panel = t->kernel->panel;
    const float *x = t->s->x[0] + (size_t)token * (size_t)k + col;
    for (int i = 0; i < n; i += panel)
        t->kernel->pack_transposed(t->panels + (size_t)(i / panel) * t->kernel->panel_bytes(tokens), x + i, k,
                                   least(panel, n - i), tokens);
    t->kernel->run(t->sums, n, t->dy_t, tokens, t->panels, NULL, t->rows, n, tokens, ACT_NONE);
    for (int i = 0; i < t->rows; i++)
        p->kernel[KERNEL_OP_add]->fn.add(t->dw + (size_t)(t->row + i) * (size_t)k + col,
                                         t->sums + (size_t)i * (size_t)n, (size_t)n);
}

/* The tile in panels [panel, panel_end). */
static void add_tile(const struct tile *t, int panel, int panel_end)
{
    int m = t->s->rows, k = t->s->linear->k, ld = t->s->cols, group = group_of(t->kernel);
    int blocks = (m + TOKENS - 1) / TOKENS;
    for (int block = 0; block < blocks && !exec_cancelled(t->x); block++) {
        int token = part_cut(m, blocks, block), tokens = part_cut(m, blocks, block + 1) - token;
        t->x->plan->kernel[KERNEL_OP_transpose]->fn.transpose(t->dy_t, tokens, t->dy + (size_t)token * (size_t)ld, ld,
                                                              tokens, t->rows);
        for (int i = panel; i < panel_end && !exec_cancelled(t->x); i += group) {
            int col = i * t->kernel->panel, end = least(i + group, panel_end) * t->kernel->panel;
            add_columns(t, token, tokens, col, least(end, k) - col);
        }
    }
}

static void add_bias(const struct tile *t, float *db)
{
    const struct plan *p = t->x->plan;
    p->kernel[KERNEL_OP_sum_rows]->fn.sum_rows(t->sums, t->dy, t->s->cols, t->s->rows, t->rows);
    p->kernel[KERNEL_OP_add]->fn.add(db + t->row, t->sums, (size_t)t->rows);
}

/* One part of the layer: outputs from `first` on. */
static void add_part(struct tile *t, int part, int first)
{
    const struct linear *w = t->s->linear;
    int panels = (w->k + t->kernel->panel - 1) / t->kernel->panel;
    struct part mine = part_mine(w->part[part].n, panels);
    bool has_bias = t->s->dparam[LINEAR_PARTS + part] && mine.col_end == panels;
    t->dw = t->s->dparam[part];
    for (t->row = mine.row; mine.col < mine.col_end && t->row < mine.row_end; t->row += t->rows) {
        t->rows = least(TILE_OUTPUTS, mine.row_end - t->row);
        t->dy = t->s->dy + first + t->row;
        add_tile(t, mine.col, mine.col_end);
        if (has_bias)
            add_bias(t, t->s->dparam[LINEAR_PARTS + part]);
    }
}

void linear_gradient(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    char *scratch = p->scratch + (size_t)part_thread() * p->scratch_bytes;
    struct tile t = {.x = x, .s = s, .kernel = kernel_of(p), .dy_t = (float *)(void *)scratch};
    t.panels = scratch + dy_bytes(s);
    t.sums = (float *)(void *)(t.panels + panels_bytes(p, s));
    for (int i = 0, first = 0; i < s->linear->parts; first += s->linear->part[i++].n)
        add_part(&t, i, first);
}
