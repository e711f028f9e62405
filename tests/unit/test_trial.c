/* trial: what is measured of a changed model is what a full measurement would give. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/part_table.h"
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

static void init_by(struct trial *t, const char *recipe, double seconds)
{
    struct recipe r;
    struct changed c = changed_by(recipe, &r);
    CU_ASSERT_EQUAL_FATAL(trial_init(t, &demo.original, &r, &c, NULL), 0);
    if (seconds > 0)
        CU_ASSERT_EQUAL_FATAL(trial_time(t, &demo.original, &c, seconds, NULL, NULL), 0);
    changed_free(&c);
    recipe_free(&r);
}

static void check_sums(const struct part_table *t, const struct cost *first, const struct cost *second)
{
    struct part_row sum = {.params = {0, 0}};
    for (int c = 0; c < COMPONENTS; c++)
        for (int k = 0; k < 2; k++) {
            sum.params[k] += t->row[c].params[k];
            sum.macs[k] += t->row[c].macs[k];
        }
    CU_ASSERT(t->counted && sum.params[0] == first->params && sum.params[1] == second->params);
    CU_ASSERT(sum.macs[0] == first->macs && sum.macs[1] == second->macs);
    CU_ASSERT_EQUAL(memcmp(sum.params, t->row[PART_TOTAL].params, sizeof sum.params), 0);
}

/* Parts sum to the whole; only what a recipe touches differs; the original is what both were compared with. */
static void by_component(void)
{
    struct trial heads, neurons;
    setup(1);
    init_by(&heads, "prune-heads fraction=0.5 by=magnitude", 0);
    init_by(&neurons, "prune-neurons fraction=0.5 by=magnitude", 0);
    struct part_table t = part_table_of(NULL, &neurons), between = part_table_of(&heads, &neurons), back = part_table_of(&neurons, NULL);
    check_sums(&t, &demo.original.cost, &neurons.cost);
    check_sums(&between, &heads.cost, &neurons.cost);
    for (int c = 0; c < COMPONENTS; c++) {
        bool touched = c == COMPONENT_FEED_FORWARD;
        CU_ASSERT_EQUAL(t.row[c].params[0] > t.row[c].params[1] && t.row[c].macs[0] > t.row[c].macs[1], touched);
        CU_ASSERT(touched || (t.row[c].params[0] == t.row[c].params[1] && t.row[c].macs[0] == t.row[c].macs[1]));
        CU_ASSERT(back.row[c].params[0] == t.row[c].params[1] && back.row[c].params[1] == t.row[c].params[0]);
        CU_ASSERT(isnan(t.row[c].time[0]) && isnan(t.row[c].time[1]));
    }
    CU_ASSERT(between.row[COMPONENT_LINEAR_BEFORE].macs[0] < between.row[COMPONENT_LINEAR_BEFORE].macs[1]);
    CU_ASSERT(between.row[COMPONENT_FEED_FORWARD].macs[0] > between.row[COMPONENT_FEED_FORWARD].macs[1]);
    CU_ASSERT_EQUAL(t.timed, PART_TIME_UNKNOWN);
    memset(neurons.cost.part, 0, sizeof neurons.cost.part); /* only the sums are known */
    CU_ASSERT_FALSE(part_table_of(NULL, &neurons).counted);
    CU_ASSERT_EQUAL(part_table_of(NULL, &neurons).row[PART_TOTAL].macs[1], neurons.cost.macs);
    trial_free(&heads);
    trial_free(&neurons);
    teardown();
}

/* Times of both are of one kind: measured, else predicted, else none. */
static void times_by_component(void)
{
    struct trial heads, neurons;
    setup(1);
    init_by(&heads, "prune-heads fraction=0.5 by=magnitude", 0.05);
    init_by(&neurons, "prune-neurons fraction=0.5 by=magnitude", 0);
    struct part_table t = part_table_of(NULL, &heads);
    CU_ASSERT_EQUAL(t.timed, PART_TIME_MEASURED);
    for (int c = 0; c < COMPONENTS; c++)
        CU_ASSERT(t.row[c].time[0] > 0 && t.row[c].time[0] < 1 && t.row[c].time[1] > 0 && t.row[c].time[1] < 2);
    CU_ASSERT(t.row[PART_TOTAL].time[0] == 1 && t.row[PART_TOTAL].time[1] == 1 / heads.time.speedup.median);
    CU_ASSERT_EQUAL(part_table_of(&heads, &neurons).timed, PART_TIME_UNKNOWN);
    heads.forecast = neurons.forecast = (struct forecast){.timed = true, .before = {0.25, 0.5, 0.25}, .after = {0.25, 0.125}};
    t = part_table_of(&heads, &neurons);
    CU_ASSERT(t.timed == PART_TIME_PREDICTED && t.row[PART_TOTAL].time[1] == 0.375 && t.row[1].time[0] == 0.125);
    CU_ASSERT_EQUAL(part_table_of(NULL, &neurons).row[PART_TOTAL].time[0], 1);
    trial_free(&heads);
    trial_free(&neurons);
    teardown();
}

CU_TestInfo suite_trial[] = {
    {"hidden states stand in for the layers before them", hidden_states_stand_in},
    {"compared row by row", compared_row_by_row},
    {"compared with itself", compared_with_itself},
    {"fidelity", fidelity_by_hand},
    {"timed in turns", timed_in_turns},
    {"two trials by component", by_component},
    {"their times", times_by_component},
    CU_TEST_INFO_NULL,
};
