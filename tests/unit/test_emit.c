/* emit: one walk gives tables for people and JSON for machines; figures are written by one set of functions. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "reports/emit.h"
#include "reports/format.h"

static void walk(struct emit *e)
{
    static const struct emit_column columns[] = {{"name", "step", 0}, {"macs", "MACs", UNIT_COUNT},
                                                 {"id", NULL, 0}, {"time_ns", "time", UNIT_NS}};
    struct spread s = {1500000, 1.6e6, 1.7e6, 1.47e6, 1.53e6, 20}, none = {0};
    const int32_t ids[] = {101, 7, 102};
    const double rows[] = {0.0123456, NAN, 12};
    const int first[] = {0, 2, 3};
    const char *const words[] = {"a\x1b[31m", "b"};
    emit_begin(e, "machine", "Machine");
    emit_string(e, "cpu", "processor", "Tiny\x07 9000");
    emit_int(e, "cores", NULL, 2, UNIT_NONE);
    emit_string(e, "cap", NULL, NULL);
    emit_end(e);
    emit_table(e, "steps", "Steps", columns, 4);
    emit_row(e);
    emit_string(e, NULL, NULL, "query");
    emit_int(e, NULL, NULL, 2717908992, UNIT_COUNT);
    emit_int(e, NULL, NULL, 1, UNIT_NONE);
    emit_spread(e, NULL, NULL, &s, UNIT_NS);
    emit_row(e);
    emit_string(e, NULL, NULL, "\xe4\xb8\xad");
    emit_int(e, NULL, NULL, 0, UNIT_COUNT);
    emit_int(e, NULL, NULL, 2, UNIT_NONE);
    emit_spread(e, NULL, NULL, &none, UNIT_NS);
    emit_table_end(e);
    emit_ints(e, "ids", "ids", ids, 3);
    emit_strings(e, "words", "words", words, 2);
    emit_real(e, "share", "share", 0.125, UNIT_SHARE);
    emit_real(e, "odd", NULL, NAN, UNIT_NONE);
    emit_note(e, "A sentence.");
    emit_matrix(e, "scores", "Scores", &(struct emit_matrix){rows, first, 2, "layer", UNIT_SCORE});
    emit_matrix(e, "hidden", NULL, &(struct emit_matrix){rows, first, 2, "layer", UNIT_SCORE});
}

static void people_read_tables(void)
{
    struct str out;
    struct emit *e = emit_text("test/1");
    walk(e);
    str_init(&out);
    emit_finish(e, &out);
    CU_ASSERT_STRING_EQUAL(out.text, "Machine\n"
                                     "  processor      Tiny\\x07 9000\n"
                                     "\nSteps\n"
                                     "  step     MACs            time\n"
                                     "  query  2.72 G  1.50 ms \302\261 2.0%\n"
                                     "  \xe4\xb8\xad          0               -\n"
                                     "  ids            101 7 102\n"
                                     "  words          a\\x1b[31m b\n"
                                     "  share          12.5%\n"
                                     "  A sentence.\n"
                                     "\nScores\n"
                                     "  layer       0  1\n"
                                     "      0  0.0123  -\n"
                                     "      1      12  -\n");
    str_free(&out);
}

static void machines_read_json(void)
{
    struct str out;
    struct emit *e = emit_json("test/1");
    walk(e);
    str_init(&out);
    emit_finish(e, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"schema\": \"test/1\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"cap\": null"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"macs\": 2717908992"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"median\": 1500000.0"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"time_ns\": null"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"odd\": null"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"Tiny\\u0007 9000\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"scores\": [\n  [\n   0.0123456,\n   null\n  ],\n  [\n   12.0\n  ]\n ]"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\"hidden\": [\n"));
    CU_ASSERT_PTR_NULL(strstr(out.text, "A sentence."));
    CU_ASSERT_EQUAL(out.text[out.len - 1], '\n');
    str_free(&out);
}

static void figures(void)
{
    static const struct {
        char *(*fn)(char *, double);
        double value;
        const char *text;
    } cases[] = {
        {format_count, 0, "0"},          {format_count, 9999, "9999"},     {format_count, 109482240, "109.5 M"},
        {format_count, 999999, "1.00 M"}, {format_count, 2717908992.0, "2.72 G"}, {format_bytes, 999, "999 B"},
        {format_bytes, 438e6, "438.0 MB"}, {format_ns, 12, "12.0 ns"},      {format_ns, 1234567, "1.23 ms"},
        {format_ns, -34, "-34.0 ns"},    {format_ns, 4.2e9, "4.20 s"},     {format_share, 0.1234, "12.3%"},
        {format_share, -0.001, "-0.1%"}, {format_flops, 1.052e11, "105.2 GFLOP/s"}, {format_rate, 0, "0.00 B/s"},
        {format_ratio, 1.0449, "1.04"},   {format_score, 0.0123456, "0.0123"}, {format_points, -0.0034, "-0.34"},
        {format_points, 0.5, "+50.00"},  {format_points, -0.00004, "0.00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[FORMAT_SIZE];
        CU_ASSERT_STRING_EQUAL(cases[i].fn(out, cases[i].value), cases[i].text);
    }
}

CU_TestInfo suite_emit[] = {
    {"people read tables", people_read_tables},
    {"machines read JSON", machines_read_json},
    {"figures", figures},
    CU_TEST_INFO_NULL,
};
