#include "tests/pty/session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/clock.h"

static void die(const char *what)
{
    perror(what);
    abort();
}

/* ---- the shell ----------------------------------------------------------------------------------------------- */

static void set_environment(const char *const *environment)
{
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_STATE_HOME", "/dev/null/state", 1); /* nothing is remembered: no session, no tour */
    unsetenv("NO_COLOR");
    unsetenv("COLORFGBG");
    unsetenv("LINES");
    unsetenv("COLUMNS");
    for (; environment && *environment; environment++)
        if (strchr(*environment, '='))
            putenv((char *)*environment);
        else
            unsetenv(*environment);
}

__attribute__((noreturn)) static void run_program(const char *const *environment, const char *const *arguments)
{
    const char *program = getenv("BERTSCOPE");
    signal(SIGTTOU, SIG_IGN); /* until it is the foreground group */
    setpgid(0, 0);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGTTOU, SIG_DFL);
    set_environment(environment);
    execv(program ? program : "./bertscope", (char *const *)arguments);
    perror(program ? program : "./bertscope");
    _exit(127);
}

struct shell_event {
    pid_t program;
    int status; /* -1 = it has just been started */
};

static void tell(int fd, pid_t program, int status)
{
    struct shell_event e = {program, status};
    if (write(fd, &e, sizeof e) != sizeof e)
        _exit(1);
}

__attribute__((noreturn)) static void run_shell(int terminal, int events, int orders, const char *const *environment,
                                                const char *const *arguments)
{
    char order;
    int status;
    setsid();
    ioctl(terminal, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++)
        dup2(terminal, fd);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pid_t program = fork();
    if (program == 0) {
        signal(SIGHUP, SIG_DFL);
        run_program(environment, arguments);
    }
    setpgid(program, program);
    tell(events, program, -1);
    while (waitpid(program, &status, WUNTRACED) == program) {
        tcsetpgrp(STDIN_FILENO, getpgrp());
        tell(events, program, status);
        if (!WIFSTOPPED(status) || read(orders, &order, 1) != 1)
            break;
        tcsetpgrp(STDIN_FILENO, program);
        kill(-program, SIGCONT);
    }
    _exit(0);
}

/* ---- the test's side ----------------------------------------------------------------------------------------- */

static bool take_event(struct session *s, struct shell_event *e)
{
    return read(s->events, e, sizeof *e) == sizeof *e;
}

void session_start(struct session *s, int columns, int rows, const char *const *environment,
                   const char *const *arguments)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    struct shell_event started;
    int events[2], orders[2];
    *s = (struct session){.vt = vt_open(columns, rows)};
    str_init(&s->bytes);
    if (openpty(&s->master, &s->terminal, NULL, NULL, &size) != 0 || pipe(events) != 0 || pipe(orders) != 0)
        die("pseudo terminal");
    if (tcgetattr(s->terminal, &s->before) != 0)
        die("tcgetattr");
    fflush(stdout);
    s->shell = fork();
    if (s->shell == 0) {
        close(s->master);
        close(events[0]);
        close(orders[1]);
        run_shell(s->terminal, events[1], orders[0], environment, arguments);
    }
    close(events[1]);
    close(orders[0]);
    s->events = events[0];
    s->orders = orders[1];
    fcntl(s->master, F_SETFL, O_NONBLOCK);
    if (!take_event(s, &started))
        die("the test's shell");
    s->program = started.program;
}

/* Takes in what the program has written. */
static void take_bytes(struct session *s)
{
    char bytes[4096];
    ssize_t n;
    while (s->master >= 0 && (n = read(s->master, bytes, sizeof bytes)) > 0) {
        str_add_n(&s->bytes, bytes, (size_t)n);
        vt_feed(s->vt, bytes, (size_t)n);
    }
}

void session_take(struct session *s, int ms)
{
    struct pollfd fd = {.fd = s->master, .events = POLLIN};
    poll(&fd, 1, ms);
    take_bytes(s);
}

static bool shows(const struct session *s, const char *const *text)
{
    const char *screen = vt_text(s->vt);
    for (; *text; text++)
        if (strstr(screen, *text))
            return true;
    return false;
}

static double see(struct session *s, const char *const *text, bool wanted)
{
    uint64_t start = clock_ns();
    for (;;) {
        double ms = (double)(clock_ns() - start) * 1e-6;
        take_bytes(s);
        if (shows(s, text) == wanted)
            return ms;
        if (ms > SESSION_PATIENCE_MS) {
            printf("\n    \"%s\" was %s seen; the screen is\n%s\n", *text, wanted ? "not" : "still", vt_text(s->vt));
            return -1;
        }
        session_take(s, 5);
    }
}

double session_see(struct session *s, const char *text)
{
    return see(s, (const char *[]){text, NULL}, true);
}

double session_see_gone(struct session *s, const char *text)
{
    return see(s, (const char *[]){text, NULL}, false);
}

double session_see_any(struct session *s, const char *const *text)
{
    return see(s, text, true);
}

/* ---- what was written ---------------------------------------------------------------------------------------- */

bool session_is_ascii(const struct session *s)
{
    for (const char *at = s->bytes.text; *at; at++)
        if (*at & 0x80)
            return false;
    return true;
}

/* The parameters of one ESC [ ... m. */
static void count_colours(struct session_colours *n, const char *at)
{
    for (char *end; ; at = end + 1) {
        long p = strtol(at, &end, 10);
        if (p == 38 || p == 48) { /* what follows says which */
            n->many++;
            return;
        }
        n->few += (p >= 30 && p <= 37) || (p >= 40 && p <= 47) || (p >= 90 && p <= 97) || (p >= 100 && p <= 107);
        if (*end != ';')
            return;
    }
}

struct session_colours session_colours(const struct session *s)
{
    struct session_colours n = {.few = 0};
    for (const char *at = s->bytes.text; (at = strstr(at, "\033[")) != NULL;) {
        at += 2;
        if (at[strspn(at, "0123456789;")] == 'm')
            count_colours(&n, at);
    }
    return n;
}

/* ---- what is done to it -------------------------------------------------------------------------------------- */

void session_send(struct session *s, const char *bytes)
{
    size_t n = strlen(bytes);
    if (write(s->master, bytes, n) != (ssize_t)n)
        die("keys");
}

void session_resize(struct session *s, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    take_bytes(s);
    vt_resize(s->vt, columns, rows);
    if (ioctl(s->master, TIOCSWINSZ, &size) != 0)
        die("TIOCSWINSZ");
}

void session_signal(struct session *s, int number)
{
    kill(s->program, number);
}

void session_hang_up(struct session *s)
{
    take_bytes(s);
    close(s->master);
    s->master = -1;
}

int session_wait(struct session *s)
{
    struct shell_event e;
    uint64_t start = clock_ns();
    while ((double)(clock_ns() - start) * 1e-6 < SESSION_PATIENCE_MS) {
        struct pollfd fd[2] = {{.fd = s->events, .events = POLLIN}, {.fd = s->master, .events = POLLIN}};
        poll(fd, s->master >= 0 ? 2 : 1, 100);
        take_bytes(s); /* a program waits when nobody reads what it writes */
        if (fd[0].revents) {
            bool got = take_event(s, &e);
            take_bytes(s);
            return got ? e.status : -1;
        }
    }
    return -1;
}

void session_continue(struct session *s)
{
    if (write(s->orders, "c", 1) != 1)
        die("order");
}

static bool same_modes(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

bool session_given_back(struct session *s)
{
    struct termios now;
    bool modes = tcgetattr(s->terminal, &now) == 0 && same_modes(&s->before, &now);
    const struct {
        bool good;
        const char *what;
    } checks[] = {{modes, "the modes are not as before"},
                  {!vt_alternate(s->vt), "the alternate screen was not left"},
                  {vt_cursor(s->vt), "the cursor is hidden"},
                  {!vt_mouse(s->vt), "the mouse is still reported"}};
    bool good = true;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (!checks[i].good) {
            printf("\n    %s\n", checks[i].what);
            good = false;
        }
    return good;
}

void session_end(struct session *s)
{
    kill(s->program, SIGKILL);
    close(s->orders); /* the shell ends when it waits for an order */
    waitpid(s->shell, NULL, 0);
    if (s->master >= 0)
        close(s->master);
    close(s->terminal);
    close(s->events);
    vt_close(s->vt);
    str_free(&s->bytes);
    *s = (struct session){0};
}
