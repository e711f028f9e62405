#include "analyzer/run/matmul.h"

#include <stdlib.h>

#include "analyzer/base/least.h"
#include "kernels/kernels.h"

enum { ROWS_AT_ONCE = 384, GRAM_ROWS = 2048 };

int matmul(float *y, const float *x, const float *w, int m, int n, int k, uint32_t cpu, int threads, struct err *e)
{
    const struct linear_kernel *kernel = kernel_pick(KERNEL_OP_linear, KERNEL_F32, cpu)->fn.linear;
    int panels = (n + kernel->panel - 1) / kernel->panel, blocks = (m + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
    size_t bytes = kernel->panel_bytes(k);
    char *packed = aligned_alloc(64, (size_t)panels * bytes);
    if (!packed)
        return err_set(e, ERR_NOMEM, "no memory for a product of %d x %d x %d", m, n, k);
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(static)
        for (int p = 0; p < panels; p++)
            kernel->pack_transposed(packed + (size_t)p * bytes, w + p * kernel->panel, n, least(kernel->panel, n - p * kernel->panel), k);
#pragma omp for schedule(static)
        for (int b = 0; b < blocks; b++) {
            int row = b * ROWS_AT_ONCE;
            kernel->run(y + (size_t)row * (size_t)n, n, x + (size_t)row * (size_t)k, k, packed, NULL, least(ROWS_AT_ONCE, m - row), n, k,
                        ACT_NONE);
        }
    }
    free(packed);
    return 0;
}

/* y += a^T a for one block of rows; room [m,n] and [n,n]. */
static int add_block(double *y, float *transposed, float *product, const float *a, int m, int n, uint32_t cpu, int threads, struct err *e)
{
    kernel_pick(KERNEL_OP_transpose, KERNEL_F32, cpu)->fn.transpose(transposed, m, a, n, m, n);
    TRY(matmul(product, transposed, a, n, n, m, cpu, threads, e));
#pragma omp parallel for schedule(static) num_threads(threads)
    for (size_t i = 0; i < (size_t)n * (size_t)n; i++)
        y[i] += (double)product[i];
    return 0;
}

int gram_add(double *y, const float *a, int m, int n, uint32_t cpu, int threads, struct err *e)
{
    float *transposed = malloc((size_t)least(m, GRAM_ROWS) * (size_t)n * sizeof *transposed + 1);
    float *product = malloc((size_t)n * (size_t)n * sizeof *product + 1);
    int code = transposed && product ? 0 : err_set(e, ERR_NOMEM, "no memory for a product of %d x %d", n, n);
    for (int row = 0; row < m && code == 0; row += GRAM_ROWS)
        code = add_block(y, transposed, product, a + (size_t)row * (size_t)n, least(GRAM_ROWS, m - row), n, cpu, threads, e);
    free(transposed);
    free(product);
    return code;
}
