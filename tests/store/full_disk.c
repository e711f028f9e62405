/* full_disk: entries are added to a history until there is no room for one more. The failure is a sentence; every entry that was reported
 * as kept is there, the file is whole, and with room again the next one is kept.
 *
 * Once with a limit on the size of files, once on a small file system of its own (where the system lets this process mount one). */
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/store.h"

enum { MOST = 2000, PATH_SIZE = 512, ROOM = 600000 };

static int failed;

static void check(bool ok, const char *what)
{
    if (!ok) {
        printf("FAIL: %s\n", what);
        failed++;
    }
}

static int add(struct store *s, int i, int64_t *id, struct err *e)
{
    char document[4096], filler[3000];
    memset(filler, 'x', sizeof filler);
    int n = snprintf(document, sizeof document,
                     "{\"schema\":\"bertscope.profile/1\",\"machine\":{\"cpu\":\"c\",\"cores\":2,\"isa\":\"i\"},\"model\":{\"name\":\"entry %d\"},"
                     "\"settings\":{},\"total\":{\"macs\":%d},\"filler\":\"%.*s\"}",
                     i, i, (int)sizeof filler, filler);
    return store_add(s, document, (size_t)n, 1000 + i, id, e);
}

/* Adds until it fails; returns how many were kept, their numbers in id [MOST]. */
static int fill(const char *path, int64_t *id, int from)
{
    struct store *s;
    struct err e = {0};
    int kept = 0, code = store_open(&s, path, STORE_WRITE, &e);
    check(code == 0, "the history cannot be opened");
    while (code == 0 && from + kept < MOST && (code = add(s, from + kept, &id[from + kept], &e)) == 0)
        kept++;
    check(code == ERR_IO && e.text[0], "a full disk is not reported");
    printf("kept %d, then: %s\n", kept, e.text);
    store_close(s);
    return kept;
}

static bool whole(const char *path)
{
    sqlite3 *db;
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_open(path, &db) == SQLITE_OK && sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
    sqlite3_finalize(q);
    sqlite3_close(db);
    return ok;
}

static int count(void *payload, const struct store_entry *x, struct err *e)
{
    (void)x, (void)e;
    ++*(int *)payload;
    return 0;
}

static void verify(const char *path, const int64_t *id, int kept)
{
    struct store *s;
    struct err e = {0};
    int entries = 0, missing = 0;
    check(store_open(&s, path, STORE_READ, &e) == 0 && s, "the history cannot be read");
    if (!s)
        return;
    for (int i = 0; i < kept; i++) {
        char *document = NULL, want[32];
        snprintf(want, sizeof want, "\"entry %d\"", i);
        missing += store_document(s, id[i], &document, NULL) != 0 || !strstr(document, want);
        free(document);
    }
    check(missing == 0, "an entry that was kept is not there");
    check(store_each(s, &(struct store_filter){0}, count, &entries, &e) == 0 && entries == kept, "there are entries that were not reported as kept");
    store_close(s);
    check(whole(path), "the file is damaged");
}

/* Room again: the next one is kept. */
static void go_on(const char *path, int64_t *id, int kept)
{
    struct store *s;
    struct err e = {0};
    check(store_open(&s, path, STORE_WRITE, &e) == 0, "the history cannot be opened again");
    check(s && add(s, kept, &id[kept], &e) == 0, "with room again nothing is kept");
    store_close(s);
    verify(path, id, kept + 1);
}

static void limited(const char *path)
{
    static int64_t id[MOST + 1];
    struct rlimit most, small;
    getrlimit(RLIMIT_FSIZE, &most);
    small = most;
    small.rlim_cur = ROOM;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int kept = fill(path, id, 0);
    verify(path, id, kept);
    setrlimit(RLIMIT_FSIZE, &most);
    check(kept > 0, "nothing was kept");
    go_on(path, id, kept);
}

/* A file system with so much room in `folder`, which no other process sees. */
static bool mount_small(const char *folder)
{
    char options[64];
    snprintf(options, sizeof options, "size=%d", ROOM);
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return false;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("bertscope", folder, "tmpfs", 0, options) == 0;
}

static void on_full_disk(const char *folder)
{
    static int64_t id[MOST + 1];
    char path[PATH_SIZE + 32], other[PATH_SIZE + 32], bytes[65536];
    if (!mount_small(folder)) {
        printf("skipped: this process may mount no file system\n");
        return;
    }
    snprintf(path, sizeof path, "%s/h.db", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    int file = open(other, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    memset(bytes, 1, sizeof bytes);
    check(write(file, bytes, sizeof bytes) == sizeof bytes && write(file, bytes, sizeof bytes) == sizeof bytes, "the other file");
    close(file);
    int kept = fill(path, id, 0);
    check(kept > 0, "nothing was kept");
    verify(path, id, kept);
    check(unlink(other) == 0, "the other file cannot be removed");
    go_on(path, id, kept);
}

/* In a process of its own, so that limits and mounts end with it. */
static void apart(void (*run)(const char *path), const char *path)
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run(path);
        fflush(stdout);
        _exit(failed > 0);
    }
    check(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0, "a part failed");
}

int main(void)
{
    const char *tmp = getenv("TMPDIR");
    char folder[PATH_SIZE], path[PATH_SIZE + 32];
    static const char *const ends[] = {"h.db", "h.db-wal", "h.db-shm"};
    snprintf(folder, sizeof folder, "%s/bertscope-full-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return 99;
    snprintf(path, sizeof path, "%s/h.db", folder);
    apart(limited, path);
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, ends[i]);
        unlink(path);
    }
    apart(on_full_disk, folder);
    rmdir(folder);
    printf("%s\n", failed ? "failed" : "ok");
    return failed > 0;
}
