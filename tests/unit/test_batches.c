/* batches: every row once, within the limit, the same for the same seed. */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/data/batches.h"

enum { ROWS = 1000 };

static void lengths(struct encoding *row, int rows)
{
    memset(row, 0, (size_t)rows * sizeof *row);
    for (int i = 0; i < rows; i++)
        row[i].n = 3 + (int)rng_below(7, (uint64_t)i, 60);
}

static int tokens_of(const struct batches *b, const struct encoding *row, int i)
{
    int tokens = 0;
    for (int k = b->start[i]; k < b->start[i + 1]; k++)
        tokens += row[b->row[k]].n;
    return tokens;
}

static void check_each_once(const struct batches *b, int rows)
{
    static int seen[ROWS];
    memset(seen, 0, sizeof seen);
    CU_ASSERT_EQUAL_FATAL(b->start[0], 0);
    CU_ASSERT_EQUAL_FATAL(b->start[b->n], rows);
    for (int i = 0; i < rows; i++)
        seen[b->row[i]]++;
    bool once = true;
    for (int i = 0; i < rows; i++)
        once = once && seen[i] == 1;
    CU_ASSERT_TRUE(once);
}

static void fills_batches_with_tokens(void)
{
    static const int sizes[] = {0, 1, 2, 17, ROWS};
    static const int limits[] = {1, 3, 62, 100, 4096, 1 << 30};
    static struct encoding row[ROWS];
    lengths(row, ROWS);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            struct batches b;
            CU_ASSERT_EQUAL_FATAL(batches_by_tokens(&b, row, sizes[i], limits[k], NULL), 0);
            check_each_once(&b, sizes[i]);
            for (int j = 0; j < b.n; j++) {
                int rows = batch_rows(&b, j), tokens = tokens_of(&b, row, j);
                int limit = j < 5 ? limits[k] >> (5 - j) : limits[k]; /* an estimate is there soon */
                CU_ASSERT_TRUE(rows > 0 && (tokens <= limit || rows == 1));
                CU_ASSERT_TRUE(rows <= b.most_rows && tokens <= b.most_tokens);
                /* the first of the next batch did not fit */
                if (j + 1 < b.n)
                    CU_ASSERT_TRUE(tokens + row[b.row[b.start[j + 1]]].n > limit);
            }
            batches_free(&b);
        }
}

/* The mean length of the rows in the first tenth of the batches is near that of all: what is seen first is a sample. The
 * lengths are uniform on 3..62, standard deviation 17.3; the mean of 100 is within 5 standard errors, 8.7. */
static void shows_a_sample_first(void)
{
    static struct encoding row[ROWS];
    struct batches b;
    double mean = 0;
    lengths(row, ROWS);
    for (int i = 0; i < ROWS; i++)
        row[i].n = 3 + 60 * i / ROWS; /* sorted in the file */
    CU_ASSERT_EQUAL_FATAL(batches_by_tokens(&b, row, ROWS, 100, NULL), 0);
    for (int i = 0; i < ROWS / 10; i++)
        mean += row[b.row[i]].n / (ROWS / 10.0);
    CU_ASSERT_DOUBLE_EQUAL(mean, 32.5, 8.7);
    batches_free(&b);
}

static bool same(const struct batches *a, const struct batches *b)
{
    return a->n == b->n && memcmp(a->row, b->row, ROWS * sizeof *a->row) == 0 &&
           memcmp(a->start, b->start, ((size_t)a->n + 1) * sizeof *a->start) == 0;
}

static void shuffles_by_seed_and_epoch(void)
{
    static struct encoding row[ROWS];
    struct batches b[4];
    static const uint64_t seeds[4][2] = {{1, 0}, {1, 0}, {1, 1}, {2, 0}};
    lengths(row, ROWS);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL_FATAL(batches_shuffled(&b[i], row, ROWS, 8, seeds[i][0], seeds[i][1], NULL), 0);
    CU_ASSERT_TRUE(same(&b[0], &b[1]) && !same(&b[0], &b[2]) && !same(&b[0], &b[3]));
    check_each_once(&b[0], ROWS);
    for (int i = 0; i < 4; i++)
        batches_free(&b[i]);
}

/* The row that comes before `row` or after it in its batch, and shares it in no other epoch but by chance. */
static int neighbour(const struct batches *b, int row)
{
    for (int i = 0; i < b->n; i++)
        for (int k = b->start[i]; k < b->start[i + 1]; k++)
            if (b->row[k] == row)
                return k > b->start[i] ? b->row[k - 1] : b->row[k + 1];
    return -1;
}

/* Of 1000 rows few have the same neighbour in two epochs: other rows are as long, some 2 percent of all. Batches come in no order of
 * length: each is longer than the one before as often as not, 62 times of 124 with a standard deviation of 3.2 (as in a random
 * permutation: sqrt((n + 1) / 12)). */
static void mixes_rows_and_batches(void)
{
    static struct encoding row[ROWS];
    struct batches b[2];
    int same_neighbour = 0, longer = 0;
    lengths(row, ROWS);
    for (uint64_t epoch = 0; epoch < 2; epoch++)
        CU_ASSERT_EQUAL_FATAL(batches_shuffled(&b[epoch], row, ROWS, 8, 1, epoch, NULL), 0);
    for (int i = 0; i < ROWS; i++)
        same_neighbour += neighbour(&b[0], i) == neighbour(&b[1], i);
    for (int i = 1; i < b[0].n; i++)
        longer += tokens_of(&b[0], row, i) > tokens_of(&b[0], row, i - 1);
    CU_ASSERT_TRUE(same_neighbour < ROWS / 5);
    CU_ASSERT_TRUE(longer > 62 - 5 * 3.2 && longer < 62 + 5 * 3.2);
    batches_free(&b[0]);
    batches_free(&b[1]);
}

/* 1000 rows in batches of 8 are 125; in windows of 400 sorted rows with lengths from 60 values, the 50 batches of a window
 * span 3 values at most but for chance, where 8 random ones would span about 47. */
static void puts_like_lengths_together(void)
{
    static struct encoding row[ROWS];
    static const int sizes[] = {0, 1, 7, 8, 9, ROWS - 3, ROWS};
    lengths(row, ROWS);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        struct batches b;
        double span = 0;
        int small = 0;
        CU_ASSERT_EQUAL_FATAL(batches_shuffled(&b, row, sizes[k], 8, 5, 0, NULL), 0);
        check_each_once(&b, sizes[k]);
        CU_ASSERT_EQUAL(b.n, (sizes[k] + 7) / 8);
        for (int i = 0; i < b.n; i++) {
            int low = 1 << 30, high = 0;
            for (int j = b.start[i]; j < b.start[i + 1]; j++) {
                low = row[b.row[j]].n < low ? row[b.row[j]].n : low;
                high = row[b.row[j]].n > high ? row[b.row[j]].n : high;
            }
            span += (high - low) / (double)b.n;
            small += batch_rows(&b, i) < 8;
        }
        CU_ASSERT_TRUE(small <= 1 && b.most_rows <= 8);
        CU_ASSERT_TRUE(sizes[k] < 900 || span < 6);
        batches_free(&b);
    }
}

CU_TestInfo suite_batches[] = {
    {"fills batches with tokens", fills_batches_with_tokens},
    {"shows a sample first", shows_a_sample_first},
    {"shuffles by seed and epoch", shuffles_by_seed_and_epoch},
    {"mixes rows and batches", mixes_rows_and_batches},
    {"puts like lengths together", puts_like_lengths_together},
    CU_TEST_INFO_NULL,
};
