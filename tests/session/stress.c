/* stress EDITS KILLS: a session of so many random edits, whose memory and open files are looked at while it runs; then so many sessions that
 * are killed at random moments, after which every trial that was finished must be in the file of the session. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"

enum { PATH_SIZE = 512, MARK_EVERY = 100, MARKS = 1024, TRIALS = 30, PATIENCE_S = 1800 };

static char folder[PATH_SIZE];
static uint64_t drawn;

static int some(int n)
{
    return (int)rng_below(1, drawn++, (uint32_t)n);
}

static __attribute__((format(printf, 2, 3))) char *path_of(char out[PATH_SIZE + 64], const char *fmt, ...)
{
    va_list ap;
    int n = snprintf(out, PATH_SIZE + 64, "%s/", folder);
    va_start(ap, fmt);
    vsnprintf(out + n, (size_t)(PATH_SIZE + 64 - n), fmt, ap);
    va_end(ap);
    return out;
}

static void write_script(const struct str *text)
{
    char path[PATH_SIZE + 64];
    FILE *f = fopen(path_of(path, "script"), "w");
    if (!f || fwrite(text->text, 1, text->len, f) != text->len || fclose(f) != 0)
        abort();
}

/* The program on that script, in the folder. */
static pid_t start(bool again)
{
    char state[PATH_SIZE + 64];
    const char *given = getenv("BERTSCOPE");
    char *program = realpath(given ? given : "./bertscope", NULL);
    if (!program)
        abort();
    pid_t pid = fork();
    if (pid != 0) {
        free(program);
        return pid;
    }
    const char *const first[] = {program, "demo", "--script", "script", "--budget", "0.05", "--seq", "16", NULL};
    const char *const resumed[] = {program, "--resume", "--readonly", "--script", "script", "--budget", "0.05", "--seq", "16", NULL};
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDOUT_FILENO);
    if (!again)
        dup2(nowhere, STDERR_FILENO); /* "cancelled" is what is wanted of the killed ones */
    setenv("XDG_STATE_HOME", path_of(state, "state"), 1);
    if (chdir(folder) == 0)
        execv(program, (char *const *)(again ? resumed : first));
    _exit(127);
}

/* ---- many edits ---------------------------------------------------------------------------------------------- */

static void add_edit(struct str *out)
{
    static const char *const steps[] = {"int8", "int8 components=ffn", "f16 layers=0-1", "prune-layers layers=3", "int4 components=linear-before"};
    switch (some(12)) {
    case 0:
    case 1:
        str_addf(out, ":step %s\n", steps[some(5)]);
        break;
    case 2:
        str_addf(out, ":step prune-neurons fraction=0.%02d by=magnitude\n", some(90));
        break;
    case 3:
        str_addf(out, ":step prune-heads fraction=0.%02d by=magnitude\n", some(90));
        break;
    case 4:
        str_addf(out, ":set %d fraction=0.%02d\n", 1 + some(3), some(90));
        break;
    case 5:
        str_addf(out, ":remove %d\n", 1 + some(3));
        break;
    case 6:
        str_addf(out, ":off %d\n", 1 + some(3));
        break;
    case 7:
        str_addf(out, ":move %d %d\n", 1 + some(3), 1 + some(3));
        break;
    case 8:
        str_add(out, "key u\n");
        break;
    case 9:
        str_add(out, "key C-r\n");
        break;
    case 10:
        str_addf(out, ":go %d\n", some(8));
        break;
    default:
        str_addf(out, "key %c %s %s\n", '1' + (char)some(5), some(2) ? "j" : "k", some(2) ? "PgDn" : "G");
    }
}

static void write_edits(int edits)
{
    struct str text;
    str_init(&text);
    str_add(&text, "wait idle 600\nerrors pass\nkey 4\n");
    for (int i = 1; i <= edits; i++) {
        add_edit(&text);
        if (i % 10 == 0)
            str_add(&text, ":go 0\n"); /* or the recipes would grow without end */
        if (i % MARK_EVERY == 0)
            str_addf(&text, ":step prune-neurons fraction=0.%02d by=magnitude\nwait trial 600\ncapture mark-%d\n", i / MARK_EVERY % 90, i);
    }
    str_add(&text, "wait idle 600\n");
    write_script(&text);
    str_free(&text);
}

static long resident_kb(pid_t pid)
{
    char path[64];
    long pages = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int descriptors(pid_t pid)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    DIR *d = opendir(path);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

struct mark {
    int edit, files;
    long kb;
};

/* Looks whenever a mark appears; the number of marks. *status as of waitpid. */
static int watch(pid_t pid, struct mark *mark, int *status)
{
    char path[PATH_SIZE + 64];
    int marks = 0;
    for (uint64_t end = clock_ns() + PATIENCE_S * 1000000000ull; waitpid(pid, status, WNOHANG) == 0;) {
        int edit = MARK_EVERY * (marks + 1);
        if (marks < MARKS && access(path_of(path, "mark-%d", edit), F_OK) == 0) {
            mark[marks++] = (struct mark){edit, descriptors(pid), resident_kb(pid)};
            unlink(path);
        }
        if (clock_ns() > end)
            kill(pid, SIGKILL);
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return marks;
}

/* What is kept of each recipe that was tried may stay: it can be gone back to. */
static bool flat(const struct mark *first, const struct mark *last)
{
    long edits = last->edit - first->edit, most = first->kb + 16384 + 6 * edits;
#if defined(__SANITIZE_ADDRESS__)
    most += 1 << 20; /* what was freed is kept back for a while */
#endif
    return last->kb <= most && last->files <= first->files + 1;
}

static int many_edits(int edits)
{
    static struct mark mark[MARKS];
    int status, marks, next = 1;
    write_edits(edits);
    marks = watch(start(false), mark, &status);
    for (int i = 0; i < marks; i++)
        if (i + 1 == next || i == marks - 1) {
            printf("after %5d edits: %6.1f MB, %d open files\n", mark[i].edit, (double)mark[i].kb / 1024, mark[i].files);
            next *= 2;
        }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return printf("FAIL: the session of %d edits ended with status %d\n", edits, status);
    if (marks < 2 || !flat(&mark[0], &mark[marks - 1]))
        return printf("FAIL: memory or open files grew\n");
    return 0;
}

/* ---- killed sessions ----------------------------------------------------------------------------------------- */

static void write_trials(void)
{
    struct str text;
    str_init(&text);
    str_add(&text, "wait idle 600\nkey 4\n");
    for (int i = 1; i <= TRIALS; i++)
        str_addf(&text, ":go 0\n:step prune-neurons fraction=0.%02d by=magnitude\nwait trial 600\ncapture done-%d\n", i, i);
    write_script(&text);
    str_free(&text);
}

/* Goes to every trial that was finished; the number of them. */
static int write_questions(void)
{
    char path[PATH_SIZE + 64];
    struct str text;
    int done = 0;
    str_init(&text);
    str_add(&text, "wait idle 600\n");
    while (done < TRIALS && access(path_of(path, "done-%d", done + 1), F_OK) == 0) {
        unlink(path);
        str_addf(&text, ":go %d\nwait trial 0\n", ++done);
    }
    write_script(&text);
    str_free(&text);
    return done;
}

static void remove_state(void)
{
    char path[PATH_SIZE + 64], command[PATH_SIZE + 96];
    snprintf(command, sizeof command, "rm -rf %s", path_of(path, "state"));
    if (system(command) != 0)
        abort();
}

static int wait_status(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

/* Until so many trials are finished, and a moment more. */
static void wait_for_trials(int n, int ms)
{
    char path[PATH_SIZE + 64];
    path_of(path, "done-%d", n);
    for (uint64_t end = clock_ns() + PATIENCE_S * 1000000000ull; n > 0 && access(path, F_OK) != 0 && clock_ns() < end;)
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    nanosleep(&(struct timespec){0, ms * 1000000L}, NULL);
}

static int kill_one(int number, int *done)
{
    int trials = some(4), ms = some(500), deadly = some(2) ? SIGKILL : SIGTERM;
    remove_state();
    write_trials();
    pid_t pid = start(false);
    wait_for_trials(trials, ms);
    kill(pid, deadly);
    int status = wait_status(pid);
    bool as_asked = WIFSIGNALED(status) ? WTERMSIG(status) == deadly : deadly == SIGTERM && WEXITSTATUS(status) == 130;
    if (!as_asked)
        return printf("FAIL: session %d ended with status %d after signal %d\n", number, status, deadly);
    int n = write_questions();
    *done += n;
    if (n < trials || (n > 0 && (status = wait_status(start(true))) != 0))
        return printf("FAIL: session %d, signal %d %d ms after trial %d: one of %d finished trials is lost (status %d)\n", number, deadly, ms,
                      trials, n, status);
    return 0;
}

static int many_kills(int kills)
{
    int failed = 0, done = 0;
    for (int i = 0; i < kills; i++)
        failed += kill_one(i, &done) != 0;
    printf("%d sessions were killed; %d trials were finished before, %s\n", kills, done, failed ? "some were lost" : "none was lost");
    return failed;
}

int main(int argc, char **argv)
{
    int edits = argc > 1 ? atoi(argv[1]) : 200, kills = argc > 2 ? atoi(argv[2]) : 1;
    char command[PATH_SIZE + 32];
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.400s/bertscope-session-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        abort();
    int failed = edits > 0 && many_edits(edits) != 0;
    failed += many_kills(kills);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        failed++;
    return failed != 0;
}
