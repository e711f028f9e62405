/* embed_grad: rows of dy are added to rows of tables. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/conform/conform.h"

enum { WORDS = 11, POSITIONS = 5, TYPES = 2, ROWS_MOST = 70, GAP = 3 };

struct embed_grad_case {
    int m, cols;
    enum numbers kind;
    enum placement where;
    bool with_type;
};

/* What was in row `r` of a table and what is added to it; an element of k terms is a sum of k - 1 additions. */
static void expect_table(const struct matrix *table, const float *before, const struct matrix *dy, const int32_t *id)
{
    for (int r = 0; r < table->m; r++)
        for (int c = 0; c < table->n; c++) {
            double exact = before[r * table->n + c], size = fabs(exact);
            int added = 0;
            for (int i = 0; i < dy->m; i++)
                if (id[i] == r) {
                    exact += dy->p[i * dy->ld + c];
                    size += fabs(dy->p[i * dy->ld + c]);
                    added++;
                }
            expect_near(table->p[r * table->ld + c], exact, error_gamma(added) * size, r, c);
        }
    matrix_check_gaps(table);
}

static struct matrix table_new(int m, const struct embed_grad_case *c, float **before)
{
    struct matrix t = matrix_new(m, c->cols, GAP, c->where);
    matrix_fill(&t, c->kind);
    *before = malloc((size_t)m * (size_t)c->cols * sizeof **before);
    for (int r = 0; r < m; r++)
        memcpy(*before + r * c->cols, t.p + r * t.ld, (size_t)c->cols * sizeof **before);
    return t;
}

static void check_case(embed_grad_fn *f, const struct embed_grad_case *c)
{
    at("m=%d cols=%d numbers %d placement %d%s", c->m, c->cols, c->kind, c->where, c->with_type ? " type" : "");
    int32_t id[3][ROWS_MOST];
    static const int sizes[3] = {WORDS, POSITIONS, TYPES};
    struct matrix table[3], dy = matrix_new(c->m, c->cols, GAP, c->where);
    float *before[3];
    matrix_fill(&dy, c->kind);
    guard_seal(dy.p);
    for (int t = 0; t < 3; t++) {
        table[t] = table_new(sizes[t], c, &before[t]);
        for (int r = 0; r < c->m; r++)
            id[t][r] = r == 0 ? sizes[t] - 1 : (int32_t)(random_u64() % (uint64_t)sizes[t]);
    }
    f(table[0].p, table[1].p, c->with_type ? table[2].p : NULL, dy.ld, dy.p, id[0], id[1], c->with_type ? id[2] : NULL,
      c->m, c->cols);
    for (int t = 0; t < 3; t++) {
        if (t < 2 || c->with_type)
            expect_table(&table[t], before[t], &dy, id[t]);
        free(before[t]);
    }
    guards_release();
}

void check_embed_grad(const struct kernel *k)
{
    static const int cols[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100};
    unsigned turn = 0;
    for (int m = 1; m <= ROWS_MOST; m++)
        for (size_t b = 0; b < sizeof cols / sizeof *cols; b++, turn++) {
            struct embed_grad_case c = {.m = m,
                                        .cols = cols[b],
                                        .kind = turn % NUMBERS,
                                        .where = turn % 7 % PLACEMENTS,
                                        .with_type = turn % 2};
            check_case(k->fn.embed_grad, &c);
        }
}
