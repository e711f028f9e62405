/* Sessions at a pseudo terminal that are ended at random moments: the terminal is given back, and no finished trial is lost.
 * BERTSCOPE_PTY_ENDINGS says how many; a few without it. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

enum { ENDINGS = 6, LONGEST_MS = 3000, TRIALS_MOST = 80 };

static const char *const arguments[] = {"bertscope", "demo", "--budget", "0.05", "--seq", "16", NULL};
static const char *const again[] = {"bertscope", "--resume", "--readonly", "--budget", "0.05", "--seq", "16", NULL};

static bool sees_now(struct session *s, const char *text)
{
    return strstr(vt_text(s->vt), text) != NULL;
}

/* Trials one after the other, until the time is over; how many were shown as done. */
static int try_until(struct session *s, uint64_t end_ns)
{
    int done = 0;
    while (done < TRIALS_MOST && clock_ns() < end_ns) {
        char text[96];
        snprintf(text, sizeof text, ":go 0\r:step prune-neurons fraction=0.%02d by=magnitude\r", done + 10);
        session_send(s, text);
        snprintf(text, sizeof text, "Trial %d  done", done + 1);
        while (!sees_now(s, text) && clock_ns() < end_ns)
            session_take(s, 2);
        done += sees_now(s, text);
    }
    return done;
}

static void check_kept(const char *const *environment, int done)
{
    struct session s;
    char text[64];
    session_start(&s, 80, 24, environment, again);
    SEE("4 Compress");
    snprintf(text, sizeof text, "4:go %d\r", done);
    session_send(&s, text);
    snprintf(text, sizeof text, "Trial %d  done", done);
    SEE(text);
    session_send(&s, "Q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    session_end(&s);
}

/* Number of finished trials that were looked for. */
static int check_ended(int number, int ms)
{
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
    int done = try_until(&s, clock_ns() + (uint64_t)ms * 1000000u);
    session_signal(&s, number);
    int status = session_wait(&s);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == number);
    if (number != SIGKILL)
        CU_ASSERT(session_given_back(&s));
    session_end(&s);
    if (done > 0)
        check_kept(environment, done);
    snprintf(command, sizeof command, "rm -r %s", dir);
    CU_ASSERT_EQUAL(system(command), 0);
    return done;
}

static void test_ended(void)
{
    static const int numbers[] = {SIGTERM, SIGHUP, SIGKILL};
    const char *asked = getenv("BERTSCOPE_PTY_ENDINGS");
    int endings = asked ? atoi(asked) : ENDINGS, finished = 0;
    for (int i = 0; i < endings; i++)
        finished += check_ended(numbers[i % 3], (int)rng_below(7, (uint64_t)i, LONGEST_MS));
    printf("(%d sessions, %d finished trials looked for) ", endings, finished);
}

CU_TestInfo suite_ended[] = {
    {"at random moments", test_ended},
    CU_TEST_INFO_NULL,
};
