/* sparse: when zeros are left out, that it changes no answer, and what it counts. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/export.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/sparse_bench.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"
#include "tests/unit/recipe_fixture.h"

enum { ROWS = 12 };

static enum kernel_format format_of(const struct model *m, enum role role, int layer)
{
    return model_param(m, role, layer)->format;
}

static void chosen_by_zeros(void)
{
    static const struct {
        const char *recipe;
        enum kernel_format up, query; /* of layer 1 */
    } cases[] = {
        {"prune-elements fraction=0.7499", KERNEL_F32, KERNEL_F32},
        {"prune-elements fraction=0.75", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements fraction=0.75 scope=row", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements fraction=1", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements fraction=0.9 components=ffn", KERNEL_SPARSE, KERNEL_F32},
        {"prune-elements fraction=0.9 layers=0", KERNEL_F32, KERNEL_F32},
        {"prune-elements fraction=0.9 kernel=dense", KERNEL_F32, KERNEL_F32},
        {"prune-elements fraction=0.1 kernel=sparse", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements pattern=2:4", KERNEL_F32, KERNEL_F32},
        {"prune-elements pattern=2:4 kernel=sparse", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements fraction=0.9\nprune-elements fraction=0.9 kernel=dense", KERNEL_F32, KERNEL_F32},
        {"prune-elements fraction=0.5\nprune-elements fraction=0.8", KERNEL_SPARSE, KERNEL_SPARSE},
        {"int8\nprune-elements fraction=0.9", KERNEL_INT8, KERNEL_INT8},
        {"prune-elements fraction=0.9\nint8 components=ffn", KERNEL_INT8, KERNEL_SPARSE},
        {"prune-elements fraction=0.9\nprune-neurons fraction=0.5 by=magnitude", KERNEL_SPARSE, KERNEL_SPARSE},
        {"prune-elements fraction=0.9\nlow-rank rank=4 components=ffn", KERNEL_F32, KERNEL_SPARSE},
        {"prune-elements fraction=0.9\nshare from=mean components=ffn", KERNEL_F32, KERNEL_SPARSE},
        {"prune-elements fraction=0.9\nshare from=first components=ffn", KERNEL_SPARSE, KERNEL_SPARSE},
    };
    struct bench b;
    bench_open(&b, ROWS, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct model *m = bench_apply(&b, cases[i].recipe);
        if (!m)
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        if (format_of(m, ROLE_FFN_UP_WEIGHT, 1) != cases[i].up || format_of(m, ROLE_QUERY_WEIGHT, 1) != cases[i].query)
            printf("\n    %s\n", cases[i].recipe);
        CU_ASSERT_EQUAL(format_of(m, ROLE_FFN_UP_WEIGHT, 1), cases[i].up);
        CU_ASSERT_EQUAL(format_of(m, ROLE_QUERY_WEIGHT, 1), cases[i].query);
        model_free(m);
    }
    struct model *m = bench_apply(&b, "prune-elements fraction=0.9 components=all\nrefit components=ffn");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_EQUAL(format_of(m, ROLE_WORD_EMBEDDING, -1), KERNEL_F32); /* no linear layer */
    CU_ASSERT_EQUAL(format_of(m, ROLE_FFN_UP_WEIGHT, 1), KERNEL_SPARSE);
    CU_ASSERT_EQUAL(format_of(m, ROLE_FFN_DOWN_WEIGHT, 1), KERNEL_F32); /* no zeros any more */
    model_free(m);
    bench_close(&b);
}

static void refused(void)
{
    static const char *const cases[][2] = {
        {"int8\nprune-elements fraction=0.9 kernel=sparse",
         "r: line 2: prune-elements: bert.encoder.layer.0.attention.self.query.weight is in int8 already; kernel=sparse computes in f32"},
        {"f16 components=ffn\nprune-elements fraction=0.9 kernel=sparse",
         "r: line 2: prune-elements: bert.encoder.layer.0.intermediate.dense.weight is in f16 already; kernel=sparse computes in f32"},
    };
    struct bench b;
    bench_open(&b, ROWS, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct model *m;
        CU_ASSERT(bench_try(&m, &b, cases[i][0], &e) != 0 && m == NULL);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i][1]);
    }
    struct recipe r;
    struct err e = {0};
    const char *text = "prune-elements kernel=fast";
    CU_ASSERT_NOT_EQUAL(recipe_parse(&r, text, strlen(text), "r", &e), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "kernel must be auto or dense or sparse, not \"fast\""));
    bench_close(&b);
}

static void warned(void)
{
    static const char *const cases[][2] = {
        {"prune-elements fraction=0.5", "size only: the sparse kernel is for 75 % of zeros and more"},
        {"prune-elements fraction=0.75", NULL},
        {"prune-elements fraction=0.9 kernel=dense", "size only"},
        {"prune-elements fraction=0.9 scope=all", "size only for matrices with less than 75 % of zeros"},
        {"prune-elements pattern=2:4", "size only: the sparse kernel is for 75 % of zeros and more"},
        {"prune-elements fraction=0.5 kernel=sparse", "the sparse kernel may be slower: it is for 75 % of zeros and more"},
        {"prune-elements fraction=0.95 kernel=sparse", NULL},
        {"int4", "size only"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r;
        CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, cases[i][0], strlen(cases[i][0]), "r", NULL), 0);
        const char *said = step_warning(&r.line[0], 0);
        CU_ASSERT_EQUAL(said == NULL, cases[i][1] == NULL);
        if (said && cases[i][1])
            CU_ASSERT_STRING_EQUAL(said, cases[i][1]);
        recipe_free(&r);
    }
}

static float *logits_of(const struct bench *b, const struct model *m, int threads, int rows)
{
    struct weights_options options = {.cpu = b->materials.cpu, .threads = threads};
    struct predict_options predict = {.threads = threads};
    struct weights *w;
    float *logits = calloc((size_t)rows * (size_t)m->config.labels, sizeof *logits);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(predict_logits(logits, w, b->rows.row, rows, &predict, NULL, NULL), 0);
    weights_free(w);
    return logits;
}

/* Sparse or dense, with one thread or two (of one short row they share panels out): the same bits. */
static void no_answer_changes(void)
{
    static const char *const fractions[] = {"0.3", "0.8", "0.97", "1"};
    struct bench b;
    bench_open(&b, ROWS, 2);
    for (size_t i = 0; i < sizeof fractions / sizeof *fractions; i++) {
        char text[2][80];
        struct model *m[2];
        for (int k = 0; k < 2; k++) {
            snprintf(text[k], sizeof text[k], "prune-elements fraction=%s kernel=%s", fractions[i], k ? "sparse" : "dense");
            m[k] = bench_apply(&b, text[k]);
        }
        for (int rows = 1; rows <= ROWS; rows += ROWS - 1) {
            float *dense = logits_of(&b, m[0], 1, rows), *one = logits_of(&b, m[1], 1, rows), *two = logits_of(&b, m[1], 2, rows);
            size_t bytes = (size_t)rows * (size_t)b.model->config.labels * sizeof *one;
            CU_ASSERT_EQUAL(memcmp(one, dense, bytes), 0);
            CU_ASSERT_EQUAL(memcmp(one, two, bytes), 0);
            free(dense);
            free(one);
            free(two);
        }
        model_free(m[0]);
        model_free(m[1]);
    }
    bench_close(&b);
}

static uint64_t left_of(const struct linear *l)
{
    uint64_t left = 0;
    for (int i = 0; i < l->parts; i++) {
        const struct tensor *t = &l->part[i].weight->tensor;
        for (size_t k = 0; k < tensor_count(t); k++)
            left += tensor_f32(t)[k] != 0;
    }
    return left;
}

/* MACs are those that are done, bytes those that are read. */
static void counted(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct weights_options options = {.cpu = b.materials.cpu, .threads = 2};
    struct plan_options plan_options = {.threads = 2};
    struct weights *w;
    struct plan *p;
    struct model *m = bench_apply(&b, "prune-elements fraction=0.9 by=wanda scope=all");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, w, b.rows.row, NULL, ROWS, &plan_options, NULL), 0);
    int sparse = 0;
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        if (!s->linear || s->linear->kernel->format != KERNEL_SPARSE)
            continue;
        uint64_t left = left_of(s->linear), biases = (uint64_t)s->linear->n;
        uint64_t most = (left + (uint64_t)s->linear->n) * 6 + 4096 + left / 4 + biases * sizeof(float);
        CU_ASSERT_EQUAL(s->linear->products, left);
        CU_ASSERT_EQUAL(s->macs, left * (uint64_t)s->rows);
        CU_ASSERT(s->linear->bytes >= left * 6 + biases * sizeof(float) && s->linear->bytes <= most);
        sparse++;
    }
    CU_ASSERT(sparse > 0);
    plan_free(p);
    weights_free(w);
    options.gradients = true; /* what learns does not stay zero */
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(weights_linear(w, SITE_FFN_UP, 1)->kernel->format, KERNEL_F32);
    weights_free(w);
    model_free(m);
    bench_close(&b);
}

/* Written in both forms it gives what it gave; the compact one is sparse again. */
static void exported_forms(void)
{
    struct bench b;
    bench_open(&b, ROWS, 2);
    struct model *m = bench_apply(&b, "prune-elements fraction=0.9"), *again;
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    for (int form = 0; form < 2; form++) {
        struct exported x;
        struct err e = {0};
        char dir[4200];
        snprintf(dir, sizeof dir, "%s/form%d", unit_temp_dir(), form);
        CU_ASSERT_EQUAL_FATAL(export_model(&x, m, dir, (enum export_form)form, 2, b.materials.cpu, NULL, &e), 0);
        CU_ASSERT_EQUAL(x.difference, 0);
        CU_ASSERT_EQUAL_FATAL(model_open(&again, dir, NULL, NULL, &e), 0);
        CU_ASSERT_EQUAL(format_of(again, ROLE_FFN_UP_WEIGHT, 1), form == EXPORT_COMPACT ? KERNEL_SPARSE : KERNEL_F32);
        CU_ASSERT(bench_same_logits(&b, m, again));
        model_free(again);
    }
    model_free(m);
    bench_close(&b);
}

/* Times on a line through what is left: the break-even is where the line meets that of f32. */
static void break_even(void)
{
    static const double cases[][2] = {{0.55, 0.55}, {0.72, 0.72}, {0.8, 0.8}, {0.3, 0}, {0.995, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sparse_speed s = {0};
        for (int k = 0; k < SPARSE_SHARES; k++)
            s.speedup[k].median = 1 / ((1 - sparse_bench_shares[k]) / (1 - cases[i][0]));
        CU_ASSERT_DOUBLE_EQUAL(sparse_break_even(&s), cases[i][1], 1e-9);
    }
}

static void bench_runs(void)
{
    static struct sparse_load small = {3, 40, 100};
    struct sparse_speed s;
    CU_ASSERT_EQUAL_FATAL(sparse_bench_run(&s, &small, cpu_detect(NULL), 0.001, NULL, NULL), 0);
    CU_ASSERT(s.rounds >= 7 && s.dense->format == KERNEL_F32 && s.sparse->format == KERNEL_SPARSE);
    for (int i = 0; i < SPARSE_SHARES; i++)
        CU_ASSERT(s.sparse_ns[i].median > 0 && s.speedup[i].low <= s.speedup[i].high);
}

CU_TestInfo suite_sparse[] = {
    {"chosen by the share of zeros", chosen_by_zeros},
    {"bad options are refused", refused},
    {"steps say where nothing is gained", warned},
    {"no answer changes", no_answer_changes},
    {"MACs and bytes are what is left", counted},
    {"exported in both forms", exported_forms},
    {"break-even", break_even},
    {"the benchmark runs", bench_runs},
    CU_TEST_INFO_NULL,
};
