#include "kernels/amx.h"
#include "kernels/rows.h"

#define TILES_MULTIPLY_ADD amx_multiply_add_int8
enum { PACKED = 4 };
#include "kernels/peak_amx.inc"

double peak_int8_amx(long rounds)
{
    return peak(rounds);
}
