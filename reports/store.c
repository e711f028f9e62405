#include "reports/store.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef HAVE_SQLITE
#include <sqlite3.h>
#endif

#include "reports/store_document.h"

int store_path(char *out, size_t size, struct err *e)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    bool set = data && data[0] == '/';
    if (!set && (!home || home[0] != '/'))
        return err_set(e, ERR_USAGE, "neither XDG_DATA_HOME nor HOME says where the history is; --store FILE does");
    if ((size_t)snprintf(out, size, "%s%s/bertscope/history.db", set ? data : home, set ? "" : "/.local/share") >= size)
        return err_set(e, ERR_USAGE, "the path of the history is too long; --store FILE names another one");
    return 0;
}

#ifdef HAVE_SQLITE

enum { APPLICATION = 0x62736370, VERSION = 1, BUSY_MS = 60000, TRIES = 600, TRY_US = 50000, LONGEST = 1 << 28 };

struct store {
    sqlite3 *db;
    char *path; /* owned */
    bool writes;
};

/* The text of these is compared with that in the file, which must hold nothing else. */
static const char *const tables[] = {
    "CREATE TABLE entry(id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL, "
    "machine TEXT NOT NULL, cpu TEXT NOT NULL, cores INTEGER NOT NULL, isa TEXT NOT NULL, settings TEXT NOT NULL, "
    "document TEXT NOT NULL)",
    "CREATE INDEX entry_at ON entry(at_ms)",
    "CREATE TABLE quantity(entry INTEGER NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY(entry, name)) WITHOUT ROWID",
};

enum { TABLES = sizeof tables / sizeof *tables };

/* ---- errors ---------------------------------------------------------------------------------------------------- */

/* What the system said of a read or write that failed. */
static const char *system_reason(const struct store *s)
{
    int number = sqlite3_system_errno(s->db);
    if (number == EFBIG)
        return "files of this process may not become so large (ulimit -f)";
    return number ? strerror(number) : sqlite3_errmsg(s->db);
}

static int failure(const struct store *s, int result, struct err *e)
{
    switch (result & 0xff) {
    case SQLITE_NOMEM:
        return err_set(e, ERR_NOMEM, "no memory for the history %s", s->path);
    case SQLITE_FULL:
        return err_set(e, ERR_IO, "there is no room left on the disk for the history %s: nothing was recorded", s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, ERR_IO, "the history %s is kept busy by other processes", s->path);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return err_set(e, ERR_IO, "the history %s cannot be opened%s: its directory must be one that you may write to", s->path,
                       s->writes ? " for writing" : "");
    case SQLITE_NOTADB:
        return err_set(e, ERR_FORMAT, "%s is no history: it is no SQLite file", s->path);
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
        return err_set(e, ERR_FORMAT, "the history %s is damaged: %s", s->path, sqlite3_errmsg(s->db));
    case SQLITE_IOERR:
        return err_set(e, ERR_IO, "the history %s cannot be %s: %s", s->path, s->writes ? "written, nothing was recorded" : "read",
                       system_reason(s));
    default:
        return err_set(e, ERR_IO, "the history %s: %s", s->path, sqlite3_errmsg(s->db));
    }
}

static int run(struct store *s, const char *sql, struct err *e)
{
    int result = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return result == SQLITE_OK ? 0 : failure(s, result, e);
}

static int prepare(struct store *s, sqlite3_stmt **out, const char *sql, struct err *e)
{
    int result = sqlite3_prepare_v2(s->db, sql, -1, out, NULL);
    return result == SQLITE_OK ? 0 : failure(s, result, e);
}

/* The only value of a statement as a number. */
static int number(struct store *s, const char *sql, int64_t *out, struct err *e)
{
    sqlite3_stmt *q;
    TRY(prepare(s, &q, sql, e));
    int result = sqlite3_step(q);
    *out = result == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
    sqlite3_finalize(q);
    return result == SQLITE_ROW || result == SQLITE_DONE ? 0 : failure(s, result, e);
}

static const char *text(sqlite3_stmt *q, int column)
{
    const char *value = (const char *)sqlite3_column_text(q, column);
    return value ? value : "";
}

/* ---- opening --------------------------------------------------------------------------------------------------- */

/* Two processes that open a new file at once get in each other's way here, and SQLite does not wait by itself. */
static int use_wal(struct store *s, struct err *e)
{
    int result = SQLITE_BUSY;
    for (int i = 0; i < TRIES && (result & 0xff) == SQLITE_BUSY; i++) {
        result = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if ((result & 0xff) == SQLITE_BUSY)
            usleep(TRY_US);
    }
    if (result != SQLITE_OK)
        return failure(s, result, e);
    return run(s, "PRAGMA synchronous=FULL", e);
}

static int create(struct store *s, struct err *e)
{
    char sql[64];
    for (int i = 0; i < TABLES; i++)
        TRY(run(s, tables[i], e));
    snprintf(sql, sizeof sql, "PRAGMA application_id=%d", APPLICATION);
    TRY(run(s, sql, e));
    snprintf(sql, sizeof sql, "PRAGMA user_version=%d", VERSION);
    return run(s, sql, e);
}

static int check_version(struct store *s, int64_t application, struct err *e)
{
    int64_t version;
    TRY(number(s, "PRAGMA user_version", &version, e));
    if (application != APPLICATION)
        return err_set(e, ERR_FORMAT, "%s is no history: it is a SQLite file of another program", s->path);
    if (version > VERSION)
        return err_set(e, ERR_FORMAT, "the history %s was made by a newer bertscope (form %lld; this one knows %d)", s->path,
                       (long long)version, VERSION);
    return version == VERSION ? 0 : err_set(e, ERR_FORMAT, "the history %s is damaged: it has no version", s->path);
}

/* Nothing but our own tables: no view or trigger of somebody else runs here. */
static int check_tables(struct store *s, struct err *e)
{
    sqlite3_stmt *q;
    int found = 0, others = 0, result;
    TRY(prepare(s, &q, "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", e));
    while ((result = sqlite3_step(q)) == SQLITE_ROW) {
        bool ours = false;
        for (int i = 0; i < TABLES; i++)
            ours |= strcmp(text(q, 0), tables[i]) == 0;
        found += ours;
        others += !ours;
    }
    sqlite3_finalize(q);
    if (result != SQLITE_DONE)
        return failure(s, result, e);
    return found == TABLES && others == 0
               ? 0
               : err_set(e, ERR_FORMAT, "the history %s is damaged: its tables are not those of a history", s->path);
}

static int check_pages(struct store *s, struct err *e)
{
    sqlite3_stmt *q;
    char what[256];
    TRY(prepare(s, &q, "PRAGMA quick_check(1)", e));
    int result = sqlite3_step(q);
    snprintf(what, sizeof what, "%s", result == SQLITE_ROW ? text(q, 0) : "");
    sqlite3_finalize(q);
    if (result != SQLITE_ROW)
        return failure(s, result, e);
    return strcmp(what, "ok") == 0 ? 0 : err_set(e, ERR_FORMAT, "the history %s is damaged: %s", s->path, what);
}

/* A file without anything in it becomes a history; whoever comes first does it. */
static int prepare_file(struct store *s, struct err *e)
{
    int64_t application, objects;
    TRY(run(s, "BEGIN", e)); /* both of the same moment */
    TRY(number(s, "SELECT count(*) FROM sqlite_master", &objects, e));
    TRY(number(s, "PRAGMA application_id", &application, e));
    TRY(run(s, "COMMIT", e));
    if (s->writes && application == 0 && objects == 0) {
        TRY(use_wal(s, e));
        TRY(run(s, "BEGIN IMMEDIATE", e));
        TRY(number(s, "PRAGMA application_id", &application, e));
        if (application == 0)
            TRY(create(s, e));
        TRY(run(s, "COMMIT", e));
        application = APPLICATION;
    }
    TRY(check_version(s, application, e));
    TRY(check_tables(s, e));
    return s->writes ? use_wal(s, e) : check_pages(s, e);
}

static int open_file(struct store *s, struct err *e)
{
    int flags = s->writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    int result = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_EXRESCODE, NULL);
    if (result != SQLITE_OK)
        return failure(s, result, e);
    sqlite3_busy_timeout(s->db, BUSY_MS);
    sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, LONGEST);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    TRY(run(s, "PRAGMA cell_size_check=ON", e));
    return prepare_file(s, e);
}

/* The directories above a file. What cannot be made is noticed when the file is opened. */
static void make_directories(const char *path)
{
    char copy[4096];
    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy)
        return;
    for (char *p = copy + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(copy, 0700);
            *p = '/';
        }
}

int store_open(struct store **out, const char *path, enum store_mode mode, struct err *e)
{
    *out = NULL;
    if (mode == STORE_READ && access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (mode == STORE_WRITE)
        make_directories(path);
    struct store *s = calloc(1, sizeof *s);
    char *copy = strdup(path);
    if (!s || !copy) {
        free(s);
        free(copy);
        return err_set(e, ERR_NOMEM, "no memory for the history %s", path);
    }
    *s = (struct store){.path = copy, .writes = mode == STORE_WRITE};
    int code = open_file(s, e);
    if (code != 0)
        store_close(s);
    else
        *out = s;
    return code;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

/* ---- adding ---------------------------------------------------------------------------------------------------- */

static int finish(struct store *s, sqlite3_stmt *q, struct err *e)
{
    int result = sqlite3_step(q);
    sqlite3_finalize(q);
    return result == SQLITE_DONE ? 0 : failure(s, result, e);
}

static int add_entry(struct store *s, const struct store_fields *f, const char *document, size_t n, int64_t at_ms,
                     struct err *e)
{
    sqlite3_stmt *q;
    const char *texts[] = {f->kind, f->model, f->machine, f->cpu};
    TRY(prepare(s, &q,
                "INSERT INTO entry(at_ms, kind, model, machine, cpu, cores, isa, settings, document) VALUES(?,?,?,?,?,?,?,?,?)", e));
    sqlite3_bind_int64(q, 1, at_ms);
    for (int i = 0; i < 4; i++)
        sqlite3_bind_text(q, 2 + i, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int(q, 6, f->cores);
    sqlite3_bind_text(q, 7, f->isa, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 8, f->settings, -1, SQLITE_STATIC);
    sqlite3_bind_text64(q, 9, document, n, SQLITE_STATIC, SQLITE_UTF8);
    return finish(s, q, e);
}

static int add_quantity(struct store *s, int64_t id, int quantity, double value, struct err *e)
{
    sqlite3_stmt *q;
    TRY(prepare(s, &q, "INSERT INTO quantity(entry, name, value) VALUES(?,?,?)", e));
    sqlite3_bind_int64(q, 1, id);
    sqlite3_bind_text(q, 2, quantity_name((enum quantity)quantity), -1, SQLITE_STATIC);
    sqlite3_bind_double(q, 3, value);
    return finish(s, q, e);
}

static int add_all(struct store *s, const struct store_fields *f, const char *document, size_t n, int64_t at_ms,
                   int64_t *id, struct err *e)
{
    TRY(run(s, "BEGIN IMMEDIATE", e));
    TRY(add_entry(s, f, document, n, at_ms, e));
    *id = sqlite3_last_insert_rowid(s->db);
    for (int q = 0; q < QUANTITIES; q++)
        if (isfinite(f->value[q]))
            TRY(add_quantity(s, *id, q, f->value[q], e));
    return run(s, "COMMIT", e);
}

/* After a failure nothing of it stays. */
static int or_roll_back(struct store *s, int code)
{
    if (code != 0 && !sqlite3_get_autocommit(s->db))
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

int store_add(struct store *s, const char *document, size_t n, int64_t at_ms, int64_t *id, struct err *e)
{
    struct store_fields f;
    int code = store_fields_read(&f, document, n, e);
    if (code == 0)
        code = or_roll_back(s, add_all(s, &f, document, n, at_ms, id, e));
    store_fields_free(&f);
    return code;
}

/* ---- asking ---------------------------------------------------------------------------------------------------- */

/* Parameters 1 to 6: see bind_filter. */
#define CHOSEN                                                                                                \
    "SELECT id FROM entry WHERE (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR instr(model, ?2) > 0) "          \
    "AND (?3 IS NULL OR instr(machine, ?3) = 1) AND (?4 = 0 OR at_ms >= ?4) AND (?5 = 0 OR at_ms < ?5) "      \
    "ORDER BY at_ms DESC, id DESC LIMIT ?6"

static void bind_filter(sqlite3_stmt *q, const struct store_filter *f)
{
    const char *texts[] = {f->kind, f->model, f->machine};
    for (int i = 0; i < 3; i++)
        if (texts[i])
            sqlite3_bind_text(q, 1 + i, texts[i], -1, SQLITE_STATIC);
    sqlite3_bind_int64(q, 4, f->since_ms);
    sqlite3_bind_int64(q, 5, f->before_ms);
    sqlite3_bind_int(q, 6, f->last > 0 ? f->last : -1);
}

static int read_values(struct store *s, sqlite3_stmt *values, struct store_entry *x, struct err *e)
{
    int result;
    for (int q = 0; q < QUANTITIES; q++)
        x->value[q] = (double)NAN;
    sqlite3_reset(values);
    sqlite3_bind_int64(values, 1, x->id);
    while ((result = sqlite3_step(values)) == SQLITE_ROW)
        for (int q = 0; q < QUANTITIES; q++)
            if (strcmp(text(values, 0), quantity_name((enum quantity)q)) == 0)
                x->value[q] = sqlite3_column_double(values, 1);
    return result == SQLITE_DONE ? 0 : failure(s, result, e);
}

static int walk(struct store *s, sqlite3_stmt *entries, sqlite3_stmt *values, store_fn *fn, void *payload, struct err *e)
{
    int result;
    while ((result = sqlite3_step(entries)) == SQLITE_ROW) {
        struct store_entry x = {.id = sqlite3_column_int64(entries, 0), .at_ms = sqlite3_column_int64(entries, 1),
                                .kind = text(entries, 2), .model = text(entries, 3), .machine = text(entries, 4),
                                .cpu = text(entries, 5), .cores = sqlite3_column_int(entries, 6), .isa = text(entries, 7),
                                .settings = text(entries, 8)};
        TRY(read_values(s, values, &x, e));
        TRY(fn(payload, &x, e));
    }
    return result == SQLITE_DONE ? 0 : failure(s, result, e);
}

int store_each(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e)
{
    sqlite3_stmt *entries = NULL, *values = NULL;
    int code = prepare(s, &entries,
                       "SELECT id, at_ms, kind, model, machine, cpu, cores, isa, settings FROM entry WHERE id IN (" CHOSEN
                       ") ORDER BY at_ms, id", e);
    if (code == 0)
        code = prepare(s, &values, "SELECT name, value FROM quantity WHERE entry = ?", e);
    if (code == 0) {
        bind_filter(entries, f);
        code = walk(s, entries, values, fn, payload, e);
    }
    sqlite3_finalize(entries);
    sqlite3_finalize(values);
    return code;
}

int store_document(struct store *s, int64_t id, char **out, struct err *e)
{
    sqlite3_stmt *q;
    TRY(prepare(s, &q, "SELECT document FROM entry WHERE id = ?", e));
    sqlite3_bind_int64(q, 1, id);
    int result = sqlite3_step(q);
    *out = result == SQLITE_ROW ? strdup(text(q, 0)) : NULL;
    sqlite3_finalize(q);
    if (result == SQLITE_DONE)
        return err_set(e, ERR_FORMAT, "the history %s has no entry %lld", s->path, (long long)id);
    if (result != SQLITE_ROW)
        return failure(s, result, e);
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory for entry %lld", (long long)id);
}

static int prune(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e)
{
    sqlite3_stmt *q;
    TRY(run(s, "BEGIN IMMEDIATE", e));
    TRY(store_each(s, f, fn, payload, e));
    TRY(prepare(s, &q, "DELETE FROM entry WHERE id IN (" CHOSEN ")", e));
    bind_filter(q, f);
    TRY(finish(s, q, e));
    TRY(run(s, "DELETE FROM quantity WHERE entry NOT IN (SELECT id FROM entry)", e));
    return run(s, "COMMIT", e);
}

int store_prune(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e)
{
    return or_roll_back(s, prune(s, f, fn, payload, e));
}

#else

static int no_history(struct err *e)
{
    return err_set(e, ERR_MACHINE, "this bertscope was built without SQLite, so it has no history");
}

int store_open(struct store **out, const char *path, enum store_mode mode, struct err *e)
{
    (void)path, (void)mode;
    *out = NULL;
    return no_history(e);
}

void store_close(struct store *s)
{
    (void)s;
}

int store_add(struct store *s, const char *document, size_t n, int64_t at_ms, int64_t *id, struct err *e)
{
    (void)s, (void)document, (void)n, (void)at_ms, (void)id;
    return no_history(e);
}

int store_each(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e)
{
    (void)s, (void)f, (void)fn, (void)payload;
    return no_history(e);
}

int store_document(struct store *s, int64_t id, char **out, struct err *e)
{
    (void)s, (void)id, (void)out;
    return no_history(e);
}

int store_prune(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e)
{
    (void)s, (void)f, (void)fn, (void)payload;
    return no_history(e);
}

#endif
