/* A report, written and shown again by the real program at a pseudo terminal. */
#include <stdio.h>
#include <sys/wait.h>

#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

static void quit(struct session *s)
{
    session_send(s, "q");
    int status = session_wait(s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(s));
    session_end(s);
}

static void test_saved_report(void)
{
    static const char *const first[] = {"bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "0.1", NULL};
    struct session s;
    char path[1100], line[1200];
    const char *const again[] = {"bertscope", "--from-report", path, NULL};
    snprintf(path, sizeof path, "%s/report.html", unit_temp_dir());
    snprintf(line, sizeof line, ":report %s\r", path);
    session_start(&s, 100, 30, NULL, first);
    SEE("passes of batch");
    session_send(&s, line);
    SEE("wrote the report to");
    quit(&s);
    session_start(&s, 100, 30, NULL, again);
    SEE("this is a report of");
    SEE("Feed-forward");
    session_send(&s, "2");
    SEE("outside the layers");
    session_send(&s, "R");
    SEE("nothing can be measured");
    quit(&s);
}

CU_TestInfo suite_saved[] = {
    {"a report is shown again", test_saved_report},
    CU_TEST_INFO_NULL,
};
