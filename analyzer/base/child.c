#include "analyzer/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"

enum { POLL_MS = 50, PATIENCE_MS = 2000, SAID_MOST = 400, STATUS_USAGE = 2, STATUS_MACHINE = 6, STATUS_NOT_STARTED = 127 };

/* In the child: nothing but what is safe after fork. */
static void become(char *const *argv, int in, int out, int said, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_DFL);
    if (getppid() != parent || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(said, STDERR_FILENO) < 0)
        _exit(STATUS_NOT_STARTED);
    execvp(argv[0], argv);
    const char *why = strerror(errno);
    if (write(STDERR_FILENO, why, strlen(why)) < 0)
        _exit(STATUS_NOT_STARTED);
    _exit(STATUS_NOT_STARTED);
}

static int failed(struct child *c, struct err *e)
{
    return err_set(e, ERR_IO, "%s could not be started: %s", c->name ? c->name : "a process", strerror(errno));
}

int child_start(struct child *out, const char *name, char *const *argv, struct err *e)
{
    int in[2], back[2];
    *out = (struct child){.name = name, .in = -1, .out = -1};
    out->said = memfd_create("stderr", MFD_CLOEXEC);
    out->line = malloc(CHILD_LINE_MOST);
    if (!out->line || out->said < 0 || pipe2(in, O_CLOEXEC) != 0)
        return failed(out, e);
    out->in = in[1];
    if (pipe2(back, O_CLOEXEC) != 0) {
        close(in[0]);
        return failed(out, e);
    }
    out->out = back[0];
    pid_t parent = getpid();
    out->pid = fork();
    if (out->pid == 0)
        become(argv, in[0], back[1], out->said, parent);
    close(in[0]);
    close(back[1]);
    if (out->pid > 0)
        return 0;
    out->pid = 0;
    return failed(out, e);
}

/* The last line of its standard error; "" if there is none. */
static void last_words(const struct child *c, char out[SAID_MOST])
{
    off_t size = lseek(c->said, 0, SEEK_END);
    off_t from = size > SAID_MOST - 1 ? size - (SAID_MOST - 1) : 0;
    ssize_t n = pread(c->said, out, SAID_MOST - 1, from);
    n = n > 0 ? n : 0;
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
    char *line = strrchr(out, '\n');
    if (line)
        memmove(out, line + 1, strlen(line));
}

/* Waits for its end, which is near if it has closed its output, and makes it come. */
static int end_of(struct child *c)
{
    int status = -1;
    pid_t ended = 0;
    for (int ms = 0; c->pid > 0 && ms < PATIENCE_MS && ended == 0; ms++) {
        ended = waitpid(c->pid, &status, WNOHANG);
        if (ended == 0)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    if (c->pid > 0 && ended == 0) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    c->pid = 0;
    return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int gone(struct child *c, const char *what, struct err *e)
{
    char words[SAID_MOST];
    int status = end_of(c);
    last_words(c, words);
    if (!c->name)
        return err_set(e, status == STATUS_USAGE ? ERR_USAGE : status == STATUS_MACHINE ? ERR_MACHINE : ERR_UNSUPPORTED,
                       "%s", strncmp(words, "bertscope: ", 11) == 0 ? words + 11 : what);
    return err_set(e, ERR_UNSUPPORTED, "%s %s%s%s", c->name, what, words[0] ? ": " : "", words);
}

int child_ask(struct child *c, const char *line, struct err *e)
{
    size_t n = strlen(line);
    while (n > 0) {
        ssize_t done = write(c->in, line, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return gone(c, "ended too early", e);
        line += done;
        n -= (size_t)done;
    }
    return 0;
}

/* Waits until there is something to read. */
static int wait_for(struct child *c, uint64_t deadline_ns, const struct progress *progress, struct err *e)
{
    for (;;) {
        struct pollfd p = {.fd = c->out, .events = POLLIN};
        if (progress_cancelled(progress))
            return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
        if (poll(&p, 1, POLL_MS) > 0)
            return 0;
        if (clock_ns() > deadline_ns)
            return gone(c, "did not answer in time", e);
    }
}

int child_answer(struct child *c, char **line, double seconds, const struct progress *progress, struct err *e)
{
    uint64_t deadline_ns = clock_ns() + (uint64_t)(seconds * 1e9);
    c->len -= c->used;
    memmove(c->line, c->line + c->used, c->len);
    c->used = 0;
    for (;;) {
        char *end = memchr(c->line, '\n', c->len);
        if (end) {
            *end = '\0';
            c->used = (size_t)(end - c->line) + 1;
            *line = c->line;
            return 0;
        }
        if (c->len == CHILD_LINE_MOST)
            return gone(c, "wrote a line without end", e);
        TRY(wait_for(c, deadline_ns, progress, e));
        ssize_t n = read(c->out, c->line + c->len, CHILD_LINE_MOST - c->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return gone(c, "ended without an answer", e);
        c->len += (size_t)n;
    }
}

void child_close(struct child *c)
{
    if (c->pid > 0) {
        kill(c->pid, SIGKILL);
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (c->pid > 0 || c->line) {
        int fds[] = {c->in, c->out, c->said};
        for (int i = 0; i < 3; i++)
            if (fds[i] >= 0)
                close(fds[i]);
    }
    free(c->line);
    *c = (struct child){.in = -1, .out = -1, .said = -1};
}
