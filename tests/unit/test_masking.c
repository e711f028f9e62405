/* masking: which tokens are masked, how, and that nothing but (seed, step, row) decides it. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/data/masking.h"

enum { ROWS = 4000, SPECIAL = 5, WORDS = 40, SHORTEST = 7, LONGEST = 60, MASK = 3 };

static const char vocab_head[] = "[PAD]\n[UNK]\n[CLS]\n[MASK]\n[SEP]\n";

static struct tokenizer *make_tokenizer(void)
{
    struct str s;
    struct tokenizer *t;
    str_init(&s);
    str_add(&s, vocab_head);
    for (int i = 0; i < WORDS; i++)
        str_addf(&s, "w%d\n", i);
    CU_ASSERT_EQUAL_FATAL(tokenizer_from_vocab(&t, s.text, s.len, true, "test", NULL), 0);
    str_free(&s);
    return t;
}

/* [CLS] words [SEP], with an [UNK] in the middle. */
static struct encoding *make_rows(void)
{
    struct encoding *row = calloc(ROWS, sizeof *row);
    for (int i = 0; i < ROWS; i++) {
        int words = SHORTEST + (int)rng_below(1, (uint64_t)i, LONGEST - SHORTEST + 1), n = words + 3;
        row[i] = (struct encoding){.id = calloc((size_t)n, sizeof(int32_t)), .type = calloc((size_t)n, sizeof(int32_t)), .n = n};
        for (int k = 1; k < n - 1; k++)
            row[i].id[k] = SPECIAL + (int32_t)rng_below((uint64_t)i, (uint64_t)k, WORDS);
        row[i].id[0] = 2;
        row[i].id[n / 2] = 1;
        row[i].id[n - 1] = 4;
    }
    return row;
}

static void free_rows(struct encoding *row, int n)
{
    for (int i = 0; i < n; i++)
        encoding_free(&row[i]);
    free(row);
}

static struct masking make_masking(void)
{
    struct masking m;
    struct tokenizer *t = make_tokenizer();
    CU_ASSERT_EQUAL_FATAL(masking_init(&m, t, SPECIAL + WORDS, NULL), 0);
    CU_ASSERT_TRUE(m.mask == MASK && m.words == WORDS);
    tokenizer_free(t);
    return m;
}

static struct masked_batch make_batch(const struct masking *m, const struct encoding *x, const int *row, int rows,
                                      uint64_t seed, uint64_t step)
{
    struct masked_batch b;
    CU_ASSERT_EQUAL_FATAL(masked_batch_make(&b, m, x, row, rows, seed, step, NULL), 0);
    return b;
}

/* Whether `got` of n is as probable as a share of p is: within four standard deviations. */
static bool is_share(double got, double n, double p)
{
    return fabs(got - n * p) <= 4 * sqrt(n * p * (1 - p));
}

struct counts {
    int candidates, masked, mask, word, same, early, outside, wrong;
};

static void count_row(struct counts *c, const struct masking *m, const struct encoding *from, const struct encoding *to,
                      const struct masked_batch *b, int *at, int first)
{
    for (int i = 0; i < from->n; i++) {
        bool chosen = *at < b->masked && b->token[*at] == first + i;
        c->wrong += !chosen && to->id[i] != from->id[i];
        if (!chosen)
            continue;
        c->outside += m->special[from->id[i]];
        c->wrong += b->label[(*at)++] != from->id[i];
        c->mask += to->id[i] == MASK;
        c->same += to->id[i] == from->id[i];
        c->word += to->id[i] != MASK && to->id[i] != from->id[i];
        c->wrong += to->id[i] != MASK && m->special[to->id[i]];
        c->early += i < from->n / 2;
    }
}

static void shares_are_those_of_the_paper(void)
{
    struct masking m = make_masking();
    struct encoding *x = make_rows();
    int row[ROWS], at = 0, first = 0, candidates_early = 0;
    struct counts c = {0};
    for (int i = 0; i < ROWS; i++)
        row[i] = i;
    struct masked_batch b = make_batch(&m, x, row, ROWS, 7, 3);
    for (int i = 0; i < ROWS; first += x[i++].n) {
        int before = at;
        c.candidates += masking_candidates(&m, &x[i]);
        CU_ASSERT_EQUAL(masking_candidates(&m, &x[i]), x[i].n - 3);
        candidates_early += x[i].n / 2 - 1;
        count_row(&c, &m, &x[i], &b.row[i], &b, &at, first);
        CU_ASSERT_TRUE(at > before);
        CU_ASSERT_TRUE(fabs(at - before - 0.15 * (x[i].n - 3)) < 1);
    }
    CU_ASSERT_TRUE(at == b.masked && c.outside == 0 && c.wrong == 0);
    CU_ASSERT_TRUE(is_share(b.masked, c.candidates, 0.15));
    CU_ASSERT_TRUE(is_share(c.mask, b.masked, 0.8));
    CU_ASSERT_TRUE(is_share(c.word, b.masked, 0.1 * (1 - 1.0 / WORDS)));
    CU_ASSERT_TRUE(is_share(c.same, b.masked, 0.1 * (1 + 1.0 / WORDS)));
    CU_ASSERT_TRUE(is_share(c.early, b.masked, (double)candidates_early / c.candidates));
    masked_batch_free(&b);
    free_rows(x, ROWS);
    masking_free(&m);
}

static bool same_row(const struct masked_batch *a, int i, const struct masked_batch *b, int k)
{
    return a->row[i].n == b->row[k].n &&
           memcmp(a->row[i].id, b->row[k].id, (size_t)a->row[i].n * sizeof(int32_t)) == 0;
}

static void depends_on_seed_step_and_row(void)
{
    struct masking m = make_masking();
    struct encoding *x = make_rows();
    int forward[] = {0, 1, 2, 3, 4, 5, 6, 7}, backward[] = {7, 6, 5, 4, 3, 2, 1, 0};
    struct masked_batch a = make_batch(&m, x, forward, 8, 1, 1), b = make_batch(&m, x, backward, 8, 1, 1);
    struct masked_batch seed = make_batch(&m, x, forward, 8, 2, 1), step = make_batch(&m, x, forward, 8, 1, 2);
    int same_seed = 0, same_step = 0;
    for (int i = 0; i < 8; i++) {
        CU_ASSERT_TRUE(same_row(&a, i, &b, 7 - i));
        same_seed += same_row(&a, i, &seed, i);
        same_step += same_row(&a, i, &step, i);
    }
    CU_ASSERT_TRUE(same_seed < 8 && same_step < 8 && a.masked == b.masked);
    masked_batch_free(&a);
    masked_batch_free(&b);
    masked_batch_free(&seed);
    masked_batch_free(&step);
    free_rows(x, ROWS);
    masking_free(&m);
}

static void one_word_is_always_masked(void)
{
    struct masking m = make_masking();
    int32_t id[] = {2, SPECIAL, 4}, type[3] = {0};
    struct encoding x = {.id = id, .type = type, .n = 3};
    int row = 0;
    for (uint64_t step = 0; step < 50; step++) {
        struct masked_batch b = make_batch(&m, &x, &row, 1, 0, step);
        CU_ASSERT_TRUE(b.masked == 1 && b.token[0] == 1 && b.label[0] == SPECIAL);
        masked_batch_free(&b);
    }
    masking_free(&m);
}

static void rows_without_words_are_left_out(void)
{
    static const char text[] = "w1 w2\n\nw3\tw4\n[SEP]\nzzz\n\"w5\n";
    const struct task *task;
    struct dataset d;
    struct encoded x;
    struct err e = {0};
    struct masking m = make_masking();
    struct tokenizer *t = make_tokenizer();
    CU_ASSERT_EQUAL_FATAL(task_word("masked", &task, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&d, text, strlen(text), "text", task, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&x, t, &d, 16, 1, NULL, NULL), 0);
    CU_ASSERT_EQUAL(d.rows, 6);
    CU_ASSERT_EQUAL(masking_drop_empty(&m, &d, &x, &e), 0);
    CU_ASSERT_TRUE(d.rows == 3 && x.rows == 3 && d.skipped == 3 && d.row[1].line == 3 && d.row[2].line == 6);
    CU_ASSERT_EQUAL(x.tokens, 4 + 4 + 4);
    dataset_cut(&d, 0);
    encoded_free(&x);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&x, t, &d, 16, 1, NULL, NULL), 0);
    CU_ASSERT_EQUAL(masking_drop_empty(&m, &d, &x, &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "text holds no line with words to be masked");
    encoded_free(&x);
    dataset_free(&d);
    tokenizer_free(t);
    masking_free(&m);
}

static void a_vocabulary_without_mask_is_refused(void)
{
    static const char vocab[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n";
    struct tokenizer *t;
    struct masking m;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(tokenizer_from_vocab(&t, vocab, strlen(vocab), true, "test", NULL), 0);
    CU_ASSERT_EQUAL(masking_init(&m, t, 5, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "the vocabulary has no [MASK], which masked-language pretraining needs");
    masking_free(&m);
    tokenizer_free(t);
}

CU_TestInfo suite_masking[] = {
    {"shares are those of the paper", shares_are_those_of_the_paper},
    {"depends on seed, step and row", depends_on_seed_step_and_row},
    {"one word is always masked", one_word_is_always_masked},
    {"rows without words are left out", rows_without_words_are_left_out},
    {"a vocabulary without [MASK] is refused", a_vocabulary_without_mask_is_refused},
    CU_TEST_INFO_NULL,
};
