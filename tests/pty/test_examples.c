/* The Examples screen of the real program at a pseudo terminal. */
#include <stdio.h>
#include <sys/wait.h>

#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

static void test_examples(void)
{
    static const char rows[] = "0\tThe last scene was boring.\n1\tMy teacher loved the camera.\n1\tThe plot was not dull.\n";
    static const char *const nowhere[] = {"XDG_STATE_HOME=/dev/null/state", NULL}; /* no session is kept */
    char path[1100];
    const char *const arguments[] = {"bertscope", "demo", "--data", path, "--task", "plain", "--budget", "0.1", "--seq", "32", NULL};
    struct session s;
    snprintf(path, sizeof path, "%s", unit_temp_file("examples.tsv", rows, sizeof rows - 1));
    session_start(&s, 100, 30, nowhere, arguments);
    SEE("passes of batch");
    session_send(&s, "6");
    SEE("all 3");
    SEE("The last scene was boring.");
    session_send(&s, ":step prune-heads fraction=0.5 by=magnitude\r");
    SEE("Trial 1 against the original");
    session_send(&s, "Fj\r"); /* all rows, the second one, into the map */
    SEE("looks at");
    SEE("of the trial");
    session_send(&s, "w");
    SEE("of the original");
    session_send(&s, "\033");
    SEE("Class (* label)");
    session_send(&s, ":try not bad, but short\r");
    SEE("Your text");
    SEE("yours");
    session_send(&s, "Q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
}

CU_TestInfo suite_examples[] = {
    {"rows, attention, a text of the user's", test_examples},
    CU_TEST_INFO_NULL,
};
