/* What a processor with counters would show, by a PAPI that is not one: in the program, and in the report that it wrote. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

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

static void test_counters(void)
{
    static const char *const first[] = {"bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "0.3", NULL};
    struct session s;
    char here[800], library[900], path[1100], line[1200];
    const char *const environment[] = {library, NULL}, *const again[] = {"bertscope", "--from-report", path, NULL};
    if (!getcwd(here, sizeof here) || access("tests/pty/fake_papi.so", R_OK) != 0) {
        printf("\n    skipped: no tests/pty/fake_papi.so ");
        return;
    }
    snprintf(library, sizeof library, "LD_PRELOAD=%s/tests/pty/fake_papi.so", here);
    snprintf(path, sizeof path, "%s/counters.html", unit_temp_dir());
    snprintf(line, sizeof line, ":report %s\r", path);
    session_start(&s, 160, 40, environment, first);
    SEE("passes of batch");
    session_send(&s, "2c");
    SEE("nothing was counted yet");
    session_send(&s, "7s");
    SEE("counted in");
    session_send(&s, "mmm");
    SEE("nothing multiplexed");
    SEE("TLB/1000");
    session_send(&s, "2c");
    SEE("instructions");
    SEE(" 2.5 "); /* IPC: 10000 instructions for 4000 cycles */
    SEE("   20 "); /* misses of L1 for 1000 instructions */
    session_send(&s, "c");
    CU_ASSERT(session_see_gone(&s, "instructions") >= 0);
    session_send(&s, line);
    SEE("wrote the report to");
    quit(&s);
    session_start(&s, 160, 40, NULL, again);
    SEE("this is a report of");
    session_send(&s, "2c");
    SEE(" 2.5 ");
    session_send(&s, "7mmm");
    SEE("nothing multiplexed");
    quit(&s);
}

CU_TestInfo suite_counters[] = {
    {"counters of the processor, shown and saved", test_counters},
    CU_TEST_INFO_NULL,
};
