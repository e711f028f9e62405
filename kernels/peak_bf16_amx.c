#include "kernels/amx.h"
#include "kernels/rows.h"

#define TILES_MULTIPLY_ADD amx_multiply_add_bf16
enum { PACKED = 2 };
#include "kernels/peak_amx.inc"

double peak_bf16_amx(long rounds)
{
    return peak(rounds);
}
