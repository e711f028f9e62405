#include "tests/unit/unit.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/model/stored.h"

static const struct stored *const rows[] = {
#define STORED(NAME, name) &stored_##name,
#include "analyzer/model/stored.def"
#undef STORED
};
enum { ROWS = sizeof rows / sizeof *rows };

/* Random numbers of any size as a format has them, every third of them zero for what leaves zeros out; `few` are different. */
static float *matrix_of(const struct stored *s, size_t n, size_t k, size_t few)
{
    float *w = malloc(n * k * sizeof *w);
    for (size_t i = 0; i < n * k; i++)
        w[i] = s == &stored_sparse && i % 3 == 0 ? 0 : ldexpf(rng_normal(1, i), (int)(i / k % 60) - 30);
    for (size_t i = few; i < n * k; i++)
        w[i] = w[i % few];
    kernel_format_round(s->format, w, w, (int)n, (int)k);
    return w;
}

static float *matrix(const struct stored *s, size_t n, size_t k)
{
    return matrix_of(s, n, k, kernel_format_rounds(s->format) ? n * k : 256);
}

static void check_round_trip(const struct stored *s, size_t n, size_t k, float *w)
{
    struct err e = {0};
    float *back = calloc(n * k, sizeof *back);
    size_t size = stored_bytes(s, w, n, k);
    unsigned char *stored = malloc(size + 1);
    stored[size] = 0xa5;
    CU_ASSERT_EQUAL(stored_encode(s, stored, w, n, k, &e), 0);
    CU_ASSERT_EQUAL(stored[size], 0xa5);
    CU_ASSERT_EQUAL(stored_decode(s, back, n, k, stored, size, &e), 0);
    CU_ASSERT_EQUAL(memcmp(back, w, n * k * sizeof *w), 0);
    CU_ASSERT_EQUAL(stored_decode(s, back, n, k, stored, size - 1, &e), ERR_SHAPE);
    CU_ASSERT_EQUAL(stored_decode(s, back, n, k, stored, size + 1, &e), ERR_SHAPE);
    CU_ASSERT(strncmp(e.text, "a matrix stored as ", 19) == 0);
    free(w);
    free(back);
    free(stored);
}

static void everything_comes_back(void)
{
    static const size_t shapes[][2] = {{1, 1}, {1, 2}, {3, 5}, {7, 31}, {2, 32}, {5, 33}, {9, 64}, {2, 1000}};
    for (int i = 0; i < ROWS; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++)
            check_round_trip(rows[i], shapes[j][0], shapes[j][1], matrix(rows[i], shapes[j][0], shapes[j][1]));
}

/* kmeans takes the bits that it needs: none too few, none too many. */
static void codes_have_any_bits(void)
{
    static const struct {
        size_t few, bits;
    } cases[] = {{1, 1}, {2, 1}, {3, 2}, {4, 2}, {5, 3}, {16, 4}, {17, 5}, {64, 6}, {65, 7}, {128, 7}, {129, 8}, {256, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float *w = matrix_of(&stored_kmeans, 37, 41, cases[i].few);
        CU_ASSERT_EQUAL(stored_bytes(&stored_kmeans, w, 37, 41), 2 + 4 * cases[i].few + (37 * 41 * cases[i].bits + 7) / 8);
        check_round_trip(&stored_kmeans, 37, 41, w);
    }
}

/* Shares of f32 for the linear layers of BERT-base. */
static void sizes_are_small(void)
{
    static const struct {
        const struct stored *s;
        double most;
    } wanted[] = {{&stored_f32, 1}, {&stored_bf16, 0.5}, {&stored_f16, 0.5}, {&stored_int8, 0.27}, {&stored_int4, 0.145},
                {&stored_ternary, 0.08}, {&stored_kmeans, 0.26}, {&stored_sparse, 0.7}};
    static const size_t shapes[][2] = {{768, 768}, {3072, 768}, {768, 3072}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
            size_t n = shapes[j][0], k = shapes[j][1];
            float *w = matrix(wanted[i].s, n, k);
            CU_ASSERT((double)stored_bytes(wanted[i].s, w, n, k) <= wanted[i].most * (double)(n * k * sizeof *w));
            free(w);
        }
}

static void names_are_found(void)
{
    for (int i = 0; i < ROWS; i++)
        CU_ASSERT_PTR_EQUAL(stored_find(rows[i]->name), rows[i]);
    CU_ASSERT_PTR_NULL(stored_find("int9"));
    for (int f = 0; f < KERNEL_FORMATS; f++)
        CU_ASSERT_PTR_NOT_NULL(stored_find(kernel_format_name((enum kernel_format)f)));
}

static void other_numbers_are_refused(void)
{
    float w[257];
    static unsigned char out[4096];
    for (int i = 0; i < 257; i++)
        w[i] = rng_normal(2, (uint64_t)i);
    for (int i = 0; i < ROWS; i++) {
        struct err e = {0};
        int want = rows[i]->format == KERNEL_F32 ? 0 : ERR_UNSUPPORTED;
        CU_ASSERT_EQUAL(stored_encode(rows[i], out, w, 1, 257, &e), want);
        CU_ASSERT_EQUAL(strstr(e.text, rows[i]->name) != NULL, want != 0);
    }
}

static const struct {
    const struct stored *s;
    size_t n, k, size;
    unsigned char in[24];
    int code;
    const char *sentence;
} hostile[] = {
    {&stored_f32, SIZE_MAX / 2, 3, 4, {0}, ERR_SHAPE, "9223372036854775807 by 3 is no shape of a matrix"},
    {&stored_f32, 0, 3, 0, {0}, ERR_SHAPE, "0 by 3 is no shape of a matrix"},
    {&stored_bf16, 1, 1, 2, {0x01, 0x00}, ERR_FORMAT, "row 0 holds numbers that the format bf16 does not make"},
    {&stored_int8, 1, 2, 6, {0, 0, 0x80, 0x3f, 127, 1}, 0, ""},
    {&stored_int8, 1, 2, 6, {0, 0, 0x80, 0x3f, 0x80, 1}, ERR_FORMAT, "row 0 holds numbers that the format int8 does not make"},
    {&stored_int8, 1, 2, 6, {0, 0, 0x80, 0x3f, 100, 1}, ERR_FORMAT, "row 0 holds numbers that the format int8 does not make"},
    {&stored_int8, 1, 2, 6, {0, 0, 0xc0, 0x7f, 127, 1}, ERR_FORMAT, "the scale of row 0 is not finite"},
    {&stored_int8, 1, 2, 6, {0, 0, 0x80, 0xff, 127, 1}, ERR_FORMAT, "the scale of row 0 is not finite"},
    {&stored_int8, 2, 1, 10, {0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x7f, 127, 1}, ERR_FORMAT, "the scale of row 1 is not finite"},
    {&stored_int4, 1, 3, 4, {0x80, 0x3f, 0x97, 0x00}, 0, ""},
    {&stored_int4, 1, 3, 4, {0x80, 0x3f, 0x87, 0x00}, ERR_FORMAT, "row 0 holds numbers that the format int4 does not make"},
    {&stored_int4, 1, 2, 3, {0x80, 0x7f, 0x97}, ERR_FORMAT, "the scale of group 0 of row 0 is not finite"},
    {&stored_ternary, 1, 4, 5, {0, 0, 0x80, 0x3f, 0x09}, 0, ""},
    {&stored_ternary, 1, 4, 5, {0, 0, 0x80, 0x3f, 0x0b}, ERR_FORMAT, "row 0 holds a code that stands for nothing"},
    {&stored_ternary, 1, 4, 5, {0, 0, 0xc0, 0xff, 0x09}, ERR_FORMAT, "the scale of row 0 is not finite"},
    {&stored_kmeans, 1, 4, 11, {2, 0, 0, 0, 0x80, 0xbf, 0, 0, 0x80, 0x3f, 0x05}, 0, ""},
    {&stored_kmeans, 1, 4, 11, {2, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x80, 0xbf, 0x05}, ERR_FORMAT, "number 1 of the table"},
    {&stored_kmeans, 1, 4, 11, {2, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f, 0x05}, ERR_FORMAT, "number 1 of the table"},
    {&stored_kmeans, 1, 4, 11, {2, 0, 0, 0, 0x80, 0xff, 0, 0, 0x80, 0x3f, 0x05}, ERR_FORMAT, "number 0 of the table"},
    {&stored_kmeans, 1, 2, 15, {3, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x3e, 0, 0, 0x80, 0x3f, 0x0d}, ERR_FORMAT, "number 1 has code 3"},
    {&stored_kmeans, 1, 4, 11, {0, 0}, ERR_FORMAT, "a table of 0 numbers"},
    {&stored_kmeans, 1, 4, 11, {1, 1}, ERR_FORMAT, "a table of 257 numbers"},
    {&stored_kmeans, 1, 4, 1, {2}, ERR_SHAPE, "there are 1 bytes where the shape needs 2"},
    {&stored_sparse, 1, 3, 5, {0x04, 0, 0, 0x80, 0x3f}, 0, ""},
    {&stored_sparse, 1, 3, 5, {0x08, 0, 0, 0x80, 0x3f}, ERR_FORMAT, "a bit behind the last number is set"},
    {&stored_sparse, 1, 3, 5, {0x06, 0, 0, 0x80, 0x3f}, ERR_SHAPE, "there are 5 bytes where the shape needs 9"},
    {&stored_sparse, 1, 9, 1, {0}, ERR_SHAPE, "there are 1 bytes where the shape needs 2"},
};

static void bad_bytes_are_refused(void)
{
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        struct err e = {0};
        float w[16];
        size_t size = hostile[i].size;
        unsigned char *in = malloc(size ? size : 1); /* so that a byte read behind the end is noticed */
        memcpy(in, hostile[i].in, size);
        CU_ASSERT_EQUAL(stored_decode(hostile[i].s, w, hostile[i].n, hostile[i].k, in, size, &e), hostile[i].code);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, hostile[i].sentence));
        free(in);
    }
}

CU_TestInfo suite_stored[] = {
    {"stored: every storage gives its numbers back", everything_comes_back},
    {"stored: codes of 1 to 8 bits", codes_have_any_bits},
    {"stored: sizes of the linear layers of BERT-base", sizes_are_small},
    {"stored: every format has a storage of its name", names_are_found},
    {"stored: numbers that the format does not make", other_numbers_are_refused},
    {"stored: bytes that make no sense", bad_bytes_are_refused},
    CU_TEST_INFO_NULL,
};
