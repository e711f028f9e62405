/* label maps: outputs of models and classes of data find each other by name or by number, or are told not to. */
#include "tests/unit/unit.h"

#include <string.h>

#include "analyzer/data/label_map.h"
#include "analyzer/model/config.h"

static const char sst2[] = "sentence\tlabel\na\t0\nb\t1\n";
static const char words[] = "good\ta\nbad\tb\n";
static const char numbers[] = "0\ta\n1\tb\n";
static const char number[] = "1.5\ta\n";

struct match_case {
    const char *task, *data;
    const char *name[4]; /* of the outputs; none = not named */
    int outputs;
    enum label_match match;
    int output[3]; /* of the classes */
    const char *sentence; /* NULL = it fits */
};

static const struct match_case cases[] = {
    {"sst2", sst2, {"negative", "positive"}, 2, LABELS_BY_NAME, {0, 1}, NULL},
    {"sst2", sst2, {"POSITIVE", "Negative"}, 2, LABELS_BY_NAME, {1, 0}, NULL},
    {"sst2", sst2, {"LABEL_0", "LABEL_1"}, 2, LABELS_BY_NUMBER, {0, 1}, NULL},
    {"sst2", sst2, {NULL}, 2, LABELS_BY_NUMBER, {0, 1}, NULL},
    {"sst2", sst2, {"neg", "positive"}, 2, 0, {0},
     "which output of the model is which class? It names them neg, positive, but f has negative, positive"},
    {"sst2", sst2, {"positive", "Positive"}, 2, 0, {0},
     "which output of the model is which class? It names them positive, Positive, but f has negative, positive"},
    {"sst2", sst2, {NULL}, 3, 0, {0}, "f has 2 classes, but the model has 3 outputs"},
    {"sst2", sst2, {NULL}, 1, 0, {0}, "the model gives one number (a regression), but the task sst2 has classes"},
    {"rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tentailment\n", {"not-entailment", "Entailment"}, 2, LABELS_BY_NAME,
     {1, 0}, NULL},
    {"plain", words, {"good", "bad"}, 2, LABELS_BY_NAME, {1, 0}, NULL},
    {"plain", words, {"fair", "good", "bad"}, 3, LABELS_BY_NAME, {2, 1, 0}, NULL},
    {"plain", words, {"good", "bad", "Bad"}, 3, 0, {0},
     "which output of the model is which class? It names them good, bad, Bad, but f has bad, good"},
    {"plain", words, {"LABEL_0", "LABEL_1"}, 2, 0, {0},
     "which output of the model is which class? It names them LABEL_0, LABEL_1, but f has bad, good"},
    {"plain", words, {NULL}, 2, 0, {0},
     "the outputs of the model have no names, so the classes of f (bad, good) should be numbers"},
    {"plain", numbers, {"good", "bad"}, 2, LABELS_BY_NUMBER, {0, 1}, NULL},
    {"plain", numbers, {NULL}, 3, LABELS_BY_NUMBER, {0, 1, 2}, NULL},
    {"plain", "0\ta\n5\tb\n", {NULL}, 3, 0, {0}, "f has 6 classes, but the model has 3 outputs"},
    {"plain-values", number, {NULL}, 1, LABELS_NONE, {0}, NULL},
    {"plain-values", number, {NULL}, 2, 0, {0}, "the task plain-values asks for one number, but the model has 2 outputs"},
    {"lines", "a\n", {NULL}, 2, 0, {0}, "f: the task lines has no labels, and a metric needs them"},
};

static void check(const struct match_case *x)
{
    struct config c = {.labels = x->outputs, .label = (char **)(void *)x->name, .label_count = x->name[0] ? x->outputs : 0};
    const struct task *t = NULL;
    struct dataset d;
    struct label_map m;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(task_word(x->task, &t, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&d, x->data, strlen(x->data), "f", t, &e), 0);
    int code = label_map_make(&m, &d, &c, &e);
    CU_ASSERT_EQUAL(code != 0, x->sentence != NULL);
    if (code != 0) {
        CU_ASSERT_STRING_EQUAL(e.text, x->sentence ? x->sentence : "");
    } else {
        CU_ASSERT_EQUAL(m.match, x->match);
        CU_ASSERT_EQUAL(m.classes, x->match == LABELS_NONE ? 0 : x->outputs);
        for (int i = 0; i < m.classes; i++) {
            CU_ASSERT_EQUAL(m.output[i], x->output[i]);
            CU_ASSERT_EQUAL(m.class[m.output[i]], i);
        }
        label_map_free(&m);
    }
    dataset_free(&d);
}

static void matches(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(&cases[i]);
}

CU_TestInfo suite_label_map[] = {
    {"matches", matches},
    CU_TEST_INFO_NULL,
};
