/* embed: the sum of two or three rows of tables. */
#include <math.h>

#include "tests/conform/conform.h"

enum { WORDS = 11, POSITIONS = 5, TYPES = 2, ROWS = 7 };

/* Two additions: gamma(2) times the sum of magnitudes. */
static void check_case(embed_fn *f, int n, enum numbers kind, enum placement where, bool with_type)
{
    at("n=%d numbers %d placement %d%s", n, kind, where, with_type ? " type" : "");
    float *word = guard_floats((size_t)(WORDS * n), where),
          *position = guard_floats((size_t)(POSITIONS * n), where);
    float *type = with_type ? guard_floats((size_t)(TYPES * n), where) : NULL;
    float *y = guard_floats((size_t)(ROWS * n), where);
    int32_t id[ROWS], pos[ROWS], tt[ROWS];
    fill(word, (size_t)(WORDS * n), kind);
    fill(position, (size_t)(POSITIONS * n), kind);
    if (type)
        fill(type, (size_t)(TYPES * n), kind);
    for (int r = 0; r < ROWS; r++) {
        id[r] = r == 0 ? 0 : r == 1 ? WORDS - 1 : (int32_t)(random_u64() % WORDS);
        pos[r] = r == 0 ? POSITIONS - 1 : (int32_t)(random_u64() % POSITIONS);
        tt[r] = r % TYPES;
    }
    f(y, word, position, type, id, pos, with_type ? tt : NULL, ROWS, n);
    for (int r = 0; r < ROWS; r++)
        for (int i = 0; i < n; i++) {
            double a = word[id[r] * n + i], b = position[pos[r] * n + i], c = type ? type[tt[r] * n + i] : 0;
            expect_near(y[r * n + i], a + b + c, error_gamma(2) * (fabs(a) + fabs(b) + fabs(c)), r, i);
        }
    guards_release();
}

void check_embed(const struct kernel *k)
{
    static const int ns[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 312};
    for (size_t b = 0; b < sizeof ns / sizeof *ns; b++)
        for (int kind = 0; kind < NUMBERS; kind++)
            for (int where = 0; where < PLACEMENTS; where++) {
                check_case(k->fn.embed, ns[b], (enum numbers)kind, (enum placement)where, false);
                check_case(k->fn.embed, ns[b], (enum numbers)kind, (enum placement)where, true);
            }
}
