/* Multi-head attention over packed sequences: x[0] is [tokens, 3 heads head_size] with query, key and value side by
 * side, y is [tokens, heads head_size], or [sequences, heads head_size] where first tokens alone are queries. A thread
 * has some queries and some heads: one call of the kernel for each head and each sequence that has queries among them.
 * Head h is multiplied by its gate g_h; a head whose gate is 0 is left out. In a layer that is decoupled the two texts of a pair are as
 * two sequences (Cao et al. 2020, arXiv 2005.00697, section 3).
 *
 * Backward of one head over one piece (a sequence, or a text of it), with P = softmax(scale q k^T), a = P v and y = g a:
 *   dL/dg = sum(a dy), da = g dy,
 *   dv = P^T da, dP = da v^T, dS = P (dP - rowsum(P dP)) elementwise, where rowsum(P dP) = rowsum(a da),
 *   dq = scale dS k, dk = scale dS^T q.
 * All are linear in da, so the kernel works on a and dy, and its results are multiplied by g. P is computed again. Where no
 * gradient of the inputs is wanted (the lowest gates), only sum(a dy) is left. A head that is left out has no gradients.
 * Dropout of weights is the kernel's business; what it drops follows from the plan's seed, the layer, the sequence and the head.
 * Threads share out pairs of sequence and head, by their cost. All this is of attention in f32: with gradients a plan has no other
 * (graph_encoder.c). */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

enum { PARALLEL_MACS = 256 << 10, PIECES = 2 };

/* Tokens that attend to each other, and the rows of y whose queries are among them. */
struct piece {
    int sequence;
    int first, len;
    int row, rows;
};

/* Piece 0 or 1 of a sequence: its texts where they are apart, else all and nothing. */
static struct piece piece_of(const struct plan *p, const struct step *s, int sequence, int i)
{
    struct sequence_rows rows = step_rows(p, s, sequence);
    int first = p->start[sequence], len = p->start[sequence + 1] - first;
    int split = s->decoupled ? p->split[sequence] : len, queries = rows.n < split ? rows.n : split;
    if (i == 0)
        return (struct piece){sequence, first, split, rows.first, queries};
    return (struct piece){sequence, first + split, len - split, rows.first + queries, rows.n - queries};
}

/* MACs of q k^T and of the weighted sum of v: each queries x tokens x head_size a head and piece. */
static struct cost op_attention_cost(const struct step *s, const struct plan *p)
{
    uint64_t macs = 0, width = (uint64_t)s->heads * (uint64_t)s->head_size;
    for (int i = 0; i < p->sequences * PIECES; i++) {
        struct piece piece = piece_of(p, s, i / PIECES, i % PIECES);
        macs += 2 * (uint64_t)piece.rows * (uint64_t)piece.len * width;
    }
    return (struct cost){macs, sizeof(float) * ((uint64_t)p->tokens * 2 + (uint64_t)s->rows * 2) * width};
}

static size_t op_attention_scratch(const struct step *s, const struct plan *p)
{
    return s->kernel->fn.attention->scratch_bytes(p->longest, s->head_size);
}

static float score_scale(const struct step *s)
{
    return 1.0f / sqrtf((float)s->head_size);
}

/* x[m,n] times factor, row stride ld. */
static void scale_rows(float *x, ptrdiff_t ld, int m, int n, float factor)
{
    if (factor == 1)
        return;
    for (int i = 0; i < m; i++)
        for (int k = 0; k < n; k++)
            x[i * ld + k] *= factor;
}

static void zero_rows(float *x, ptrdiff_t ld, int m, int n)
{
    for (int i = 0; i < m; i++)
        memset(x + i * ld, 0, (size_t)n * sizeof *x);
}

/* What is dropped of a head for the queries from row `from` of y on, in `room`; NULL = nothing. Queries count from the first of the
 * sequence in either piece, so no two pairs of query and key share a random number. */
static const struct attention_dropout *dropped(const struct plan *p, const struct step *s, int sequence, int head, int from,
                                               struct attention_dropout *room)
{
    uint64_t stream = rng_u64(p->seed, (uint64_t)s->stream), place = (uint64_t)sequence * (uint64_t)s->heads + (uint64_t)head;
    int query = from - step_rows(p, s, sequence).first;
    *room = (struct attention_dropout){p->options.attention_dropout, rng_u64(stream, place), query};
    return room->p > 0 ? room : NULL;
}

/* One head over rows [from, to) of y, all of one piece. */
static void run_head(const struct plan *p, const struct step *s, const struct piece *piece, int head, int from, int to, void *scratch)
{
    ptrdiff_t width = (ptrdiff_t)s->heads * s->head_size, ld = 3 * width, at = (ptrdiff_t)head * s->head_size;
    const float *q = s->x[0] + piece->first * ld + at, *keys = q + width;
    float *out = s->y + from * width + at;
    struct attention_dropout drop;
    if (s->gate[head] == 0) {
        zero_rows(out, width, to - from, s->head_size);
        return;
    }
    s->kernel->fn.attention->run(out, width, q + (from - piece->row) * ld, keys, keys + width, ld, to - from, piece->len,
                                 s->head_size, score_scale(s), dropped(p, s, piece->sequence, head, from, &drop), scratch);
    scale_rows(out, width, to - from, s->head_size, s->gate[head]);
}

static void run_part(const struct exec *x, const struct step *s, const struct part *mine, void *scratch)
{
    const struct plan *p = x->plan;
    for (int i = 0; i < p->sequences * PIECES; i++) {
        struct piece piece = piece_of(p, s, i / PIECES, i % PIECES);
        int from = piece.row > mine->row ? piece.row : mine->row;
        int to = piece.row + piece.rows < mine->row_end ? piece.row + piece.rows : mine->row_end;
        for (int head = mine->col; from < to && head < mine->col_end && !exec_cancelled(x); head++)
            run_head(p, s, &piece, head, from, to, scratch);
    }
}

static void op_attention_forward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
#pragma omp parallel num_threads(p->options.threads) if (s->macs >= PARALLEL_MACS)
    {
        struct part mine = part_mine(s->rows, s->heads);
        run_part(x, s, &mine, p->scratch + (size_t)part_thread() * p->scratch_bytes);
    }
}

static unsigned op_attention_reads(const struct step *s)
{
    (void)s;
    return READS_X(0) | READS_Y;
}

static size_t op_attention_backward_scratch(const struct step *s, const struct plan *p)
{
    size_t columns = (size_t)s->head_size * sizeof(float);
    size_t bytes = p->kernel[KERNEL_OP_attention_grad]->fn.attention_grad->scratch_bytes(p->longest, s->head_size);
    return bytes > columns ? bytes : columns;
}

/* sum(a dy) alone. */
static float gate_gradient(const struct plan *p, const float *a, const float *dy, ptrdiff_t ld, int m, int n,
                           float *columns)
{
    float sum = 0;
    p->kernel[KERNEL_OP_dot_rows]->fn.dot_rows(columns, a, dy, ld, m, n);
    for (int i = 0; i < n; i++)
        sum += columns[i];
    return sum;
}

/* One head over one piece; returns the gradient of its gate. */
static float backward_piece(const struct plan *p, const struct step *s, const struct piece *piece, int head, void *scratch)
{
    ptrdiff_t width = (ptrdiff_t)s->heads * s->head_size, ld = 3 * width, at = (ptrdiff_t)head * s->head_size;
    int len = piece->len, rows = piece->rows, d = s->head_size;
    float gate = s->gate[head], *y = s->y + piece->row * width + at, *dq = s->dx[0] ? s->dx[0] + piece->first * ld + at : NULL;
    const float *q = s->x[0] + piece->first * ld + at, *dy = s->dy + piece->row * width + at;
    struct attention_dropout drop;
    if (gate == 0 || rows == 0) {
        for (int i = 0; dq && i < 3; i++)
            zero_rows(dq + i * width, ld, len, d);
        return 0;
    }
    scale_rows(y, width, rows, d, 1 / gate);
    if (!dq)
        return gate_gradient(p, y, dy, width, rows, d, scratch);
    zero_rows(dq + rows * ld, ld, len - rows, d); /* of what is no query */
    float dgate = p->kernel[KERNEL_OP_attention_grad]->fn.attention_grad->run(
        dq, dq + width, dq + 2 * width, ld, q, q + width, q + 2 * width, ld, y, dy, width, rows, len, d, score_scale(s),
        dropped(p, s, piece->sequence, head, piece->row, &drop), scratch);
    for (int i = 0; i < 3; i++)
        scale_rows(dq + i * width, ld, len, d, gate);
    return dgate;
}

/* One head over one sequence. */
static void backward_head(const struct plan *p, const struct step *s, int sequence, int head, void *scratch)
{
    float *dgate = &s->dgate[(size_t)sequence * (size_t)s->heads + (size_t)head];
    *dgate = 0;
    for (int i = 0; i < PIECES; i++) {
        struct piece piece = piece_of(p, s, sequence, i);
        *dgate += piece.len > 0 ? backward_piece(p, s, &piece, head, scratch) : 0;
    }
}

/* What a head costs over a sequence, in some unit: the products of its queries, and packing. */
static double pair_cost(const struct plan *p, const struct step *s, int sequence, int head)
{
    double cost = 0;
    for (int i = 0; s->gate[head] != 0 && i < PIECES; i++) {
        struct piece piece = piece_of(p, s, sequence, i);
        cost += (double)piece.len * (piece.rows + s->head_size);
    }
    return cost;
}

/* The pairs of the calling thread: those that begin in its share of the cost. */
static void backward_part(const struct exec *x, const struct step *s, double total, void *scratch)
{
    bool last = part_thread() == part_threads() - 1;
    double before = 0, from = total * part_thread() / part_threads();
    double to = total * (part_thread() + 1) / part_threads();
    for (int i = 0; i < x->plan->sequences && !exec_cancelled(x); i++)
        for (int head = 0; head < s->heads; head++) {
            if (before >= from && (before < to || last))
                backward_head(x->plan, s, i, head, scratch);
            before += pair_cost(x->plan, s, i, head);
        }
}

static void op_attention_backward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    double total = 0;
    assert(!s->adds[0]);
    for (int i = 0; i < p->sequences; i++)
        for (int head = 0; head < s->heads; head++)
            total += pair_cost(p, s, i, head);
#pragma omp parallel num_threads(p->options.threads) if (s->macs >= PARALLEL_MACS)
    backward_part(x, s, total, p->scratch + (size_t)part_thread() * p->scratch_bytes);
}

const struct op op_attention = OP_ROW(attention, KERNEL_OP_attention);
