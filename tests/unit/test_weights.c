/* Weights as they are multiplied: what rounding may cost, and those of the backward pass. */
#include "tests/unit/backward_fixture.h"

#include <math.h>
#include <string.h>

#include "kernels/half.h"

/* Rounding to nearest with p bits of significand is off by at most u / (1 + u) of a number, u = 2^-p, and some number is. */
static void halves_are_off_by_their_unit(void)
{
    double bf16 = 0, f16 = 0;
    for (int i = 0; i < 1 << 16; i++) {
        float x = 1 + 0x1p-16f * (float)i;
        bf16 = fmax(bf16, fabs((double)(f32_from_bf16(bf16_from_f32(x)) - x)) / (double)x);
        f16 = fmax(f16, fabs((double)(f32_from_f16(f16_from_f32(x)) - x)) / (double)x);
    }
    CU_ASSERT_DOUBLE_EQUAL(bf16, 0x1p-8 / (1 + 0x1p-8), 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(f16, 0x1p-11 / (1 + 0x1p-11), 1e-12);
}

enum { OUTPUTS = 3 * HIDDEN };

static double most(const float *x, int n, int step)
{
    double m = 0;
    for (int i = 0; i < n; i++)
        m = fmax(m, fabs((double)x[i * step]));
    return m;
}

/* How far a factor may be from x: int8 rounds to the nearest of 127 parts of the largest beside it. */
static double rounding(enum kernel_format format, double x, double largest)
{
    static const double unit[KERNEL_FORMATS] = {[KERNEL_F32] = 0, [KERNEL_BF16] = 0x1p-8, [KERNEL_F16] = 0x1p-11};
    return format == KERNEL_INT8 ? largest / 254 : unit[format] * fabs(x);
}

/* dx = dy w of query, key and value in every format: what the rounding of both factors allows, and 10^-4 for the sums. */
static void transposed_weights_are_the_weights(void)
{
    static float w[OUTPUTS * HIDDEN], dy[OUTPUTS], dx[HIDDEN], prepared[2 * OUTPUTS] __attribute__((aligned(64)));
    for (int row = 0; row < KERNEL_FORMATS; row++) {
        if (!kernel_format_rounds((enum kernel_format)row))
            continue;
        enum kernel_format own = (enum kernel_format)row, format = own != KERNEL_INT8 && (kernel_format_shares(own) || kernel_format_skips(own)) ? KERNEL_F32 : own;
        struct backward_fixture f = backward_open(own);
        const struct linear *t = weights_linear(f.weights, SITE_QKV, 1)->transposed;
        const struct linear_kernel *kernel = t->kernel->fn.linear;
        CU_ASSERT_EQUAL(t->kernel->format, format);
        CU_ASSERT_TRUE_FATAL(t->n == HIDDEN && t->k == OUTPUTS);
        for (int i = 0; i < 3; i++)
            memcpy(w + i * HIDDEN * HIDDEN, tensor_f32(&t->part[i].weight->tensor), HIDDEN * HIDDEN * sizeof *w);
        backward_seed(dy, OUTPUTS);
        if (kernel->prepare)
            kernel->prepare(prepared, dy, OUTPUTS, 1, OUTPUTS, t->input_range);
        kernel->run(dx, HIDDEN, kernel->prepare ? prepared : dy, OUTPUTS, t->panels, NULL, 1, HIDDEN, OUTPUTS, ACT_NONE);
        double dy_most = most(dy, OUTPUTS, 1);
        for (int c = 0; c < HIDDEN; c++) {
            double sum = 0, off = 0, w_most = most(w + c, OUTPUTS, HIDDEN);
            for (int i = 0; i < OUTPUTS; i++) {
                double a = (double)dy[i], b = (double)w[i * HIDDEN + c], e_b = rounding(format, b, w_most);
                double e_a = format == KERNEL_F16 ? 0 : rounding(format, a, dy_most);
                sum += a * b;
                off += e_a * fabs(b) + e_b * fabs(a) + e_a * e_b + 1e-4 * fabs(a * b);
            }
            CU_ASSERT_TRUE_FATAL(fabs((double)dx[c] - sum) <= off);
        }
        backward_close(&f);
    }
}

CU_TestInfo suite_weights[] = {
    {"halves are off by their unit", halves_are_off_by_their_unit},
    {"transposed weights are the weights", transposed_weights_are_the_weights},
    CU_TEST_INFO_NULL,
};
