/* The tiles of AMX: AMX_TILES registers of at most AMX_ROWS rows of AMX_ROW_BYTES (Intel, Software Developer's Manual,
 * volume 1, chapter 18). A kernel configures them first and releases them before it returns: what is in them, and their
 * shapes, are state of the thread that the system saves and restores.
 *
 * x holds rows of inputs; w holds in each row 16 columns of 32 bits, which are as many neighbours along k as one element of x:
 * 4 of int8 or 2 of bf16. sum[r,c] += the products of x[r,i] with w[i,c], summed over i:
 * - int8: x without and w with a sign, int32 sums that wrap around (TDPBUSD);
 * - bf16: floats; the first and the second numbers of the pairs are summed apart, each from 0 by multiply-adds in the
 *   order of i, then both together, then with sum[r,c]; all to nearest even, with zero for everything below 2^-126, read or
 *   made, whatever MXCSR says (TDPBF16PS).
 *
 * Tiles are named by literals 0..7, as they are a part of the instruction. With KERNEL_AMX_EMULATED the same names are
 * functions of tests/conform/amx_emulated.c, so that kernels can be tested where there is no AMX. */
#ifndef KERNELS_AMX_H
#define KERNELS_AMX_H

#include <stddef.h>
#include <stdint.h>

enum { AMX_TILES = 8, AMX_ROWS = 16, AMX_ROW_BYTES = 64 };

/* As LDTILECFG reads it. */
struct amx_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16]; /* [tile]; 0 = not used */
    uint8_t rows[16];       /* [tile] */
};
_Static_assert(sizeof(struct amx_config) == 64, "LDTILECFG reads 64 bytes");

#ifdef KERNEL_AMX_EMULATED

/* The rows of this build have names of their own. */
#define linear_int8_amx linear_int8_amx_emulated
#define linear_bf16_amx linear_bf16_amx_emulated
#define peak_int8_amx   peak_int8_amx_emulated
#define peak_bf16_amx   peak_bf16_amx_emulated

void amx_configure(const struct amx_config *config);
void amx_release(void);
void amx_zero(int tile);
void amx_load(int tile, const void *from, ptrdiff_t stride);
void amx_store(int tile, void *to, ptrdiff_t stride);
void amx_multiply_add_int8(int sum, int x, int w);
void amx_multiply_add_bf16(int sum, int x, int w);

#else

#include <immintrin.h>

/* What is in memory is there before the next instruction on tiles: intrinsics of GCC do not say that they read it. */
#define AMX_MEMORY __asm__ volatile("" : : : "memory")

/* All tiles become zeros. */
static inline void amx_configure(const struct amx_config *config)
{
    AMX_MEMORY;
    _tile_loadconfig(config);
}

static inline void amx_release(void)
{
    _tile_release();
}

#define amx_zero(tile) _tile_zero(tile)
/* Rows are `stride` bytes apart; 0 makes all rows the same. */
#define amx_load(tile, from, stride)                                                                         \
    do {                                                                                                     \
        AMX_MEMORY;                                                                                          \
        _tile_loadd(tile, from, stride);                                                                     \
    } while (0)
#define amx_store(tile, to, stride)         _tile_stored(tile, to, stride)
#define amx_multiply_add_int8(sum, x, w)    _tile_dpbusd(sum, x, w)
#define amx_multiply_add_bf16(sum, x, w)    _tile_dpbf16ps(sum, x, w)

#endif

#endif
