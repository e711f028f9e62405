/* The Examples screen: which rows, in which order, what is asked of the engine, and what is missing. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "tests/unit/examples_fixture.h"
#include "tui/screen_examples.h"

static struct app app;
static struct fixture_host host;

static struct examples_view *view(void)
{
    return app.view[SCREEN_EXAMPLES];
}

static void draw(int columns, int rows, struct str *out)
{
    struct canvas c;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, columns, rows, app.ascii, NULL), 0);
    app_draw(&app, &c);
    if (out)
        canvas_print(&c, out);
    canvas_free(&c);
}

static bool shows_at(int columns, int rows, const char *text)
{
    struct str s;
    str_init(&s);
    draw(columns, rows, &s);
    bool found = strstr(s.text, text) != NULL;
    if (!found && getenv("UNIT_VERBOSE"))
        printf("\n%s\n", s.text);
    str_free(&s);
    return found;
}

static bool shows(const char *text)
{
    return shows_at(80, 24, text);
}

/* One key after the other with a drawing before each, as at a terminal, and an engine that answers at once. */
static void press(const char *keys)
{
    for (const char *s = keys; *s; s += strspn(s, " ")) {
        char key[16];
        size_t n = strcspn(s, " ");
        snprintf(key, sizeof key, "%.*s", (int)n, s);
        draw(80, 24, NULL);
        fixture_keys(&app, key);
        fixture_answer_look(&app, &host);
        s += n;
    }
}

static void open_screen(enum examples_state state)
{
    app_fixture_examples(&app, &host, state);
    press("6");
}

/* The rows of the list, from 1; the typed text is "t". */
static const char *listed(void)
{
    static char text[200];
    const struct examples_list *l = &view()->list;
    text[0] = '\0';
    draw(80, 24, NULL);
    for (int i = 0; i < l->n; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), l->row[i] < 0 ? "%st" : "%s%d", i ? " " : "", l->row[i] + 1);
    return text;
}

static void kinds(void)
{
    static const struct {
        const char *key, *rows;
    } cases[] = {{"f", "3 8 10"}, {"f", "4"}, {"f", "3 7 8 10"}, {"f", "1 2 3 4 5 6 7 8 9 10 11 12"}, {"f", "3 4 8 10"}, {"F", "1 2 3 4 5 6 7 8 9 10 11 12"}};
    open_screen(EXAMPLES_READY);
    CU_ASSERT_STRING_EQUAL(listed(), "3 4 8 10");
    CU_ASSERT(shows(" changed 4   became wrong 3   became right 1   wrong 4   all 12"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        press(cases[i].key);
        CU_ASSERT_STRING_EQUAL(listed(), cases[i].rows);
    }
    app_free(&app);
}

/* The order of each column, both ways round; the selected row stays selected. */
static void order(void)
{
    static const struct {
        int column;
        const char *rows, *inverted;
    } cases[] = {{EXAMPLES_ROW, "3 4 8 10", "10 8 4 3"},      {EXAMPLES_LABEL, "4 8 3 10", "10 3 8 4"},
                 {EXAMPLES_FIRST, "8 3 4 10", "10 4 3 8"},    {EXAMPLES_FIRST_P, "3 4 10 8", "8 10 4 3"},
                 {EXAMPLES_SECOND, "3 4 10 8", "8 10 4 3"},   {EXAMPLES_SECOND_P, "3 8 4 10", "10 4 8 3"},
                 {EXAMPLES_MOVED, "3 8 4 10", "10 4 8 3"},    {EXAMPLES_TEXT, "8 4 3 10", "10 3 4 8"}};
    open_screen(EXAMPLES_READY);
    press("j");
    CU_ASSERT_EQUAL(view()->selected, 3);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        view()->table.sort = cases[i].column + 1;
        view()->table.invert = false;
        CU_ASSERT_STRING_EQUAL(listed(), cases[i].rows);
        press("I");
        CU_ASSERT_STRING_EQUAL(listed(), cases[i].inverted);
        CU_ASSERT_EQUAL(view()->selected, 3);
    }
    view()->table.sort = 0;
    press(">");
    CU_ASSERT_EQUAL(view()->table.sort, EXAMPLES_ROW + 1); /* marks are no order */
    press("< <");
    CU_ASSERT_EQUAL(view()->table.sort, EXAMPLES_TEXT + 1);
    app_free(&app);
}

static void search(void)
{
    open_screen(EXAMPLES_READY);
    press("f f f f g /");
    fixture_type(&app, "FILM");
    press("Enter");
    CU_ASSERT_EQUAL(view()->selected, 0);
    press("n");
    CU_ASSERT_EQUAL(view()->selected, 11);
    press("n N");
    CU_ASSERT_EQUAL(view()->selected, 11);
    press("/");
    fixture_type(&app, "10"); /* a row by its number */
    press("Enter");
    CU_ASSERT_EQUAL(view()->selected, 9);
    press("/");
    fixture_type(&app, "no such text");
    press("Enter");
    CU_ASSERT_STRING_EQUAL(app.message, "\"no such text\" is not on this screen");
    app_free(&app);
}

/* The selected row in full: its text, both models side by side, nothing that a terminal obeys. */
static void detail(void)
{
    open_screen(EXAMPLES_READY);
    CU_ASSERT(shows("Row 3, line 3, label positive"));
    CU_ASSERT(shows("in which nothing happens")); /* beyond the width of the table */
    CU_ASSERT(shows("positive *") || shows("59.9%"));
    CU_ASSERT(shows("40.1%") && shows("71.1%") && shows("28.9%"));
    press("f f f j");
    CU_ASSERT(shows("an odd bell \\x07 rings"));
    app_free(&app);
    open_screen(EXAMPLES_VALUES);
    CU_ASSERT_STRING_EQUAL(listed(), "1 2 3");
    CU_ASSERT(shows_at(100, 24, "a man plays | a man is playing"));
    CU_ASSERT(shows("original 3.1000, trial 2.9000, change -0.2, label 5.0000"));
    press("f");
    CU_ASSERT(shows("The rows have no classes as labels"));
    CU_ASSERT(shows("became wrong -"));
    app_free(&app);
}

static void missing(void)
{
    app_fixture_measured(&app, &host);
    int before = host.submitted;
    press("6 j f I > J l w Enter");
    CU_ASSERT_EQUAL(host.submitted, before);
    CU_ASSERT(shows("This model has no classification head"));
    app.facts->has_classifier = true;
    CU_ASSERT(shows("There is no data set"));
    app_free(&app);
    app_fixture_start(&app, &host, NULL);
    press("6");
    CU_ASSERT(shows("Examples can be shown when the model is open"));
    app_free(&app);
    open_screen(EXAMPLES_SAME);
    CU_ASSERT_STRING_EQUAL(listed(), "1 2 3 4 5 6 7 8 9 10 11 12"); /* nothing changed, so all rows */
    press("f");
    CU_ASSERT(shows("The present trial is the original, so nothing changed"));
    app_free(&app);
    open_screen(EXAMPLES_ARRIVING);
    CU_ASSERT(shows("The answers are on their way: 4 of 12 rows."));
    app_free(&app);
    open_screen(EXAMPLES_FAILED);
    CU_ASSERT(shows("The recipe could not be applied: the recipe: line 1"));
    app_free(&app);
}

/* Showing the screen asks for what is not known, once; Enter asks again. */
static void asked(void)
{
    app_fixture_heads(&app, &host, true);
    int before = host.submitted;
    press("6");
    CU_ASSERT_EQUAL(host.submitted, before + 2); /* the trial, then the texts */
    CU_ASSERT(host.last.job == JOB_LOOK && host.last.look.texts && host.last.look.row < 0 && !host.last.look.typed[0]);
    CU_ASSERT_STRING_EQUAL(host.last.trial.data, "dev.tsv");
    press("f j k");
    CU_ASSERT_EQUAL(host.submitted, before + 2);
    CU_ASSERT(shows("The answers to the rows are not known yet"));
    press("Enter");
    CU_ASSERT_EQUAL(host.submitted, before + 4);
    app_free(&app);
    app_fixture_examples(&app, &host, EXAMPLES_SESSION);
    press("6");
    CU_ASSERT(shows("This trial comes from a session"));
    before = host.submitted;
    press("Enter");
    CU_ASSERT(host.submitted == before + 1 && host.last.job == JOB_TRIAL);
    app_free(&app);
    open_screen(EXAMPLES_READY);
    before = host.submitted;
    fixture_keys(&app, ":");
    fixture_type(&app, "data other.tsv sst2");
    fixture_keys(&app, "Enter"); /* other rows: nothing that is known is about them */
    CU_ASSERT_EQUAL(host.submitted, before + 2);
    CU_ASSERT_STRING_EQUAL(host.last.trial.data, "other.tsv");
    CU_ASSERT_PTR_NULL(app_texts(&app));
    CU_ASSERT_STRING_EQUAL(listed(), "");
    app_free(&app);
}

/* Into the map, along heads, layers and tokens, to the other model, and out. */
static void map(void)
{
    open_screen(EXAMPLES_READY);
    press("j Enter j");
    CU_ASSERT(view()->map && view()->selected == 3 && view()->token == 1);
    CU_ASSERT(shows("Layer 3, head 3 of the trial")); /* of the last layer the first one that is left */
    CU_ASSERT(shows("not looks at bril 55.0%, ##liant 21.0%"));
    press("h");
    CU_ASSERT(shows("This head is gone"));
    press("l l J");
    CU_ASSERT(view()->layer == 2 && view()->head == 4);
    press("w");
    CU_ASSERT(shows("Layer 2, head 4 of the original"));
    for (int i = 0; i < 20; i++)
        press("l K");
    CU_ASSERT(view()->layer == 3 && view()->head == 11);
    for (int i = 0; i < 20; i++)
        press("h J");
    CU_ASSERT(view()->layer == 0 && view()->head == 0);
    press("G");
    CU_ASSERT_EQUAL(view()->token, 8);
    press("Esc j");
    CU_ASSERT(!view()->map && view()->selected == 7 && app.screen == SCREEN_EXAMPLES);
    int before = host.submitted;
    app_event(&app, &(struct event){.kind = EVENT_RESIZE, .columns = 120, .rows = 40}); /* room for the map beside the table */
    CU_ASSERT(host.submitted == before + 1 && host.last.look.row == 7);
    before = host.submitted;
    fixture_keys(&app, "j"); /* it is asked for as the selection moves */
    CU_ASSERT(host.submitted == before + 1 && host.last.look.row == 9);
    fixture_keys(&app, "w");
    CU_ASSERT_EQUAL(host.submitted, before + 1);
    CU_ASSERT(shows_at(120, 40, "The text is looked at") || shows_at(120, 40, "Enter looks at the text again"));
    app_free(&app);
}

static void typed(void)
{
    open_screen(EXAMPLES_READY);
    press("1 :");
    fixture_type(&app, "try not bad, 100%");
    press("Enter");
    CU_ASSERT_EQUAL(app.screen, SCREEN_EXAMPLES);
    CU_ASSERT_EQUAL(view()->selected, EXAMPLES_TYPED);
    CU_ASSERT_STRING_EQUAL(app.insight[INSIGHT_TYPED]->typed, "not bad, 100%");
    CU_ASSERT_STRING_EQUAL(listed(), "t 3 4 8 10");
    CU_ASSERT(shows("yours") && shows("Your text") && shows("64.6%") && shows("31.0%"));
    press("j");
    CU_ASSERT(shows("not bad, 100%") && shows("64.6%")); /* its answers stay while another row is selected */
    press("i");
    CU_ASSERT(app.prompt.open && strcmp(app.prompt.line, "try ") == 0);
    fixture_type(&app, "dull");
    press("Enter");
    CU_ASSERT_EQUAL(view()->selected, EXAMPLES_TYPED);
    CU_ASSERT_STRING_EQUAL(app.tried, "dull");
    CU_ASSERT_STRING_EQUAL(app.insight[INSIGHT_TYPED]->typed, "dull");
    fixture_keys(&app, ":");
    fixture_type(&app, "try something");
    fixture_keys(&app, "Enter"); /* nobody answers */
    app.job = (struct job_state){.running = true, .job = JOB_LOOK};
    CU_ASSERT(shows("Its answers are on the way."));
    app.job.running = false;
    CU_ASSERT(shows("It could not be looked at: 9 Log says why"));
    press(":");
    fixture_type(&app, "try");
    press("Enter");
    CU_ASSERT_STRING_EQUAL(app.message, "try takes a text: :try not bad at all");
    app_free(&app);
}

/* Another recipe, another model: what was seen is about neither. */
static void outdated(void)
{
    open_screen(EXAMPLES_READY);
    press("Enter");
    CU_ASSERT_PTR_NOT_NULL(examples_insight(&app, view()));
    press("u");
    CU_ASSERT_EQUAL(app.bench.current, 0);
    CU_ASSERT_STRING_EQUAL(listed(), "1 2 3 4 5 6 7 8 9 10 11 12");
    CU_ASSERT_PTR_NOT_NULL(examples_insight(&app, view())); /* it was looked at again */
    CU_ASSERT_EQUAL(app.insight[INSIGHT_ROW]->side[INSIGHT_CHANGED].tokens, 0);
    struct news other = {.facts = fixture_facts()};
    app_news(&app, &other);
    CU_ASSERT(!app.texts && !app.insight[INSIGHT_ROW]);
    draw(80, 24, NULL);
    app_free(&app);
}

static void mouse(void)
{
    open_screen(EXAMPLES_READY);
    draw(80, 24, NULL);
    struct rect rows = view()->table.rows;
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = rows.x + 3, .y = rows.y + 2});
    CU_ASSERT_EQUAL(view()->selected, 7);
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = view()->kind_x[ROWS_WRONG] + 1, .y = view()->layout.kinds.y});
    CU_ASSERT_STRING_EQUAL(listed(), "3 7 8 10");
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = view()->table.x[EXAMPLES_TEXT], .y = rows.y - 1});
    CU_ASSERT_STRING_EQUAL(listed(), "7 8 3 10");
    press("Enter");
    draw(80, 24, NULL);
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = view()->cells.x + 1, .y = view()->cells.y + 4});
    CU_ASSERT_EQUAL(view()->token, 4);
    app_event(&app, &(struct event){.kind = EVENT_CLICK, .x = 0, .y = 23});
    app_free(&app);
}

/* Copies are bounded and safe to show. */
static void texts(void)
{
    static const char bytes[] = "1\tone \x1b[2J\ttwo\n0\tthree\tfour\n1\tfive\tsix\n";
    struct model m = {.config = {.labels = 2}};
    const struct task *plain;
    struct dataset d;
    struct row_texts *t;
    CU_ASSERT_EQUAL_FATAL(task_word("plain", &plain, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&d, bytes, sizeof bytes - 1, "x.tsv", plain, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(row_texts_make(&t, &d, &m, "x.tsv", "plain", 0, NULL), 0);
    CU_ASSERT_STRING_EQUAL(t->row[0].text, "one \\x1b[2J");
    CU_ASSERT_STRING_EQUAL(t->row[0].pair, "two");
    CU_ASSERT_STRING_EQUAL(t->output[1], "LABEL_1");
    CU_ASSERT(t->row[0].label == 1 && t->row[1].label == 0 && t->row[2].line == 3 && t->left_out == 0);
    row_texts_free(t);
    CU_ASSERT_EQUAL_FATAL(row_texts_make(&t, &d, &m, "x.tsv", "plain", 30, NULL), 0);
    CU_ASSERT(t->left_out == 1 && t->rows == 3);
    CU_ASSERT_PTR_NULL(t->row[2].text);
    CU_ASSERT_STRING_EQUAL(t->row[1].pair, "four");
    row_texts_free(t);
    dataset_free(&d);
}

CU_TestInfo suite_screen_examples[] = {
    {"kinds of rows and their counts", kinds},
    {"the order of each column", order},
    {"search", search},
    {"the selected row in full", detail},
    {"what is missing", missing},
    {"what is asked of the engine", asked},
    {"the attention map", map},
    {"a text of the user's", typed},
    {"another recipe, another model", outdated},
    {"mouse", mouse},
    {"texts as bounded copies", texts},
    CU_TEST_INFO_NULL,
};
