/* int8_static: ranges of inputs that are fixed beforehand: how far they reach, against sums written down once more, and where they go with
 * the matrices that they belong to. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/compress/apply.h"
#include "analyzer/compress/calibrate.h"
#include "analyzer/compress/expand.h"
#include "analyzer/compress/magnitudes.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/config.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/save.h"
#include "analyzer/model/shared.h"
#include "analyzer/run/hidden.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"
#include "tests/unit/recipe_fixture.h"

enum { MANY = 30000, ROWS = 6, SOME_ROWS = 2, BINS = MAGNITUDES_BINS, LEVELS = MAGNITUDES_LEVELS };

/* ---- how far ---------------------------------------------------------------------------------------------------- */

/* Most are small, some are far out, of both signs. */
static float *tailed(double size)
{
    float *x = malloc(MANY * sizeof *x);
    for (size_t i = 0; i < MANY; i++)
        x[i] = (float)(size * (double)rng_normal(5, i) * (i % 1000 == 7 ? 30 : i % 100 == 3 ? 4 : 1));
    return x;
}

static int by_size(const void *a, const void *b)
{
    float x = fabsf(*(const float *)a), y = fabsf(*(const float *)b);
    return (x > y) - (x < y);
}

static float largest_of(const float *x, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
    return most;
}

/* The same numbers, of any size, have the same bins in pieces and in another order. */
static void the_order_does_not_matter(void)
{
    static struct magnitudes one, other;
    for (int size = -90; size <= 100; size += 19) {
        float *x = tailed(ldexp(1, size));
        one = other = (struct magnitudes){0};
        magnitudes_add(&one, x, MANY);
        for (size_t i = 0; i < MANY; i += 1000)
            magnitudes_add(&other, x + (i + 17000) % MANY, 1000);
        CU_ASSERT_EQUAL(one.largest, largest_of(x, MANY));
        CU_ASSERT_EQUAL(memcmp(&one, &other, sizeof one), 0);
        CU_ASSERT((double)one.largest < ldexp(1, one.exponent) && (double)one.largest >= ldexp(1, one.exponent - 1));
        free(x);
    }
}

/* Against all numbers in their order: up to the end of a bin, of which more than 1024 lie below the largest. */
static void a_share_is_not_cut_off(void)
{
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 0.9999, 1};
    static struct magnitudes m;
    float *x = tailed(3);
    m = (struct magnitudes){0};
    magnitudes_add(&m, x, MANY);
    qsort(x, MANY, sizeof *x, by_size);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        double exact = fabs((double)x[(int)ceil(shares[i] * MANY) - 1]), range = (double)magnitudes_share(&m, shares[i]);
        CU_ASSERT(range >= exact && range <= exact + ldexp(1.0 / BINS, m.exponent));
    }
    CU_ASSERT_EQUAL(magnitudes_share(&m, 1), m.largest);
    free(x);
}

/* The sum as Migacz states it, from two distributions that are written out. */
static double divergence_of(const struct magnitudes *m, int bins)
{
    static double p[BINS], q[BINS];
    double p_sum = 0, q_sum = 0, sum = 0;
    for (int i = 0; i < BINS; i++) {
        double count = (double)m->count[i];
        p[i < bins ? i : bins - 1] = count + (i < bins ? 0 : p[bins - 1]);
        p_sum += count;
    }
    for (int group = 0; group < LEVELS; group++) {
        int from = group * (bins / LEVELS), to = group == LEVELS - 1 ? bins : from + bins / LEVELS, filled = 0;
        double numbers = 0;
        for (int i = from; i < to; i++) {
            numbers += (double)m->count[i];
            filled += m->count[i] > 0;
        }
        for (int i = from; i < to; i++)
            q[i] = m->count[i] > 0 ? numbers / filled : 0;
        q_sum += numbers;
    }
    for (int i = 0; i < bins; i++)
        if (p[i] > 0)
            sum += q[i] > 0 ? p[i] / p_sum * log(p[i] / p_sum / (q[i] / q_sum)) : INFINITY;
    return sum;
}

/* Many numbers of nearly the same count up to a third of the span, and few far out. */
static void crowd(struct magnitudes *m)
{
    *m = (struct magnitudes){.largest = 0.9999f};
    for (uint64_t i = 0; i < BINS; i++) {
        m->count[i] = i < 700 ? 1800 + rng_below(3, i, 401) : i >= 1500;
        m->seen += m->count[i];
    }
}

/* No other range has less of it (but for roundings of sums of doubles); numbers with tails lose them, and what fills its span evenly
 * loses nothing. */
static void nothing_is_closer(void)
{
    static struct magnitudes m;
    for (int kind = 0; kind < 3; kind++) {
        float *x = tailed(1e-3);
        for (int i = 0; kind == 2 && i < 4 * BINS; i++)
            x[i] = ((float)(i % BINS) + 0.5f) / BINS;
        m = (struct magnitudes){0};
        magnitudes_add(&m, x, kind == 2 ? 4 * BINS : MANY);
        if (kind == 1)
            crowd(&m);
        float range = magnitudes_closest(&m);
        double least = INFINITY, here = INFINITY;
        for (int bins = LEVELS; bins <= BINS; bins++) {
            double d = divergence_of(&m, bins), end = fmin(ldexp((double)bins / BINS, m.exponent), (double)m.largest);
            least = fmin(least, d);
            here = end == (double)range ? fmin(here, d) : here;
        }
        CU_ASSERT(here <= least + 1e-9);
        CU_ASSERT(kind == 2 ? range == m.largest : (double)range < 0.7 * (double)m.largest);
        free(x);
    }
}

static void zeros_have_no_range(void)
{
    static const float zeros[40], bad[] = {NAN, INFINITY, -INFINITY};
    static struct magnitudes m;
    for (int times = 0; times < 2; times++) {
        CU_ASSERT_EQUAL(magnitudes_share(&m, 0.99), 0);
        CU_ASSERT_EQUAL(magnitudes_closest(&m), 0);
        CU_ASSERT_EQUAL(m.largest, 0);
        magnitudes_add(&m, zeros, 40);
    }
    for (int i = 0; i < 3; i++) {
        const float x[] = {3, bad[i], 4}, y[] = {5};
        m = (struct magnitudes){0};
        magnitudes_add(&m, x, 3);
        magnitudes_add(&m, y, 1);
        CU_ASSERT(!magnitudes_finite(&m));
    }
}

/* ---- the method ------------------------------------------------------------------------------------------------- */

static float range_of(const struct model *m, enum role role, int layer)
{
    const struct param *p = model_param(m, role, layer);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    return p->input_range;
}

/* All that a matrix read. */
struct read {
    const struct model *m;
    enum role role;
    int layer;
    float *x; /* [n]; owned */
    size_t n;
};

static int keep(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    struct read *r = payload;
    (void)g, (void)e;
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        if (!s->linear || s->linear->part[s->linear->parts - 1].weight != model_param(r->m, r->role, r->layer))
            continue;
        size_t more = (size_t)s->rows * (size_t)s->linear->k;
        r->x = realloc(r->x, (r->n + more) * sizeof *r->x);
        memcpy(r->x + r->n, s->x[0], more * sizeof *r->x);
        r->n += more;
    }
    return 0;
}

static void check_ways(const struct bench *b, enum role role, int layer, int rows)
{
    static const char *const ways[] = {"minmax", "percentile percentile=99.5", "kl"};
    static struct magnitudes seen;
    struct read r = {.m = b->model, .role = role, .layer = layer};
    CU_ASSERT_EQUAL_FATAL(calibrate(b->model, &b->materials, rows, false, keep, &r, NULL, NULL), 0);
    CU_ASSERT_FATAL(r.n > 0);
    seen = (struct magnitudes){0};
    magnitudes_add(&seen, r.x, r.n);
    const float want[] = {largest_of(r.x, r.n), magnitudes_share(&seen, 0.995), magnitudes_closest(&seen)};
    CU_ASSERT(want[1] < want[0]);
    for (int i = 0; i < 3; i++) {
        char text[128];
        snprintf(text, sizeof text, "int8-static layers=%d rows=%d calibrate=%s", layer, rows, ways[i]);
        struct model *m = bench_apply(b, text);
        CU_ASSERT_EQUAL(range_of(m, role, layer), want[i]);
        CU_ASSERT_EQUAL(model_param(m, role, layer)->format, KERNEL_INT8);
        model_free(m);
    }
    free(r.x);
}

/* What a matrix reads is written down by another walk over the same rows; minmax is the largest of it. */
static void ranges_are_of_what_is_read(void)
{
    struct bench b;
    bench_open(&b, ROWS, 1);
    check_ways(&b, ROLE_VALUE_WEIGHT, 0, SOME_ROWS);
    check_ways(&b, ROLE_FFN_DOWN_WEIGHT, 3, ROWS);
    bench_close(&b);
}

/* The numbers are those of int8: without its ranges the model gives the same bits; with them, others; backward products keep a scale for
 * each row. */
static void only_the_inputs_differ_from_int8(void)
{
    struct bench b;
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 1, .gradients = true};
    struct weights *w;
    bench_open(&b, ROWS, 1);
    struct model *fixed = bench_apply(&b, "int8-static components=ffn layers=1-2 rows=2"), *plain = bench_apply(&b, "int8 components=ffn layers=1-2");
    CU_ASSERT(!bench_same_logits(&b, fixed, plain));
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, fixed, &options, NULL, NULL), 0);
    for (int layer = 0; layer < fixed->config.layers; layer++) {
        const struct linear *up = weights_linear(w, SITE_FFN_UP, layer), *qkv = weights_linear(w, SITE_QKV, layer);
        CU_ASSERT_EQUAL(up->input_range, range_of(fixed, ROLE_FFN_UP_WEIGHT, layer));
        CU_ASSERT((up->input_range > 0) == (layer == 1 || layer == 2));
        CU_ASSERT(up->transposed->input_range == 0 && qkv->input_range == 0);
    }
    weights_free(w);
    for (int i = 0; i < fixed->params; i++)
        fixed->param[i].input_range = 0;
    CU_ASSERT(bench_same_logits(&b, fixed, plain));
    model_free(fixed);
    model_free(plain);
    bench_close(&b);
}

/* Layers that share a matrix have one range, as far as the farthest of them needs it; what had a range goes on with it. */
static void ranges_go_with_the_matrices(void)
{
    struct bench b;
    struct model *whole;
    bench_open(&b, ROWS, 1);
    struct model *m = bench_apply(&b, "share layers=1-3 components=ffn\nint8-static components=ffn rows=2"), *own;
    struct read r[] = {{.m = NULL, .role = ROLE_FFN_UP_WEIGHT, .layer = 1}, {.role = ROLE_FFN_UP_WEIGHT, .layer = 2}};
    CU_ASSERT_PTR_EQUAL(model_twin(m, (int)(model_param(m, ROLE_FFN_UP_WEIGHT, 3) - m->param)), model_param(m, ROLE_FFN_UP_WEIGHT, 1));
    struct model *shared = bench_apply(&b, "share layers=1-3 components=ffn");
    float most = 0;
    for (int i = 0; i < 2; i++) {
        r[i].m = shared;
        CU_ASSERT_EQUAL_FATAL(calibrate(shared, &b.materials, SOME_ROWS, false, keep, &r[i], NULL, NULL), 0);
        most = fmaxf(most, largest_of(r[i].x, r[i].n));
        free(r[i].x);
    }
    for (int layer = 1; layer <= 3; layer++)
        CU_ASSERT(range_of(m, ROLE_FFN_UP_WEIGHT, layer) == range_of(m, ROLE_FFN_UP_WEIGHT, 1) && range_of(m, ROLE_FFN_UP_WEIGHT, layer) >= most);
    CU_ASSERT_NOT_EQUAL(range_of(m, ROLE_FFN_UP_WEIGHT, 0), range_of(m, ROLE_FFN_UP_WEIGHT, 1));
    CU_ASSERT_EQUAL_FATAL(model_derive(&own, m, NULL), 0);
    CU_ASSERT_EQUAL(hidden_first_change(own, m), own->config.layers);
    own->param[model_param(own, ROLE_FFN_UP_WEIGHT, 2) - own->param].input_range *= 2;
    CU_ASSERT_EQUAL(hidden_first_change(own, m), 2);
    CU_ASSERT_EQUAL_FATAL(model_expand(&whole, m, NULL), 0);
    CU_ASSERT(range_of(whole, ROLE_FFN_UP_WEIGHT, 0) == 0);
    model_free(whole);
    model_free(own);
    model_free(shared);
    model_free(m);
    m = bench_apply(&b, "int8-static rows=2\nint8 layers=1\nprune-neurons fraction=0.5 by=magnitude layers=2");
    for (int layer = 0; layer < 3; layer++)
        CU_ASSERT_EQUAL(range_of(m, ROLE_FFN_DOWN_WEIGHT, layer) > 0, layer != 1);
    model_free(m);
    bench_close(&b);
}

/* Layers that had one matrix and get different ranges are no twins any more. */
static void ranges_that_differ_are_not_tied(void)
{
    struct bench b;
    bench_open(&b, ROWS, 1);
    struct model *m = bench_apply(&b, "share components=ffn\nint8 components=ffn\nint8-static components=ffn layers=1 rows=2");
    CU_ASSERT(range_of(m, ROLE_FFN_UP_WEIGHT, 0) == 0 && range_of(m, ROLE_FFN_UP_WEIGHT, 1) > 0 && range_of(m, ROLE_FFN_UP_WEIGHT, 2) == 0);
    model_free(m);
    bench_close(&b);
}

/* A compact directory has each range to the last bit, also when the model then owns its numbers. */
static void ranges_are_saved(void)
{
    struct bench b;
    struct model *again;
    struct err e = {0};
    char dir[4200];
    bench_open(&b, ROWS, 1);
    struct model *m = bench_apply(&b, "share layers=2-3 components=after\nint8-static calibrate=kl rows=2");
    m->param[model_param(m, ROLE_FFN_UP_WEIGHT, 0) - m->param].input_range = 0x1.fffffep127f;
    snprintf(dir, sizeof dir, "%s/static", unit_temp_dir());
    CU_ASSERT_EQUAL(model_save(m, dir, &(struct save_options){.compact = true}, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&again, dir, NULL, NULL, &e), 0);
    for (int owned = 0; owned < 2; owned++) {
        for (int i = 0; i < m->params; i++)
            CU_ASSERT_EQUAL(model_param(again, m->param[i].role, m->param[i].layer)->input_range, m->param[i].input_range);
        CU_ASSERT(bench_same_logits(&b, m, again));
        CU_ASSERT_EQUAL(model_own(again, NULL, &e), 0);
    }
    model_free(again);
    model_free(m);
    bench_close(&b);
}

static void refused(void)
{
    static const char *const cases[][2] = {
        {"int8-static calibrate=entropy", "r: line 1: calibrate must be minmax or percentile or kl, not \"entropy\""},
        {"int8-static rows=0", "r: line 1: rows must be from 1 to "},
        {"int8-static calibrate=percentile percentile=100.5", "r: line 1: percentile must be from 50 to 100, not 100.5"},
        {"int8-static calibrate=kl percentile=99", "r: line 1: int8-static: percentile= belongs to calibrate=percentile, not to calibrate=kl"},
        {"int8-static layers=7", "r: line 1: int8-static: there is no layer 7 (any more)"},
    };
    struct bench b;
    struct model *m;
    bench_open(&b, ROWS, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        CU_ASSERT_NOT_EQUAL(bench_try(&m, &b, cases[i][0], &e), 0);
        CU_ASSERT_PTR_NULL(m);
        if (strncmp(e.text, cases[i][1], strlen(cases[i][1])) != 0)
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_EQUAL(strncmp(e.text, cases[i][1], strlen(cases[i][1])), 0);
    }
    struct model *owner = b.model;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(model_own(owner, NULL, &e), 0);
    int bias = (int)(model_param(owner, ROLE_FFN_UP_BIAS, 1) - owner->param);
    model_values(owner, bias)[3] = NAN;
    CU_ASSERT_EQUAL(bench_try(&m, &b, "int8-static layers=1 rows=2", &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "layer.1.output.dense.weight reads is not finite, so it has no scale"));
    bench_close(&b);
}

/* What config.json may say of a range. */
static void bad_files(void)
{
    static const char *const cases[][2] = {
        {"\"stored\": \"int8\", \"input_range\": 0", "its input range should be a number above 0"},
        {"\"stored\": \"int8\", \"input_range\": -3.5", "its input range should be a number above 0"},
        {"\"stored\": \"int8\", \"input_range\": 1e-90", "its input range should be a number above 0"},
        {"\"stored\": \"int8\", \"input_range\": \"7\"", "its input range should be a number above 0"},
        {"\"stored\": \"int4\", \"input_range\": 7", "it has an input range, and a format that rounds no inputs to integers"},
        {"\"stored\": \"int8\", \"input_range\": 1e99", ""},
        {"\"stored\": \"ternary\", \"input_range\": 7", ""},
        {"\"format\": \"int8\", \"stored\": \"f16\", \"input_range\": 0.5", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c;
        struct err e = {0};
        char text[1024];
        snprintf(text, sizeof text,
                 "{\"model_type\": \"bert\", \"vocab_size\": 9, \"hidden_size\": 8, \"num_hidden_layers\": 1, \"num_attention_heads\": 2,"
                 "\"intermediate_size\": 4, \"max_position_embeddings\": 7, \"type_vocab_size\": 2, \"bertscope\": {\"version\": 1,"
                 "\"layers\": [{\"number\": 0, \"heads\": [0, 1], \"neurons\": 4}], \"tensors\": {\"t\": {\"shape\": [3, 5], %s}}}}",
                 cases[i][0]);
        int code = config_parse(&c, text, strlen(text), "config.json", &e);
        CU_ASSERT_EQUAL(code != 0, cases[i][1][0] != '\0');
        if (!strstr(e.text, cases[i][1]))
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, cases[i][1]));
        if (code == 0)
            config_free(&c);
    }
}

CU_TestInfo suite_int8_static[] = {
    {"magnitudes: the order does not matter", the_order_does_not_matter},
    {"magnitudes: a share is not cut off", a_share_is_not_cut_off},
    {"magnitudes: no other range is closer", nothing_is_closer},
    {"magnitudes: zeros have no range", zeros_have_no_range},
    {"ranges are of what is read", ranges_are_of_what_is_read},
    {"only the inputs differ from int8", only_the_inputs_differ_from_int8},
    {"ranges go with the matrices", ranges_go_with_the_matrices},
    {"ranges that differ are not tied", ranges_that_differ_are_not_tied},
    {"ranges are saved", ranges_are_saved},
    {"ranges: bad options", refused},
    {"ranges: bad files", bad_files},
    CU_TEST_INFO_NULL,
};
