/* An activation by itself: y = act(x). A linear step does its activation itself unless the plan is unfused or has
 * gradients.
 *
 * Backward: dx = dy act'(x). A gate g = 1 on neuron j of a sequence (y_j -> g y_j) has dL/dg = sum of y_j dy_j over its
 * tokens. */
#include <assert.h>

#include "analyzer/base/least.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

enum { SEQUENCES_EACH = 4 }; /* fewer for a thread, and the parts are too different */

static struct cost op_activate_cost(const struct step *s, const struct plan *p)
{
    (void)p;
    return (struct cost){0, 2 * sizeof(float) * (uint64_t)s->rows * (uint64_t)s->cols};
}

static size_t op_activate_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

static void op_activate_forward(const struct exec *x, const struct step *s)
{
#pragma omp parallel num_threads(x->plan->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        size_t at = (size_t)mine.row * (size_t)s->cols;
        if (mine.row < mine.row_end && mine.col < mine.col_end)
            s->kernel->fn.activate(s->y + at, s->x[0] + at, (size_t)(mine.row_end - mine.row) * (size_t)s->cols,
                                   s->act);
    }
}

static unsigned op_activate_reads(const struct step *s)
{
    return READS_X(0) | (s->gates > 0 ? READS_Y : 0);
}

static size_t op_activate_backward_scratch(const struct step *s, const struct plan *p)
{
    (void)s, (void)p;
    return 0;
}

/* Gates of the neurons [col, col_end) of a sequence. */
static void neuron_gates(const struct plan *p, const struct step *s, int sequence, int col, int col_end)
{
    struct sequence_rows rows = step_rows(p, s, sequence);
    size_t at = (size_t)rows.first * (size_t)s->cols + (size_t)col;
    if (col < col_end)
        p->kernel[KERNEL_OP_dot_rows]->fn.dot_rows(s->dgate + (size_t)sequence * (size_t)s->cols + col, s->y + at, s->dy + at,
                                                   s->cols, rows.n, col_end - col);
}

static void backward_rows(const struct plan *p, const struct step *s, int row, int row_end)
{
    size_t at = (size_t)row * (size_t)s->cols;
    if (s->dx[0] && row < row_end)
        p->kernel[KERNEL_OP_activate_grad]->fn.activate_grad(s->dx[0] + at, s->x[0] + at, s->dy + at,
                                                             (size_t)(row_end - row) * (size_t)s->cols, s->act);
}

/* The rows of the calling thread, and the gates of the sequences that begin there: it made nearly all that it reads, and each
 * row of dy is read once. */
static void backward_sequences(const struct plan *p, const struct step *s, const struct part *mine)
{
    int row = mine->row;
    for (int i = 0; i < p->sequences && row < mine->row_end; i++) {
        struct sequence_rows rows = step_rows(p, s, i);
        int end = least(rows.first + rows.n, mine->row_end);
        if (rows.first >= mine->row && rows.first < mine->row_end)
            neuron_gates(p, s, i, 0, s->cols);
        if (end > row) {
            backward_rows(p, s, row, end);
            row = end;
        }
    }
}

/* Few sequences are shared out by columns, so that no thread waits for another with a long one. */
static void backward_columns(const struct plan *p, const struct step *s, const struct part *mine)
{
    struct part columns = part_mine(1, s->cols);
    for (int i = 0; i < p->sequences; i++)
        neuron_gates(p, s, i, columns.col, columns.col_end);
    if (mine->col < mine->col_end)
        backward_rows(p, s, mine->row, mine->row_end);
}

static void op_activate_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    assert(!s->adds[0]);
#pragma omp parallel num_threads(p->options.threads) if (s->rows >= 2 * PART_ROWS)
    {
        struct part mine = part_mine(s->rows, 1);
        if (s->dgate && p->sequences < SEQUENCES_EACH * part_threads())
            backward_columns(p, s, &mine);
        else if (s->dgate && mine.col < mine.col_end)
            backward_sequences(p, s, &mine);
        else if (mine.col < mine.col_end)
            backward_rows(p, s, mine.row, mine.row_end);
    }
}

const struct op op_activate = OP_ROW(activate, KERNEL_OP_activate);
