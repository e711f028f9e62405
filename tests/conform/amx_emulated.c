/* The tiles of kernels/amx.h in C, after the pseudocode of Intel's manual (volume 2, LDTILECFG to TILEZERO). What the
 * processor faults on fails the row and crashes it: shapes that do not exist or do not fit together, tiles that are not
 * configured. Rows and columns beyond the shape of a tile become zeros when it is written. */
#define KERNEL_AMX_EMULATED
#include "tests/conform/amx_emulated.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "kernels/amx.h"
#include "tests/conform/conform.h"

struct tile {
    int rows, row_bytes; /* 0 = not used */
    uint8_t data[AMX_ROWS][AMX_ROW_BYTES];
};

static struct {
    bool configured;
    struct tile tile[AMX_TILES];
    uint64_t products;
} amx;

/* The processor would fault. */
static void fault(const char *instruction, const char *why)
{
    fail("%s: %s", instruction, why);
    raise(SIGILL);
}

static struct tile *used(int tile, const char *instruction)
{
    if (!amx.configured)
        fault(instruction, "no tiles are configured");
    if (tile < 0 || tile >= AMX_TILES || amx.tile[tile].rows == 0)
        fault(instruction, "a tile without a shape");
    return &amx.tile[tile];
}

void amx_configure(const struct amx_config *config)
{
    const uint8_t zeros[sizeof config->reserved] = {0};
    memset(amx.tile, 0, sizeof amx.tile);
    amx.configured = true;
    if (config->palette != 1 || config->start_row != 0 || memcmp(config->reserved, zeros, sizeof zeros) != 0)
        fault("ldtilecfg", "not the palette of 8 tiles, or what is reserved is not 0");
    for (int i = 0; i < 16; i++) {
        int rows = config->rows[i], bytes = config->row_bytes[i];
        if (i >= AMX_TILES ? rows || bytes : rows > AMX_ROWS || bytes > AMX_ROW_BYTES || (rows == 0) != (bytes == 0))
            fault("ldtilecfg", "a shape that no tile has");
        if (i < AMX_TILES) {
            amx.tile[i].rows = rows;
            amx.tile[i].row_bytes = bytes;
        }
    }
}

void amx_release(void)
{
    memset(amx.tile, 0, sizeof amx.tile);
    amx.configured = false;
}

bool amx_emulated_released(void)
{
    return !amx.configured;
}

uint64_t amx_emulated_products(void)
{
    uint64_t products = amx.products;
    amx.products = 0;
    return products;
}

void amx_zero(int tile)
{
    memset(used(tile, "tilezero")->data, 0, sizeof amx.tile->data);
}

void amx_load(int tile, const void *from, ptrdiff_t stride)
{
    struct tile *t = used(tile, "tileloadd");
    memset(t->data, 0, sizeof t->data);
    for (int r = 0; r < t->rows; r++)
        memcpy(t->data[r], (const char *)from + r * stride, (size_t)t->row_bytes);
}

void amx_store(int tile, void *to, ptrdiff_t stride)
{
    const struct tile *t = used(tile, "tilestored");
    for (int r = 0; r < t->rows; r++)
        memcpy((char *)to + r * stride, t->data[r], (size_t)t->row_bytes);
}

/* Columns of 32 bits */
static int columns(const struct tile *t)
{
    return t->row_bytes / 4;
}

/* The three tiles of a product, whose shapes fit together. */
static struct tile *product(int sum, int x, int w, const char *instruction)
{
    struct tile *s = used(sum, instruction);
    const struct tile *a = used(x, instruction), *b = used(w, instruction);
    if (s == a || s == b || a == b)
        fault(instruction, "a tile is named twice");
    if (s->row_bytes % 4 || a->row_bytes % 4 || b->row_bytes % 4)
        fault(instruction, "a row that is not made of 32 bits");
    if (s->rows != a->rows || s->row_bytes != b->row_bytes || columns(a) != b->rows)
        fault(instruction, "shapes that do not fit together");
    return s;
}

/* The shape of `s` decides how much is written; the rest of it becomes zeros. */
static void write_sums(struct tile *s, const uint32_t sums[AMX_ROWS][AMX_ROW_BYTES / 4])
{
    memset(s->data, 0, sizeof s->data);
    for (int r = 0; r < s->rows; r++)
        memcpy(s->data[r], sums[r], (size_t)s->row_bytes);
}

static uint32_t int8_sum(uint32_t sum, const uint8_t *x, const uint8_t *w)
{
    for (int i = 0; i < 4; i++)
        sum += (uint32_t)((int32_t)x[i] * (int8_t)w[i]);
    return sum;
}

void amx_multiply_add_int8(int sum, int x, int w)
{
    struct tile *s = product(sum, x, w, "tdpbusd");
    const struct tile *a = &amx.tile[x], *b = &amx.tile[w];
    uint32_t sums[AMX_ROWS][AMX_ROW_BYTES / 4] = {{0}};
    memcpy(sums, s->data, sizeof sums);
    for (int r = 0; r < s->rows; r++)
        for (int i = 0; i < columns(a); i++)
            for (int c = 0; c < columns(s); c++)
                sums[r][c] = int8_sum(sums[r][c], &a->data[r][4 * i], &b->data[i][4 * c]);
    write_sums(s, (const uint32_t(*)[AMX_ROW_BYTES / 4])sums);
    amx.products += 4 * (uint64_t)(s->rows * columns(a) * columns(s));
}

/* Zero in the place of what is below 2^-126, as it is read and as it is made. */
static float flushed(float x)
{
    return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x;
}

static float bf16_at(const uint8_t *p)
{
    uint32_t bits = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 24;
    float x;
    memcpy(&x, &bits, sizeof x);
    return flushed(x);
}

/* One element: pairs of a row of x with those of a column of w. */
static float bf16_sum(float sum, const struct tile *a, int r, const struct tile *b, int c)
{
    float first = 0, second = 0;
    for (int i = 0; i < columns(a); i++) {
        const uint8_t *x = &a->data[r][4 * i], *w = &b->data[i][4 * c];
        first = flushed(fmaf(bf16_at(x), bf16_at(w), first));
        second = flushed(fmaf(bf16_at(x + 2), bf16_at(w + 2), second));
    }
    return flushed(flushed(sum) + flushed(first + second));
}

void amx_multiply_add_bf16(int sum, int x, int w)
{
    struct tile *s = product(sum, x, w, "tdpbf16ps");
    float sums[AMX_ROWS][AMX_ROW_BYTES / 4] = {{0}};
    uint32_t bits[AMX_ROWS][AMX_ROW_BYTES / 4];
    memcpy(sums, s->data, sizeof sums);
    for (int r = 0; r < s->rows; r++)
        for (int c = 0; c < columns(s); c++)
            sums[r][c] = bf16_sum(sums[r][c], &amx.tile[x], r, &amx.tile[w], c);
    memcpy(bits, sums, sizeof bits);
    write_sums(s, (const uint32_t(*)[AMX_ROW_BYTES / 4])bits);
    amx.products += 2 * (uint64_t)(s->rows * columns(&amx.tile[x]) * columns(s));
}
