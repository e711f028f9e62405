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

enum { KEYS = 20 };

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

/* From the key to the new counts, and to the first rows. Printed, not asserted. */
static void test_speed(void)
{
    static const char *const arguments[] = {"bertscope", "demo", "--budget", "0.1", "--seq", "32", NULL};
    static const char *const nowhere[] = {"XDG_STATE_HOME=/dev/null/state", NULL}; /* no session is kept */
    double counts[KEYS], rows[KEYS];
    struct session s;
    session_start(&s, 120, 40, nowhere, arguments);
    SEE("passes of batch");
    session_send(&s, "4");
    SEE("all 2000 rows");
    session_send(&s, ":step prune-neurons by=magnitude\r");
    SEE("Trial 1  done");
    for (int i = 0; i < KEYS; i++) {
        char text[32];
        session_send(&s, "l");
        snprintf(text, sizeof text, "Trial %d  ", i + 2);
        double shown = session_see(&s, text);
        counts[i] = shown + session_see(&s, "compact file");
        rows[i] = counts[i] + session_see(&s, "points (");
        strcat(text, "done");
        CU_ASSERT(shown >= 0 && rows[i] >= counts[i]);
        SEE(text);
    }
    printf("(medians of %d keys: counts %.0f ms, rows %.0f ms) ", KEYS, median(counts, KEYS), median(rows, KEYS));
    session_send(&s, "Q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
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

CU_TestInfo suite_workbench[] = {
    {"how long a key takes", test_speed},
    {"killed, and resumed", test_killed},
    {"crashed, and resumed", test_crashed},
    CU_TEST_INFO_NULL,
};
