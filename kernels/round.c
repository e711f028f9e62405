/* What weights become in each format. */
#include <string.h>

#include "kernels/int4.h"
#include "kernels/int8.h"
#include "kernels/kernels.h"
#include "kernels/ternary.h"

/* One output: y[k] from w[k]; y may be w. */
static void round_f32(float *y, const float *w, int k)
{
    memmove(y, w, (size_t)k * sizeof *y);
}

/* Zeros are zeros in f32 too. */
static void round_sparse(float *y, const float *w, int k)
{
    round_f32(y, w, k);
}

static void round_bf16(float *y, const float *w, int k)
{
    for (int i = 0; i < k; i++)
        y[i] = f32_from_bf16(bf16_factor_from_f32(w[i]));
}

static void round_f16(float *y, const float *w, int k)
{
    for (int i = 0; i < k; i++)
        y[i] = f32_from_f16(f16_from_f32(w[i]));
}

static void round_int8(float *y, const float *w, int k)
{
    struct scale s = int8_weight_scale(w, k);
    for (int i = 0; i < k; i++)
        y[i] = (float)scale_quantize(w[i], s) * s.scale;
}

static void round_int4(float *y, const float *w, int k)
{
    for (int g = 0; g < int4_groups(k); g++, y += INT4_GROUP, w += INT4_GROUP) {
        int size = int4_group_size(g, k);
        struct scale s = int4_scale(w, size);
        for (int i = 0; i < size; i++)
            y[i] = (float)scale_quantize(w[i], s) * s.scale;
    }
}

static void round_ternary(float *y, const float *w, int k)
{
    struct ternary t = ternary_of(w, k);
    for (int i = 0; i < k; i++)
        y[i] = ternary_value(ternary_code(w[i], t), t.a);
}

/* The table is that of the whole matrix; numbers that are few already stay. */
static void round_kmeans(float *y, const float *w, int k)
{
    round_f32(y, w, k);
}

typedef void round_fn(float *y, const float *w, int k);

static round_fn *const rounds[] = {
#define KERNEL_FORMAT(NAME, name, factors, bits, group, group_bits, table_bits) round_##name,
#include "kernels/formats.def"
#undef KERNEL_FORMAT
};

void kernel_format_round(enum kernel_format format, float *y, const float *w, int n, int k)
{
    for (ptrdiff_t j = 0; j < n; j++)
        rounds[format](y + j * k, w + j * k, k);
}
