#include "tests/gate/gate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/measure/shift.h"
#include "tui/check_run.h"

const char *rule_name(enum rule r)
{
    static const char *const names[] = {"bertscope check", "hyperfine", "compare.py"};
    return names[r];
}

/* hyperfine compares means: "1.05 +- 0.02 times faster". Read as a verdict: slower if the ratio is above 1 by more than its propagated
 * standard deviation. */
static bool hyperfine(const double *x, int n, const double *y, int m)
{
    double mean_x = 0, mean_y = 0, var_x = 0, var_y = 0;
    for (int i = 0; i < n; i++)
        mean_x += x[i] / n;
    for (int i = 0; i < m; i++)
        mean_y += y[i] / m;
    for (int i = 0; i < n; i++)
        var_x += (x[i] - mean_x) * (x[i] - mean_x) / (n - 1);
    for (int i = 0; i < m; i++)
        var_y += (y[i] - mean_y) * (y[i] - mean_y) / (m - 1);
    double ratio = mean_y / mean_x;
    return ratio - ratio * sqrt(var_x / (mean_x * mean_x) + var_y / (mean_y * mean_y)) > 1;
}

/* google-benchmark's compare.py: Mann-Whitney's U test, two-sided, at 0.05, row by row; no threshold. */
static int compare_py(bool *out, const double *x, int n, const double *y, int m, struct err *e)
{
    double *scratch = malloc((size_t)(n + m) * sizeof *scratch), mean_x = 0, mean_y = 0;
    if (!scratch)
        return err_set(e, ERR_NOMEM, "no memory");
    for (int i = 0; i < n; i++)
        mean_x += x[i] / n;
    for (int i = 0; i < m; i++)
        mean_y += y[i] / m;
    *out = mann_whitney_p(x, n, y, m, scratch) < 0.05 && mean_y > mean_x;
    free(scratch);
    return 0;
}

static int ask_rules(bool red[RULES], const struct comparison_time *t, const struct timing_case *a, const struct timing_case *b,
                     struct err *e)
{
    const double *x = timing_part(a, t->part), *y = timing_part(b, t->part);
    red[RULE_GATE] = t->verdict == VERDICT_REGRESSION;
    red[RULE_HYPERFINE] = hyperfine(x, a->rounds, y, b->rounds);
    return compare_py(&red[RULE_COMPARE_PY], x, a->rounds, y, b->rounds, e);
}

static void tell(const struct comparison_time *t, int launches)
{
    printf("    %-24s %.4f [%.4f %.4f] p %.2g, %d rounds in %d launches: %s\n", part_key(t->part),
           t->shift.ratio, t->shift.low, t->shift.high, t->p, t->shift.n_after, launches, verdict_name(t->verdict));
    fflush(stdout);
}

static int count(struct tally *t, const struct comparison *c, const struct timing *before, const struct timing *after, int wanted,
                 struct err *e)
{
    bool any[RULES] = {false};
    for (int i = 0; i < c->times; i++) {
        bool red[RULES];
        TRY(ask_rules(red, &c->time[i], &before->c[0], &after->c[0], e));
        for (int r = 0; r < RULES; r++) {
            any[r] |= red[r];
            t->hit[r] += red[r] && c->time[i].part == wanted;
        }
        bool wrong = wanted < 0 ? red[RULE_GATE] : c->time[i].part == wanted && !red[RULE_GATE];
        if (t->tells && wrong)
            tell(&c->time[i], after->c[0].launch[after->c[0].rounds - 1] + 1);
    }
    for (int r = 0; r < RULES; r++)
        t->red[r] += any[r];
    t->runs++;
    return 0;
}

int tally_run(struct tally *t, const struct timing *before, const struct timing *after, bool paired, int wanted, struct err *e)
{
    struct comparison c;
    struct thresholds limits = {.share = CHECK_THRESHOLD};
    TRY(comparison_make(&c, before, after, paired, &limits, e));
    int code = c.verdict == VERDICT_INCOMPARABLE ? err_set(e, ERR_FORMAT, "incomparable: %s", c.reason)
                                                 : count(t, &c, before, after, wanted, e);
    comparison_free(&c);
    return code;
}

void tally_print(const struct tally *t, const char *what, int wanted)
{
    const int *n = wanted ? t->hit : t->red;
    printf("%-58s %5d runs ", what, t->runs);
    for (int r = 0; r < RULES; r++)
        printf("  %s %5.1f%%", rule_name((enum rule)r), 100.0 * n[r] / (t->runs ? t->runs : 1));
    printf("\n");
}
