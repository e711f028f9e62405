/* methods: what single compression methods compute, against sums written down once more. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/eigen.h"
#include "analyzer/compress/least.h"
#include "analyzer/compress/memo.h"
#include "analyzer/compress/ridge.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"
#include "tests/unit/recipe_fixture.h"

enum { ROWS = 16 };

/* The numbers of a parameter; the caller frees them. */
static float *numbers(const struct model *m, enum role role, int layer, size_t dim[2])
{
    const struct param *p = model_param(m, role, layer);
    float *x = NULL;
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_EQUAL_FATAL(param_copy(&x, p, NULL), 0);
    dim[0] = p->tensor.dim[0];
    dim[1] = p->tensor.dim[1];
    return x;
}

/* How many of score [n] are smaller than score[i], or equal and in front. */
static size_t rank_of(const float *score, size_t n, size_t i)
{
    size_t rank = 0;
    for (size_t k = 0; k < n; k++)
        rank += score[k] < score[i] || (score[k] == score[i] && k < i);
    return rank;
}

static void the_least(void)
{
    enum { N = 57 };
    float score[N], w[N], scratch[N];
    for (unsigned kinds = 1; kinds < 200; kinds = kinds * 3 + 1)
        for (size_t count = 0; count <= N; count++) {
            for (unsigned i = 0; i < N; i++) {
                score[i] = (float)(i * 2654435761u % 1009 % kinds);
                w[i] = 1;
            }
            least_to_zero(w, score, N, count, scratch);
            for (size_t i = 0; i < N; i++)
                CU_ASSERT_EQUAL(w[i] == 0, rank_of(score, N, i) < count);
        }
}

/* Squares of what the first layer's query, key and value read: the states after the embedding. */
static void input_squares(const struct bench *b, double *square)
{
    struct weights_options options = {.cpu = b->materials.cpu, .threads = 2};
    struct plan_options plan_options = {.threads = 2, .keep_hidden = true};
    struct weights *w;
    struct plan *p;
    size_t k = (size_t)b->model->config.hidden;
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, b->model, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, w, b->rows.row, NULL, ROWS, &plan_options, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    const float *x = plan_output(p, PLAN_HIDDEN, -1);
    for (size_t i = 0; i < (size_t)p->tokens * k; i++)
        square[i % k] += (double)x[i] * (double)x[i];
    plan_free(p);
    weights_free(w);
}

static void wanda(void)
{
    struct bench b;
    size_t dim[2];
    bench_open(&b, ROWS, 2);
    struct model *m = bench_apply(&b, "prune-elements fraction=0.25 by=wanda scope=row layers=0 components=before");
    float *w = numbers(b.model, ROLE_KEY_WEIGHT, 0, dim), *left = numbers(m, ROLE_KEY_WEIGHT, 0, dim);
    double *square = calloc(dim[1], sizeof *square);
    float *score = calloc(dim[1], sizeof *score);
    input_squares(&b, square);
    for (size_t row = 0; row < dim[0]; row++) {
        for (size_t k = 0; k < dim[1]; k++)
            score[k] = fabsf(w[row * dim[1] + k]) * (float)sqrt(square[k]);
        for (size_t k = 0; k < dim[1]; k++)
            CU_ASSERT_EQUAL(left[row * dim[1] + k], rank_of(score, dim[1], k) < dim[1] / 4 ? 0 : w[row * dim[1] + k]);
    }
    free(score);
    free(square);
    free(left);
    free(w);
    model_free(m);
    bench_close(&b);
}

static void two_of_four(void)
{
    struct bench b;
    size_t dim[2];
    bench_open(&b, ROWS, 2);
    struct model *m = bench_apply(&b, "prune-elements pattern=2:4");
    float *w = numbers(b.model, ROLE_FFN_UP_WEIGHT, 1, dim), *left = numbers(m, ROLE_FFN_UP_WEIGHT, 1, dim), score[4];
    for (size_t at = 0; at < dim[0] * dim[1]; at += 4) {
        for (size_t i = 0; i < 4; i++)
            score[i] = fabsf(w[at + i]);
        for (size_t i = 0; i < 4; i++)
            CU_ASSERT_EQUAL(left[at + i], rank_of(score, 4, i) < 2 ? 0 : w[at + i]);
    }
    free(left);
    free(w);
    model_free(m);
    bench_close(&b);
}

/* A matrix of known singular values: columns of a Hadamard matrix on both sides. */
static double hadamard(unsigned i, unsigned k, unsigned n)
{
    return (__builtin_popcount(i & k) % 2 ? -1 : 1) / sqrt(n);
}

/* The norm of w - u v. */
static double distance(const float *w, const float *u, const float *v, size_t n, size_t k, size_t rank)
{
    double square = 0;
    for (size_t row = 0; row < n; row++)
        for (size_t col = 0; col < k; col++) {
            double x = (double)w[row * k + col];
            for (size_t i = 0; i < rank; i++)
                x -= (double)u[row * rank + i] * (double)v[i * k + col];
            square += x * x;
        }
    return sqrt(square);
}

/* What is left has the norm of the singular values that are left out (Eckart, Young 1936). */
static void eckart_young(void)
{
    static const size_t shapes[][2] = {{16, 16}, {32, 8}, {8, 32}};
    float w[256], u[256], v[256];
    for (size_t s = 0; s < 3; s++) {
        size_t n = shapes[s][0], k = shapes[s][1], side = n < k ? n : k;
        for (unsigned at = 0; at < n * k; at++) {
            double sum = 0;
            for (unsigned i = 0; i < side; i++)
                sum += (i + 1) * hadamard(at / (unsigned)k, i, (unsigned)n) * hadamard(at % (unsigned)k, i, (unsigned)k);
            w[at] = (float)sum;
        }
        for (size_t rank = 1; rank <= side; rank++) {
            double tail = 0;
            for (size_t i = 1; i <= side - rank; i++) /* singular values are 1 .. side */
                tail += (double)(i * i);
            CU_ASSERT_EQUAL_FATAL(low_rank(u, v, w, n, k, rank, NULL), 0);
            CU_ASSERT_DOUBLE_EQUAL(distance(w, u, v, n, k, rank), sqrt(tail), 1e-4); /* 256 floats of up to 16, rounded */
        }
    }
}

/* Any symmetric matrix: vectors of length 1 at right angles, which it makes longer by their values. */
static void eigenvectors(void)
{
    enum { N = 23 };
    double a[N * N], q[N * N], value[N];
    for (int kind = 0; kind < 4; kind++) {
        for (int i = 0; i < N; i++)
            for (int k = 0; k <= i; k++)
                a[i * N + k] = a[k * N + i] = kind == 0 ? i == k : kind == 1 ? (double)(i * 7 + k * 13 % 11) / N : kind == 2 ? 1 : i == k && i < 5;
        memcpy(q, a, sizeof q);
        CU_ASSERT_EQUAL_FATAL(eigen_symmetric(q, value, N, NULL), 0);
        for (int i = 0; i < N; i++)
            for (int k = 0; k < N; k++) {
                double dot = 0, image = 0;
                for (int j = 0; j < N; j++) {
                    dot += q[i * N + j] * q[k * N + j];
                    image += a[k * N + j] * q[i * N + j];
                }
                CU_ASSERT_DOUBLE_EQUAL(dot, i == k, 1e-12);
                CU_ASSERT_DOUBLE_EQUAL(image, value[i] * q[i * N + k], 1e-11); /* values up to 200 */
            }
    }
}

/* At the solution the gradient is 0: x^T (r - x d) = lambda d. */
static void least_squares(void)
{
    enum { ROWS_ = 40, K = 13, N = 5 };
    float x[ROWS_ * K], r[ROWS_ * N];
    double mean = 0, share = 0.02;
    struct ridge ridge;
    for (unsigned i = 0; i < ROWS_ * K; i++) {
        x[i] = (float)(i * 2654435761u % 1000) / 500 - 1;
        mean += (double)x[i] * (double)x[i] / K;
    }
    for (unsigned i = 0; i < ROWS_ * N; i++)
        r[i] = (float)(i * 40503u % 997) / 100;
    CU_ASSERT_EQUAL_FATAL(ridge_init(&ridge, K, N, NULL), 0);
    ridge_add(&ridge, x, r, 17, 2);
    ridge_add(&ridge, x + 17 * K, r + 17 * N, ROWS_ - 17, 1);
    CU_ASSERT_EQUAL_FATAL(ridge_solve(&ridge, share, 2, NULL), 0);
    for (int k = 0; k < K; k++)
        for (int n = 0; n < N; n++) {
            double gradient = -share * mean * ridge.right[k * N + n];
            for (int row = 0; row < ROWS_; row++) {
                double left = (double)r[row * N + n];
                for (int i = 0; i < K; i++)
                    left -= (double)x[row * K + i] * ridge.right[i * N + n];
                gradient += (double)x[row * K + k] * left;
            }
            CU_ASSERT_DOUBLE_EQUAL(gradient, 0, 1e-10); /* sums of 40 products of about 10 in doubles */
        }
    ridge_free(&ridge);
}

/* How far the logits of `m` are from those of the whole model. */
static double error_of(const struct bench *b, const struct model *m)
{
    enum { LABELS = 2 };
    struct weights_options options = {.cpu = b->materials.cpu, .threads = 2};
    struct predict_options predict = {.threads = 2};
    const struct model *models[] = {b->model, m};
    float logits[2][ROWS * LABELS];
    double square = 0;
    CU_ASSERT_EQUAL_FATAL(b->model->config.labels, LABELS);
    for (int i = 0; i < 2; i++) {
        struct weights *w;
        CU_ASSERT_EQUAL_FATAL(weights_build(&w, models[i], &options, NULL, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(predict_logits(logits[i], w, b->rows.row, ROWS, &predict, NULL, NULL), 0);
        weights_free(w);
    }
    for (int i = 0; i < ROWS * LABELS; i++)
        square += ((double)logits[0][i] - (double)logits[1][i]) * ((double)logits[0][i] - (double)logits[1][i]);
    return square;
}

/* On the rows that it was fitted on it comes nearer. */
static void refitted(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct model *m = bench_apply(&b, "prune-neurons fraction=0.6 by=random seed=3"),
                 *fitted = bench_apply(&b, "prune-neurons fraction=0.6 by=random seed=3\nrefit");
    double before = error_of(&b, m), after = error_of(&b, fitted);
    CU_ASSERT(after < before / 2);
    model_free(m);
    model_free(fitted);
    bench_close(&b);
}

/* What was worked out for other steps, or for other heads that went before, is not taken for this one. */
static void what_is_remembered(void)
{
    static const char *const text[] = {
        "prune-neurons fraction=0.3 by=magnitude",
        "prune-neurons fraction=0.6 by=magnitude",
        "prune-heads fraction=0.3 by=magnitude",
        "prune-heads heads=0.0 fraction=0.4 by=magnitude",
        "prune-heads heads=0.1 fraction=0.4 by=magnitude",
        "prune-heads heads=0.0 fraction=0.4 by=gradient",
        "prune-heads heads=0.1 fraction=0.4 by=gradient",
        "prune-heads fraction=0.2 by=magnitude\nprune-neurons fraction=0.5 by=magnitude iterations=3",
        "int8\nprune-neurons fraction=0.3 by=magnitude",
    };
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct memo *memo = memo_new();
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
            b.materials.memo = NULL;
            struct model *fresh = bench_apply(&b, text[i]);
            b.materials.memo = memo;
            struct model *remembered = bench_apply(&b, text[i]);
            CU_ASSERT_TRUE(same_parameters(fresh, remembered));
            model_free(fresh);
            model_free(remembered);
        }
    memo_free(memo);
    bench_close(&b);
}

CU_TestInfo suite_methods[] = {
    {"the smallest of many numbers", the_least},
    {"Wanda: weight times norm of its input", wanda},
    {"Eckart and Young", eckart_young},
    {"eigenvectors", eigenvectors},
    {"least squares", least_squares},
    {"what is left is refitted", refitted},
    {"two of four", two_of_four},
    {"what is remembered", what_is_remembered},
    CU_TEST_INFO_NULL,
};
