/* The Compress screen of the real program at a pseudo terminal: how long a key takes, and what a kill leaves. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

/* Steps of the recipe, and how often each becomes stronger. */
enum { STEPS = 3, STRONGER = 17, KEYS = STEPS * STRONGER };

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, by_size);
    return x[n / 2];
}

/* From a key to the new counts, and to the first rows. */
static void press(struct session *s, int trial, double *counts, double *rows)
{
    enum { STAGES = 4 };
    static const char *const stage[STAGES] = {"counted", "rows arriving", "evaluated", "done"};
    char text[STAGES][48];
    const char *from[STAGES + 1] = {NULL};
    for (int i = 0; i < STAGES; i++) {
        snprintf(text[i], sizeof text[i], "Trial %d  %s", trial, stage[i]);
        from[i] = text[i];
    }
    session_send(s, "l");
    *counts = session_see_any(s, from);
    *rows = *counts + session_see_any(s, from + 1);
    CU_ASSERT(*counts >= 0 && *rows >= *counts);
    CU_ASSERT(session_see_any(s, from + 3) >= 0);
}

/* Every layer changes with every key, so nothing that was calculated before helps. Printed, not asserted. */
static void time_keys(const char *const *arguments)
{
    static const char *const nowhere[] = {"XDG_STATE_HOME=/dev/null/state", NULL}; /* no session is kept */
    static const char *const step[STEPS] = {"prune-neurons by=magnitude", "prune-heads by=magnitude", "prune-elements"};
    double counts[KEYS], rows[KEYS];
    int trial = 0;
    char text[64];
    struct session s;
    session_start(&s, 120, 40, nowhere, arguments);
    SEE("passes of batch");
    session_send(&s, "4");
    SEE(" rows");
    for (int i = 0; i < KEYS; i++) {
        if (i % STRONGER == 0) {
            snprintf(text, sizeof text, ":step %s\r", step[i / STRONGER]);
            session_send(&s, text);
            snprintf(text, sizeof text, "Trial %d  done", ++trial);
            SEE(text);
        }
        press(&s, ++trial, &counts[i], &rows[i]);
    }
    for (int i = 0; i < STEPS; i++)
        printf("\n    %-26s medians of %d keys: counts %.0f ms, rows %.0f ms", step[i], STRONGER, median(counts + i * STRONGER, STRONGER),
               median(rows + i * STRONGER, STRONGER));
    printf("\n    %-26s medians of %d keys: counts %.0f ms, rows %.0f ms ", "all", KEYS, median(counts, KEYS), median(rows, KEYS));
    session_send(&s, "Q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
}

static void test_speed(void)
{
    static const char *const arguments[] = {"bertscope", "demo", "--budget", "0.1", "--seq", "32", NULL};
    time_keys(arguments);
}

/* BERTSCOPE_PTY_MODEL is a directory, BERTSCOPE_PTY_DATA a file of rows for SST-2. */
static void test_speed_of_another(void)
{
    const char *model = getenv("BERTSCOPE_PTY_MODEL"), *rows = getenv("BERTSCOPE_PTY_DATA");
    const char *const arguments[] = {"bertscope", model, "--data", rows, "--task", "sst2", "--budget", "0.1", "--seq", "32", NULL};
    if (model && rows)
        time_keys(arguments);
    else
        printf("\n    skipped: BERTSCOPE_PTY_MODEL and BERTSCOPE_PTY_DATA name no model ");
}

/* Trials outlive the program, however it ends. */
static void check_killed(int number)
{
    static const char *const arguments[] = {"bertscope", "demo", "--budget", "0.1", "--seq", "32", NULL};
    static const char *const again[] = {"bertscope", "--resume", "--budget", "0.1", NULL};
    char dir[] = "/tmp/bertscope-pty-XXXXXX", variable[64], command[128];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    snprintf(variable, sizeof variable, "XDG_STATE_HOME=%s", dir);
    snprintf(command, sizeof command, "mkdir %s/bertscope && : > %s/bertscope/tour", dir, dir); /* the first lines were seen */
    CU_ASSERT_EQUAL(system(command), 0);
    const char *const environment[] = {variable, NULL};
    struct session s;
    session_start(&s, 80, 24, environment, arguments);
    SEE("passes of batch");
    session_send(&s, "4");
    SEE("all 2000 rows");
    session_send(&s, ":step prune-layers layers=3\r");
    SEE("Trial 1  done");
    session_send(&s, ":name three layers\r");
    SEE("Trial 1 three layers  done");
    session_signal(&s, number);
    int status = session_wait(&s);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == number);
    session_end(&s);
    session_start(&s, 80, 24, environment, again);
    SEE("Trial 1 three layers  done");
    SEE("prune-layers layers=3");
    session_send(&s, "u");
    SEE("The recipe is empty");
    session_send(&s, "Q");
    status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    session_end(&s);
    snprintf(command, sizeof command, "rm -r %s", dir);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void test_killed(void)
{
    check_killed(SIGKILL);
}

static void test_crashed(void)
{
    check_killed(SIGSEGV);
}

/* The sensitivity table, a part that is left out of the step, and back; in few colours, without Unicode. */
static void test_parts(void)
{
    static const char *const nowhere[] = {"XDG_STATE_HOME=/dev/null/state", NULL};
    static const char *const arguments[] = {"bertscope", "demo", "--budget", "0.1", "--seq", "32", "--theme", "mono", "--ascii", NULL};
    struct session s;
    session_start(&s, 80, 24, nowhere, arguments);
    SEE("passes of batch");
    session_send(&s, "4:step int8\r");
    SEE("Trial 1  done");
    session_send(&s, "s");
    SEE("int8 on one part alone  7 of 7");
    SEE("tried int8 on 7 parts alone");
    session_send(&s, "jf");
    SEE("as is");
    SEE("Trial 2  done");
    session_send(&s, "\033");
    SEE("int8 layers=0,2-3");
    session_send(&s, "u");
    SEE("Trial 1  done");
    session_send(&s, "ss");
    SEE("12 of 12");
    session_send(&s, "f");
    SEE("Trial 3  done");
    session_send(&s, "\033");
    SEE("int8 layers=1-3");
    SEE("int8 layers=0 components=after,ffn");
    session_send(&s, "Q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
}

CU_TestInfo suite_workbench[] = {
    {"how long a key takes", test_speed},
    {"how long it takes with a model of one's own", test_speed_of_another},
    {"a step on its parts", test_parts},
    {"killed, and resumed", test_killed},
    {"crashed, and resumed", test_crashed},
    CU_TEST_INFO_NULL,
};
