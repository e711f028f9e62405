/* The Train screen of the real program at a pseudo terminal. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

/* Keys are handled while a model learns; it is paused, goes on, outlives the program, goes on and is stopped. The figure is
 * printed; the bound only says "not after the training". */
static void test_training(void)
{
    static const char *const arguments[] = {"bertscope", "preset:bert-tiny", "--data", "demo:train", "--dev", "demo:dev", "--threads", "1",
                                            "--budget", "0.1", "--seq", "16", NULL};
    static const char *const again[] = {"bertscope", "--resume", "--budget", "0.1", "--seq", "16", NULL};
    char dir[] = "/tmp/bertscope-pty-XXXXXX", variable[64], command[128];
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    snprintf(variable, sizeof variable, "XDG_STATE_HOME=%s", dir);
    const char *const environment[] = {variable, NULL};
    struct session s;
    double worst = 0;
    session_start(&s, 100, 30, environment, arguments);
    SEE("passes of batch");
    session_send(&s, "8");
    SEE("Enter trains a copy of");
    session_send(&s, ":epochs 1000\r\r"); /* so that it does not end */
    SEE("running");
    SEE("tokens/s");
    for (int i = 0; i < 10; i++) {
        session_send(&s, "?");
        double ms = session_see(&s, "Keys everywhere");
        worst = ms > worst ? ms : worst;
        session_send(&s, "q");
        ms = session_see_gone(&s, "Keys everywhere");
        worst = ms > worst ? ms : worst;
    }
    printf("(worst of 20 keys %.1f ms) ", worst);
    CU_ASSERT(worst < 2000);
    session_send(&s, "p");
    SEE("a training is paused after step");
    session_send(&s, "p");
    SEE("training on from step");
    session_signal(&s, SIGTERM); /* in the middle of it: nothing is lost */
    int status = session_wait(&s);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
    session_start(&s, 100, 30, environment, again);
    SEE("paused");
    SEE("preset:bert-tiny on demo:train");
    session_send(&s, "p");
    SEE("training on from step");
    session_signal(&s, SIGKILL);
    status = session_wait(&s);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    session_end(&s);
    session_start(&s, 100, 30, environment, again);
    SEE("paused");
    session_send(&s, "p");
    SEE("training on from step");
    session_send(&s, "s");
    SEE("parameters kept");
    SEE("stopped");
    session_send(&s, "Q");
    status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
    snprintf(command, sizeof command, "rm -r %s", dir);
    CU_ASSERT_EQUAL(system(command), 0);
}

CU_TestInfo suite_training[] = {
    {"keys, pause, stop", test_training},
    CU_TEST_INFO_NULL,
};
