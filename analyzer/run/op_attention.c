/* Multi-head attention over packed sequences: x[0] is [tokens, 3 heads head_size] with query, key and value side by
 * side, y is [tokens, heads head_size]. A task is one head over up to QUERY_ROWS queries of one sequence. */
#include <math.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"

enum { QUERY_ROWS = 512 };

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

static void run_head(const struct exec *x, const struct step *s, int sequence, int head, int first, void *scratch)
{
    const struct plan *p = x->plan;
    ptrdiff_t width = (ptrdiff_t)s->heads * s->head_size, ld = 3 * width;
    int start = p->start[sequence], len = p->start[sequence + 1] - start;
    int m = len - first < QUERY_ROWS ? len - first : QUERY_ROWS;
    const float *base = s->x[0] + start * ld + (ptrdiff_t)head * s->head_size;
    float *out = s->y + (start + first) * width + (ptrdiff_t)head * s->head_size;
    s->kernel->fn.attention->run(out, width, base + first * ld, base + width, base + 2 * width, ld, m, len,
                                 s->head_size, 1.0f / sqrtf((float)s->head_size), scratch);
}

static void op_attention_forward(const struct exec *x, const struct step *s)
{
    const struct plan *p = x->plan;
    int blocks = (p->longest + QUERY_ROWS - 1) / QUERY_ROWS;
    int tasks = p->sequences * s->heads * blocks;
#pragma omp parallel num_threads(p->options.threads) if (s->macs >= 256 << 10)
    {
        void *scratch = p->scratch + (size_t)exec_thread() * p->scratch_bytes;
#pragma omp for schedule(dynamic)
        for (int task = 0; task < tasks; task++) {
            int first = task % blocks * QUERY_ROWS, head = task / blocks % s->heads;
            int sequence = task / blocks / s->heads;
            if (!exec_cancelled(x) && first < p->start[sequence + 1] - p->start[sequence])
                run_head(x, s, sequence, head, first, scratch);
        }
    }
}

const struct op op_attention = OP_ROW(attention, KERNEL_OP_attention);
