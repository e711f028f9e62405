#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/compress/codebook.h"
#include "analyzer/compress/quantize.h"

enum { MANY = 20000 };

static struct codebook fit(const float *w, size_t count, int bits, int rounds)
{
    struct codebook c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(codebook_fit(&c, w, count, bits, rounds, &e), 0);
    CU_ASSERT(c.count >= 1 && c.count <= 1 << bits);
    for (int i = 1; i < c.count; i++)
        CU_ASSERT(c.value[i] > c.value[i - 1]);
    return c;
}

static double error_of(const struct codebook *c, const float *w, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += pow((double)w[i] - codebook_nearest(c, w[i]), 2);
    return sum;
}

static float *normal(void)
{
    float *w = malloc(MANY * sizeof *w);
    for (size_t i = 0; i < MANY; i++)
        w[i] = rng_normal(5, i);
    return w;
}

/* The numbers of the table are floats: 2^-24 of each may be lost. */
static void more_rounds_are_never_worse(void)
{
    float *w = normal();
    double before = INFINITY;
    for (int rounds = 0; rounds <= 40; rounds++) {
        struct codebook c = fit(w, MANY, 4, rounds);
        double error = error_of(&c, w, MANY);
        CU_ASSERT(error <= before * (1 + 1e-9));
        before = error;
    }
    struct codebook seeds = fit(w, MANY, 4, 0);
    CU_ASSERT(before < 0.9 * error_of(&seeds, w, MANY));
    free(w);
}

static void more_bits_are_better(void)
{
    float *w = normal();
    double before = INFINITY;
    for (int bits = 1; bits <= CODEBOOK_BITS; bits++) {
        struct codebook c = fit(w, MANY, bits, CODEBOOK_ROUNDS);
        double error = error_of(&c, w, MANY);
        CU_ASSERT(error < before / 2); /* half the distance would be a quarter */
        before = error;
    }
    free(w);
}

/* When nothing moves, each number is the mean of the weights that are nearest to it. */
static void ends_at_means(void)
{
    float *w = normal();
    struct codebook c = fit(w, MANY, 3, 100000);
    for (int i = 0; i < c.count; i++) {
        double sum = 0, count = 0;
        for (size_t k = 0; k < MANY; k++)
            if (codebook_nearest(&c, w[k]) == c.value[i]) {
                sum += (double)w[k];
                count++;
            }
        CU_ASSERT_DOUBLE_EQUAL(c.value[i], sum / count, 1e-6);
    }
    free(w);
}

/* Two crowds apart: the best two numbers are their means. */
static void finds_crowds(void)
{
    static const float w[] = {10, -3, 11, -1, 12, -2, 11};
    struct codebook c = fit(w, 7, 1, CODEBOOK_ROUNDS);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_EQUAL(c.value[0], -2);
    CU_ASSERT_EQUAL(c.value[1], 11);
    CU_ASSERT_EQUAL(codebook_nearest(&c, 4.5f), -2);
    CU_ASSERT_EQUAL(codebook_nearest(&c, 4.6f), 11);
}

static void few_numbers_are_kept(void)
{
    enum { COUNT = 3000 };
    static float w[COUNT];
    for (int bits = 1; bits <= CODEBOOK_BITS; bits++) {
        uint32_t different = 1u << bits;
        for (size_t i = 0; i < COUNT; i++)
            w[i] = rng_normal(9, i < different ? i : rng_below(4, i, different)) * 1e-30f;
        struct codebook c = fit(w, COUNT, bits, CODEBOOK_ROUNDS);
        CU_ASSERT_EQUAL(c.rounds, 0);
        CU_ASSERT_EQUAL(error_of(&c, w, COUNT), 0);
        for (size_t i = 0; i < COUNT; i++)
            CU_ASSERT_EQUAL(codebook_nearest(&c, w[i]), w[i]);
    }
}

/* Zeros that outnumber the rest take one number of the table. */
static void masks_stay(void)
{
    float *w = normal();
    for (size_t i = 0; i < MANY; i++)
        w[i] = i % 10 ? 0 : w[i] + copysignf(1, w[i]);
    struct codebook c = fit(w, MANY, 4, CODEBOOK_ROUNDS);
    CU_ASSERT_EQUAL(codebook_nearest(&c, 0), 0);
    CU_ASSERT_EQUAL(c.count, 16);
    free(w);
}

/* What came out goes in unchanged, and the same weights give the same bytes. */
static void values_are_projected(void)
{
    struct err e = {0};
    for (int bits = 2; bits <= CODEBOOK_BITS; bits++) {
        float *once = normal(), *again = normal();
        CU_ASSERT_EQUAL(quantize_values(once, 100, MANY / 100, KERNEL_KMEANS, bits, &e), 0);
        CU_ASSERT_EQUAL(quantize_values(again, 100, MANY / 100, KERNEL_KMEANS, bits, &e), 0);
        CU_ASSERT_EQUAL(memcmp(once, again, MANY * sizeof *once), 0);
        CU_ASSERT_EQUAL(quantize_values(again, 100, MANY / 100, KERNEL_KMEANS, bits, &e), 0);
        CU_ASSERT_EQUAL(memcmp(once, again, MANY * sizeof *once), 0);
        free(once);
        free(again);
    }
}

static void refuses_what_is_no_number(void)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        float w[] = {1, 2, bad[i], 3};
        struct codebook c;
        struct err e = {0};
        CU_ASSERT_EQUAL(codebook_fit(&c, w, 4, 1, 10, &e), ERR_UNSUPPORTED);
        CU_ASSERT_STRING_EQUAL(e.text, "weights that are not finite have no table");
    }
}

CU_TestInfo suite_codebook[] = {
    {"codebook: more rounds are never worse", more_rounds_are_never_worse},
    {"codebook: more bits are better", more_bits_are_better},
    {"codebook: ends where each number is a mean", ends_at_means},
    {"codebook: finds two crowds", finds_crowds},
    {"codebook: few different numbers are kept", few_numbers_are_kept},
    {"codebook: zeros of a mask stay zero", masks_stay},
    {"codebook: rounding twice is rounding once", values_are_projected},
    {"codebook: refuses what is no number", refuses_what_is_no_number},
    CU_TEST_INFO_NULL,
};
