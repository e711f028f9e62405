/* sensitivity: parts of a step, their order, and what is left out for a given loss. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/compress/sensitivity.h"
#include "analyzer/compress/trial.h"

enum { ROWS = 120 };

static struct demo demo;

static void setup(void)
{
    demo_open(&demo, &(struct demo_options){.rows = ROWS, .seq = 16});
}

static void teardown(void)
{
    demo_close(&demo);
}

static struct recipe step_of(const char *text)
{
    struct recipe r;
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, strlen(text), "step", NULL), 0);
    return r;
}

/* Which rows there are, as "layer component", -1 = all. */
static void rows_of_steps(void)
{
    static const struct {
        const char *step;
        bool cells;
        const char *rows;
    } cases[] = {
        {"int8", false, "0 -1, 1 -1, 2 -1, 3 -1, -1 1, -1 3, -1 4, "},
        {"int8 layers=1,3 components=ffn", false, "1 -1, 3 -1, -1 4, "},
        {"int8 layers=1,3 components=ffn,after", true, "1 3, 1 4, 3 3, 3 4, "},
        {"prune-neurons fraction=0.5 by=magnitude layers=2-3", true, "2 -1, 3 -1, "},
        {"prune-layers", false, "0 -1, 1 -1, 2 -1, 3 -1, "},
    };
    setup();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r = step_of(cases[i].step);
        struct sensitivity s;
        struct str said;
        str_init(&said);
        CU_ASSERT_EQUAL_FATAL(sensitivity_run(&s, &demo.original, &r.line[0], cases[i].cells, 0, NULL, NULL, NULL, NULL), 0);
        for (int k = 0; k < s.rows; k++) {
            str_addf(&said, "%d %d, ", s.row[k].layer, s.row[k].component);
            CU_ASSERT(s.row[k].bytes_saved > 0 && s.row[k].kl > 0);
            CU_ASSERT(s.row[k].lost_low <= s.row[k].lost && s.row[k].lost <= s.row[k].lost_high);
            CU_ASSERT(isnan(s.row[k].ns_saved));
        }
        CU_ASSERT_STRING_EQUAL(said.text, cases[i].rows);
        str_free(&said);
        sensitivity_free(&s);
        recipe_free(&r);
    }
    teardown();
}

/* A row is the trial of its step. */
static void rows_are_trials(void)
{
    setup();
    struct recipe r = step_of("prune-layers"), alone = step_of("prune-layers layers=2");
    struct sensitivity s;
    struct changed c;
    struct trial t;
    CU_ASSERT_EQUAL_FATAL(sensitivity_run(&s, &demo.original, &r.line[0], false, 0, NULL, NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(changed_make(&c, &demo.original, &alone, "alone", NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(trial_init(&t, &demo.original, &alone, &c, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(trial_evaluate(&t, &demo.original, &c, NULL, NULL, NULL, NULL), 0);
    CU_ASSERT_EQUAL(s.row[2].kl, t.fidelity.kl);
    CU_ASSERT_DOUBLE_EQUAL(s.row[2].lost, -100 * t.quality.paired.difference.value, 1e-12);
    CU_ASSERT_EQUAL(s.row[2].bytes_saved, (int64_t)(t.before.bytes - t.cost.bytes));
    CU_ASSERT_EQUAL(s.row[2].macs_saved, (int64_t)(t.before.macs - t.cost.macs));
    CU_ASSERT(s.row[2].macs_saved > 0 && s.rows == 4 && s.total == 4);
    trial_free(&t);
    changed_free(&c);
    sensitivity_free(&s);
    recipe_free(&alone);
    recipe_free(&r);
    teardown();
}

static void least_worth_first(void)
{
    struct sensitive row[] = {
        {.ns_saved = 2e6, .lost = 1, .kl = 9},   /* 2 ms a point */
        {.ns_saved = 1e6, .lost = 0, .kl = 0.1}, /* costs nothing */
        {.ns_saved = 1e6, .lost = 1, .kl = 1},   /* 1 ms a point */
        {.ns_saved = 1e6, .lost = -1, .kl = 0.2},
        {.ns_saved = 4e6, .lost = 1, .kl = 9},
    };
    static const int expected[] = {2, 0, 4, 3, 1};
    struct sensitivity s = {.row = row, .rows = 5, .total = 5};
    int order[5];
    CU_ASSERT_EQUAL_FATAL(sensitivity_order(order, &s, NULL), 0);
    CU_ASSERT_EQUAL(memcmp(order, expected, sizeof order), 0);
    CU_ASSERT_DOUBLE_EQUAL(sensitive_worth(&row[0]), 2, 1e-12);
    row[0].ns_saved = (double)NAN; /* no table: bytes */
    row[0].bytes_saved = 300;
    CU_ASSERT_DOUBLE_EQUAL(sensitive_worth(&row[0]), 300, 1e-12);
}

/* Made-up losses decide the order; the real loss decides how many. */
static void left_out_for_a_loss(void)
{
    static const struct {
        const char *step;
        double points;
        int left_out;
        const char *recipe;
    } cases[] = {
        {"int8", 100, 0, "int8 layers=0-3 components=before,after,ffn\n"},
        {"int8", -1000, 12, ""}, /* never: all stay */
        {"prune-layers layers=0-2", 0, 3, ""},
        {"prune-layers layers=0-2", 100, 0, "prune-layers layers=0-2\n"},
    };
    setup();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r = step_of(cases[i].step), left;
        struct sensitivity s;
        struct str text;
        int left_out;
        str_init(&text);
        CU_ASSERT_EQUAL_FATAL(sensitivity_run(&s, &demo.original, &r.line[0], true, 0, NULL, NULL, NULL, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(sensitivity_fallback(&left, &left_out, &demo.original, &r.line[0], &s, cases[i].points, NULL, NULL), 0);
        recipe_print(&left, &text);
        CU_ASSERT_EQUAL(left_out, cases[i].left_out);
        CU_ASSERT_STRING_EQUAL(text.text ? text.text : "", cases[i].recipe);
        str_free(&text);
        recipe_free(&left);
        sensitivity_free(&s);
        recipe_free(&r);
    }
    teardown();
}

CU_TestInfo suite_sensitivity[] = {
    {"rows", rows_of_steps},
    {"a row is the trial of its step", rows_are_trials},
    {"least worth first", least_worth_first},
    {"left out for a loss", left_out_for_a_loss},
    CU_TEST_INFO_NULL,
};
