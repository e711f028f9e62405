/* The report: what is written is read back, in every form the same, and damaged files give a sentence. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/text.h"
#include "analyzer/data/metric.h"
#include "analyzer/data/task.h"
#include "reports/report.h"
#include "tests/unit/app_fixture.h"
#include "tests/unit/counted_fixture.h"
#include "tests/unit/sampled_fixture.h"

static const char hostile[] = "<script>alert(1)</script>\"'&]]>\x1b[31m\n\xe2\x80\xae" "abc\xff\xd7\x90|`*=1";

/* ---- a report ------------------------------------------------------------------------------------------------ */

struct parts {
    struct facts *facts;
    struct profile *profile;
    struct head_study *heads;
    struct eval_summary evaluation;
    struct eval_class class[2];
    struct provenance provenance;
    struct sampled sampled;
    struct counted counted;
    struct trial_table trials;
    struct example_table examples;
    struct sensitive part[3];
    struct sensitivity sensitivity;
};

static void add_trial(struct trial_table *t, int number, const char *name, const char *recipe, double quality, double speedup, uint64_t bytes)
{
    struct trial x = {.recipe = (char *)(uintptr_t)recipe, .cost = {.params = 1000, .macs = 2000000 + bytes, .bytes = bytes},
                      .before = {.params = 1000, .macs = 2000000, .bytes = 4000}, .evaluated = true};
    struct quality *q = &x.quality;
    CU_ASSERT_EQUAL_FATAL(task_word("sst2", &q->task, NULL), 0);
    q->metrics = 1;
    q->metric[0] = &metric_accuracy;
    q->value[0] = (struct estimate){quality, quality - 0.02, quality + 0.015};
    if (number > 0)
        q->paired = (struct paired){.metric = &metric_accuracy, .difference = {quality - 0.9, quality - 0.92, quality - 0.87}};
    x.fidelity = (struct fidelity){872, 2, {0.95, 0.93, 0.97}, 0.0125, 0.5};
    if (speedup > 0)
        x.time.speedup = (struct spread){speedup, speedup + 0.1, speedup + 0.2, speedup - 0.05, speedup + 0.05, 40};
    x.forecast.by_macs = 1.25;
    CU_ASSERT_EQUAL_FATAL(trial_table_add(t, number, name, &x, NULL), 0);
}

static void make_trials(struct parts *p, const char *name)
{
    static struct example_line lines[3];
    static struct example_group groups[2];
    char trial[128];
    snprintf(trial, sizeof trial, "of %s", name);
    add_trial(&p->trials, 0, "original", "", 0.9, 0, 4000);
    add_trial(&p->trials, 3, trial, "prune-heads fraction=0.25\nint8 components=ffn\n", 0.89, 1.5, 2500);
    add_trial(&p->trials, 4, "slower", "prune-heads fraction=0.125", 0.88, 1.2, 2600);
    add_trial(&p->trials, 5, "not timed", "int4", 0.7, 0, 900);
    p->trials.current = 1;
    groups[1] = (struct example_group){"slower", 872, 0, 0};
    groups[0] = (struct example_group){"", 872, 17, 3};
    text_escape(groups[0].trial, sizeof groups[0].trial, name, strlen(name));
    for (int i = 0; i < 3; i++) {
        struct example_line *x = &lines[i];
        *x = (struct example_line){.line = 10 + i, .before_p = 0.75, .after_p = i == 2 ? (double)NAN : 0.5, .has_pair = i == 1};
        text_escape(x->text, sizeof x->text, name, strlen(name));
        text_escape(x->pair, sizeof x->pair, i == 1 ? name : "", i == 1 ? strlen(name) : 0);
        text_escape(x->before, sizeof x->before, name, strlen(name));
        snprintf(x->after, sizeof x->after, "good");
        snprintf(x->label, sizeof x->label, "%.*s", (int)sizeof x->label - 1, i == 0 ? "good" : i == 1 ? x->before : "");
    }
    p->examples = (struct example_table){groups, 2, lines, 3};
    p->part[0] = (struct sensitive){0, -1, 1000, 0, 12000, 0.5, -0.1, 1.25, 0.0125};
    p->part[1] = (struct sensitive){3, 1, -20, 0, (double)NAN, -0.25, -0.5, 0.125, 0.5};
    p->part[2] = (struct sensitive){-1, 4, 3000, 0, 1, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    p->sensitivity = (struct sensitivity){p->part, 3, 3};
    sampled_fixture(&p->sampled);
    counted_fixture(&p->counted);
}

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
    make_trials(p, name);
}

static void free_parts(struct parts *p)
{
    free(p->facts);
    profile_free(p->profile);
    free(p->profile);
    head_study_free(p->heads);
    free(p->heads);
    sampled_free(&p->sampled);
    counted_free(&p->counted);
    trial_table_free(&p->trials);
}

static void collect(struct report *out, const struct parts *p, bool everything)
{
    struct err e = {0};
    const struct report_source s = {.facts = p->facts, .workload = p->profile->workload, .seed = 7, .provenance = &p->provenance,
                                    .profile = everything ? p->profile : NULL, .evaluation = everything ? &p->evaluation : NULL,
                                    .heads = everything ? p->heads : NULL, .sampled = everything ? &p->sampled : NULL,
                                    .counted = everything ? &p->counted : NULL,
                                    .trials = everything ? &p->trials : NULL, .examples = everything ? &p->examples : NULL,
                                    .sensitivity_step = p->trials.line[1].name, .sensitivity = everything ? &p->sensitivity : NULL};
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

static void check_counts(const struct counted *c, const struct counted *was)
{
    CU_ASSERT_FATAL(c->steps == was->steps && c->steps == 31 && c->workload.threads == 6);
    CU_ASSERT(c->groups == 3 && c->passes == 240 && c->overhead_ratio.n == 120 && counted_hardware(c));
    CU_ASSERT(!counted_has(c, COUNTER_L3_MISSES) && counted_has(c, COUNTER_FP_OPERATIONS));
    CU_ASSERT_STRING_EQUAL(c->missing[COUNTER_L3_MISSES], "PAPI: Event does not exist");
    CU_ASSERT_STRING_EQUAL(c->missing[COUNTER_CYCLES], "");
    CU_ASSERT_STRING_EQUAL(c->step[2].label, "layer 0: query, key, value");
    for (int k = 0; k < COUNTERS; k++) {
        CU_ASSERT_DOUBLE_EQUAL(c->step[2].group.count[k].mean, was->step[2].group.count[k].mean, 1e-7 * was->step[2].group.count[k].mean);
        CU_ASSERT_DOUBLE_EQUAL(c->thread[5][k], was->thread[5][k], 1e-6);
    }
    CU_ASSERT_DOUBLE_EQUAL(counted_bytes_per_cycle(&c->total), 1.5, 1e-6);
}

static void check_trials(const struct report *r)
{
    const struct trial_table *t = &r->trials;
    bool on[4];
    CU_ASSERT_FATAL(t->lines == 4 && t->current == 1 && t->total == 4 && t->rows == 872);
    CU_ASSERT_STRING_EQUAL(t->line[1].recipe, "prune-heads fraction=0.25\nint8 components=ffn");
    CU_ASSERT(t->line[1].number == 3 && t->line[1].cost.bytes == 2500);
    CU_ASSERT_DOUBLE_EQUAL(t->line[1].time.value, 1 / 1.5, 1e-8);
    CU_ASSERT(isnan(t->line[3].time.value) && isnan(t->line[0].difference.value));
    CU_ASSERT_EQUAL_FATAL(trial_table_frontier(on, t, TRIAL_COST_TIME, NULL), 0);
    CU_ASSERT(on[0] && on[1] && !on[2] && !on[3]); /* the last one is predicted to take 0.8, and is worse than the second */
    CU_ASSERT_EQUAL_FATAL(trial_table_frontier(on, t, TRIAL_COST_BYTES, NULL), 0);
    CU_ASSERT(on[0] && on[1] && !on[2] && on[3]);
    CU_ASSERT_FATAL(r->examples.groups == 2 && r->examples.lines == 3);
    CU_ASSERT(r->examples.group[0].changed == 17 && r->examples.line[1].has_pair && !r->examples.line[2].has_pair);
    CU_ASSERT(r->examples.line[2].line == 12 && isnan(r->examples.line[2].after_p) && r->examples.line[0].after_p == 0.5);
    CU_ASSERT_FATAL(r->sensitivity.rows == 3); /* the least worth first */
    CU_ASSERT(r->sensitivity.row[0].layer == 0 && r->sensitivity.row[0].component == -1);
    CU_ASSERT(r->sampled.samples == 1000 && r->sampled.stacks == 5 && r->sampled.names == 7);
    CU_ASSERT_DOUBLE_EQUAL(sampled_clock_share(&r->sampled, COMPONENT_ATTENTION), 0.31, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(sampled_share(&r->sampled, COMPONENT_ATTENTION), 0.3, 1e-12);
}

/* What is left out of a long table: the oldest that others beat. */
static void long_tables_are_shortened(void)
{
    struct trial_table t = {.lines = 0};
    add_trial(&t, 0, "original", "", 0.9, 0, 4000);
    add_trial(&t, 1, "beaten", "int8", 0.5, 1.1, 3900);
    add_trial(&t, 2, "best", "int4", 0.9, 3, 900);
    add_trial(&t, 3, "beaten too", "f16", 0.4, 1.1, 3950);
    add_trial(&t, 4, "beaten, but current", "bf16", 0.3, 1.1, 3950);
    t.current = 4;
    CU_ASSERT_EQUAL(trial_table_shorten(&t, 4, NULL), 0);
    CU_ASSERT(t.lines == 4 && t.line[1].number == 2 && t.current == 3 && t.total == 5);
    CU_ASSERT_EQUAL(trial_table_shorten(&t, 3, NULL), 0);
    CU_ASSERT(t.lines == 3 && t.line[1].number == 2 && t.line[2].number == 4 && t.current == 2);
    CU_ASSERT_EQUAL(trial_table_shorten(&t, 2, NULL), 0);
    CU_ASSERT(t.lines == 2 && t.line[1].number == 4 && t.current == 1);
    trial_table_free(&t);
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
    check_trials(&back);
    check_counts(&back.counted, &r.counted);
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
        {"\"current\": 1", "\"current\": 4", "compression.current is not a whole number from 0 to 3"},
        {"\"total\": 4", "\"total\": 3", "compression.total is not a whole number from 4"},
        {"\"recipe\": \"prune", "\"recipe\": 1, \"x\": \"prune", "compression.trials[1].recipe is not a text"},
        {"\"shown\": 3", "\"shown\": 4", "changed.examples is not a list of 4"},
        {"\"shown\": 3", "\"shown\": 400", "changed.counts[0].shown is not a whole number from 0 to 12"},
        {"\"layer\": \"all\"", "\"layer\": \"none\"", "sensitivity.parts[2].layer is not a whole number"},
        {"\"calls\": [", "\"calls\": [1, ", "samples.stacks[0].calls is not a text"},
        {"\"hardware\": true", "\"hardware\": false", "counters.hardware is not what the components say"},
        {"\"groups\": 3", "\"groups\": 0", "counters.groups is not a whole number from 1"},
        {"\"key\": \"reading\"", "\"key\": \"total\"", "counters.components[7].key is not in its place"},
        {"\"cycles\": {", "\"cycles\": 5, \"x\": {", "counters.components[0].cycles is not an object"},
        {"\"page_faults\": 0.02", "\"page_faults\": -1", "counters.components[0].page_faults is not a number from 0"},
        {"\"key\": \"l3_misses\"", "\"key\": \"l9_misses\"", "counters.missing[0].key is not a counter"},
        {"\"key\": \"l3_misses\"", "\"key\": \"cycles\"", "counters.missing[0].key was counted"},
        {"\"thread\": 1,", "\"thread\": 2,", "counters.threads[1].thread is not a whole number from 1 to 1"},
        {"\"clock\": \"task-clock\"", "\"clock\": \"sundial\"", "samples.clock is not a clock of samples"},
        {"\"clock_share\": 0.0", "\"clock_share\": 2", "samples.components[0].clock_share is not a number from 0 to 1"},
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
    {"long tables are shortened", long_tables_are_shortened},
    {"any damage is survived", any_damage_is_survived},
    CU_TEST_INFO_NULL,
};
