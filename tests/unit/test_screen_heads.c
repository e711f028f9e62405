/* The Heads screen: keys and what they change; a plot's dots. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/app_fixture.h"
#include "tui/screen_heads.h"
#include "tui/widget_plot.h"

static struct app app;
static struct fixture_host host;

static struct heads_view *view(void)
{
    return app.view[SCREEN_HEADS];
}

static void draw(int columns, int rows, struct str *out)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, columns, rows, false, NULL), 0);
    app_draw(&app, &c);
    if (out)
        canvas_print(&c, out);
    canvas_free(&c);
}

static bool shows(const char *text)
{
    struct str s;
    str_init(&s);
    draw(120, 40, &s);
    bool found = strstr(s.text, text) != NULL;
    str_free(&s);
    return found;
}

/* One key after the other with a drawing before each, as at a terminal. */
static void press(const char *keys)
{
    for (const char *s = keys; *s; s += strspn(s, " ")) {
        char key[16];
        size_t n = strcspn(s, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, s);
        draw(120, 40, NULL);
        fixture_keys(&app, key);
        s += n;
    }
}

static void selection(void)
{
    static const struct {
        const char *keys;
        int head; /* of 4 x 12 */
    } cases[] = {{"3", 0}, {"l l", 2}, {"h", 1}, {"j", 13}, {"k k", 1}, {"Left Left Left", 0}, {"G", 36}, {"Down", 36},
                 {"End l", 37}, {"g", 1}};
    app_fixture_heads(&app, &host, true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        press(cases[i].keys);
        if (view()->head != cases[i].head)
            printf("\n    after %s: head %d\n", cases[i].keys, view()->head);
        CU_ASSERT_EQUAL(view()->head, cases[i].head);
    }
    fixture_keys(&app, "/");
    fixture_type(&app, "2.11");
    fixture_keys(&app, "Enter");
    CU_ASSERT_EQUAL(view()->head, 35);
    CU_ASSERT(shows("layer 2, head 11"));
    app_free(&app);
}

static void order_and_tags(void)
{
    app_fixture_heads(&app, &host, true);
    press("3 i");
    const struct heads_figures *f = &view()->figures;
    CU_ASSERT_EQUAL(f->rank[view()->head], 0);
    press("Space i");
    CU_ASSERT_EQUAL(f->rank[view()->head], 1); /* the next without a tag */
    press("+ + +");
    CU_ASSERT_EQUAL(heads_tagged(view()), 4);
    for (int i = 0; i < 4; i++)
        CU_ASSERT(view()->tag[f->order[i]]);
    CU_ASSERT(shows("4 tagged"));
    press("-");
    CU_ASSERT(!view()->tag[f->order[3]]);
    CU_ASSERT_EQUAL(f->rank[view()->head], 3);
    press("o g"); /* in the order of the list */
    CU_ASSERT_EQUAL(f->rank[view()->head], 0);
    press("j j");
    CU_ASSERT_EQUAL(f->rank[view()->head], 2);
    press("I g");
    CU_ASSERT_EQUAL(f->rank[view()->head], f->heads - 1);
    press("U");
    CU_ASSERT_EQUAL(heads_tagged(view()), 0);
    CU_ASSERT(!shows("tagged"));
    press("-");
    CU_ASSERT_STRING_EQUAL(app.message, "no head is tagged");
    for (int i = 0; i < f->heads; i++)
        press("+");
    press("+");
    CU_ASSERT_STRING_EQUAL(app.message, "all heads but one of each layer are tagged");
    for (int layer = 0; layer < f->grid->layers; layer++) {
        int left = 0;
        for (int i = f->grid->first[layer]; i < f->grid->first[layer + 1]; i++)
            left += !view()->tag[i];
        CU_ASSERT_EQUAL(left, 1);
    }
    app_free(&app);
}

static void requests(void)
{
    app_fixture_heads(&app, &host, true);
    press("3 Enter");
    CU_ASSERT_EQUAL(host.last.job, JOB_HEADS);
    CU_ASSERT_EQUAL(host.last.heads.mode, HEADS_GRADIENT);
    CU_ASSERT(!host.last.heads.curve);
    CU_ASSERT_STRING_EQUAL(host.last.heads.data, "dev.tsv");
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 6);
    press("m Enter");
    CU_ASSERT_EQUAL(host.last.heads.mode, HEADS_REMOVED);
    press("M M z c");
    CU_ASSERT(host.last.heads.curve && host.last.heads.normalize);
    CU_ASSERT_EQUAL(host.last.heads.mode, HEADS_KEPT);
    fixture_keys(&app, ":");
    fixture_type(&app, "data other dev.tsv sst2");
    fixture_keys(&app, "Enter Enter");
    CU_ASSERT_STRING_EQUAL(host.last.heads.data, "other dev.tsv");
    CU_ASSERT_STRING_EQUAL(host.last.heads.task, "sst2");
    app_free(&app);
}

/* What is missing is said, and no job is asked for. */
static void missing(void)
{
    app_fixture_measured(&app, &host);
    int before = host.submitted;
    press("3 Enter c m Space + i j");
    CU_ASSERT_EQUAL(host.submitted, before);
    CU_ASSERT(shows("this model has no classification head"));
    app.facts->has_classifier = true;
    CU_ASSERT(shows("There is no data set to score the heads on"));
    press("Enter");
    CU_ASSERT_EQUAL(host.submitted, before);
    CU_ASSERT_STRING_EQUAL(app.message, "the heads cannot be scored: there is no data set (:data FILE TASK gives one)");
    fixture_keys(&app, ":");
    fixture_type(&app, "data dev.tsv");
    fixture_keys(&app, "Enter");
    CU_ASSERT(shows("Enter scores the heads"));
    app_free(&app);
}

/* Scores that arrive do not move the selection or the tags; those of another model do. */
static void arriving(void)
{
    app_fixture_heads(&app, &host, false);
    press("3 j l Space");
    CU_ASSERT(shows("96 of 872 rows of dev.tsv: scores still arriving"));
    struct news more = {.heads = fixture_heads(true)};
    app_news(&app, &more);
    draw(80, 24, NULL);
    CU_ASSERT_EQUAL(view()->head, 13);
    CU_ASSERT_EQUAL(heads_tagged(view()), 1);
    CU_ASSERT(shows("872 rows of dev.tsv, labels"));
    struct news other = {.facts = fixture_facts()};
    app_news(&app, &other);
    CU_ASSERT_PTR_NULL(app.heads.scores);
    draw(80, 24, NULL);
    app_free(&app);
}

static void mouse(void)
{
    app_fixture_heads(&app, &host, true);
    press("3");
    draw(80, 24, NULL);
    struct rect map = view()->layout.map;
    struct event ev = {.kind = EVENT_CLICK, .x = map.x + HEADS_LABEL + 2 * view()->layout.cell + 1, .y = map.y + 2};
    app_event(&app, &ev);
    CU_ASSERT_EQUAL(view()->head, 14);
    app_event(&app, &ev);
    CU_ASSERT_EQUAL(view()->tag[14], 1);
    ev.y = map.y; /* the numbers of the heads */
    app_event(&app, &ev);
    ev.x = 0;
    app_event(&app, &ev);
    CU_ASSERT_EQUAL(view()->head, 14);
    app_free(&app);
}

/* ---- plots --------------------------------------------------------------------------------------------------- */

static void label(double v, char *out, size_t size)
{
    snprintf(out, size, "%g", v);
}

static void check_plot(const struct plot_point *point, int n, bool ascii, const char *expected)
{
    struct plot p = {.point = point, .points = n, .x_low = 0, .x_high = 1, .y_low = 0, .y_high = 1, .x_title = "x",
                     .mark = (double)NAN, .x_label = label, .y_label = label};
    struct canvas c;
    struct str s;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, 24, 6, ascii, NULL), 0);
    str_init(&s);
    plot_draw(&p, &c, canvas_rect(&c));
    canvas_print(&c, &s);
    if (strcmp(s.text, expected) != 0)
        printf("\n%s", s.text);
    CU_ASSERT_STRING_EQUAL(s.text, expected);
    str_free(&s);
    canvas_free(&c);
}

static void plots(void)
{
    static const struct plot_point line[] = {{0, 0, NAN, NAN, false}, {1, 1, 0.5, 1, false}}, flat[] = {{0, 1, NAN, NAN, false}, {0.5, NAN, 0, 1, false}, {1, 1, NAN, NAN, false}};
    /* 16 x 4 cells: four columns a row */
    check_plot(line, 2, true, "      1|            ...*\n"
                              "       |        ....   |\n"
                              "       |    ....       |\n"
                              "      0|*...\n"
                              "        0     0.5      1\n"
                              "        x\n");
    check_plot(flat, 3, true, "      1|*..............*\n"
                              "       |\n"
                              "       |\n"
                              "      0|\n"
                              "        0     0.5      1\n"
                              "        x\n");
    check_plot(flat, 3, false, "      1│⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉\n"
                               "       │\n"
                               "       │\n"
                               "      0│\n"
                               "        0     0.5      1\n"
                               "        x\n");
    check_plot(line, 0, false, "      1│\n"
                               "       │\n"
                               "       │\n"
                               "      0│\n"
                               "        0     0.5      1\n"
                               "        x\n");
}

CU_TestInfo suite_screen_heads[] = {
    {"selection", selection},
    {"order and tags", order_and_tags},
    {"what is asked of the engine", requests},
    {"what is missing", missing},
    {"scores still arriving", arriving},
    {"mouse", mouse},
    {"plots", plots},
    CU_TEST_INFO_NULL,
};
