#include "tests/unit/unit.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "analyzer/model/tensor.h"

static uint32_t bits_of(float f)
{
    uint32_t u;
    memcpy(&u, &f, sizeof u);
    return u;
}

/* The value of a half by its definition (IEEE 754-2008, 3.4: 1 sign, 5 exponent, 10 fraction bits), in
 * double. */
static double half_value(unsigned h)
{
    int exponent = h >> 10 & 31, fraction = h & 1023;
    double x = exponent == 31  ? fraction ? NAN : INFINITY
               : exponent == 0 ? ldexp(fraction, -24)
                               : ldexp(1024 + fraction, exponent - 25);
    return h >> 15 ? -x : x;
}

static void every_half_is_exact(void)
{
    static uint16_t in[65536];
    static float out[65536];
    int wrong = 0;
    for (unsigned h = 0; h < 65536; h++)
        in[h] = (uint16_t)h;
    struct tensor t = tensor_dense(DTYPE_F16, 1, (size_t[]){65536}, in);
    tensor_read_f32(&t, 0, 65536, out);
    for (unsigned h = 0; h < 65536; h++) {
        double want = half_value(h);
        wrong += isnan(want) ? !isnan(out[h]) : bits_of((float)want) != bits_of(out[h]);
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void every_bfloat_is_exact(void)
{
    static uint16_t in[65536];
    static float out[65536];
    int wrong = 0;
    for (unsigned h = 0; h < 65536; h++)
        in[h] = (uint16_t)h;
    struct tensor t = tensor_dense(DTYPE_BF16, 1, (size_t[]){65536}, in);
    tensor_read_f32(&t, 0, 65536, out);
    for (unsigned h = 0; h < 65536; h++)
        wrong += bits_of(out[h]) != h << 16;
    CU_ASSERT_EQUAL(wrong, 0);
}

/* One element of each type, at an odd address. */
#define READS(type, c_type, in, out)                                                                         \
    do {                                                                                                     \
        unsigned char raw[1 + sizeof(c_type)];                                                               \
        c_type x = (in);                                                                                     \
        float y = NAN;                                                                                       \
        memcpy(raw + 1, &x, sizeof x);                                                                       \
        struct tensor t = tensor_dense(DTYPE_##type, 0, NULL, raw + 1);                                      \
        CU_ASSERT_EQUAL((size_t)dtype_bits(DTYPE_##type), 8 * sizeof x);                                     \
        tensor_read_f32(&t, 0, 1, &y);                                                                       \
        CU_ASSERT_EQUAL(bits_of(y), bits_of(out));                                                           \
    } while (0)

static void every_type_is_converted(void)
{
    READS(F32, float, -0.0f, -0.0f);
    READS(F64, double, 1.0 + 0x1p-24, 1.0f);              /* a tie goes to even */
    READS(F64, double, 1.0 + 0x1.8p-23, 1.0f + 0x1p-22f); /* so does this one, upwards */
    READS(F64, double, 1e300, INFINITY);
    READS(I64, int64_t, INT64_MIN, -0x1p63f);
    READS(I64, int64_t, 16777217, 16777216.0f);
    READS(U64, uint64_t, UINT64_MAX, 0x1p64f);
    READS(I32, int32_t, INT32_MIN, -0x1p31f);
    READS(U32, uint32_t, UINT32_MAX, 0x1p32f);
    READS(I16, int16_t, -32768, -32768.0f);
    READS(U16, uint16_t, 65535, 65535.0f);
    READS(I8, int8_t, -128, -128.0f);
    READS(U8, uint8_t, 255, 255.0f);
    READS(BOOL, uint8_t, 0, 0.0f);
    READS(BOOL, uint8_t, 2, 1.0f);
    for (int d = 0; d < DTYPES; d++)
        CU_ASSERT_EQUAL(dtype_is_number((enum dtype)d), d <= DTYPE_BOOL);
}

/* Views of a 3-axis block: every permutation of the axes, every start, against direct indexing. */
static void strided_views_read_in_row_major_order(void)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const size_t dim[3] = {2, 3, 4}, stride[3] = {24, 8, 2}; /* every other element */
    int16_t data[48];
    int wrong = 0;
    for (int i = 0; i < 48; i++)
        data[i] = (int16_t)(i * 37 - 500);
    for (int o = 0; o < 6; o++) {
        const int *a = orders[o];
        struct tensor t = {.dtype = DTYPE_I16, .ndim = 3, .data = data};
        float want[24], got[24];
        for (int i = 0; i < 3; i++) {
            t.dim[i] = dim[a[i]];
            t.stride[i] = stride[a[i]];
        }
        size_t n = 0;
        for (size_t i = 0; i < t.dim[0]; i++)
            for (size_t j = 0; j < t.dim[1]; j++)
                for (size_t k = 0; k < t.dim[2]; k++)
                    want[n++] = data[i * t.stride[0] + j * t.stride[1] + k * t.stride[2]];
        for (size_t first = 0; first <= n; first++) {
            tensor_read_f32(&t, first, n - first, got);
            wrong += memcmp(got, want + first, (n - first) * sizeof *got) != 0;
        }
        CU_ASSERT_FALSE(tensor_is_dense(&t));
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void dense_reads_start_anywhere(void)
{
    float data[10], out[10];
    for (int i = 0; i < 10; i++)
        data[i] = (float)i;
    struct tensor t = tensor_dense(DTYPE_F32, 2, (size_t[]){5, 2}, data);
    tensor_read_f32(&t, 3, 4, out);
    CU_ASSERT_EQUAL(memcmp(out, data + 3, 4 * sizeof *out), 0);
    tensor_read_f32(&t, 10, 0, out);
}

static void what_counts_as_dense(void)
{
    float data[6] = {0};
    struct tensor t = tensor_dense(DTYPE_F32, 3, (size_t[]){1, 2, 3}, data);
    CU_ASSERT_TRUE(tensor_is_dense(&t));
    CU_ASSERT_PTR_EQUAL(tensor_f32(&t), data);
    t.stride[0] = 99; /* an axis of length 1 is never stepped along */
    CU_ASSERT_TRUE(tensor_is_dense(&t));
    t.stride[1] = 4;
    CU_ASSERT_FALSE(tensor_is_dense(&t));
    CU_ASSERT_PTR_NULL(tensor_f32(&t));
    t = tensor_dense(DTYPE_F32, 1, (size_t[]){1}, (char *)data + 1);
    CU_ASSERT_PTR_NULL(tensor_f32(&t));
    t = tensor_dense(DTYPE_I32, 1, (size_t[]){6}, data);
    CU_ASSERT_PTR_NULL(tensor_f32(&t));
    t = tensor_dense(DTYPE_F32, 2, (size_t[]){0, 3}, NULL);
    t.stride[1] = 7;
    CU_ASSERT_TRUE(tensor_is_dense(&t));
}

static void shapes(void)
{
    char text[64];
    struct tensor t = tensor_dense(DTYPE_F16, 2, (size_t[]){768, 3072}, NULL);
    CU_ASSERT_STRING_EQUAL(tensor_shape_text(&t, text, sizeof text), "[768, 3072]");
    CU_ASSERT_STRING_EQUAL(tensor_shape_text(&t, text, 6), "[768,");
    CU_ASSERT_EQUAL(tensor_count(&t), 768 * 3072);
    CU_ASSERT_EQUAL(tensor_bytes(&t), 2 * 768 * 3072);
    CU_ASSERT_TRUE(tensor_is_matrix(&t, 768, 3072));
    CU_ASSERT_FALSE(tensor_is_matrix(&t, 3072, 768));
    t = tensor_dense(DTYPE_F4, 3, (size_t[]){2, 3, 4}, NULL);
    CU_ASSERT_TRUE(tensor_is_matrix(&t, 2, 12));
    CU_ASSERT_EQUAL(tensor_bytes(&t), 12);
    t = tensor_dense(DTYPE_F32, 1, (size_t[]){5}, NULL);
    CU_ASSERT_TRUE(tensor_is_matrix(&t, 1, 5));
    CU_ASSERT_FALSE(tensor_is_matrix(&t, 5, 1));
    t = tensor_dense(DTYPE_F32, 0, NULL, NULL);
    CU_ASSERT_STRING_EQUAL(tensor_shape_text(&t, text, sizeof text), "[]");
    CU_ASSERT_EQUAL(tensor_count(&t), 1);
    CU_ASSERT_TRUE(tensor_is_matrix(&t, 1, 1));
}

static void type_names(void)
{
    enum dtype d;
    CU_ASSERT_TRUE(dtype_from_name("F8_E4M3", &d) && d == DTYPE_F8_E4M3);
    CU_ASSERT_FALSE(dtype_from_name("f32", &d));
    for (int i = 0; i < DTYPES; i++)
        CU_ASSERT_TRUE(dtype_from_name(dtype_name((enum dtype)i), &d) && (int)d == i);
}

CU_TestInfo suite_tensor[] = {
    {"f16: every value is exact", every_half_is_exact},
    {"bf16: every value is exact", every_bfloat_is_exact},
    {"every type, unaligned", every_type_is_converted},
    {"strided views", strided_views_read_in_row_major_order},
    {"dense reads start anywhere", dense_reads_start_anywhere},
    {"what counts as dense", what_counts_as_dense},
    {"shapes", shapes},
    {"type names", type_names},
    CU_TEST_INFO_NULL,
};
