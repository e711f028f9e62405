/* What weights become in each format. */
#include <string.h>

#include "kernels/int8.h"
#include "kernels/kernels.h"

/* One output: y[k] from w[k]; y may be w. */
static void round_f32(float *y, const float *w, int k)
{
    memmove(y, w, (size_t)k * sizeof *y);
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

typedef void round_fn(float *y, const float *w, int k);

static round_fn *const rounds[] = {
#define KERNEL_FORMAT(NAME, name, bytes, output_bytes) round_##name,
#include "kernels/formats.def"
#undef KERNEL_FORMAT
};

void kernel_format_round(enum kernel_format format, float *y, const float *w, int n, int k)
{
    for (ptrdiff_t j = 0; j < n; j++)
        rounds[format](y + j * k, w + j * k, k);
}
