/* The report: what is written is read back, in every form the same, and damaged files give a sentence. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/text.h"
#include "reports/report.h"
#include "tests/unit/app_fixture.h"

static const char hostile[] = "<script>alert(1)</script>\"'&]]>\x1b[31m\n\xe2\x80\xae" "abc\xff\xd7\x90|`*=1";

/* ---- a report ------------------------------------------------------------------------------------------------ */

struct parts {
    struct facts *facts;
    struct profile *profile;
    struct head_study *heads;
    struct eval_summary evaluation;
    struct eval_class class[2];
    struct provenance provenance;
};

static void make_parts(struct parts *p, const char *name)
{
    const char *words[] = {"bertscope", "report", "my models/it's"};
    *p = (struct parts){.facts = fixture_facts(), .profile = fixture_profile(4), .heads = fixture_heads(true)};
    p->facts->has_classifier = true;
    p->profile->layers = p->facts->layers;
    snprintf(p->facts->name, sizeof p->facts->name, "%s", name);
    p->evaluation = (struct eval_summary){.task = "sst2", .task_summary = "sentiment", .matched_by = "name", .named = true, .rows = 872,
                                          .tokens = 21000, .longest = 55, .seconds = 1.5, .loss = 0.25, .metrics = 2,
                                          .metric = {{"accuracy", "Accuracy", {0.923, 0.9, 0.94}}, {"mcc", "MCC", {NAN, NAN, NAN}}},
                                          .class = p->class, .classes = 2};
    snprintf(p->evaluation.data, sizeof p->evaluation.data, "%s", name);
    p->class[0] = (struct eval_class){.output = 1, .rows = 428, .given = 430, .right = 400};
    p->class[1] = (struct eval_class){.label = "good", .rows = 444, .given = 442, .right = 405};
    snprintf(p->class[0].name, sizeof p->class[0].name, "%s", name);
    setenv("SOURCE_DATE_EPOCH", "1000000000", 1);
    provenance_make(&p->provenance, words, 3);
    unsetenv("SOURCE_DATE_EPOCH");
}

static void free_parts(struct parts *p)
{
    free(p->facts);
    profile_free(p->profile);
    free(p->profile);
    head_study_free(p->heads);
    free(p->heads);
}

static void collect(struct report *out, const struct parts *p, bool everything)
{
    struct err e = {0};
    const struct report_source s = {.facts = p->facts, .workload = p->profile->workload, .seed = 7, .provenance = &p->provenance,
                                    .profile = everything ? p->profile : NULL, .evaluation = everything ? &p->evaluation : NULL,
                                    .heads = everything ? p->heads : NULL};
    CU_ASSERT_EQUAL_FATAL(report_collect(out, &s, &e), 0);
}

static char *in_form(const struct report *r, struct emit *(*form)(const char *))
{
    struct str out;
    struct emit *e = form(REPORT_SCHEMA);
    str_init(&out);
    report_walk(e, r);
    emit_finish(e, &out);
    return out.text;
}

static void make(struct report *out, const char *name)
{
    struct parts p;
    make_parts(&p, name);
    collect(out, &p, true);
    free_parts(&p);
}

/* ---- round trips --------------------------------------------------------------------------------------------- */

/* Equal, but for the last digits of what is calculated from rounded figures. */
static bool same(const json_t *a, const json_t *b)
{
    const char *key;
    json_t *value;
    if (json_is_number(a) && json_is_number(b)) {
        double x = json_number_value(a), y = json_number_value(b);
        return fabs(x - y) <= 1e-7 * fmax(fabs(x), fabs(y));
    }
    if (json_typeof(a) != json_typeof(b) || json_object_size(a) != json_object_size(b) || json_array_size(a) != json_array_size(b))
        return false;
    json_object_foreach((json_t *)a, key, value)
        if (!json_object_get(b, key) || !same(value, json_object_get(b, key)))
            return false;
    for (size_t i = 0; i < json_array_size(a); i++)
        if (!same(json_array_get(a, i), json_array_get(b, i)))
            return false;
    return !json_is_string(a) || strcmp(json_string_value(a), json_string_value(b)) == 0;
}

static void check_same(const char *first, const char *second)
{
    json_t *a = json_loads(first, JSON_REJECT_DUPLICATES, NULL), *b = json_loads(second, JSON_REJECT_DUPLICATES, NULL);
    CU_ASSERT_FATAL(a && b);
    CU_ASSERT(same(a, b));
    json_decref(a);
    json_decref(b);
}

static void check_round(const struct report *r, struct emit *(*form)(const char *))
{
    struct report back;
    struct err e = {0};
    char *json = in_form(r, emit_json), *written = in_form(r, form);
    CU_ASSERT_EQUAL(report_parse(&back, written, strlen(written), "report", &e), 0);
    CU_ASSERT_STRING_EQUAL(e.text, "");
    char *again = in_form(&back, emit_json);
    check_same(json, again);
    report_free(&back);
    free(json);
    free(written);
    free(again);
}

static void what_is_written_is_read(void)
{
    struct report r;
    make(&r, "models/bert-four");
    check_round(&r, emit_json);
    check_round(&r, emit_html);
    report_free(&r);
    struct parts p;
    make_parts(&p, "models/bert-four");
    collect(&r, &p, false); /* only the model is known */
    check_round(&r, emit_html);
    report_free(&r);
    free_parts(&p);
}

static void what_is_read_is_what_was(void)
{
    struct report r, back;
    struct err e = {0};
    make(&r, "models/bert-four");
    char *html = in_form(&r, emit_html);
    CU_ASSERT_EQUAL_FATAL(report_parse(&back, html, strlen(html), "report", &e), 0);
    CU_ASSERT_STRING_EQUAL(back.facts.name, "models/bert-four");
    CU_ASSERT_EQUAL(back.facts.params_total, r.facts.params_total);
    CU_ASSERT_EQUAL(back.facts.machine.cpu_bits, r.facts.machine.cpu_bits);
    CU_ASSERT(workload_same(&back.workload, &r.workload));
    CU_ASSERT_EQUAL(back.seed, 7);
    CU_ASSERT_EQUAL_FATAL(back.profile->steps, r.profile->steps);
    for (int i = 0; i < r.profile->steps; i++) {
        CU_ASSERT_STRING_EQUAL(back.profile->step[i].name, r.profile->step[i].name);
        CU_ASSERT_EQUAL(back.profile->step[i].macs, r.profile->step[i].macs);
        CU_ASSERT_EQUAL(back.profile->step[i].layer, r.profile->step[i].layer);
    }
    CU_ASSERT_EQUAL(back.profile->layer_component[3][COMPONENT_FEED_FORWARD].macs,
                    r.profile->layer_component[3][COMPONENT_FEED_FORWARD].macs);
    CU_ASSERT_STRING_EQUAL(back.provenance.created, "2001-09-09 01:46:40");
    CU_ASSERT_STRING_EQUAL(back.provenance.command, "bertscope report 'my models/it'\\''s'");
    CU_ASSERT(isnan(back.evaluation->metric[1].estimate.value));
    CU_ASSERT(head_study_has(&back.heads, HEADS_KEPT) && back.heads.curve && back.heads.curve->rows == 872);
    CU_ASSERT_EQUAL(ablation_removable(back.heads.curve), ablation_removable(r.heads.curve));
    report_free(&r);
    report_free(&back);
    free(html);
}

/* ---- bytes --------------------------------------------------------------------------------------------------- */

static void same_figures_same_bytes(void)
{
    struct emit *(*const forms[])(const char *) = {emit_html, emit_json, emit_markdown, emit_csv, emit_text};
    struct report a, b;
    make(&a, "m");
    make(&b, "m");
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *first = in_form(&a, forms[i]), *second = in_form(&b, forms[i]);
        CU_ASSERT_STRING_EQUAL(first, second);
        free(first);
        free(second);
    }
    report_free(&a);
    report_free(&b);
}

/* Nothing of a hostile text is markup, a control character or a change of direction, in any form. */
static void hostile_names_are_texts(void)
{
    struct emit *(*const forms[])(const char *) = {emit_html, emit_markdown, emit_csv, emit_text};
    struct report r;
    make(&r, hostile);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char *t = in_form(&r, forms[i]);
        bool page = forms[i] == emit_html || forms[i] == emit_markdown;
        CU_ASSERT(text_is_utf8(t, strlen(t)));
        CU_ASSERT_PTR_NULL(strchr(t, '\x1b'));
        CU_ASSERT_PTR_NULL(strstr(t, "\xe2\x80\xae"));
        if (page) {
            CU_ASSERT_PTR_NULL(strstr(t, "<script>alert"));
            CU_ASSERT_PTR_NULL(strstr(t, "</script>\""));
            CU_ASSERT_PTR_NOT_NULL(strstr(t, "&lt;script&gt;"));
        }
        free(t);
    }
    check_round(&r, emit_html);
    report_free(&r);
}

/* ---- damaged files ------------------------------------------------------------------------------------------- */

/* `json` with the first `from` replaced by `to`. */
static char *damaged(const char *json, const char *from, const char *to)
{
    struct str out;
    const char *at = strstr(json, from);
    str_init(&out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    str_add_n(&out, json, (size_t)(at - json));
    str_add(&out, to);
    str_add(&out, at + strlen(from));
    return out.text;
}

static void damaged_files_give_a_sentence(void)
{
    static const struct {
        const char *from, *to, *sentence;
    } cases[] = {
        {"{", "[", "r is not a report"},
        {"bertscope.report/1", "bertscope.report/9", "the schema is \"bertscope.report/9\", not"},
        {"\"schema\"", "\"plan\"", "the schema is missing"},
        {"\"layers\": 4", "\"layers\": 5", "layers is not a list of 5"},
        {"\"layers\": 4", "\"layers\": -1", "model.layers is not a whole number from 0 to 1000"},
        {"\"layers\": 4", "\"layers\": 4, \"layers\": 4", "duplicate"},
        {"\"hidden\": 768", "\"hidden\": \"768\"", "model.hidden is not a whole number"},
        {"\"name\": \"models/bert-four\"", "\"name\": 3", "model.name is not a text"},
        {"\"random_weights\": false", "\"random_weights\": 0", "model.random_weights is neither true nor false"},
        {"\"format\": \"f32\",\n  \"unfused\"", "\"format\": \"f99\",\n  \"unfused\"", "settings.format is not a format of weights"},
        {"\"key\": \"embedding\"", "\"key\": \"other\"", "components[0].key is not in its place"},
        {"\"key\": \"embedding\"", "\"key\": \"nothing\"", "components[0].key is not a component"},
        {"\"median\": ", "\"median\": 1e300, \"x\": ", "total.time_ns.median is not a number from 0 to 1e+18"},
        {"\"median\": ", "\"median\": -1, \"x\": ", "total.time_ns.median is not a number"},
        {"\"arena_bytes\": 0", "\"arena_bytes\": 1.5", "total.arena_bytes is not a whole number"},
        {"\"mode\": \"gradient\"", "\"mode\": \"random\"", "heads.mode is not a mode"},
        {"\"normalized\": false", "\"normalized\": true", "heads.normalized is true"},
        {"\"curve_order\": \"gradient\"", "\"curve_order\": \"\"", "heads.curve_order is not a mode"},
        {"\"metrics\": [", "\"metrics\": [[],", "evaluation.metrics[0] is not an object"},
        {"\"created\"", "\"created\": {}, \"x\"", "provenance.created is not a text"},
    };
    struct report r, back;
    make(&r, "models/bert-four");
    char *json = in_form(&r, emit_json);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        char *bad = damaged(json, cases[i].from, cases[i].to);
        CU_ASSERT_EQUAL(report_parse(&back, bad, strlen(bad), "r", &e), ERR_FORMAT);
        const char *sentence = cases[i].sentence;
        CU_ASSERT_PTR_NOT_NULL(strstr(e.text, sentence));
        if (!strstr(e.text, sentence))
            printf("\n  said: %s\n  not:  %s\n", e.text, sentence);
        report_free(&back);
        free(bad);
    }
    report_free(&r);
    free(json);
}

/* Whatever is cut off or changed is refused or read, and what was read can be told. */
static void any_damage_is_survived(void)
{
    struct report r, back;
    make(&r, "models/bert-four");
    char *html = in_form(&r, emit_html);
    size_t n = strlen(html);
    int read = 0;
    for (int i = 0; i < 400; i++) {
        struct err e = {0};
        char *bad = strdup(html);
        size_t len = i % 4 == 0 ? (size_t)(rng_uniform(1, (uint64_t)i) * (double)n) : n;
        for (int k = 0; k <= i % 3; k++)
            bad[(size_t)(rng_uniform(2, (uint64_t)(3 * i + k)) * (double)n)] = "0\"{[,-e9}]"[i % 10];
        if (report_parse(&back, bad, len, "r", &e) == 0) {
            free(in_form(&back, emit_html));
            read++;
        } else {
            CU_ASSERT(e.code == ERR_FORMAT && e.text[0]);
        }
        report_free(&back);
        free(bad);
    }
    CU_ASSERT(read > 0);
    report_free(&r);
    free(html);
}

CU_TestInfo suite_report[] = {
    {"what is written is read", what_is_written_is_read},
    {"what is read is what was", what_is_read_is_what_was},
    {"the same figures are the same bytes", same_figures_same_bytes},
    {"hostile names are texts", hostile_names_are_texts},
    {"damaged files give a sentence", damaged_files_give_a_sentence},
    {"any damage is survived", any_damage_is_survived},
    CU_TEST_INFO_NULL,
};
