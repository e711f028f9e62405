/* heads: orders, agreement, scores as values, variants of an ablation and what is read from them. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/head_study.h"
#include "analyzer/measure/heads.h"
#include "analyzer/measure/ranks.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

static const int shape[] = {2, 3, 0, 1}; /* heads of four layers, one of which has lost all */
enum { LAYERS = 4, HEADS = 6 };

static struct head_grid grid_of(void)
{
    struct head_grid g;
    CU_ASSERT_EQUAL_FATAL(head_grid_make(&g, shape, LAYERS, NULL), 0);
    return g;
}

static void grid_numbers_heads(void)
{
    static const int layer[HEADS] = {0, 0, 1, 1, 1, 3};
    struct head_grid g = grid_of();
    CU_ASSERT_EQUAL(head_grid_heads(&g), HEADS);
    CU_ASSERT_EQUAL(head_grid_width(&g), 3);
    for (int i = 0; i < HEADS; i++)
        CU_ASSERT_EQUAL(head_grid_layer(&g, i), layer[i]);
    double value[HEADS] = {3, 4, 0, 0, 0, 7};
    head_grid_normalize(&g, value);
    CU_ASSERT_DOUBLE_EQUAL(value[0], 0.6, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(value[1], 0.8, 1e-15);
    CU_ASSERT_EQUAL(value[2], 0); /* a layer of zeros stays */
    CU_ASSERT_EQUAL(value[5], 1);
    head_grid_free(&g);
}

static void ranks_share_ties(void)
{
    const double value[] = {5, 1, 5, 3, 5, 1}, expected[] = {5, 1.5, 5, 3, 5, 1.5};
    const int order[] = {1, 5, 3, 0, 2, 4};
    double rank[6];
    int found[6];
    CU_ASSERT_EQUAL(rank_mean(rank, value, 6, NULL), 0);
    CU_ASSERT_EQUAL(rank_order(found, value, 6, NULL), 0);
    for (int i = 0; i < 6; i++) {
        CU_ASSERT_EQUAL(rank[i], expected[i]);
        CU_ASSERT_EQUAL(found[i], order[i]);
    }
}

/* Expected values by hand: Pearson's correlation of the mean ranks. */
static void agreement_of_orders(void)
{
    static const struct {
        int n;
        double x[5], y[5], rho;
    } cases[] = {
        {5, {1, 2, 3, 4, 5}, {2, 4, 8, 16, 32}, 1},
        {5, {1, 2, 3, 4, 5}, {9, 7, 5, 3, 1}, -1},
        {4, {1, 2, 3, 4}, {2, 1, 4, 3}, 0.6},            /* 1 - 6 * 4 / (4 * 15) */
        {4, {1, 1, 2, 3}, {1, 2, 2, 3}, 0.8333333333333}, /* ranks 1.5 1.5 3 4 and 1 2.5 2.5 4: 3.75 / 4.5 */
        {3, {1, 1, 1}, {1, 2, 3}, NAN},
        {1, {1}, {1}, NAN},
        {0, {0}, {0}, NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double rho = 7;
        CU_ASSERT_EQUAL(rank_agreement(&rho, cases[i].x, cases[i].y, cases[i].n, NULL), 0);
        if (isnan(cases[i].rho))
            CU_ASSERT(isnan(rho))
        else
            CU_ASSERT_DOUBLE_EQUAL(rho, cases[i].rho, 1e-12)
    }
}

/* ---- a model that predicts a value --------------------------------------------------------------------------- */

enum { PAIRS = 3, TINY_LAYERS = 2, TINY_HEADS = 2, TOKENS = 9 };

struct valued {
    struct model *model;
    struct weights *weights;
    struct dataset data;
    struct encoding row[PAIRS];
    struct encoded rows;
};

static int32_t ids[PAIRS][TOKENS], types[PAIRS][TOKENS];

static void valued_open(struct valued *v, bool decoupled)
{
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 1, .gradients = true};
    struct err e = {0};
    static const char text[] = "a,b,0.5\nc,d,3\ne,f,5\n";
    const struct task *task;
    const char *path = unit_temp_file("pairs.csv", text, sizeof text - 1);
    *v = (struct valued){.rows = {.row = v->row, .rows = PAIRS, .longest = TOKENS}};
    CU_ASSERT_EQUAL_FATAL(model_open(&v->model, "preset:bert-tiny", &(struct model_options){.seed = 5}, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_set_labels(v->model, 1, NULL, 1, &e), 0);
    const struct param *head = model_param(v->model, ROLE_CLASSIFIER_WEIGHT, -1);
    float *weight = model_values(v->model, (int)(head - v->model->param));
    for (size_t i = 0; i < tensor_count(&head->tensor); i++)
        weight[i] *= 20; /* fresh ones are small, and then no head matters */
    v->model->layer[0].decoupled = decoupled;
    CU_ASSERT_EQUAL_FATAL(weights_build(&v->weights, v->model, &options, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(task_word("stsb-csv", &task, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_read(&v->data, path, task, &e), 0);
    for (int i = 0; i < PAIRS; i++) {
        for (int k = 0; k < TOKENS; k++) {
            ids[i][k] = (i * TOKENS + k) * 371 + 1;
            types[i][k] = k > 4;
        }
        v->row[i] = (struct encoding){.id = ids[i], .type = types[i], .n = TOKENS - i};
    }
}

static void valued_close(struct valued *v)
{
    dataset_free(&v->data);
    weights_free(v->weights);
    model_free(v->model);
}

/* The squared error of a row with one gate at `value`. */
static double error_at(const struct valued *v, int row, int layer, int head, float value)
{
    struct plan *p;
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, v->weights, v->row, &row, 1, &(struct plan_options){.threads = 1}, NULL), 0);
    plan_gates(p, layer)[head] = value;
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    double off = (double)*plan_output(p, PLAN_LOGITS, -1) - (double)v->data.row[row].target;
    plan_free(p);
    return off * off;
}

/* Scores are those of the squared error. Its central differences of step 1/16 are off by the rounding of a forward pass, some
 * 2^-20 of an error of 25 and times 16, and by a third derivative times 1/1536: less than a hundredth of a score. */
static void check_values(bool decoupled)
{
    const float step = 1 / 16.f;
    struct valued v;
    struct head_scores s;
    struct err e = {0};
    valued_open(&v, decoupled);
    CU_ASSERT_EQUAL_FATAL(heads_score(&s, v.weights, &v.data, &v.rows, &(struct heads_options){.threads = 1}, NULL, NULL, NULL, &e), 0);
    CU_ASSERT_TRUE(s.labelled && s.rows == PAIRS && s.grid.layers == TINY_LAYERS);
    double loss = 0, most = 0;
    for (int row = 0; row < PAIRS; row++)
        loss += error_at(&v, row, 0, 0, 1) / PAIRS;
    CU_ASSERT_DOUBLE_EQUAL(s.loss, loss, 1e-4);
    for (int i = 0; i < TINY_LAYERS * TINY_HEADS; i++) {
        int layer = i / TINY_HEADS, head = i % TINY_HEADS;
        double score = 0;
        for (int row = 0; row < PAIRS; row++)
            score += fabs(error_at(&v, row, layer, head, 1 + step) - error_at(&v, row, layer, head, 1 - step)) / (2 * (double)step) / PAIRS;
        CU_ASSERT_DOUBLE_EQUAL(s.score[i], score, 1e-3 + 0.01 * score);
        most = fmax(most, score);
    }
    CU_ASSERT_TRUE(most > 0.05);
    head_scores_free(&s);
    CU_ASSERT_EQUAL(heads_score(&s, v.weights, &v.data, &v.rows, &(struct heads_options){.threads = 1, .unlabelled = true}, NULL, NULL,
                                NULL, &e), ERR_UNSUPPORTED);
    valued_close(&v);
}

static void values_have_scores(void)
{
    check_values(false);
}

/* The lowest layer keeps the texts of a pair apart. */
static void decoupled_layers_have_scores(void)
{
    check_values(true);
}

/* Two heads whose gradients were 1, -3 and 2, 2. */
static void error_of_a_mean(void)
{
    double score[] = {2, 2}, fisher[] = {5, 4}, value[2], error[2];
    int first[] = {0, 2};
    struct head_scores s = {.grid = {1, first}, .score = score, .fisher = fisher, .rows = 2};
    CU_ASSERT_DOUBLE_EQUAL(head_scores_error(&s, 0), 1, 1e-15); /* |x| = 1, 3: variance 2, of the mean 2 / 2 */
    CU_ASSERT_EQUAL(head_scores_error(&s, 1), 0);
    head_scores_values(&s, true, value, error);
    CU_ASSERT_DOUBLE_EQUAL(value[0], sqrt(0.5), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(error[0], 1 / sqrt(8), 1e-15);
    head_scores_values(&s, false, value, NULL);
    CU_ASSERT_EQUAL(value[0], 2);
    s.rows = 1;
    CU_ASSERT(isnan(head_scores_error(&s, 0)));
}

static void check_gone(const struct ablation *a, int variant, const char *expected, int first_layer)
{
    char gone[HEADS + 1] = "";
    for (int i = 0; i < HEADS; i++)
        gone[i] = a->gone[variant * HEADS + i] ? 'x' : '.';
    if (strcmp(gone, expected) != 0)
        printf("\n    variant %d: %s, not %s\n", variant, gone, expected);
    CU_ASSERT_STRING_EQUAL(gone, expected);
    CU_ASSERT_EQUAL(ablation_first_layer(a, variant), first_layer);
}

static void variants(void)
{
    const int order[HEADS] = {4, 0, 5, 1, 2, 3};
    struct head_grid g = grid_of();
    struct ablation removed, kept, curve;
    CU_ASSERT_EQUAL_FATAL(ablation_removed(&removed, &g, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(ablation_kept(&kept, &g, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(ablation_curve(&curve, &g, order, NULL), 0);
    check_gone(&removed, 0, "x.....", 0);
    check_gone(&removed, 3, "...x..", 1);
    check_gone(&removed, 5, ".....x", 3);
    check_gone(&kept, 0, ".x....", 0);
    check_gone(&kept, 3, "..x.x.", 1);
    check_gone(&kept, 5, "......", LAYERS); /* the only head of its layer: nothing changes */
    CU_ASSERT_EQUAL(curve.variants, ABLATION_STEPS + 1);
    check_gone(&curve, 0, "......", LAYERS);
    check_gone(&curve, 1, "....x.", 1); /* 0.6 of a head is the nearest to 1 */
    check_gone(&curve, 5, "x...xx", 0);
    check_gone(&curve, 10, "xxxxxx", 0);
    ablation_free(&removed);
    ablation_free(&kept);
    ablation_free(&curve);
    head_grid_free(&g);
}

/* More heads at every step, never more than there are, all at the end. */
static void curve_takes_all_heads(void)
{
    for (int heads = 0; heads < 400; heads++) {
        CU_ASSERT_EQUAL(ablation_curve_heads(heads, 0), 0);
        CU_ASSERT_EQUAL(ablation_curve_heads(heads, ABLATION_STEPS), heads);
        for (int i = 0; i < ABLATION_STEPS; i++) {
            int n = ablation_curve_heads(heads, i);
            CU_ASSERT(n <= ablation_curve_heads(heads, i + 1));
            CU_ASSERT(abs(n * ABLATION_STEPS - heads * i) * 2 <= ABLATION_STEPS);
        }
    }
}

static void removable(void)
{
    const int order[HEADS] = {0, 1, 2, 3, 4, 5};
    struct head_grid g = grid_of();
    struct ablation curve;
    CU_ASSERT_EQUAL_FATAL(ablation_curve(&curve, &g, order, NULL), 0);
    for (int i = 0; i <= ABLATION_STEPS; i++)
        curve.effect[i] = (struct ablation_effect){0.9, -0.01, -0.02, 0.001};
    CU_ASSERT_EQUAL(ablation_removable(&curve), HEADS);
    curve.effect[7].high = -1e-9; /* a later interval that holds 0 again does not count */
    CU_ASSERT_EQUAL(ablation_removable(&curve), ablation_curve_heads(HEADS, 6));
    curve.effect[1].high = -0.1;
    CU_ASSERT_EQUAL(ablation_removable(&curve), 0);
    ablation_free(&curve);
    head_grid_free(&g);
}

static void study(void)
{
    struct head_grid g = grid_of();
    struct ablation removed;
    struct head_study s = {.curve_order = HEADS_GRADIENT}, copy;
    double rho = 0;
    int order[HEADS];
    CU_ASSERT_PTR_NULL(head_study_grid(&s));
    CU_ASSERT_EQUAL_FATAL(ablation_removed(&removed, &g, NULL), 0);
    for (int i = 0; i < HEADS; i++)
        removed.effect[i].difference = i == 2 ? -0.5 : 0.01 * i; /* the metric fell without head 2 */
    s.ablation[HEADS_REMOVED] = &removed;
    CU_ASSERT(!head_study_has(&s, HEADS_REMOVED)); /* no rows yet */
    removed.rows = 10;
    CU_ASSERT(head_study_has(&s, HEADS_REMOVED));
    CU_ASSERT(!head_study_has(&s, HEADS_GRADIENT));
    CU_ASSERT_EQUAL(head_study_order(&s, HEADS_REMOVED, false, order, NULL), 0);
    CU_ASSERT_EQUAL(order[0], 5);         /* without it the metric rose most */
    CU_ASSERT_EQUAL(order[HEADS - 1], 2); /* the one that matters */
    CU_ASSERT_EQUAL(head_study_agreement(&s, HEADS_REMOVED, HEADS_REMOVED, false, &rho, NULL), 0);
    CU_ASSERT_DOUBLE_EQUAL(rho, 1, 1e-12);
    CU_ASSERT_EQUAL(head_study_agreement(&s, HEADS_REMOVED, HEADS_GRADIENT, false, &rho, NULL), 0);
    CU_ASSERT(isnan(rho));
    CU_ASSERT_EQUAL_FATAL(head_study_copy(&copy, &s, NULL), 0);
    CU_ASSERT(copy.ablation[HEADS_REMOVED]->effect != removed.effect);
    CU_ASSERT_EQUAL(copy.ablation[HEADS_REMOVED]->effect[2].difference, -0.5);
    CU_ASSERT_EQUAL(copy.ablation[HEADS_REMOVED]->rows, 10);
    head_study_free(&copy);
    ablation_free(&removed);
    head_grid_free(&g);
}

CU_TestInfo suite_heads[] = {
    {"values have scores", values_have_scores},
    {"the same of a model whose layers are decoupled", decoupled_layers_have_scores},
    {"heads are numbered through", grid_numbers_heads},
    {"equal values share their rank", ranks_share_ties},
    {"Spearman's correlation", agreement_of_orders},
    {"standard error of a score", error_of_a_mean},
    {"variants of an ablation", variants},
    {"a curve takes all heads", curve_takes_all_heads},
    {"how many heads can go", removable},
    {"all that is known", study},
    CU_TEST_INFO_NULL,
};
