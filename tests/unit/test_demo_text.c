/* demo_text: the generated task is what it claims to be. */
#include "tests/unit/unit.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/demo_text.h"
#include "analyzer/model/vocab.h"

static void rows_are_fixed(void)
{
    struct str a, b;
    str_init(&a);
    str_init(&b);
    for (int i = 0; i < 200; i++) {
        int label = demo_row(DEMO_TRAIN, (uint64_t)i, &a);
        CU_ASSERT_EQUAL(demo_row(DEMO_TRAIN, (uint64_t)i, &b), label);
        CU_ASSERT_STRING_EQUAL(a.text, b.text);
    }
    str_free(&a);
    str_free(&b);
}

static int count_words(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += isalpha((unsigned char)text[0]) && !isalpha((unsigned char)text[1]);
    return n;
}

/* The labels are balanced to 5 standard deviations, the sentences are whole, printable and of the promised length. */
static void rows_are_sentences(void)
{
    struct str text;
    str_init(&text);
    for (int split = 0; split < DEMO_SPLITS; split++) {
        double good = 0, n = demo_split_rows[split];
        for (int i = 0; i < demo_split_rows[split]; i++) {
            good += demo_row((enum demo_split)split, (uint64_t)i, &text);
            int words = count_words(text.text);
            bool whole = isupper((unsigned char)text.text[0]) && text.text[text.len - 1] == '.' && words >= 2 &&
                         words <= 30 && !strpbrk(text.text, "<>=!\t\n");
            if (!whole)
                printf("not a sentence: %s\n", text.text);
            CU_ASSERT_TRUE(whole);
        }
        CU_ASSERT_TRUE(fabs(good - n / 2) < 5 * sqrt(n / 4));
    }
    str_free(&text);
}

/* The split of row number `i` of all rows, split after split. */
static int split_of_number(int i)
{
    int split = 0;
    while (i >= demo_split_rows[split])
        i -= demo_split_rows[split++];
    return split;
}

static void splits_are_disjoint(void)
{
    struct vocab seen = {0};
    struct str text;
    int number = 0, shared = 0;
    str_init(&text);
    for (int split = 0; split < DEMO_SPLITS; split++)
        for (int i = 0; i < demo_split_rows[split]; i++, number++) {
            (void)demo_row((enum demo_split)split, (uint64_t)i, &text);
            int32_t before = vocab_find(&seen, text.text, text.len);
            shared += before >= 0 && split_of_number(before) != split;
            CU_ASSERT_EQUAL_FATAL(vocab_add(&seen, number, text.text, text.len, NULL), 0);
        }
    CU_ASSERT_EQUAL(shared, 0);
    vocab_free(&seen);
    str_free(&text);
}

static void splits_have_names(void)
{
    enum demo_split split;
    struct err e = {0};
    for (int i = 0; i < DEMO_SPLITS; i++) {
        char spec[32];
        snprintf(spec, sizeof spec, "demo:%s", demo_split_name[i]);
        CU_ASSERT_EQUAL(demo_split_find(&split, spec, &e), 0);
        CU_ASSERT_EQUAL((int)split, i);
    }
    CU_ASSERT_EQUAL(demo_split_find(&split, "demo:all", &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text,
                           "there is no data demo:all: the built-in data are demo:train, demo:dev and demo:test");
}

static void text_is_a_labelled_file(void)
{
    struct str all, row, want;
    str_init(&all);
    str_init(&row);
    str_init(&want);
    demo_text(DEMO_DEV, &all);
    int label = demo_row(DEMO_DEV, 0, &row);
    str_addf(&want, "review\tlabel\n%s\t%d\n", row.text, label);
    CU_ASSERT_TRUE(strncmp(all.text, want.text, want.len) == 0);
    int lines = 0;
    for (const char *at = all.text; (at = strchr(at, '\n')); at++)
        lines++;
    CU_ASSERT_EQUAL(lines, demo_split_rows[DEMO_DEV] + 1);
    str_free(&all);
    str_free(&row);
    str_free(&want);
}

/* dataset_read knows them by name, with or without the task. */
static void splits_are_data_sets(void)
{
    struct str text;
    struct err e = {0};
    str_init(&text);
    for (int split = 0; split < DEMO_SPLITS; split++) {
        char path[32];
        struct dataset d;
        snprintf(path, sizeof path, "demo:%s", demo_split_name[split]);
        CU_ASSERT_EQUAL_FATAL(dataset_read(&d, path, NULL, &e), 0);
        CU_ASSERT_STRING_EQUAL(d.task->name, "demo");
        CU_ASSERT_STRING_EQUAL(d.name, path);
        CU_ASSERT_TRUE(d.rows == demo_split_rows[split] && d.labels == 2);
        for (int i = 0; i < d.rows; i += 97) {
            CU_ASSERT_EQUAL(d.row[i].label, demo_row((enum demo_split)split, (uint64_t)i, &text));
            CU_ASSERT_TRUE(d.row[i].text_len == text.len && memcmp(d.row[i].text, text.text, text.len) == 0);
        }
        dataset_free(&d);
    }
    struct dataset d;
    const struct task *plain;
    CU_ASSERT_EQUAL(dataset_read(&d, "demo:", NULL, &e), ERR_USAGE);
    CU_ASSERT_EQUAL_FATAL(task_word("plain", &plain, &e), 0);
    CU_ASSERT_EQUAL(dataset_read(&d, "demo:dev", plain, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "demo:dev is data of the task demo, not of plain");
    dataset_free(&d);
    str_free(&text);
}

/* ---- a bag of words ------------------------------------------------------ */

enum { TRAIN_ROWS = 8000, MAX_FEATURES = 64, EPOCHS = 30 };

/* The features of a row: its words, and with `pairs` also its neighbouring words. */
struct bag {
    int feature[MAX_FEATURES], n, label;
};

static void bag_add(struct bag *b, struct vocab *v, const char *text, size_t n, bool grow)
{
    int32_t id = vocab_find(v, text, n);
    if (id < 0 && grow) {
        id = v->ids;
        CU_ASSERT_EQUAL_FATAL(vocab_add(v, id, text, n, NULL), 0);
    }
    CU_ASSERT_FATAL(b->n < MAX_FEATURES);
    if (id >= 0)
        b->feature[b->n++] = id;
}

/* The words of a row are separated by single spaces; a punctuation mark is a word. */
static void spread(struct str *out, const char *text)
{
    str_clear(out);
    for (; *text; text++) {
        char c = (char)tolower((unsigned char)*text);
        if (!isalpha((unsigned char)c) && c != ' ')
            str_add(out, " ");
        str_add_n(out, &c, 1);
    }
}

static void bag_fill(struct bag *b, struct vocab *v, enum demo_split split, int row, bool pairs, bool grow)
{
    struct str text, words;
    str_init(&text);
    str_init(&words);
    *b = (struct bag){.label = demo_row(split, (uint64_t)row, &text)};
    spread(&words, text.text);
    for (const char *word = words.text, *next = NULL; word; word = next) {
        size_t n = strcspn(word, " ");
        next = word[n] ? word + n + 1 : NULL;
        bag_add(b, v, word, n, grow);
        if (pairs && next)
            bag_add(b, v, word, n + 1 + strcspn(next, " "), grow);
    }
    str_free(&words);
    str_free(&text);
}

static double score(const struct bag *b, const double *w)
{
    double x = 0;
    for (int i = 0; i < b->n; i++)
        x += w[b->feature[i]];
    return x;
}

/* Logistic regression by stochastic gradient descent with a falling step. The last weight belongs to no word, so the
 * balanced labels need no bias. */
static void train_bags(double *w, const struct bag *bag, int n)
{
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        for (int i = 0; i < n; i++) {
            const struct bag *b = &bag[i];
            double step = 0.1 / (1 + epoch);
            double error = b->label - 1 / (1 + exp(-score(b, w)));
            for (int k = 0; k < b->n; k++)
                w[b->feature[k]] += step * error;
        }
}

static double share_right(const double *w, const struct bag *bag, int n)
{
    int right = 0;
    for (int i = 0; i < n; i++)
        right += (score(&bag[i], w) > 0) == (bag[i].label == 1);
    return (double)right / n;
}

static double baseline(bool pairs)
{
    int dev_rows = demo_split_rows[DEMO_DEV];
    struct vocab v = {0};
    struct bag *train = calloc(TRAIN_ROWS, sizeof *train), *dev = calloc((size_t)dev_rows, sizeof *dev);
    CU_ASSERT_FATAL(train && dev);
    for (int i = 0; i < TRAIN_ROWS; i++)
        bag_fill(&train[i], &v, DEMO_TRAIN, i, pairs, true);
    for (int i = 0; i < dev_rows; i++)
        bag_fill(&dev[i], &v, DEMO_DEV, i, pairs, false);
    double *w = calloc((size_t)v.ids, sizeof *w);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w);
    train_bags(w, train, TRAIN_ROWS);
    double right = share_right(w, dev, dev_rows);
    printf("demo: logistic regression on %s, %d features: %.1f%% of %d train rows, %.1f%% of %d dev rows\n",
           pairs ? "words and pairs of words" : "words", (int)v.ids, 100 * share_right(w, train, TRAIN_ROWS), TRAIN_ROWS,
           100 * right, dev_rows);
    free(w);
    free(train);
    free(dev);
    vocab_free(&v);
    return right;
}

static void words_alone_do_not_tell(void)
{
    CU_ASSERT_TRUE(baseline(false) < 0.8);
    CU_ASSERT_TRUE(baseline(true) < 0.8);
}

CU_TestInfo suite_demo_text[] = {
    {"a row is the same each time", rows_are_fixed},
    {"rows are sentences, labels are balanced", rows_are_sentences},
    {"no sentence is in two splits", splits_are_disjoint},
    {"splits have names", splits_have_names},
    {"splits are data sets", splits_are_data_sets},
    {"the text of a split is a labelled file", text_is_a_labelled_file},
    {"a bag of words stays under 80%", words_alone_do_not_tell},
    CU_TEST_INFO_NULL,
};
