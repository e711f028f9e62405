/* search: masks under a budget, their rearrangement, scales by least squares, and what comes of them. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/recipe_fixture.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/compress/gates.h"
#include "analyzer/compress/mask.h"
#include "analyzer/compress/memo.h"
#include "analyzer/compress/search.h"
#include "analyzer/compress/tune.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/matmul.h"
#include "analyzer/run/plan.h"
#include "kernels/cpu.h"

enum { ROWS = 100 };

static struct demo demo;

static void setup(void)
{
    demo_open(&demo, &(struct demo_options){.rows = ROWS, .seq = 32});
}

static void teardown(void)
{
    demo_close(&demo);
}

static double uniform(uint64_t seed, int i)
{
    return rng_uniform(seed, (uint64_t)i);
}

/* ---- masks --------------------------------------------------------------------------------------------------- */

enum { LAYERS = 3, HEADS = 6, NEURONS = 9 };

/* Whether a subset leaves one of each layer. */
static bool leaves_one(unsigned set, int n)
{
    for (int l = 0; l < LAYERS; l++) {
        int each = n / LAYERS;
        if (!(set >> (l * each) & ((1u << each) - 1)))
            return false;
    }
    return true;
}

static double worth(unsigned set, const double *value, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += set >> i & 1 ? value[i] : 0;
    return sum;
}

/* The best of all subsets, with heads of 5 and neurons of 1. */
static double brute_force(const double *head, const double *neuron, int limit)
{
    double best = -1;
    for (unsigned h = 0; h < 1u << HEADS; h++)
        for (unsigned n = 0; n < 1u << NEURONS; n++) {
            int cost = 5 * __builtin_popcount(h) + __builtin_popcount(n);
            double sum = worth(h, head, HEADS) + worth(n, neuron, NEURONS);
            if (cost <= limit && sum > best && leaves_one(h, HEADS) && leaves_one(n, NEURONS))
                best = sum;
        }
    return best;
}

static void as_good_as_all_subsets(void)
{
    static const int each_head[] = {2, 2, 2}, each_neuron[] = {3, 3, 3};
    struct head_grid heads, neurons;
    struct prices p;
    double head[HEADS], neuron[NEURONS];
    int h[LAYERS], n[LAYERS];
    CU_ASSERT_EQUAL_FATAL(head_grid_make(&heads, each_head, LAYERS, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(head_grid_make(&neurons, each_neuron, LAYERS, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(prices_init(&p, &heads, &neurons, NULL), 0);
    for (int l = 0; l < LAYERS; l++) {
        for (int i = 0; i <= 2; i++)
            p.head[heads.first[l] + l + i] = 5 * i;
        for (int i = 0; i <= 3; i++)
            p.neuron[neurons.first[l] + l + i] = i;
    }
    p.fixed = 7;
    CU_ASSERT_EQUAL(prices_total(&p, &heads, &neurons), 7 + 5 * HEADS + NEURONS);
    for (int seed = 0; seed < 5; seed++)
        for (int limit = 17; limit <= 40; limit += 3) {
            struct err e = {0};
            double got = 0;
            int cost = 0;
            for (int i = 0; i < HEADS; i++)
                head[i] = 3 * uniform((uint64_t)seed, i);
            for (int i = 0; i < NEURONS; i++)
                neuron[i] = uniform((uint64_t)seed + 100, i);
            int code = mask_search(h, n, &p, limit + 7, &heads, head, &neurons, neuron, &e);
            CU_ASSERT_EQUAL(code, limit < 18 ? ERR_SHAPE : 0);
            if (code != 0)
                continue;
            for (int l = 0; l < LAYERS; l++) {
                bool kept[3];
                cost += 5 * h[l] + n[l];
                CU_ASSERT_EQUAL_FATAL(mask_greatest(kept, head + 2 * l, 2, h[l], NULL), 0);
                got += worth((unsigned)kept[0] | (unsigned)kept[1] << 1, head + 2 * l, 2);
                CU_ASSERT_EQUAL_FATAL(mask_greatest(kept, neuron + 3 * l, 3, n[l], NULL), 0);
                got += worth((unsigned)kept[0] | (unsigned)kept[1] << 1 | (unsigned)kept[2] << 2, neuron + 3 * l, 3);
            }
            CU_ASSERT(cost <= limit);
            CU_ASSERT_DOUBLE_EQUAL(got, brute_force(head, neuron, limit), 1e-12);
        }
    prices_free(&p);
    head_grid_free(&heads);
    head_grid_free(&neurons);
}

/* Gates that cancel: alone each of the first two matters more than the third, together they do not matter. */
static void rearranged(void)
{
    static const float gradient[] = {1, -1, 0.9F, 0, 9, 0, 0, 0, 5, 9};
    bool kept[] = {true, false, false, true};
    CU_ASSERT_EQUAL_FATAL(mask_rearrange(kept, gradient, 5, 2, 4, cpu_detect(NULL), 1, NULL), 0);
    CU_ASSERT(!kept[0] && !kept[1] && kept[2] && kept[3]);
}

static double lost(const bool *kept, const float *gradient, int n, int count)
{
    double sum = 0;
    for (int r = 0; r < count; r++) {
        double gone = 0;
        for (int i = 0; i < n; i++)
            gone += kept[i] ? 0 : (double)gradient[r * n + i];
        sum += gone * gone;
    }
    return sum;
}

/* Every exchange lowers the loss: by hand for one, and never worse for random gates. */
static void rearranging_never_loses(void)
{
    enum { N = 40, R = 25 };
    float gradient[N * R];
    double fisher[N];
    for (uint64_t seed = 0; seed < 10; seed++) {
        bool before[N], kept[N];
        int left = 0;
        for (int i = 0; i < N * R; i++)
            gradient[i] = (float)(uniform(seed, i) - 0.4);
        for (int i = 0; i < N; i++) {
            fisher[i] = 0;
            for (int r = 0; r < R; r++)
                fisher[i] += (double)gradient[r * N + i] * (double)gradient[r * N + i];
        }
        CU_ASSERT_EQUAL_FATAL(mask_greatest(before, fisher, N, N / 2, NULL), 0);
        memcpy(kept, before, sizeof kept);
        CU_ASSERT_EQUAL_FATAL(mask_rearrange(kept, gradient, N, R, N, cpu_detect(NULL), 2, NULL), 0);
        for (int i = 0; i < N; i++)
            left += kept[i];
        CU_ASSERT_EQUAL(left, N / 2);
        CU_ASSERT(lost(kept, gradient, N, R) < lost(before, gradient, N, R));
    }
}

/* ---- scales -------------------------------------------------------------------------------------------------- */

/* (a + 2 I) x = b with a = v v^T: x = (b - v (v b) / (2 + v v)) / 2 (Sherman, Morrison 1950). */
static void solved(void)
{
    enum { N = 30 };
    double a[N * N], b[N], v[N], x[N], vv = 0, vb = 0;
    for (int i = 0; i < N; i++) {
        v[i] = uniform(1, i);
        b[i] = uniform(2, i) - 0.5;
        vv += v[i] * v[i];
        vb += v[i] * b[i];
    }
    for (int i = 0; i < N * N; i++)
        a[i] = v[i / N] * v[i % N];
    CU_ASSERT_EQUAL_FATAL(tune_solve(x, a, b, 2, N, 2, NULL), 0);
    for (int i = 0; i < N; i++)
        CU_ASSERT_DOUBLE_EQUAL(x[i], (b[i] - v[i] * vb / (2 + vv)) / 2, 1e-8);
}

static void products(void)
{
    enum { M = 70, N = 50, K = 33 };
    float x[M * K], w[K * N], y[M * N];
    double gram[K * K] = {0};
    for (int i = 0; i < M * K; i++)
        x[i] = (float)uniform(3, i) - 0.5F;
    for (int i = 0; i < K * N; i++)
        w[i] = (float)uniform(4, i) - 0.5F;
    CU_ASSERT_EQUAL_FATAL(matmul(y, x, w, M, N, K, cpu_detect(NULL), 2, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gram_add(gram, x, M, K, cpu_detect(NULL), 2, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gram_add(gram, x, M, K, cpu_detect(NULL), 2, NULL), 0);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int k = 0; k < K; k++)
                sum += (double)x[i * K + k] * (double)w[k * N + j];
            CU_ASSERT_DOUBLE_EQUAL((double)y[i * N + j], sum, 1e-5);
        }
    for (int i = 0; i < K; i++)
        for (int j = 0; j < K; j++) {
            double sum = 0;
            for (int k = 0; k < M; k++)
                sum += (double)x[k * K + i] * (double)x[k * K + j];
            CU_ASSERT_DOUBLE_EQUAL(gram[i * K + j], 2 * sum, 1e-4);
        }
}

static float *scaled(const struct param *p, int every, float factor)
{
    float *w;
    CU_ASSERT_EQUAL_FATAL(param_copy(&w, p, NULL), 0);
    for (size_t i = 0; i < p->tensor.dim[0] * p->tensor.dim[1]; i++)
        w[i] *= (int)(i % p->tensor.dim[1]) % every == 0 ? factor : 1;
    return w;
}

/* Norm of the difference of a matrix from the original's, over the original's. */
static double off(const struct model *m, enum role role, int layer)
{
    float *a, *b;
    double difference = 0, norm = 0;
    const struct param *p = model_param(demo.model, role, layer);
    CU_ASSERT_EQUAL_FATAL(param_copy(&a, p, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(param_copy(&b, model_param(m, role, layer), NULL), 0);
    for (size_t i = 0; i < tensor_count(&p->tensor); i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        norm += (double)a[i] * (double)a[i];
    }
    free(a);
    free(b);
    return sqrt(difference / norm);
}

/* Columns that were halved come back; matrices that were right stay. */
static void scales_come_back(void)
{
    static const struct {
        enum role role;
        int layer, every;
    } cases[] = {{ROLE_FFN_DOWN_WEIGHT, 1, 3}, {ROLE_ATTENTION_OUTPUT_WEIGHT, 2, 1}};
    setup();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct model *m;
        struct tuning t = {demo.model, demo.rows.row, ROWS, cpu_detect(NULL), 2};
        CU_ASSERT_EQUAL_FATAL(model_derive(&m, demo.model, NULL), 0);
        const struct param *p = model_param(m, cases[i].role, cases[i].layer);
        model_take(m, (int)(p - m->param), p->tensor.dim, scaled(p, cases[i].every, 0.5F));
        double before = off(m, cases[i].role, cases[i].layer);
        CU_ASSERT_EQUAL_FATAL(tune(m, &t, NULL, NULL), 0);
        CU_ASSERT(off(m, cases[i].role, cases[i].layer) < before / 4);
        CU_ASSERT_EQUAL(off(m, ROLE_FFN_DOWN_WEIGHT, 0), 0);
        model_free(m);
    }
    teardown();
}

/* ---- the step and the search --------------------------------------------------------------------------------- */

/* The gradients of the rows are those that the scores are made of. */
static void gates_make_scores(void)
{
    setup();
    struct materials x = original_materials(&demo.original);
    struct gates room;
    const struct gates *g, *again;
    CU_ASSERT_EQUAL_FATAL(gates_of(&g, &room, demo.model, &x, 40, NULL, NULL), 0);
    CU_ASSERT_EQUAL(g->rows, 40);
    int heads = head_grid_heads(&g->scores.grid), neurons = head_grid_heads(&g->scores.neurons);
    for (int i = 0; i < heads + neurons; i++) {
        double sum = 0;
        for (int r = 0; r < 40; r++) {
            double v = (double)(i < heads ? g->head[r * heads + i] : g->neuron[r * neurons + i - heads]);
            sum += v * v / 40;
        }
        double fisher = i < heads ? g->scores.fisher[i] : g->scores.neuron_fisher[i - heads];
        CU_ASSERT_DOUBLE_EQUAL(sum, fisher, 1e-12 + 1e-9 * fisher);
    }
    CU_ASSERT_EQUAL_FATAL(gates_of(&again, &room, demo.model, &x, 40, NULL, NULL), 0);
    CU_ASSERT_PTR_EQUAL(again, g); /* not worked out again */
    gates_free(&room);
    teardown();
}

static struct changed changed_by(const char *text)
{
    struct recipe r;
    struct changed c = {0};
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, strlen(text), "search", &e), 0);
    if (changed_make(&c, &demo.original, &r, "search", NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c.model);
    recipe_free(&r);
    return c;
}

/* A budget is kept, nearly used up, and the counts that it gives make the same model, also on top of another step. */
static void budgets_are_kept(void)
{
    static const char *const before[] = {"", "prune-heads heads=0.1,2.3\n", "prune-neurons fraction=0.2 by=magnitude\n"};
    setup();
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        struct str text;
        struct changed start = changed_by(before[i]);
        str_init(&text);
        str_addf(&text, "%ssearch macs=0.5 seq=32", before[i]);
        struct changed c = changed_by(text.text);
        double share = (double)plan_macs(c.plan) / (double)plan_macs(start.plan);
        CU_ASSERT(share <= 0.5 && share > 0.49);
        str_clear(&text);
        str_addf(&text, "%ssearch heads=", before[i]);
        for (int l = 0; l < c.model->config.layers; l++)
            str_addf(&text, "%s%d", l ? "," : "", c.model->layer[l].heads);
        for (int l = 0; l < c.model->config.layers; l++)
            str_addf(&text, "%s%d", l ? "," : " neurons=", c.model->layer[l].neurons);
        struct changed same = changed_by(text.text);
        CU_ASSERT(same_parameters(c.model, same.model));
        changed_free(&same);
        changed_free(&c);
        changed_free(&start);
        str_free(&text);
    }
    teardown();
}

static void refused(void)
{
    static const char *const cases[][2] = {
        {"search macs=0.5 size=0.5", "r: line 1: search: macs, latency, size, and heads and neurons exclude each other"},
        {"search macs=0.5 heads=1,1,1,1", "r: line 1: search: macs, latency, size, and heads and neurons exclude each other"},
        {"search heads=1,2", "r: line 1: search: heads has 2 numbers, but there are 4 layers"},
        {"search neurons=1,2,3,9999", "r: line 1: search: neurons of layer 3 must be from 1 to 512, not 9999"},
        {"search heads=1,2,0,4", "r: line 1: search: heads of layer 2 must be from 1 to 8, not 0"},
        {"search latency=0.5", "r: line 1: search: a budget of latency needs times of this machine"},
        {"search macs=0.001", "r: line 1: search: macs=0.001: not even one head and one neuron of each layer fit into the budget"},
    };
    setup();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r;
        struct changed c;
        struct err e = {0};
        CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, cases[i][0], strlen(cases[i][0]), "r", &e), 0);
        CU_ASSERT_NOT_EQUAL(changed_make(&c, &demo.original, &r, "r", NULL, &e), 0);
        if (strncmp(e.text, cases[i][1], strlen(cases[i][1])) != 0)
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_EQUAL(strncmp(e.text, cases[i][1], strlen(cases[i][1])), 0);
        recipe_free(&r);
    }
    teardown();
}

/* Closer to the original's answers than magnitude alone; with little left the interval of the difference says so. */
static void better_than_one_shot(void)
{
    static struct search s;
    struct budget b[2];
    setup();
    CU_ASSERT_EQUAL_FATAL(budget_parse(&b[0], "macs=0.6", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(budget_parse(&b[1], "macs=0.3", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(search_run(&s, &demo.original, b, 2, 32, 0, NULL, NULL, NULL, NULL), 0);
    for (int i = 0; i < s.n; i++) {
        const struct found *f = &s.found[i];
        CU_ASSERT(f->one_shot.cost.macs <= f->trial.cost.macs);
        CU_ASSERT(f->trial.fidelity.kl < f->one_shot.fidelity.kl);
        CU_ASSERT(f->frontier);
        CU_ASSERT_EQUAL(f->answers.rows, ROWS);
    }
    CU_ASSERT_EQUAL(s.best, 1); /* the only one that keeps both budgets */
    CU_ASSERT(s.found[1].closer.low > 0);
    search_free(&s);
    teardown();
}

static void budgets_are_read(void)
{
    static const char *const bad[] = {"", "macs", "macs=", "macs=0", "macs=1", "macs=1.5", "macs=0.5x", "mac=0.5", "0.5", "=0.5", "latency=nan"};
    struct budget b;
    CU_ASSERT_EQUAL_FATAL(budget_parse(&b, "latency=0.25", NULL), 0);
    CU_ASSERT_STRING_EQUAL(b.name, "latency");
    CU_ASSERT_EQUAL(b.share, 0.25);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_NOT_EQUAL(budget_parse(&b, bad[i], NULL), 0);
}

CU_TestInfo suite_search[] = {
    {"as good as the best of all subsets", as_good_as_all_subsets},
    {"gates that cancel go together", rearranged},
    {"rearranging never loses", rearranging_never_loses},
    {"linear equations", solved},
    {"products", products},
    {"scales come back", scales_come_back},
    {"gradients of gates make the scores", gates_make_scores},
    {"budgets are kept", budgets_are_kept},
    {"refused with a sentence", refused},
    {"better than one shot", better_than_one_shot},
    {"budgets", budgets_are_read},
    CU_TEST_INFO_NULL,
};
