/* The real program at a real (pseudo) terminal. Every session ends with: the terminal was given back. */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "tests/pty/session.h"
#include "tests/unit/unit.h"

/* A pass of this takes so long that a measurement runs for seconds. */
#define BUSY "bertscope", "preset:bert-small", "--batch", "32", "--budget", "600", NULL
#define QUICK "bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "1", NULL

static const char *const busy[] = {BUSY};
static const char *const quick[] = {QUICK};

static void check_exit(struct session *s, int code)
{
    int status = session_wait(s);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        printf("\n    wait status %x instead of exit %d; the screen is\n%s", (unsigned)status, code, vt_text(s->vt));
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == code);
    CU_ASSERT(session_given_back(s));
    session_end(s);
}

static void check_killed(struct session *s, int number)
{
    int status = session_wait(s);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
        printf("\n    wait status %x instead of signal %d\n", (unsigned)status, number);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == number);
    CU_ASSERT(session_given_back(s));
}

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

static void test_start_and_quit(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, quick);
    double first = session_see(&s, "1 Overview");
    SEE("Feed-forward");
    SEE("passes of batch");
    /* or the checks at the end would say nothing */
    CU_ASSERT(vt_alternate(s.vt));
    CU_ASSERT(!vt_cursor(s.vt));
    CU_ASSERT(vt_mouse(s.vt));
    printf("(first frame after %.0f ms) ", first);
    session_send(&s, "q");
    check_exit(&s, 0);
}

static void test_keys(void)
{
    struct session s;
    session_start(&s, 100, 30, NULL, quick);
    SEE("passes of batch");
    session_send(&s, "2");
    SEE("outside the layers");
    session_send(&s, "+j\033[B\033OB");
    SEE("layer 0: weights");
    session_send(&s, "/norm\r");
    SEE("LayerNorm: weights");
    session_send(&s, "9");
    SEE("done     opened preset:bert-tiny");
    session_send(&s, "?");
    SEE("Keys on Log");
    session_send(&s, "\033\033"); /* the first ends the search; Esc is told from the start of an arrow key */
    CU_ASSERT(session_see_gone(&s, "Keys on Log") >= 0);
    session_send(&s, ":theme li\t\r:bat\t 3\r");
    SEE("done     measured");
    session_send(&s, "1");
    SEE("batch 3 ×");
    session_send(&s, ":no such thing\r");
    SEE("there is no command");
    CU_ASSERT(!vt_cursor(s.vt));
    session_send(&s, ":qui");
    SEE(":qui");
    CU_ASSERT(vt_cursor(s.vt)); /* where one types */
    session_send(&s, "\t");
    SEE("quit-all");
    session_send(&s, "\r");
    check_exit(&s, 0);
}

static void test_mouse(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, quick);
    SEE("passes of batch");
    session_send(&s, "\033[<0;15;1M\033[<0;15;1m");
    SEE("outside the layers");
    session_send(&s, "\033[<65;20;10M"); /* wheel down: three rows */
    SEE("layer 1: weights");
    session_send(&s, ":mouse off\r");
    SEE("the mouse is the terminal's");
    CU_ASSERT(!vt_mouse(s.vt));
    session_send(&s, "Q");
    check_exit(&s, 0);
}

static void test_resize_while_measuring(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, busy);
    SEE("warming up");
    session_resize(&s, 200, 60);
    SEE("save view");
    session_resize(&s, 10, 4);
    SEE("too small");
    session_send(&s, "2?9b\t"); /* keys still work behind it */
    session_resize(&s, 1, 1);
    session_resize(&s, 41, 9);
    SEE("Keys on Log");
    session_resize(&s, 120, 40);
    SEE("9 Log"); /* there is room for the titles of all screens */
    session_send(&s, "Q");
    check_exit(&s, 0);
}

/* Input is handled while a measurement runs. The figure is printed; the bound only says "not after the job". */
static void test_latency(void)
{
    struct session s;
    double worst = 0;
    session_start(&s, 80, 24, NULL, busy);
    SEE("measuring ");
    for (int i = 0; i < 10; i++) {
        double ms;
        session_send(&s, "?");
        ms = session_see(&s, "Keys everywhere");
        worst = ms > worst ? ms : worst;
        session_send(&s, "q");
        ms = session_see_gone(&s, "Keys everywhere");
        worst = ms > worst ? ms : worst;
    }
    printf("(worst of 20 keys %.1f ms) ", worst);
    CU_ASSERT(worst < 2000);
    session_send(&s, "Q");
    check_exit(&s, 0);
}

/* A labelled file that takes a small model a while. */
static const char *many_rows(void)
{
    static char path[300];
    static const char *const labels[] = {"low", "middle", "high"};
    struct str text;
    str_init(&text);
    for (int i = 0; i < 250000; i++) {
        str_addf(&text, "%s\t", labels[i % 3]);
        for (int k = 0; k < 12 + i % 7; k++)
            str_add(&text, k % 2 ? "a " : "the ");
        str_add(&text, "\n");
    }
    snprintf(path, sizeof path, "%s", unit_temp_file("many.tsv", text.text, text.len));
    str_free(&text);
    return path;
}

/* The same while heads are scored, and the scores that have come stay when the job is cancelled. */
static void test_heads(void)
{
    struct session s;
    double worst = 0;
    char model[300];
    snprintf(model, sizeof model, "%s", unit_source("tests/golden/bert"));
    const char *const scoring[] = {"bertscope", model, "--data", many_rows(), "--task", "plain", "--budget", "0.1", "--threads", "1",
                                   NULL};
    session_start(&s, 120, 40, NULL, scoring);
    SEE("passes of batch");
    session_send(&s, "3");
    SEE("Enter scores the heads");
    session_send(&s, "\r");
    SEE("scores still arriving");
    for (int i = 0; i < 10; i++) {
        static const char *const keys[] = {"l", "j", "h", "k"};
        static const char *const seen[] = {"layer 0, head 1", "layer 1, head 1", "layer 1, head 0", "layer 0, head 0"};
        session_send(&s, keys[i % 4]);
        double ms = session_see(&s, seen[i % 4]);
        worst = ms > worst ? ms : worst;
    }
    session_send(&s, " ");
    SEE("1 tagged");
    printf("(worst of 10 keys %.1f ms) ", worst);
    CU_ASSERT(worst < 2000);
    session_send(&s, "x");
    SEE("provisional");
    session_send(&s, "Q");
    check_exit(&s, 0);
}

static void test_interrupt(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, busy);
    SEE("warming up");
    uint64_t start = clock_ns();
    session_send(&s, "\003");
    SEE("cancelled");
    printf("(cancelled after %.0f ms) ", (double)(clock_ns() - start) * 1e-6);
    session_send(&s, "x");
    SEE("no job is running");
    session_send(&s, "\003");
    check_exit(&s, 0);
    session_start(&s, 80, 24, NULL, quick); /* the signal means the same as the key */
    SEE("passes of batch");
    session_signal(&s, SIGINT);
    check_exit(&s, 0);
}

static void check_stopped(struct session *s)
{
    int status = session_wait(s);
    CU_ASSERT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
    CU_ASSERT(session_given_back(s));
    vt_resize(s->vt, 90, 25); /* the shell wrote something, the window changed */
    vt_feed(s->vt, "\r\n$ fg\r\n", 8);
    session_resize(s, 90, 25);
    session_continue(s);
    CU_ASSERT(session_see(s, "1 Overview") >= 0);
    CU_ASSERT(session_see_gone(s, "$ fg") >= 0);
    CU_ASSERT(vt_alternate(s->vt));
    session_send(s, "2");
    CU_ASSERT(session_see(s, "outside the layers") >= 0);
    session_send(s, "1");
}

static void test_suspend(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, quick);
    SEE("passes of batch");
    session_send(&s, "\032");
    check_stopped(&s);
    session_signal(&s, SIGTSTP);
    check_stopped(&s);
    session_send(&s, "R");
    session_send(&s, "\032"); /* while it measures */
    check_stopped(&s);
    session_send(&s, "q");
    check_exit(&s, 0);
}

static void test_deadly_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGHUP, SIGQUIT};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct session s;
        session_start(&s, 80, 24, NULL, busy);
        SEE("warming up");
        session_signal(&s, numbers[i]);
        check_killed(&s, numbers[i]);
        session_end(&s);
    }
}

static void test_hang_up(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, busy);
    SEE("warming up");
    session_hang_up(&s);
    int status = session_wait(&s);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
    session_end(&s);
}

static void test_crash(void)
{
    static const struct {
        int number;
        const char *name;
    } crashes[] = {{SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGFPE, "SIGFPE"}, {SIGILL, "SIGILL"}, {SIGABRT, "SIGABRT"}};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        struct session s;
        char expected[64];
        session_start(&s, 120, 24, NULL, quick);
        SEE("passes of batch");
        session_signal(&s, crashes[i].number);
        check_killed(&s, crashes[i].number);
        snprintf(expected, sizeof expected, "bertscope: crashed (%s", crashes[i].name);
        CU_ASSERT_PTR_NOT_NULL(strstr(s.bytes.text, expected));
        CU_ASSERT_PTR_NOT_NULL(strstr(s.bytes.text, "version " PACKAGE_VERSION ", build "));
        CU_ASSERT_PTR_NOT_NULL(strstr(s.bytes.text, "no step of a model ran"));
#ifdef HAVE_LIBUNWIND
        CU_ASSERT_PTR_NOT_NULL(strstr(s.bytes.text, "main+0x")); /* the trace reaches from the signal to main */
#else
        CU_ASSERT_PTR_NOT_NULL(strstr(s.bytes.text, "built without libunwind"));
#endif
        session_end(&s);
    }
}

/* A thread other than that of the terminal. */
static pid_t other_thread(pid_t program)
{
    char path[64];
    pid_t found = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)program);
    DIR *d = opendir(path);
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
        if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != program)
            found = atoi(entry->d_name);
    if (d)
        closedir(d);
    return found;
}

static void test_crash_elsewhere(void)
{
    struct session s;
    session_start(&s, 80, 24, NULL, busy);
    SEE("measuring ");
    pid_t thread = other_thread(s.program);
    CU_ASSERT_FATAL(thread > 0);
    CU_ASSERT_EQUAL(syscall(SYS_tgkill, s.program, thread, SIGSEGV), 0);
    check_killed(&s, SIGSEGV);
    const char *message = strstr(s.bytes.text, "bertscope: crashed (SIGSEGV");
    CU_ASSERT_PTR_NOT_NULL_FATAL(message);
    CU_ASSERT_PTR_NULL(strchr(message, '\033')); /* nobody draws over it */
    CU_ASSERT_TRUE(strstr(message, "in the step \"") || strstr(message, "no step of a model ran")); /* between passes */
    session_end(&s);
}

static void test_terminals(void)
{
    static const struct {
        const char *environment[3];
        const char *seen; /* NULL = the screen */
        int code;
    } cases[] = {
        {{"TERM=dumb"}, "TERM=dumb cannot place the cursor", 6},
        {{"TERM=no-such-terminal"}, "TERM=no-such-terminal is not known on this machine", 6},
        {{"TERM"}, "TERM is not set", 6},
        {{"TERM="}, "TERM is not set", 6},
        {{"TERM=vt100"}, NULL, 0},
        {{"TERM=xterm"}, NULL, 0},
        {{"TERM=linux", "NCURSES_GPM_TERMS=none"}, NULL, 0}, /* no libgpm, which leaks ten bytes */
        {{"TERM=screen-256color"}, NULL, 0},
        {{"TERM=vt100", "LC_ALL=C"}, NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session s;
        session_start(&s, 80, 24, cases[i].environment, quick);
        if (!cases[i].seen) {
            SEE("passes of batch");
            session_send(&s, "2");
            SEE("outside the layers");
            session_send(&s, "q");
        } else {
            SEE(cases[i].seen);
            CU_ASSERT_PTR_NULL(strchr(s.bytes.text, '\033')); /* nothing but the sentence */
        }
        check_exit(&s, cases[i].code);
    }
}

static void test_looks(void)
{
    static const struct {
        const char *environment[2];
        const char *option;
        bool coloured, ascii;
    } cases[] = {
        {{NULL}, NULL, true, false},          {{"NO_COLOR=1"}, NULL, false, false},
        {{"NO_COLOR="}, NULL, true, false},   {{"TERM=vt100"}, NULL, false, false},
        {{"LC_ALL=C"}, NULL, true, true},     {{NULL}, "--ascii", true, true},
        {{NULL}, "--theme=mono", false, false}, {{"NO_COLOR=1"}, "--theme=light", true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct session s;
        const char *arguments[] = {QUICK, NULL};
        size_t n = 0;
        while (arguments[n])
            n++;
        arguments[n] = cases[i].option;
        session_start(&s, 80, 24, cases[i].environment, arguments);
        SEE("passes of batch");
        struct session_colours set = session_colours(&s);
        if ((set.few + set.many > 0) != cases[i].coloured)
            printf("\n    case %zu: %d colours\n", i, set.few + set.many);
        CU_ASSERT_EQUAL(set.few + set.many > 0, cases[i].coloured);
        CU_ASSERT_EQUAL(session_is_ascii(&s), cases[i].ascii);
        session_send(&s, "q");
        check_exit(&s, 0);
    }
}

static void test_small_from_the_start(void)
{
    struct session s;
    session_start(&s, 10, 4, NULL, quick);
    SEE("10x4 is");
    session_send(&s, "q");
    check_exit(&s, 0);
}

static void test_bad_arguments(void)
{
    static const char *const theme[] = {"bertscope", "preset:bert-tiny", "--theme", "purple", NULL};
    static const char *const nowhere[] = {"bertscope", "/no/such/model", NULL};
    struct session s;
    session_start(&s, 80, 24, NULL, theme);
    SEE("there is no theme \"purple\"");
    check_exit(&s, 2);
    session_start(&s, 80, 24, NULL, nowhere);
    SEE("/no/such/model could not be opened");
    session_send(&s, ":open preset:bert-tiny\r");
    SEE("Feed-forward");
    session_send(&s, "q");
    check_exit(&s, 0);
}

/* Standard input or output that is no terminal: one sentence, and an exit code. */
static void test_no_terminal(void)
{
    static const struct {
        const char *redirection, *seen;
    } cases[] = {{"</dev/null", "standard input is no terminal"}, {"| cat", "standard output is no terminal"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[600];
        const char *program = getenv("BERTSCOPE");
        snprintf(command, sizeof command, "exec 2>&1; %s preset:bert-tiny %s", program ? program : "./bertscope",
                 cases[i].redirection);
        struct session s; /* a terminal for the side that is not redirected */
        const char *arguments[] = {"sh", "-c", command, NULL};
        const char *environment[] = {NULL};
        setenv("BERTSCOPE", "/bin/sh", 1);
        session_start(&s, 80, 24, environment, arguments);
        if (program)
            setenv("BERTSCOPE", program, 1);
        else
            unsetenv("BERTSCOPE");
        SEE(cases[i].seen);
        int status = session_wait(&s);
        CU_ASSERT(WIFEXITED(status));
        CU_ASSERT(i == 1 || WEXITSTATUS(status) == 6);
        CU_ASSERT_PTR_NULL(strchr(s.bytes.text, '\033'));
        CU_ASSERT(session_given_back(&s));
        session_end(&s);
    }
}

CU_TestInfo suite_terminal[] = {
    {"start and quit", test_start_and_quit},
    {"keys on every screen", test_keys},
    {"mouse", test_mouse},
    {"resize while measuring", test_resize_while_measuring},
    {"input while measuring", test_latency},
    {"keys while heads are scored", test_heads},
    {"Ctrl-C during a job and without one", test_interrupt},
    {"suspend and continue", test_suspend},
    {"SIGTERM, SIGHUP, SIGQUIT", test_deadly_signals},
    {"the window is closed", test_hang_up},
    {"crashes", test_crash},
    {"a crash in another thread", test_crash_elsewhere},
    {"kinds of terminals", test_terminals},
    {"colours and ASCII", test_looks},
    {"a window of 10x4", test_small_from_the_start},
    {"bad arguments", test_bad_arguments},
    {"no terminal", test_no_terminal},
    CU_TEST_INFO_NULL,
};
