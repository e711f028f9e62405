/* encoded: rows of a data set as tokens, the same for any number of threads. */
#include "tests/unit/unit.h"

#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/data/encoded.h"

enum { ROWS = 3000 }; /* more than one piece of work */

static struct tokenizer *tokenizer;
static struct dataset data;

/* Row i has i % 7 + 1 words of one token each, and every third row a second text of two. */
static void setup(void)
{
    const struct task *task = NULL;
    struct err e = {0};
    struct str text;
    CU_ASSERT_EQUAL_FATAL(tokenizer_open(&tokenizer, unit_source("tests/golden/bert"), &e), 0);
    CU_ASSERT_EQUAL_FATAL(task_word("lines", &task, &e), 0);
    str_init(&text);
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k <= i % 7; k++)
            str_add(&text, k ? " good" : "bad");
        str_add(&text, i % 3 ? "\n" : "\tvery slow\n");
    }
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&data, text.text, text.len, "f", task, &e), 0);
    str_free(&text);
}

static void teardown(void)
{
    dataset_free(&data);
    tokenizer_free(tokenizer);
}

/* [CLS] text [SEP] (pair [SEP]), cut to `most`. */
static void counts_tokens(void)
{
    static const int most[] = {40, 8, 3};
    setup();
    for (int m = 0; m < 3; m++)
        for (int threads = 1; threads <= 3; threads++) {
            struct encoded x;
            uint64_t tokens = 0;
            int truncated = 0, longest = 0;
            CU_ASSERT_EQUAL_FATAL(encode_dataset(&x, tokenizer, &data, most[m], threads, NULL, NULL), 0);
            for (int i = 0; i < ROWS; i++) {
                int n = 2 + i % 7 + 1 + (i % 3 ? 0 : 3), cut = n < most[m] ? n : most[m];
                CU_ASSERT_EQUAL(x.row[i].n, cut);
                tokens += (uint64_t)cut;
                truncated += n > most[m];
                longest = cut > longest ? cut : longest;
            }
            CU_ASSERT_TRUE(x.rows == ROWS && x.tokens == tokens && x.truncated == truncated && x.longest == longest);
            encoded_free(&x);
        }
    teardown();
}

/* Too little room for the special tokens of a pair: the first row that has one is named, whatever thread met it. */
static void names_the_first_row_that_fails(void)
{
    setup();
    for (int threads = 1; threads <= 3; threads++) {
        struct encoded x;
        struct err e = {0};
        CU_ASSERT_NOT_EQUAL(encode_dataset(&x, tokenizer, &data, 2, threads, NULL, &e), 0);
        CU_ASSERT_EQUAL(strncmp(e.text, "f: line 1: ", 11), 0);
        CU_ASSERT_PTR_NULL(x.row);
    }
    teardown();
}

static void can_be_cancelled(void)
{
    struct encoded x;
    struct err e = {0};
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    setup();
    CU_ASSERT_EQUAL(encode_dataset(&x, tokenizer, &data, 40, 2, &progress, &e), ERR_CANCELLED);
    CU_ASSERT_PTR_NULL(x.row);
    teardown();
}

CU_TestInfo suite_encoded[] = {
    {"counts tokens", counts_tokens},
    {"names the first row that fails", names_the_first_row_that_fails},
    {"can be cancelled", can_be_cancelled},
    CU_TEST_INFO_NULL,
};
