/* trial: what is measured of a changed model is what a full measurement would give. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/trial.h"
#include "analyzer/measure/fidelity.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/predict.h"

enum { ROWS = 150 }; /* a few of them the model gets wrong */

static struct demo demo;

static void setup(size_t limit)
{
    demo_open(&demo, &(struct demo_options){.rows = ROWS, .seq = 32, .hidden = limit});
}

static void teardown(void)
{
    demo_close(&demo);
}

static struct changed changed_by(const char *text, struct recipe *r)
{
    struct changed c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(recipe_parse(r, text, strlen(text), "trial", &e), 0);
    CU_ASSERT_EQUAL_FATAL(changed_make(&c, &demo.original, r, "trial", NULL, &e), 0);
    return c;
}

/* The first layer that differs, and whether the states before it stand for all that came before: the same bits as a run from the
 * tokens. */
static void hidden_states_stand_in(void)
{
    static const struct {
        const char *recipe;
        int first;
    } cases[] = {{"", 4},
                 {"int8 layers=3", 3},
                 {"f16 layers=1", 1},
                 {"prune-heads heads=2.1", 2},
                 {"prune-layers layers=2", 2},
                 {"prune-layers layers=0", 0},
                 {"int8 components=embedding layers=none", 0}};
    static const size_t limits[] = {0, 3000000, 1};
    for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
        setup(limits[k]);
        CU_ASSERT(limits[k] == 0 || demo.original.hidden.bytes <= limits[k]);
        CU_ASSERT_EQUAL(demo.original.hidden.stride, limits[k] == 0 ? 1 : limits[k] == 1 ? 0 : 2);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct recipe r;
            struct trial t;
            struct changed c = changed_by(cases[i].recipe, &r);
            struct predict_options plain = {.threads = 1};
            float *full = malloc(ROWS * 2 * sizeof *full);
            CU_ASSERT_EQUAL(hidden_first_change(c.model, demo.model), cases[i].first);
            CU_ASSERT_EQUAL_FATAL(trial_init(&t, &demo.original, &r, &c, NULL), 0);
            CU_ASSERT_EQUAL_FATAL(trial_evaluate(&t, &demo.original, &c, NULL, NULL, NULL, NULL), 0);
            CU_ASSERT_EQUAL_FATAL(predict_logits(full, c.weights, demo.rows.row, ROWS, &plain, NULL, NULL), 0);
            CU_ASSERT_EQUAL(memcmp(full, t.logits, ROWS * 2 * sizeof *full), 0);
            free(full);
            trial_free(&t);
            changed_free(&c);
            recipe_free(&r);
        }
        teardown();
    }
}

static struct quality last;
static int calls;

static void keep_last(void *payload, const struct quality *q)
{
    (void)payload;
    calls++;
    CU_ASSERT_EQUAL(q->paired.discordant.rows, q->rows);
    last = *q;
}

/* Rows won and lost, counted again from the logits. */
static void compared_row_by_row(void)
{
    struct recipe r;
    struct trial t;
    int lost = 0, won = 0, same = 0;
    setup(0);
    struct changed c = changed_by("prune-layers layers=1-2", &r);
    CU_ASSERT_EQUAL_FATAL(trial_init(&t, &demo.original, &r, &c, NULL), 0);
    calls = 0;
    CU_ASSERT_EQUAL_FATAL(trial_evaluate(&t, &demo.original, &c, keep_last, NULL, NULL, NULL), 0);
    for (int i = 0; i < ROWS; i++) {
        const float *x = original_logits(&demo.original) + 2 * i, *y = t.logits + 2 * i;
        int want = demo.original.evaluation.labels.output[demo.data.row[i].label], was = x[1] > x[0], is = y[1] > y[0];
        lost += was == want && is != want;
        won += is == want && was != want;
        same += was == is;
    }
    CU_ASSERT(calls >= 1 && lost > 0);
    CU_ASSERT_EQUAL(t.quality.paired.discordant.first, lost);
    CU_ASSERT_EQUAL(t.quality.paired.discordant.second, won);
    CU_ASSERT_EQUAL(last.paired.discordant.first, lost);
    CU_ASSERT_DOUBLE_EQUAL(t.fidelity.agreement.value, (double)same / ROWS, 1e-12);
    struct trial first;
    struct discordant d;
    CU_ASSERT_EQUAL_FATAL(trial_of_original(&first, &demo.original, NULL), 0);
    CU_ASSERT(trial_discordant(&d, &first, &t) && d.first == lost && d.second == won && d.rows == ROWS);
    CU_ASSERT(trial_discordant(&d, &t, &first) && d.first == won && d.second == lost);
    trial_free(&first);
    CU_ASSERT(t.cost.params < t.before.params && t.cost.macs < t.before.macs && t.cost.bytes < t.before.bytes);
    trial_free(&t);
    changed_free(&c);
    recipe_free(&r);
    teardown();
}

static void nothing_differs(void *payload, const struct quality *q)
{
    (void)payload;
    calls++;
    CU_ASSERT(q->paired.discordant.first == 0 && q->paired.discordant.second == 0);
}

/* A model against itself, batch by batch: no row is ever compared with another one. */
static void compared_with_itself(void)
{
    struct evaluation x;
    setup(0);
    struct evaluate_options options = {.threads = 2, .batch_tokens = 100, .on_batch = nothing_differs, .against = &demo.original.evaluation};
    calls = 0;
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, demo.weights, &demo.data, &demo.rows, &options, NULL, NULL), 0);
    CU_ASSERT(calls > 1);
    evaluation_free(&x);
    teardown();
}

/* By hand: softmaxes (1/2, 1/2) and (3/4, 1/4). */
static void fidelity_by_hand(void)
{
    const float ln3 = 1.0986123f, first[] = {0, 0, 2, 1}, second[] = {ln3, 0, 2, 1};
    struct fidelity f = fidelity_of(first, second, 2, 2);
    CU_ASSERT_DOUBLE_EQUAL(f.kl, (0.5 * log(0.5 / 0.75) + 0.5 * log(0.5 / 0.25)) / 2, 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(f.largest, 1.0986123, 1e-6);
    CU_ASSERT_EQUAL(f.agreement.value, 1); /* of equal logits the first counts */
    CU_ASSERT(f.agreement.low < 0.5 && f.agreement.high == 1);
    f = fidelity_of(first, second, 2, 1);
    CU_ASSERT(isnan(f.kl) && isnan(f.agreement.value));
}

/* A plan against itself: the interval holds 1, whatever the machine does. Nothing else is said about time. */
static void timed_in_turns(void)
{
    struct recipe r;
    struct trial t;
    setup(1);
    struct changed c = changed_by("", &r);
    CU_ASSERT_EQUAL_FATAL(trial_init(&t, &demo.original, &r, &c, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(trial_time(&t, &demo.original, &c, 0.05, NULL, NULL), 0);
    CU_ASSERT(t.time.speedup.n >= 5 && t.time.first_ns.n == t.time.speedup.n && t.time.second_ns.median > 0);
    CU_ASSERT(t.time.speedup.median > 0.2 && t.time.speedup.median < 5);
    trial_free(&t);
    changed_free(&c);
    recipe_free(&r);
    teardown();
}

CU_TestInfo suite_trial[] = {
    {"hidden states stand in for the layers before them", hidden_states_stand_in},
    {"compared row by row", compared_row_by_row},
    {"compared with itself", compared_with_itself},
    {"fidelity", fidelity_by_hand},
    {"timed in turns", timed_in_turns},
    CU_TEST_INFO_NULL,
};
