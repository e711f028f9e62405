/* emit: one walk gives tables for people and JSON for machines; figures are written by one set of functions. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/emit.h"
#include "reports/figure.h"
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

static void draw_nothing(const struct figure *f, const char *id, struct str *out)
{
    figure_open(f, id, "plot", 10, out);
    figure_close(out);
}

static char *in_form(struct emit *e)
{
    struct str out;
    const struct figure f = {"A <picture>", "of \"nothing\"", draw_nothing, NULL};
    emit_begin(e, NULL, "Title & <b>");
    emit_figure(e, &f);
    walk(e);
    emit_string(e, "text", "text", "<script>|=1+1 \xe2\x80\xae*x*\xff");
    emit_string(e, "formula", "formula", "=1+1");
    emit_end(e);
    str_init(&out);
    emit_finish(e, &out);
    return out.text;
}

static void has(const char *text, const char *part)
{
    CU_ASSERT_PTR_NOT_NULL(strstr(text, part));
    if (!strstr(text, part))
        printf("\n  not there: %s\n", part);
}

static void pages_are_html(void)
{
    char *t = in_form(emit_html("test/1"));
    has(t, "<title>Title &amp; &lt;b&gt; \302\267 bertscope</title>");
    has(t, "<h1>Title &amp; &lt;b&gt;</h1>");
    has(t, "<title id=\"f2-t\">A &lt;picture&gt;</title><desc id=\"f2-d\">of &quot;nothing&quot;</desc>");
    has(t, "<dt>processor</dt><dd><bdi>Tiny\\x07 9000</bdi></dd>");
    has(t, "<th scope=\"row\"><bdi>query</bdi></th><td class=\"n\">2.72 G</td><td class=\"n\">1.50 ms \302\261 2.0%</td>");
    has(t, "<bdi>&lt;script&gt;|=1+1 \\xe2\\x80\\xae*x*\\xff</bdi>");
    has(t, "\\u003cscript\\u003e");
    has(t, "\"macs\":2717908992");
    CU_ASSERT_PTR_NULL(strstr(t, "<script>"));
    CU_ASSERT_PTR_NULL(strstr(t, "http:"));
    CU_ASSERT_PTR_NULL(strstr(t, "https:"));
    free(t);
}

static void markdown_has_no_markup_of_others(void)
{
    char *t = in_form(emit_markdown("test/1"));
    has(t, "# Title &amp; &lt;b&gt;\n\n## Machine\n\n- processor: Tiny&#92;x07 9000\n\n## Steps\n\n| step | MACs | time |\n| --- | --- | --- |\n"
           "| query | 2.72 G | 1.50 ms \302\261 2.0% |\n");
    has(t, "\n| layer | 0 | 1 |\n| --- | --- | --- |\n| 0 | 0.0123 | - |\n| 1 | 12 | - |\n");
    has(t, "- text: &lt;script&gt;&#124;=1&#43;1 &#92;xe2&#92;x80&#92;xae&#42;x&#42;&#92;xff\n");
    free(t);
}

static void csv_has_a_line_for_each_value(void)
{
    char *t = in_form(emit_csv("test/1"));
    has(t, "part,row,key,value\r\nmachine,,cpu,\"Tiny\\x07 9000\"\r\nmachine,,cores,2\r\nmachine,,cap,\r\n"
           "steps,0,name,\"query\"\r\nsteps,0,macs,2717908992\r\nsteps,0,id,1\r\nsteps,0,time_ns.median,1500000\r\n");
    has(t, "\r\n,,ids.0,101\r\n");
    has(t, "\r\nscores,0,0,0.0123456\r\nscores,0,1,\r\nscores,1,0,12\r\n");
    has(t, "\r\n,,formula,\"'=1+1\"\r\n");
    free(t);
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
    {"pages are HTML", pages_are_html},
    {"Markdown has no markup of others", markdown_has_no_markup_of_others},
    {"CSV has a line for each value", csv_has_a_line_for_each_value},
    {"figures", figures},
    CU_TEST_INFO_NULL,
};
