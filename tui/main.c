/* bertscope: finds the command, runs it, prints what it made or one sentence, and turns errors into exit codes. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/outdir.h"
#include "analyzer/base/outfile.h"
#include "tui/command.h"
#include "tui/crash.h"

#define SPINS "2000" /* some 50 us: longer than from one step of a plan to the next */

enum { EXIT_USAGE = 2, EXIT_INPUT = 5, EXIT_MACHINE = 6, EXIT_INTERRUPTED = 130 };

static atomic_bool cancel;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&cancel, true);
    signal(number, SIG_DFL); /* the second one ends the program at once */
}

/* What whoever started the program told it to ignore (nohup, a shell without job control) stays ignored. */
static void end_on(int number)
{
    if (signal(number, on_signal) == SIG_IGN)
        signal(number, SIG_IGN);
}

/* The line of progress on stderr. */
struct meter {
    bool on;
    uint64_t next_ns;
    bool drawn;
};

static void show_progress(void *payload, const char *what, double done, double total)
{
    struct meter *m = payload;
    uint64_t now = clock_ns();
    if (!m->on || now < m->next_ns)
        return;
    m->next_ns = now + 100000000;
    m->drawn = true;
    if (total > 0)
        fprintf(stderr, "\r\033[K%s %3.0f%%", what, 100 * done / total);
    else
        fprintf(stderr, "\r\033[K%s", what);
}

static void clear_progress(const struct meter *m)
{
    if (m->drawn)
        fputs("\r\033[K", stderr);
}

static void no_memory(void)
{
    fputs("bertscope: there is no memory for what is to be written\n", stderr);
    outdir_abandon();
    exit(EXIT_MACHINE);
}

/* A mapped file became shorter: nothing that was read of it can be trusted, and there is no way back to who reads it. */
static void on_cut_file(int sig)
{
    static const char text[] = "bertscope: a file became shorter while it was read, or its disk failed\n";
    (void)sig;
    (void)!write(STDERR_FILENO, text, sizeof text - 1);
    _exit(EXIT_INPUT);
}

static int exit_code(int code)
{
    switch (code) {
    case 0:
        return 0;
    case ERR_USAGE:
        return EXIT_USAGE;
    case ERR_MACHINE:
    case ERR_NOMEM:
        return EXIT_MACHINE;
    case ERR_CANCELLED:
        return EXIT_INTERRUPTED;
    default:
        return EXIT_INPUT;
    }
}

/* The exit code: of the error, or the one that the command chose. */
static int complain(int code, const struct err *e)
{
    if (code < 0 || e->text[0])
        fprintf(stderr, "bertscope: %s\n", e->text);
    return code < 0 ? exit_code(e->code) : code;
}

static int print(const struct str *out, const char *path, struct err *e)
{
    if (path)
        return outfile_write(path, out->text, out->len, e);
    if (fwrite(out->text, 1, out->len, stdout) != out->len || fflush(stdout) != 0)
        return errno == EPIPE ? 0 : err_set(e, ERR_IO, "the result could not be written: %s", strerror(errno));
    return 0;
}

static int check_words(const struct command *c, const struct settings *s, struct err *e)
{
    if (s->arg_count < c->min_args)
        return err_set(e, ERR_USAGE, "usage: bertscope %s %s (see --help)", c->name, c->args);
    if (c->max_args >= 0 && s->arg_count > c->max_args)
        return err_set(e, ERR_USAGE, "%s has no use for \"%s\" (see --help)", c->name, s->args[c->max_args]);
    if (!c->lists && s->batches.n + s->seqs.n > 0)
        return err_set(e, ERR_USAGE, "%s takes one number as --%s", c->name, s->batches.n > 0 ? "batch" : "seq");
    return 0;
}

static int run(const struct command *c, int argc, char **argv, struct str *out, struct err *e)
{
    struct meter meter = {0};
    struct progress progress = {show_progress, &meter, &cancel};
    const char **args = calloc((size_t)argc + 1, sizeof *args);
    struct settings s;
    if (!args)
        return err_set(e, ERR_NOMEM, "no memory for %d words", argc);
    int code = options_parse(&s, argc, argv, args, c->options | OPTION_BIT(help), e);
    if (code == 0 && s.help) {
        command_help(c, out);
        s.output = NULL;
    } else if (code == 0) {
        code = check_words(c, &s, e);
        meter.on = !s.quiet && isatty(STDERR_FILENO);
        if (code == 0)
            code = c->run(&s, out, &progress, e);
        clear_progress(&meter);
    }
    if (code >= 0) {
        int printed = print(out, c->writes_output ? NULL : s.output, e);
        code = printed != 0 ? printed : code;
    }
    free(args);
    return code;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* A thread that waits for its team looks SPINS times and then sleeps. By itself libgomp spins for milliseconds, and beside
 * other programs on the same cores that makes two threads several times slower than one. It reads its environment before
 * main, so the program starts itself again. */
static void start_patient(char **argv)
{
    char path[4096];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0 || getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT") || setenv("GOMP_SPINCOUNT", SPINS, 1) != 0)
        return;
    path[n] = '\0';
    execv(path, argv);
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct str out;
    start_patient(argv);
    setlocale(LC_CTYPE, "");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit of the size of files is a full disk */
    end_on(SIGINT);
    end_on(SIGTERM);
    end_on(SIGHUP);
    crash_watch();
    signal(SIGBUS, on_cut_file);
    str_no_memory = no_memory;
    str_init(&out);
    int code;
    const struct command *c = argc > 1 ? command_find(argv[1]) : NULL;
    if (argc == 2 && is_help(argv[1])) {
        command_list(&out);
        code = print(&out, NULL, &e);
    } else if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        str_add(&out, "bertscope " PACKAGE_VERSION "\n");
        code = print(&out, NULL, &e);
    } else if (c) {
        code = run(c, argc - 2, argv + 2, &out, &e);
    } else {
        code = run(command_find("open"), argc - 1, argv + 1, &out, &e);
    }
    str_free(&out);
    exit(code == 0 ? 0 : complain(code, &e));
}
