/* comparison: verdicts, thresholds, baselines from files, and every form of the result with hostile names. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "reports/baseline.h"
#include "reports/comparison_report.h"

enum { ROUNDS = 40 };

static const char hostile[] = "<script>alert('x')</script>\x1b[31m|\"]]>\xe2\x80\xae\xff%0A::error::\n`*_\xef\xbf\xbf";

/* A measurement of one workload: every part takes 1000 ns in all but part `slow`, with noise of half a percent. */
static void make(struct timing *t, uint64_t seed, int slow, double factor, int rounds)
{
    CU_ASSERT_EQUAL_FATAL(timing_init(t, 1, NULL), 0);
    t->subject = (struct subject){.version = "1", .cpu = "cpu", .isa = "avx2", .arch = "bert", .format = "f32", .recipe = "int8",
                                  .model = "m", .cores = 2, .layers = 2, .threads = 1};
    t->c[0].batch = 1;
    t->c[0].seq = 128;
    for (int i = 0; i < rounds; i++) {
        double ns[PARTS];
        for (int p = 0; p < PARTS; p++)
            ns[p] = 1000 * (p == PART_TOTAL ? 6 : 1) * (p == slow ? factor : 1) *
                    exp(0.005 * (double)rng_normal(seed, (uint64_t)(PARTS * i + p)));
        CU_ASSERT_EQUAL_FATAL(timing_add(&t->c[0], ns, 500, i * 5 / rounds, NULL), 0);
    }
    for (int p = 0; p < PARTS; p++)
        for (int k = 0; k < COST_KINDS; k++)
            t->c[0].cost[p][k] = (uint64_t)(100 * p + k);
}

static void compare(struct comparison *c, struct timing *a, struct timing *b, bool paired, const struct thresholds *limits)
{
    CU_ASSERT_EQUAL_FATAL(comparison_make(c, a, b, paired, limits, NULL), 0);
    timing_free(a);
    timing_free(b);
}

/* The verdict on feed-forward when it takes `factor` of the time, both forms. */
static void verdicts_follow_the_interval(void)
{
    static const struct {
        double factor;
        int rounds;
        enum verdict verdict;
    } cases[] = {
        {1, ROUNDS, VERDICT_PASS},       {1.02, ROUNDS, VERDICT_PASS},         {1.05, ROUNDS, VERDICT_REGRESSION},
        {0.9, ROUNDS, VERDICT_IMPROVED}, {0.98, ROUNDS, VERDICT_PASS},         {1.03, ROUNDS, VERDICT_INCONCLUSIVE},
        {1.5, 9, VERDICT_INCONCLUSIVE},  {1.5, SHIFT_LEAST, VERDICT_REGRESSION},
    };
    const struct thresholds limits = {.share = 0.03};
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        size_t k = i / 2;
        struct timing a, b;
        struct comparison c;
        make(&a, 1, -1, 1, cases[k].rounds);
        make(&b, 2, COMPONENT_FEED_FORWARD, cases[k].factor, cases[k].rounds);
        compare(&c, &a, &b, i % 2, &limits);
        CU_ASSERT_EQUAL(c.times, PARTS);
        CU_ASSERT_EQUAL(c.time[COMPONENT_FEED_FORWARD].verdict, cases[k].verdict);
        if (cases[k].rounds >= SHIFT_LEAST) {
            CU_ASSERT_EQUAL(c.time[COMPONENT_OTHER].verdict, VERDICT_PASS);
            CU_ASSERT_EQUAL(c.verdict, cases[k].verdict);
        }
        comparison_free(&c);
    }
}

/* A machine that became slower as a whole is no regression, and one that became faster hides none. */
static void the_machine_is_taken_off(void)
{
    const struct thresholds limits = {.share = 0.03};
    for (int faster = 0; faster < 2; faster++) {
        struct timing a, b;
        struct comparison c;
        make(&a, 1, -1, 1, ROUNDS);
        make(&b, 2, COMPONENT_FEED_FORWARD, faster ? 0.99 : 1.08, ROUNDS);
        for (int i = 0; i < ROUNDS; i++)
            b.c[0].yardstick[i] = faster ? 450 : 540;
        compare(&c, &a, &b, false, &limits);
        CU_ASSERT_EQUAL(c.time[COMPONENT_FEED_FORWARD].verdict, VERDICT_INCONCLUSIVE);
        comparison_free(&c);
    }
}

/* A part of the pass that hardly counts needs more than a few percent. */
static void small_parts_need_more(void)
{
    const struct thresholds limits = {.share = 0.03};
    struct timing a, b;
    struct comparison c;
    make(&a, 1, PART_TOTAL, 20, ROUNDS);
    make(&b, 2, PART_TOTAL, 20, ROUNDS);
    for (int i = 0; i < ROUNDS; i++)
        b.c[0].ns[b.c[0].cap * COMPONENT_OTHER + i] *= 1.08;
    compare(&c, &a, &b, false, &limits);
    CU_ASSERT_DOUBLE_EQUAL(c.time[COMPONENT_OTHER].threshold, 0.12, 0.002);
    CU_ASSERT_EQUAL(c.time[COMPONENT_OTHER].verdict, VERDICT_PASS);
    comparison_free(&c);
}

static void costs_are_exact(void)
{
    const struct thresholds limits = {.share = 1};
    for (int more = -1; more <= 1; more++) {
        struct timing a, b;
        struct comparison c;
        make(&a, 1, -1, 1, ROUNDS);
        make(&b, 2, -1, 1, ROUNDS);
        b.c[0].cost[COMPONENT_ATTENTION][COST_MACS] += (uint64_t)more;
        compare(&c, &a, &b, true, &limits);
        CU_ASSERT_EQUAL(c.costs, PARTS * COST_KINDS);
        CU_ASSERT_EQUAL(c.verdict, more > 0 ? VERDICT_REGRESSION : more < 0 ? VERDICT_IMPROVED : VERDICT_PASS);
        CU_ASSERT_EQUAL(comparison_count(&c, VERDICT_PASS), PARTS + PARTS * COST_KINDS - (more != 0));
        comparison_free(&c);
    }
}

/* What must be the same is named; what need not be is not asked for. */
static void names_what_differs(void)
{
    const struct thresholds limits = {.share = 0.03};
    static const struct {
        size_t offset;
        bool text;
        const char *sentence;
    } cases[] = {
        {offsetof(struct subject, cpu), true, "machine.cpu is \"cpu\" in the baseline and \"xpu\" here"},
        {offsetof(struct subject, cores), false, "machine.cores is \"2\" in the baseline and \"3\" here"},
        {offsetof(struct subject, isa), true, "machine.isa is \"avx2\" in the baseline and \"xvx2\" here"},
        {offsetof(struct subject, arch), true, "model.architecture is \"bert\" in the baseline and \"xert\" here"},
        {offsetof(struct subject, layers), false, "model.layers is \"2\" in the baseline and \"3\" here"},
        {offsetof(struct subject, threads), false, "settings.threads is \"1\" in the baseline and \"2\" here"},
        {offsetof(struct subject, format), true, "settings.format is \"f32\" in the baseline and \"x32\" here"},
        {offsetof(struct subject, recipe), true, "settings.recipe is \"int8\" in the baseline and \"xnt8\" here"},
        {offsetof(struct subject, version), true, ""},
        {offsetof(struct subject, model), true, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct timing a, b;
        struct comparison c;
        make(&a, 1, -1, 1, ROUNDS);
        make(&b, 2, -1, 1, ROUNDS);
        char *field = (char *)&b.subject + cases[i].offset;
        if (cases[i].text)
            *field = 'x';
        else
            ++*(int *)(void *)field;
        compare(&c, &a, &b, false, &limits);
        CU_ASSERT_STRING_EQUAL(c.reason, cases[i].sentence);
        CU_ASSERT_EQUAL(c.verdict, *cases[i].sentence ? VERDICT_INCOMPARABLE : VERDICT_PASS);
        CU_ASSERT_EQUAL(c.times > 0, !*cases[i].sentence);
        comparison_free(&c);
    }
}

static void a_workload_must_be_in_both(void)
{
    const struct thresholds limits = {.share = 0.03};
    struct timing a, b;
    struct comparison c;
    make(&a, 1, -1, 1, ROUNDS);
    make(&b, 2, -1, 1, ROUNDS);
    b.c[0].seq = 64;
    compare(&c, &a, &b, false, &limits);
    CU_ASSERT_STRING_EQUAL(c.reason, "the baseline has no batch of 1 x 64 tokens");
    CU_ASSERT_EQUAL(c.verdict, VERDICT_INCOMPARABLE);
    comparison_free(&c);
}

/* Several recipes in one measurement: their rows have their names, and none is compared with that of another. */
static void recipes_are_workloads(void)
{
    const struct thresholds limits = {.share = 0.03};
    struct timing a[2], b[2];
    struct comparison c;
    char label[COMPARISON_LABEL];
    for (int i = 0; i < 2; i++) {
        make(&a[i], 1 + (uint64_t)i, -1, 1, ROUNDS);
        make(&b[i], 3 + (uint64_t)i, i == 1 ? COMPONENT_FEED_FORWARD : -1, 1.2, ROUNDS);
        snprintf(a[i].c[0].recipe, TIMING_RECIPE, i ? "half" : "plain");
        snprintf(a[i].c[0].steps, TIMING_STEPS, i ? "prune-heads fraction=0.5" : "");
        memcpy(b[i].c[0].recipe, a[i].c[0].recipe, TIMING_RECIPE);
        memcpy(b[i].c[0].steps, a[i].c[0].steps, TIMING_STEPS);
    }
    CU_ASSERT_EQUAL_FATAL(timing_append(&a[0], &a[1], NULL), 0);
    CU_ASSERT_EQUAL_FATAL(timing_append(&b[0], &b[1], NULL), 0);
    CU_ASSERT_EQUAL_FATAL(comparison_make(&c, &a[0], &b[0], false, &limits, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(c.times, 2 * PARTS);
    CU_ASSERT(c.recipes == 2 && strcmp(c.recipe[1].steps, "prune-heads fraction=0.5") == 0);
    CU_ASSERT_EQUAL(c.time[COMPONENT_FEED_FORWARD].verdict, VERDICT_PASS);
    CU_ASSERT_EQUAL(c.time[PARTS + COMPONENT_FEED_FORWARD].verdict, VERDICT_REGRESSION);
    CU_ASSERT_STRING_EQUAL(comparison_label(label, c.time[PARTS].recipe, 1, 128), "half:1x128");
    comparison_free(&c);
    snprintf(b[0].c[1].steps, TIMING_STEPS, "int4");
    CU_ASSERT_EQUAL_FATAL(comparison_make(&c, &a[0], &b[0], false, &limits, NULL), 0);
    CU_ASSERT_STRING_EQUAL(c.reason, "recipe half is \"prune-heads fraction=0.5\" in the baseline and \"int4\" here");
    comparison_free(&c);
    snprintf(b[0].c[1].recipe, TIMING_RECIPE, "third");
    CU_ASSERT_EQUAL_FATAL(comparison_make(&c, &a[0], &b[0], false, &limits, NULL), 0);
    CU_ASSERT_STRING_EQUAL(c.reason, "the baseline has no batch of 1 x 128 tokens of recipe third");
    comparison_free(&c);
    for (int i = 0; i < 2; i++) {
        timing_free(&a[i]);
        timing_free(&b[i]);
    }
}

/* ---- thresholds ------------------------------------------------------------------------------------------------- */

static void later_lines_win(void)
{
    struct thresholds t = {.share = 0.03};
    const char *text = "# all\n* 4\nfeed_forward 5 # of all\n\n4x128/feed_forward 6.5\n4x128/total 0\r\n";
    CU_ASSERT_EQUAL_FATAL(thresholds_parse(&t, text, strlen(text), "t", NULL), 0);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 1, 128, PART_TOTAL), 0.04);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 4, 128, PART_TOTAL), 0);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 1, 128, COMPONENT_FEED_FORWARD), 0.05);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 4, 128, COMPONENT_FEED_FORWARD), 0.065);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 4, 64, COMPONENT_FEED_FORWARD), 0.05);
    const char *more = "half:* 7\nhalf:4x128/total 8\n";
    CU_ASSERT_EQUAL_FATAL(thresholds_parse(&t, more, strlen(more), "t", NULL), 0);
    CU_ASSERT_EQUAL(thresholds_share(&t, "", 4, 128, PART_TOTAL), 0);
    CU_ASSERT_EQUAL(thresholds_share(&t, "half", 4, 64, PART_TOTAL), 0.07);
    CU_ASSERT_EQUAL(thresholds_share(&t, "half", 4, 128, PART_TOTAL), 0.08);
}

static void bad_thresholds_are_named(void)
{
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"total", "t: line 1 is not \"ROW PERCENT\", with a number from 0 to 1000"},
        {"* 1\ntotal x\n", "t: line 2 is not \"ROW PERCENT\", with a number from 0 to 1000"},
        {"total 3 4", "t: line 1 is not \"ROW PERCENT\", with a number from 0 to 1000"},
        {"total nan", "t: line 1 is not \"ROW PERCENT\", with a number from 0 to 1000"},
        {"total -1", "t: line 1 is not \"ROW PERCENT\", with a number from 0 to 1000"},
        {"pooler 3", "t: line 1: there is no row \"pooler\" (rows: embedding, linear_before_attention, multi_head_attention, "
                     "linear_after_attention, feed_forward, other, total, *; with BATCHxSEQ/ before it: of one workload, with RECIPE: of one recipe)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct thresholds t = {.share = 0.03};
        struct err e = {0};
        CU_ASSERT_EQUAL(thresholds_parse(&t, cases[i].text, strlen(cases[i].text), "t", &e), ERR_FORMAT);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i].sentence);
    }
}

/* ---- baselines -------------------------------------------------------------------------------------------------- */

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 1 << 20);
    CU_ASSERT_TRUE_FATAL(f && text && fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

static void a_baseline_survives_its_file(void)
{
    struct timing t, back;
    struct err e = {0};
    make(&t, 1, -1, 1, ROUNDS);
    snprintf(t.subject.model, sizeof t.subject.model, "m \"<>");
    const char *path = unit_temp_file("baseline.json", "", 0);
    CU_ASSERT_EQUAL_FATAL(baseline_write(&t, path, &e), 0);
    CU_ASSERT_EQUAL_FATAL(baseline_read(&back, path, &e), 0);
    CU_ASSERT_EQUAL(memcmp(&t.subject, &back.subject, sizeof t.subject), 0);
    CU_ASSERT_TRUE_FATAL(back.cases == 1 && back.c[0].rounds == ROUNDS && back.c[0].batch == 1 && back.c[0].seq == 128);
    CU_ASSERT_EQUAL(memcmp(t.c[0].cost, back.c[0].cost, sizeof t.c[0].cost), 0);
    for (int i = 0; i < ROUNDS; i++) {
        CU_ASSERT_EQUAL(t.c[0].launch[i], back.c[0].launch[i]);
        CU_ASSERT_DOUBLE_EQUAL(timing_part(&t.c[0], 3)[i], timing_part(&back.c[0], 3)[i], 1e-5);
    }
    timing_free(&t);
    timing_free(&back);
}

/* Replaces the first `from` of a good baseline by `to`. */
static void damaged_baselines_are_refused(void)
{
    static const struct {
        const char *from, *to, *sentence;
    } cases[] = {
        {"bertscope.baseline/1", "bertscope.baseline/9", "b is no baseline: its schema is not bertscope.baseline/1"},
        {"\"cores\":2", "\"cores\":\"2\"", "b: \"machine.cores\" is missing or is no whole number"},
        {"\"isa\":\"avx2\"", "\"isa\":7", "b: \"machine.isa\" is missing or is no text"},
        {"\"cases\"", "\"cares\"", "b: \"cases\" holds 1 to 64 workloads"},
        {"\"batch\":1", "\"batch\":0", "b: cases[0]: batch and seq are whole numbers from 1"},
        {"\"launch\":[0", "\"launch\":[1", "b: cases[0]: launch does not count the starts from 0"},
        {"\"launch\":[", "\"launch\":[0,0,", "b: cases[0]: yardstick_ns has no time for every round"},
        {"\"feed_forward\":[", "\"feed_forward\":[-", "b: cases[0]: ns has no time for every component and round"},
        {"\"macs\"", "\"mags\"", "b: cases[0]: params, macs and weight_bytes hold a whole number for every component"},
        {"{", "", "b: line 1: '[' or '{' expected near '\"schema\"'"},
    };
    struct timing t;
    make(&t, 1, -1, 1, ROUNDS);
    const char *path = unit_temp_file("good.json", "", 0);
    CU_ASSERT_EQUAL_FATAL(baseline_write(&t, path, NULL), 0);
    timing_free(&t);
    char *good = read_all(path), *bad = calloc(1, (1 << 20) + 64);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        char *at = strstr(good, cases[i].from);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        snprintf(bad, (1 << 20) + 64, "%.*s%s%s", (int)(at - good), good, cases[i].to, at + strlen(cases[i].from));
        CU_ASSERT_EQUAL(baseline_parse(&t, bad, strlen(bad), "b", &e), ERR_FORMAT);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i].sentence);
    }
    for (size_t n = 0, size = strlen(good); n < size; n += 1 + n / 7)
        CU_ASSERT_EQUAL(baseline_parse(&t, good, n, "b", NULL), ERR_FORMAT);
    free(good);
    free(bad);
}

/* ---- forms ------------------------------------------------------------------------------------------------------ */

typedef void form_fn(struct str *out, const struct comparison *c);

static void form(struct str *out, form_fn *f, const char *name, double factor)
{
    const struct thresholds limits = {.share = 0.03};
    struct timing a, b;
    struct comparison c;
    make(&a, 1, -1, 1, ROUNDS);
    make(&b, 2, COMPONENT_FEED_FORWARD, factor, ROUNDS);
    b.c[0].cost[0][COST_PARAMS] = 77;
    compare(&c, &a, &b, true, &limits);
    snprintf(c.after.model, sizeof c.after.model, "%s", name);
    str_init(out);
    f(out, &c);
    comparison_free(&c);
}

static void junit_has_a_case_for_every_row(void)
{
    struct str out;
    form(&out, comparison_junit, hostile, 1.1);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "<testsuites tests=\"28\" failures=\"2\" errors=\"0\">"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "name=\"time of feed_forward\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "<failure message=\"Embedding: parameters 0 -&gt; 77\" type=\"regression\"/>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "value=\"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\\x1b[31m|&quot;]]&gt;"
                                            "\\xe2\\x80\\xae\\xff%0A::error::\\x0a`*_?\""));
    str_free(&out);
}

/* Every line is one command, and the name cannot end its part of it. */
static void annotations_stay_in_their_line(void)
{
    struct str out;
    form(&out, comparison_annotations, hostile, 1.1);
    int lines = 0;
    for (char *line = strtok(out.text, "\n"); line; line = strtok(NULL, "\n")) {
        CU_ASSERT_EQUAL(strncmp(line, "::error title=regression%3A <script>", 36), 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(line, "%250A%3A%3Aerror%3A%3A\\x0a"));
        CU_ASSERT_PTR_EQUAL(strstr(line + 2, "::"), strstr(line, " 1x128::") + 6);
        lines++;
    }
    CU_ASSERT_EQUAL(lines, 2);
    str_free(&out);
    form(&out, comparison_annotations, "m", 1);
    CU_ASSERT_STRING_EQUAL(out.text, "::error title=regression%3A m 1x128::Embedding: parameters 0 -> 77\n");
    str_free(&out);
}

static void markdown_holds_no_markup_of_others(void)
{
    struct str out;
    form(&out, comparison_markdown, hostile, 0.8);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "### bertscope check: &lt;script&gt;alert&#40;&#39;x&#39;&#41;"));
    CU_ASSERT_PTR_NULL(strstr(out.text, "<script"));
    CU_ASSERT_PTR_NULL(strstr(out.text, "`*_"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "| 1x128 | Feed-forward | "));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "| &#8595; improved |\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "| 1x128 | Embedding | parameters | 0 | 77 | &#8593; **regression** |\n"));
    str_free(&out);
}

static void incomparable_has_every_form(void)
{
    static const struct {
        form_fn *f;
        const char *text;
    } cases[] = {
        {comparison_junit, "<testcase classname=\"bertscope.check.all\" name=\"comparison with the baseline\">\n"
                           "   <error message=\"a &lt;b\" type=\"incomparable\"/>"},
        {comparison_annotations, "::error title=bertscope check%3A incomparable::a <b\n"},
        {comparison_markdown, "incomparable&#58; a &lt;b\n"},
    };
    struct comparison c = {.verdict = VERDICT_INCOMPARABLE, .reason = "a <b"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out;
        str_init(&out);
        cases[i].f(&out, &c);
        CU_ASSERT_PTR_NOT_NULL(strstr(out.text, cases[i].text));
        str_free(&out);
    }
}

CU_TestInfo suite_comparison[] = {
    {"verdicts", verdicts_follow_the_interval},
    {"the speed of the machine", the_machine_is_taken_off},
    {"small parts", small_parts_need_more},
    {"costs", costs_are_exact},
    {"what differs", names_what_differs},
    {"workloads of both", a_workload_must_be_in_both},
    {"recipes are workloads", recipes_are_workloads},
    {"thresholds", later_lines_win},
    {"bad thresholds", bad_thresholds_are_named},
    {"a baseline and its file", a_baseline_survives_its_file},
    {"damaged baselines", damaged_baselines_are_refused},
    {"JUnit", junit_has_a_case_for_every_row},
    {"annotations", annotations_stay_in_their_line},
    {"Markdown", markdown_holds_no_markup_of_others},
    {"incomparable in every form", incomparable_has_every_form},
    CU_TEST_INFO_NULL,
};
