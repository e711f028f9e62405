/* Multi-head attention over packed sequences: x[0] is [tokens, 3 heads head_size] with query, key and value side by
 * side, y is [tokens, heads head_size]. A thread has some queries and some heads: one call of the kernel for each head and each
 * sequence that has queries among them. */
#include <math.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/part.h"

enum { PARALLEL_MACS = 256 << 10 };

/* MACs of q k^T and of the weighted sum of v: each s x s x head_size a head. */
static struct cost op_attention_cost(const struct step *s, const struct plan *p)
{
    uint64_t macs = 0, width = (uint64_t)s->heads * (uint64_t)s->head_size;
    for (int i = 0; i < p->sequences; i++) {
        uint64_t len = (uint64_t)(p->start[i + 1] - p->start[i]);
        macs += 2 * len * len * width;
    }
    return (struct cost){macs, sizeof(float) * (uint64_t)p->tokens * 4 * width};
}

static size_t op_attention_scratch(const struct step *s, const struct plan *p)
{
    return s->kernel->fn.attention->scratch_bytes(p->longest, s->head_size);
}

/* One head over queries [from, to) of the packed tokens, all of one sequence. */
static void run_head(const struct exec *x, const struct step *s, int sequence, int head, int from, int to,
                     void *scratch)
{
    const struct plan *p = x->plan;
    ptrdiff_t width = (ptrdiff_t)s->heads * s->head_size, ld = 3 * width, at = (ptrdiff_t)head * s->head_size;
    const float *keys = s->x[0] + p->start[sequence] * ld + width + at;
    s->kernel->fn.attention->run(s->y + from * width + at, width, s->x[0] + from * ld + at, keys, keys + width, ld,
                                 to - from, p->start[sequence + 1] - p->start[sequence], s->head_size,
                                 1.0f / sqrtf((float)s->head_size), scratch);
}

static void run_part(const struct exec *x, const struct step *s, const struct part *mine, void *scratch)
{
    const struct plan *p = x->plan;
    for (int i = 0; i < p->sequences; i++) {
        int from = p->start[i] > mine->row ? p->start[i] : mine->row;
        int to = p->start[i + 1] < mine->row_end ? p->start[i + 1] : mine->row_end;
        for (int head = mine->col; from < to && head < mine->col_end && !exec_cancelled(x); head++)
            run_head(x, s, i, head, from, to, scratch);
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

const struct op op_attention = OP_ROW(attention, KERNEL_OP_attention);
