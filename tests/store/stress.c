/* stress ENTRIES KILL_MS: four processes write ENTRIES each into one history, while one of them is killed every KILL_MS and
 * started again; then the file must be whole and hold every entry that was reported as kept. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "reports/store.h"

enum { WRITERS = 4, PATH_SIZE = 512, DOCUMENT_SIZE = 4096 };

struct stress {
    char folder[PATH_SIZE], store[PATH_SIZE + 32];
    int entries;
    pid_t pid[WRITERS];
    int kills;
};

static void ack_path(const struct stress *s, int writer, char out[PATH_SIZE + 32])
{
    snprintf(out, PATH_SIZE + 32, "%s/acks.%d", s->folder, writer);
}

static int acks(const struct stress *s, int writer)
{
    struct stat st;
    char path[PATH_SIZE + 32];
    ack_path(s, writer, path);
    return stat(path, &st) == 0 ? (int)(st.st_size / (off_t)sizeof(int64_t)) : 0;
}

static int add_one(struct store *store, int writer, int i, int ack, struct err *e)
{
    char document[DOCUMENT_SIZE], filler[3000];
    int64_t id;
    memset(filler, 'x', sizeof filler);
    int n = snprintf(document, sizeof document,
                     "{\"schema\":\"bertscope.profile/1\",\"machine\":{\"cpu\":\"c\",\"cores\":2,\"isa\":\"i\"},"
                     "\"model\":{\"name\":\"writer %d entry %d\"},\"settings\":{},\"total\":{\"macs\":%d},\"filler\":\"%.*s\"}",
                     writer, i, i, (int)sizeof filler, filler);
    TRY(store_add(store, document, (size_t)n, 1000 + i, &id, e));
    return write(ack, &id, sizeof id) == sizeof id ? 0 : err_set(e, ERR_IO, "an acknowledgement was not written");
}

/* A writer that was killed goes on behind its last acknowledgement. */
static int write_entries(const struct stress *s, int writer, struct err *e)
{
    char path[PATH_SIZE + 32];
    struct store *store;
    ack_path(s, writer, path);
    int ack = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    TRY(store_open(&store, s->store, STORE_WRITE, e));
    int code = 0;
    for (int i = acks(s, writer); code == 0 && i < s->entries; i++)
        code = add_one(store, writer, i, ack, e);
    store_close(store);
    close(ack);
    return code;
}

static void start(struct stress *s, int writer)
{
    s->pid[writer] = fork();
    if (s->pid[writer] == 0) {
        struct err e = {0};
        int code = write_entries(s, writer, &e);
        if (code != 0)
            fprintf(stderr, "writer %d: %s\n", writer, e.text);
        _exit(code != 0);
    }
}

/* 1 while it runs, 0 when it has finished, -1 when it failed. */
static int look_at(struct stress *s, int writer)
{
    int status;
    if (s->pid[writer] == 0)
        return 0;
    if (waitpid(s->pid[writer], &status, WNOHANG) == 0)
        return 1;
    s->pid[writer] = 0;
    if (WIFSIGNALED(status)) {
        start(s, writer);
        return 1;
    }
    return WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int run(struct stress *s, int kill_ms)
{
    uint64_t next_ns = clock_ns() + (uint64_t)kill_ms * 1000000;
    for (int w = 0; w < WRITERS; w++)
        start(s, w);
    for (int running = 1; running > 0;) {
        running = 0;
        for (int w = 0; w < WRITERS; w++) {
            int state = look_at(s, w);
            if (state < 0)
                return -1;
            running += state;
        }
        if (clock_ns() > next_ns && s->pid[s->kills % WRITERS] > 0)
            kill(s->pid[s->kills % WRITERS], SIGKILL);
        if (clock_ns() > next_ns) {
            s->kills++;
            /* later and later, so that slow writers (sanitizers, a loaded machine) come to an end */
            next_ns = clock_ns() + (uint64_t)kill_ms * 1000000 * (uint64_t)(10 + s->kills) / 10;
        }
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return 0;
}

static int count_missing(struct stress *s, int writer, struct store *store)
{
    char path[PATH_SIZE + 32], want[64];
    int missing = 0;
    int64_t id;
    ack_path(s, writer, path);
    FILE *f = fopen(path, "r");
    for (int i = 0; f && fread(&id, sizeof id, 1, f) == 1; i++) {
        char *document = NULL;
        snprintf(want, sizeof want, "\"writer %d entry %d\"", writer, i);
        missing += store_document(store, id, &document, NULL) != 0 || !strstr(document, want);
        free(document);
    }
    if (f)
        fclose(f);
    return missing + (acks(s, writer) < s->entries);
}

static int whole(const struct stress *s)
{
    sqlite3 *db;
    sqlite3_stmt *q = NULL;
    int ok = sqlite3_open(s->store, &db) == SQLITE_OK &&
             sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW &&
             strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;
    sqlite3_finalize(q);
    sqlite3_close(db);
    return ok;
}

static int verify(struct stress *s)
{
    struct store *store;
    struct err e = {0};
    int missing = 0, acknowledged = 0;
    if (store_open(&store, s->store, STORE_READ, &e) != 0) {
        printf("FAIL: %s\n", e.text);
        return -1;
    }
    for (int w = 0; w < WRITERS; w++) {
        missing += count_missing(s, w, store);
        acknowledged += acks(s, w);
    }
    store_close(store);
    int ok = whole(s);
    printf("%d writers, %d kills, %d acknowledged, %d of them missing, integrity %s\n", WRITERS, s->kills, acknowledged,
           missing, ok ? "ok" : "BAD");
    return missing == 0 && ok ? 0 : -1;
}

static void tidy(const struct stress *s)
{
    static const char *const ends[] = {"history.db", "history.db-wal", "history.db-shm"};
    char path[PATH_SIZE + 32];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", s->folder, ends[i]);
        unlink(path);
    }
    for (int w = 0; w < WRITERS; w++) {
        ack_path(s, w, path);
        unlink(path);
    }
    rmdir(s->folder);
}

int main(int argc, char **argv)
{
    struct stress s = {.entries = argc > 1 ? atoi(argv[1]) : 100};
    int kill_ms = argc > 2 ? atoi(argv[2]) : 10;
    const char *tmp = getenv("TMPDIR");
    snprintf(s.folder, sizeof s.folder, "%s/bertscope-stress-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(s.folder))
        return 99;
    snprintf(s.store, sizeof s.store, "%s/history.db", s.folder);
    int code = run(&s, kill_ms);
    for (int w = 0; w < WRITERS; w++)
        if (s.pid[w] > 0)
            kill(s.pid[w], SIGKILL);
    code = verify(&s) != 0 || code != 0;
    tidy(&s);
    return code;
}
