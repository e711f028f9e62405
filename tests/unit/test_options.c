/* options: what is understood, and what is said otherwise. */
#include "tests/unit/unit.h"

#include <string.h>

#include "tui/options.h"

static int parse(struct settings *s, char **words, option_set allowed, struct err *e)
{
    static const char *args[16];
    int n = 0;
    while (words[n])
        n++;
    return options_parse(s, n, words, args, allowed, e);
}

static void understands_every_form(void)
{
    struct settings s;
    char *words[] = {"demo", "--batch", "8", "-s256", "--budget=0.5", "-t", "4", "-j", "--no-mouse", "--", "--seed", NULL};
    CU_ASSERT_EQUAL_FATAL(parse(&s, words, ~(option_set)0, NULL), 0);
    CU_ASSERT_TRUE(s.batch == 8 && s.seq == 256 && s.threads == 4 && s.budget_s == 0.5 && s.json && s.no_mouse);
    CU_ASSERT_TRUE(s.arg_count == 2 && strcmp(s.args[0], "demo") == 0 && strcmp(s.args[1], "--seed") == 0);
    CU_ASSERT_STRING_EQUAL(settings_model(&s), "demo");
    struct workload w = settings_workload(&s, 512, 2);
    CU_ASSERT_TRUE(w.batch == 8 && w.seq == 256 && w.threads == 4 && !w.unfused);
    struct workload other = w;
    CU_ASSERT_TRUE(workload_same(&w, &other));
    other.unfused = true;
    CU_ASSERT_FALSE(workload_same(&w, &other));
}

static void takes_several_numbers(void)
{
    struct settings s;
    char *words[] = {"--batch", "1,4,16", "--seq=32", NULL};
    CU_ASSERT_EQUAL_FATAL(parse(&s, words, OPTION_BIT(batch) | OPTION_BIT(seq), NULL), 0);
    CU_ASSERT_TRUE(s.batch == 1 && s.batches.n == 2 && s.batches.value[0] == 4 && s.batches.value[1] == 16);
    CU_ASSERT_TRUE(s.seq == 32 && s.seqs.n == 0);
}

static void fills_in_defaults(void)
{
    struct settings s;
    char *words[] = {NULL};
    CU_ASSERT_EQUAL_FATAL(parse(&s, words, 0, NULL), 0);
    struct workload w = settings_workload(&s, 64, 3);
    CU_ASSERT_TRUE(w.batch == 1 && w.seq == 64 && w.threads == 3);
    w = settings_workload(&s, 512, 3);
    CU_ASSERT_EQUAL(w.seq, 128);
    CU_ASSERT_EQUAL(w.format, KERNEL_F32);
}

static void formats_have_names(void)
{
    struct settings s;
    struct err e = {0};
    for (int f = 0; f < KERNEL_FORMATS; f++) {
        char name[16], *words[] = {"--format", name, NULL};
        if (!kernel_format_rounds((enum kernel_format)f))
            continue;
        snprintf(name, sizeof name, "%s", kernel_format_name((enum kernel_format)f));
        CU_ASSERT_EQUAL_FATAL(parse(&s, words, ~(option_set)0, NULL), 0);
        CU_ASSERT_EQUAL((int)settings_workload(&s, 64, 1).format, f);
    }
    CU_ASSERT_EQUAL(format_word("int5", &s.format, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "there is no format of weights \"int5\" (formats: f32, bf16, f16, int8, int4, ternary, sparse)");
    CU_ASSERT_EQUAL(format_word("kmeans", &s.format, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text,
                           "weights in kmeans need a table of their own: make it with a recipe (compress --step kmeans)");
}

static void says_what_is_wrong(void)
{
    static const struct {
        char *words[4];
        option_set allowed;
        const char *sentence;
    } cases[] = {
        {{"--speed"}, ~(option_set)0, "there is no option --speed (see --help)"},
        {{"-Z"}, ~(option_set)0, "there is no option -Z (see --help)"},
        {{"--batch"}, ~(option_set)0, "--batch needs a value (N)"},
        {{"--batch", "0"}, ~(option_set)0, "--batch takes a whole number from 1 to 4096, not \"0\""},
        {{"--batch", "2.5"}, ~(option_set)0, "--batch takes a whole number from 1 to 4096, not \"2.5\""},
        {{"--batch", "x"}, ~(option_set)0, "--batch takes a whole number from 1 to 4096, not \"x\""},
        {{"--batch", "1,"}, ~(option_set)0, "--batch takes a whole number from 1 to 4096, not \"\""},
        {{"--batch", "1,2,3,4,5,6,7,8,9"}, ~(option_set)0, "--batch takes at most 8 numbers"},
        {{"--rows", "1,2"}, ~(option_set)0, "--rows takes a whole number from 1 to 1073741824, not \"1,2\""},
        {{"--batch="}, ~(option_set)0, "--batch takes a whole number from 1 to 4096, not \"\""},
        {{"--budget", "nan"}, ~(option_set)0, "--budget takes a number from 0 to 86400, not \"nan\""},
        {{"--json=1"}, ~(option_set)0, "--json takes no value"},
        {{"--batch", "2"}, OPTION_BIT(json), "this command has no option --batch (see --help)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings s;
        struct err e = {0};
        CU_ASSERT_EQUAL(parse(&s, (char **)cases[i].words, cases[i].allowed, &e), ERR_USAGE);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i].sentence);
    }
}

static void every_option_is_in_its_help(void)
{
    struct str out;
    str_init(&out);
    options_help(~(option_set)0, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "  -b, --batch N "));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "      --no-mouse "));
    int lines = 0;
    for (const char *p = out.text; *p; p++)
        lines += *p == '\n';
    CU_ASSERT_EQUAL(lines, OPTIONS);
    str_free(&out);
}

CU_TestInfo suite_options[] = {
    {"understands every form", understands_every_form},
    {"takes several numbers", takes_several_numbers},
    {"fills in defaults", fills_in_defaults},
    {"formats by name", formats_have_names},
    {"says what is wrong", says_what_is_wrong},
    {"every option is in its help", every_option_is_in_its_help},
    CU_TEST_INFO_NULL,
};
