/* The Train screen: keys, what they ask for, and when they mean nothing. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/app_fixture.h"

static struct app app;
static struct fixture_host host;

static bool shows(int columns, int rows, const char *text)
{
    struct canvas c;
    struct str s;
    CU_ASSERT_EQUAL_FATAL(canvas_init(&c, columns, rows, false, NULL), 0);
    str_init(&s);
    app_draw(&app, &c);
    canvas_print(&c, &s);
    bool found = strstr(s.text, text) != NULL;
    if (!found)
        printf("\n    no \"%s\" in\n%s", text, s.text);
    str_free(&s);
    canvas_free(&c);
    return found;
}

static void type(const char *line)
{
    fixture_keys(&app, ":");
    fixture_type(&app, line);
    fixture_keys(&app, "Enter");
}

/* Each key in each state: the order it gives, or that it gives none. */
static void orders(void)
{
    enum { NO = -1 };
    static const struct {
        enum train_state state;
        int enter, p, s; /* enum train_order */
    } cases[] = {{TRAIN_NONE, TRAIN_START, NO, NO},
                 {TRAIN_PREPARING, NO, TRAIN_PAUSE, TRAIN_STOP},
                 {TRAIN_RUNNING, NO, TRAIN_PAUSE, TRAIN_STOP},
                 {TRAIN_PAUSED, TRAIN_START, TRAIN_GO_ON, TRAIN_STOP},
                 {TRAIN_STOPPED, TRAIN_START, NO, NO},
                 {TRAIN_FINISHED, TRAIN_START, NO, NO},
                 {TRAIN_FAILED, TRAIN_START, NO, NO}};
    static const char *const keys[] = {"Enter", "p", "s"};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int expected[] = {cases[i].enter, cases[i].p, cases[i].s};
        app_fixture_training(&app, &host, cases[i].state);
        fixture_keys(&app, "8");
        for (int k = 0; k < 3; k++) {
            int before = host.submitted;
            fixture_keys(&app, keys[k]);
            CU_ASSERT_EQUAL(host.submitted - before, expected[k] == NO ? 0 : 1);
            if (host.submitted > before) {
                CU_ASSERT_EQUAL(host.last.job, JOB_TRAIN);
                CU_ASSERT_EQUAL((int)host.last.train.order, expected[k]);
            }
        }
        app_free(&app);
    }
}

static void request(void)
{
    app_fixture_training(&app, &host, TRAIN_NONE);
    fixture_keys(&app, "8 l e e f");
    type("batch-rows 16");
    type("dropout 0");
    type("seed 7");
    type("attention-dropout 0.2");
    type("train-format bf16");
    CU_ASSERT(shows(160, 40, "0.2), seed 7,"));
    CU_ASSERT(shows(160, 40, "weights, in bf16."));
    fixture_keys(&app, "Enter");
    const struct train_request *r = &host.last.train;
    CU_ASSERT_STRING_EQUAL(r->data, "train.tsv");
    CU_ASSERT_STRING_EQUAL(r->dev, "dev.tsv");
    CU_ASSERT_STRING_EQUAL(r->task, "sst2");
    CU_ASSERT_EQUAL(host.last.profile.workload.threads, 6);
    CU_ASSERT_DOUBLE_EQUAL(r->choice.lr, 1e-4, 1e-12);
    CU_ASSERT(r->choice.epochs == 5 && r->choice.batch_rows == 16 && r->choice.seed == 7 && r->choice.fresh);
    CU_ASSERT(r->choice.dropout == 0 && r->choice.attention_dropout == 0.2 && r->choice.format == KERNEL_BF16);
    CU_ASSERT_FALSE(r->keep); /* nobody asked the fixture to */
    app_free(&app);
}

static void settings(void)
{
    static const struct {
        const char *line, *complaint; /* NULL = none */
    } cases[] = {{"lr 0.001", NULL}, {"lr 2", "lr takes a number from 0 to 1, not \"2\""}, {"lr nan", "not \"nan\""},
                 {"epochs 0", "epochs takes a whole number from 1"}, {"dropout 0.95", "dropout takes a number from 0 to 0.9"},
                 {"attention-dropout 1", "attention-dropout takes a number from 0 to 0.9"},
                 {"train-format int8", "training computes in f32 or bf16, not in int8"},
                 {"from random", NULL}, {"from here", "from is present or random"}, {"save-trained", "takes a directory"},
                 {"save-trained out", "once it is stopped (s) or finished"}, {"dev other.tsv", NULL}};
    app_fixture_training(&app, &host, TRAIN_RUNNING);
    fixture_keys(&app, "8");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int before = host.submitted;
        type(cases[i].line);
        if (cases[i].complaint)
            CU_ASSERT(strstr(app.message, cases[i].complaint) != NULL);
        CU_ASSERT(app.message_level < LOG_WARNING || cases[i].complaint);
        CU_ASSERT_EQUAL(host.submitted, before);
        fixture_keys(&app, "g");
        app.message_level = LOG_INFO;
    }
    CU_ASSERT(shows(120, 40, "next: rate 0.001"));
    CU_ASSERT_STRING_EQUAL(app.dev, "other.tsv");
    CU_ASSERT_STRING_EQUAL(app_data(&app), "other.tsv");
    fixture_keys(&app, "l");
    CU_ASSERT_DOUBLE_EQUAL(app.choice.lr, 0.002, 1e-12);
    fixture_keys(&app, "L L L");
    CU_ASSERT_DOUBLE_EQUAL(app.choice.lr, 2e-4, 1e-12);
    app_free(&app);
    app_fixture_training(&app, &host, TRAIN_STOPPED);
    type("save-trained out");
    CU_ASSERT_EQUAL(host.last.train.order, TRAIN_SAVE);
    CU_ASSERT_STRING_EQUAL(host.last.train.dir, "out");
    app_free(&app);
}

/* A measurement waits for the training, and that is said. */
static void others_wait(void)
{
    app_fixture_training(&app, &host, TRAIN_RUNNING);
    fixture_keys(&app, "1 R");
    CU_ASSERT_EQUAL(host.last.job, JOB_MEASURE);
    CU_ASSERT(shows(100, 30, "this waits until the training is paused or over"));
    app_free(&app);
    app_fixture_training(&app, &host, TRAIN_PAUSED);
    CU_ASSERT(shows(100, 30, "a training is paused after step 174 of 300 (8 Train)"));
    fixture_keys(&app, "R");
    CU_ASSERT(!app.message[0]);
    app_free(&app);
}

/* The newest row is selected until another one is. */
static void rows_follow(void)
{
    app_fixture_training(&app, &host, TRAIN_RUNNING);
    fixture_keys(&app, "8");
    CU_ASSERT(shows(80, 24, "150"));
    struct news more = {.training = fixture_training(TRAIN_FINISHED)};
    app_news(&app, &more);
    CU_ASSERT(shows(80, 24, "   300  "));
    fixture_keys(&app, "g");
    CU_ASSERT(shows(80, 24, "    30  "));
    app_free(&app);
}

static void says_what_is_missing(void)
{
    app_fixture_start(&app, &host, NULL);
    fixture_keys(&app, "8 Enter p s l");
    CU_ASSERT_EQUAL(host.submitted, 1); /* opening */
    fixture_keys(&app, "g");
    CU_ASSERT(shows(80, 24, "A training needs a model"));
    app_free(&app);
    app_fixture_measured(&app, &host);
    int before = host.submitted;
    fixture_keys(&app, "8 Enter");
    CU_ASSERT_EQUAL(host.submitted, before);
    CU_ASSERT(shows(120, 24, "A training needs labelled rows"));
    app_free(&app);
}

CU_TestInfo suite_screen_train[] = {
    {"orders by keys", orders},
    {"what is asked for", request},
    {"settings of the next training", settings},
    {"others wait", others_wait},
    {"rows follow", rows_follow},
    {"what is missing", says_what_is_missing},
    CU_TEST_INFO_NULL,
};
