/* gate simulate RUNS FILE...: runs made of recorded rounds (pairs of files, as `gate record` writes them); exit 1 if a verdict is worse
 *     than it may be.
 * gate real RUNS WORKER: really measures preset:bert-tiny in turns with itself, with nothing changed and with one component that waits 5 %
 *     longer.
 * gate record WORKER FILE FILE: one measurement with nothing changed, for `simulate`. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/measure/timing_run.h"
#include "reports/baseline.h"
#include "tests/gate/gate.h"
#include "tui/check_run.h"

enum { RECORDINGS = 8 };

static const double slower = 1.05, false_most = 0.01, found_least = 0.95, verdict_most_s = 20;

/* Those that are large enough to matter; the others are of the order of the clock. */
static const int parts[] = {COMPONENT_LINEAR_BEFORE, COMPONENT_ATTENTION, COMPONENT_LINEAR_AFTER, COMPONENT_FEED_FORWARD};

enum { WANTED = sizeof parts / sizeof *parts };

/* ---- simulated -------------------------------------------------------------------------------------------------- */

static int simulate_runs(struct tally *t, const struct recording *r, int recordings, int runs, bool paired, bool slow, struct err *e)
{
    int code = 0;
    for (int i = 0; i < runs && code == 0; i++) {
        struct timing both[2] = {{.cases = 0}, {.cases = 0}};
        int part = slow ? parts[i % WANTED] : -1;
        code = simulate(both, r, recordings, (uint64_t)(4 * i + 2 * paired + slow), paired, part, slower, e);
        if (code == 0)
            code = tally_run(t, &both[0], &both[1], paired, part, e);
        timing_free(&both[0]);
        timing_free(&both[1]);
    }
    return code;
}

static bool bad(const struct tally *t, bool slow, int code)
{
    double share = (double)(slow ? t->hit : t->red)[RULE_GATE] / t->runs;
    return code != 0 || (slow ? share < found_least : share > false_most);
}

/* A baseline is only asked for no false alarms: what it can find depends on how the machine behaves in between. */
static int simulate_all(const struct recording *r, int recordings, int runs)
{
    static const char *const what[] = {"a baseline, nothing changed: regressions", "a baseline, one component 5% slower: found",
                                       "in turns, nothing changed: regressions", "in turns, one component 5% slower: found"};
    int failed = 0;
    for (int k = 0; k < 4; k++) {
        struct tally t = {0};
        struct err e = {0};
        bool paired = k / 2, slow = k % 2;
        int code = simulate_runs(&t, r, recordings, runs, paired, slow, &e);
        if (code != 0)
            printf("FAIL: %s\n", e.text);
        tally_print(&t, what[k], slow);
        if (paired || !slow)
            failed |= bad(&t, slow, code);
    }
    return failed;
}

static int simulate_files(int runs, char **files, int n)
{
    struct recording r[RECORDINGS] = {{.side = {{.cases = 0}}}};
    struct err e = {0};
    int recordings = n / 2 < RECORDINGS ? n / 2 : RECORDINGS, code = 0;
    for (int i = 0; i < 2 * recordings && code == 0; i++)
        code = baseline_read(&r[i / 2].side[i % 2], files[i], &e);
    int failed = code != 0 || recordings == 0;
    if (failed)
        printf("FAIL: %s\n", e.text);
    else
        failed = simulate_all(r, recordings, runs);
    for (int i = 0; i < 2 * recordings; i++)
        timing_free(&r[i / 2].side[i % 2]);
    return failed;
}

/* ---- real ------------------------------------------------------------------------------------------------------- */

static int passes(bool *out, void *payload, const struct timing *measured, struct err *e)
{
    struct thresholds limits = {.share = CHECK_THRESHOLD};
    (void)payload;
    return comparison_passes(out, &measured[0], &measured[1], true, &limits, e);
}

/* `env` NULL = as it is, else with this component slowed down. */
static int measure(struct timing out[2], char *worker, char *slow, double budget_s, double *seconds, struct err *e)
{
    char *as_is[] = {worker, "check", "--serve", "--threads", "1", "--", "preset:bert-tiny", NULL};
    char *slowed[] = {"env", slow, worker, "check", "--serve", "--threads", "1", "--", "preset:bert-tiny", NULL};
    struct timing_side side[] = {{"before", as_is}, {"after", slow ? slowed : as_is}};
    struct timing_options options = {.side = side, .sides = 2, .budget_s = budget_s, .narrow = CHECK_THRESHOLD / 2, .settled = passes};
    for (int i = 0; i < 2; i++) {
        TRY(timing_init(&out[i], 1, e));
        out[i].c[0].batch = 1;
        out[i].c[0].seq = 128;
    }
    uint64_t start = clock_ns();
    int code = timing_run(out, &options, NULL, e);
    *seconds = (double)(clock_ns() - start) * 1e-9;
    return code;
}

/* `apart`: every measurement beside that of the run before it, as with a baseline. */
static int real_runs(struct tally *t, struct tally *apart, char *worker, int runs, bool slow, double *longest_s, struct err *e)
{
    struct timing last = {.cases = 0};
    int code = 0;
    for (int i = 0; i < runs && code == 0; i++) {
        struct timing both[2] = {{.cases = 0}, {.cases = 0}};
        char env[128];
        double seconds = 0;
        int part = slow ? parts[i % WANTED] : -1;
        snprintf(env, sizeof env, "BERTSCOPE_GATE_SLOW=%s %g", slow ? part_key(part) : "", slower - 1);
        code = measure(both, worker, slow ? env : NULL, 0, &seconds, e);
        if (code == 0)
            code = tally_run(t, &both[0], &both[1], true, part, e);
        if (code == 0 && i > 0)
            code = tally_run(apart, &last, &both[0], false, -1, e);
        *longest_s = seconds > *longest_s ? seconds : *longest_s;
        timing_free(&last);
        last = both[0];
        timing_free(&both[1]);
    }
    timing_free(&last);
    return code;
}

static int real_all(char *worker, int runs)
{
    int failed = 0;
    double longest_s = 0;
    struct tally apart = {.runs = 0};
    for (int slow = 0; slow < 2; slow++) {
        struct tally t = {.tells = true};
        struct err e = {0};
        int code = real_runs(&t, &apart, worker, runs, slow, &longest_s, &e);
        if (code != 0)
            printf("FAIL: %s\n", e.text);
        tally_print(&t, slow ? "measured in turns, one component 5% slower: found" : "measured in turns, nothing changed: regressions",
                    slow);
        failed |= bad(&t, slow, code);
    }
    tally_print(&apart, "measured after each other, nothing changed: regressions", 0);
    printf("longest time to a verdict: %.1f s\n", longest_s);
    return failed || longest_s > verdict_most_s;
}

static int record(char *worker, const char *first, const char *second)
{
    struct timing both[2] = {{.cases = 0}, {.cases = 0}};
    struct err e = {0};
    double seconds;
    int code = measure(both, worker, NULL, 8, &seconds, &e);
    if (code == 0)
        code = baseline_write(&both[0], first, &e);
    if (code == 0)
        code = baseline_write(&both[1], second, &e);
    if (code != 0)
        printf("FAIL: %s\n", e.text);
    timing_free(&both[0]);
    timing_free(&both[1]);
    return code != 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc >= 5 && strcmp(argv[1], "simulate") == 0)
        return simulate_files(atoi(argv[2]), argv + 3, argc - 3);
    if (argc == 4 && strcmp(argv[1], "real") == 0)
        return real_all(argv[3], atoi(argv[2]));
    if (argc == 5 && strcmp(argv[1], "record") == 0)
        return record(argv[2], argv[3], argv[4]);
    printf("usage: gate simulate RUNS FILE FILE..., gate real RUNS WORKER, gate record WORKER FILE FILE\n");
    return 2;
}
