#include "tests/conform/amx_emulated.h"

#include "tests/conform/conform.h"

#define NEEDS (uint32_t)(CPU_AVX2 | CPU_AVX512 | CPU_AVX512VNNI)

#ifdef CONFORM_AMX
extern const struct linear_kernel linear_int8_amx_emulated, linear_bf16_amx_emulated;
peak_fn peak_int8_amx_emulated, peak_bf16_amx_emulated;

#define ROW(operation, fmt, bits)                                                                            \
    {.name = #operation "_" #fmt "_amx (emulated)",                                                          \
     .isa = "amx",                                                                                           \
     .op = KERNEL_OP_##operation,                                                                            \
     .format = KERNEL_FORMAT_##fmt,                                                                          \
     .needs = bits,                                                                                          \
     .fn.operation = &operation##_##fmt##_amx_emulated}

const struct kernel amx_emulated_rows[] = {
    ROW(linear, int8, NEEDS),
    ROW(linear, bf16, NEEDS | CPU_AVX512BF16),
    ROW(peak, int8, NEEDS),
    ROW(peak, bf16, NEEDS | CPU_AVX512BF16),
};
const int amx_emulated_rows_count = sizeof amx_emulated_rows / sizeof *amx_emulated_rows;
#else
const struct kernel amx_emulated_rows[1];
const int amx_emulated_rows_count = 0;
#endif

/* Emulated rounds take as long as they do, so the other check of a peak row would tell nothing. */
static void check_peak_counts(peak_fn *peak)
{
    at("operations of 3 rounds");
    (void)amx_emulated_products();
    double said = peak(3), done = 2 * (double)amx_emulated_products();
    if (said != done)
        fail("says %g, does %g", said, done);
}

void check_amx_emulated(const struct kernel *k)
{
    if (k->op == KERNEL_OP_peak)
        check_peak_counts(k->fn.peak);
    else
        check_linear(k);
    at("end");
    if (!amx_emulated_released())
        fail("tiles are still configured");
}
