/* changed_rows: answers, their probabilities, and which rows changed. */
#include "tests/unit/unit.h"

#include <math.h>
#include <string.h>

#include "analyzer/compress/changed_rows.h"
#include "analyzer/compress/trial.h"

enum { ROWS = 5, OUTPUTS = 3 };

/* Rows: the same; right to wrong; wrong to right; wrong to another wrong; equal logits. */
static float before[ROWS * OUTPUTS] = {2, 0, 0, 0, 3, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1};
static float after[ROWS * OUTPUTS] = {9, 0, 0, 0, 1, 3, 0, 1, 0, 0, 0, 4, 1, 1, 1};
static unsigned char right_before[ROWS] = {1, 1, 0, 0, 1}, right_after[ROWS] = {1, 0, 1, 0, 1};

static struct trial trial_with(float *logits, unsigned char *right, int rows, int outputs)
{
    return (struct trial){.logits = logits, .right = right, .fidelity = {.rows = rows, .outputs = outputs}};
}

static void answers(void)
{
    static const float logits[OUTPUTS] = {1, 3, 3}, huge[2] = {-2000, 3000}, value = -1.5f;
    double share[OUTPUTS], sum = 0;
    answer_shares(share, logits, OUTPUTS);
    for (int i = 0; i < OUTPUTS; i++)
        sum += share[i];
    CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(share[0], exp(1) / (exp(1) + 2 * exp(3)), 1e-12);
    struct answer a = answer_of(logits, OUTPUTS);
    CU_ASSERT_EQUAL(a.output, 1); /* the first of equals */
    CU_ASSERT_DOUBLE_EQUAL(a.share, share[1], 1e-12);
    a = answer_of(huge, 2);
    CU_ASSERT(a.output == 1 && a.share == 1);
    a = answer_of(&value, 1);
    CU_ASSERT(a.output == -1 && a.share == -1.5);
    answer_shares(share, &value, 1);
    CU_ASSERT_EQUAL(share[0], -1.5);
}

static void picked(void)
{
    static const struct {
        enum rows_kind kind;
        const char *rows;
    } cases[] = {{ROWS_CHANGED, "123"}, {ROWS_BECAME_WRONG, "1"}, {ROWS_BECAME_RIGHT, "2"}, {ROWS_WRONG, "13"}, {ROWS_ALL, "01234"}};
    struct trial a = trial_with(before, right_before, ROWS, OUTPUTS), b = trial_with(after, right_after, ROWS, OUTPUTS);
    struct row_change x[ROWS];
    int row[ROWS];
    CU_ASSERT_FATAL(row_changes_known(&a, &b));
    row_changes(x, &a, &b);
    CU_ASSERT_DOUBLE_EQUAL(x[1].moved, (exp(1) - exp(3)) / (1 + exp(1) + exp(3)), 1e-9); /* of output 1 */
    CU_ASSERT(x[4].moved == 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n = row_changes_pick(row, x, ROWS, cases[i].kind);
        CU_ASSERT_EQUAL(n, (int)strlen(cases[i].rows));
        CU_ASSERT_EQUAL(row_changes_pick(NULL, x, ROWS, cases[i].kind), n);
        for (int k = 0; k < n; k++)
            CU_ASSERT_EQUAL(row[k], cases[i].rows[k] - '0');
    }
}

/* Without labels nothing is right or wrong; a value that differs at all is another answer. */
static void unlabelled(void)
{
    float first[3] = {1, 2, 3}, second[3] = {1, 2.5f, 3};
    struct trial a = trial_with(before, NULL, ROWS, OUTPUTS), b = trial_with(after, NULL, ROWS, OUTPUTS);
    struct row_change x[ROWS];
    row_changes(x, &a, &b);
    CU_ASSERT_EQUAL(row_changes_pick(NULL, x, ROWS, ROWS_CHANGED), 3);
    CU_ASSERT_EQUAL(row_changes_pick(NULL, x, ROWS, ROWS_WRONG), 0);
    CU_ASSERT_EQUAL(row_changes_pick(NULL, x, ROWS, ROWS_BECAME_RIGHT), 0);
    a = trial_with(first, NULL, 3, 1);
    b = trial_with(second, NULL, 3, 1);
    row_changes(x, &a, &b);
    CU_ASSERT_EQUAL(row_changes_pick(NULL, x, 3, ROWS_CHANGED), 1);
    CU_ASSERT_EQUAL(x[1].moved, 0.5);
}

static void unknown(void)
{
    struct trial a = trial_with(before, right_before, ROWS, OUTPUTS), b = trial_with(after, right_after, ROWS, OUTPUTS), none = {0};
    CU_ASSERT(!row_changes_known(&a, &none) && !row_changes_known(&none, &b) && !row_changes_known(&none, &none));
    b.fidelity.rows--;
    CU_ASSERT(!row_changes_known(&a, &b));
    b.fidelity.rows++;
    b.fidelity.outputs--;
    CU_ASSERT(!row_changes_known(&a, &b));
}

CU_TestInfo suite_changed_rows[] = {
    {"answers and their probabilities", answers},
    {"rows of each kind", picked},
    {"rows without labels, and values", unlabelled},
    {"answers that are not known", unknown},
    CU_TEST_INFO_NULL,
};
