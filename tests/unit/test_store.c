/* store: what is kept comes back, what is asked for is found, and a file that is no history is refused with a sentence. */
#include "tests/unit/unit.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/rng.h"
#include "reports/history_report.h"
#include "reports/when.h"

#ifdef HAVE_SQLITE
#include <sqlite3.h>

static const char document[] =
    "{\"schema\": \"bertscope.profile/1\", \"machine\": {\"cpu\": \"c\", \"cores\": 2, \"isa\": \"avx2\"},"
    " \"model\": {\"name\": \"%s\"}, \"settings\": {\"batch\": 1, \"format\": \"f32\", \"unfused\": false, \"seed\": 0},"
    " \"total\": {\"macs\": %d, \"time_ns\": {\"median\": %d.5}}}";

static char *fresh(void)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/deep/er/history.db", unit_temp_dir());
    return path;
}

static int64_t add(struct store *s, const char *model, int macs, int64_t at_ms)
{
    char text[1024];
    int64_t id = 0;
    snprintf(text, sizeof text, document, model, macs, macs);
    CU_ASSERT_EQUAL(store_add(s, text, strlen(text), at_ms, &id, NULL), 0);
    return id;
}

static struct store *open_new(const char *path)
{
    struct store *s;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(store_open(&s, path, STORE_WRITE, &e), 0);
    return s;
}

static void what_is_kept_comes_back(void)
{
    char *path = fresh();
    struct store *s = open_new(path);
    struct history h;
    int64_t first = add(s, "m", 7, 1000), second = add(s, "n", 8, 2000);
    CU_ASSERT_TRUE(first < second);
    store_close(s);
    CU_ASSERT_EQUAL_FATAL(store_open(&s, path, STORE_READ, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(h.entries, 2);
    const struct history_entry *x = &h.entry[0];
    CU_ASSERT_TRUE(x->id == first && x->at_ms == 1000 && x->cores == 2 && strlen(x->machine) == 16);
    CU_ASSERT_STRING_EQUAL(x->kind, "profile");
    CU_ASSERT_STRING_EQUAL(x->model, "m");
    CU_ASSERT_STRING_EQUAL(x->settings, "batch 1 format f32");
    CU_ASSERT_TRUE(x->value[QUANTITY_macs] == 7 && x->value[QUANTITY_time_ns] == 7.5 && isnan(x->value[QUANTITY_metric]));
    char *text;
    CU_ASSERT_EQUAL_FATAL(store_document(s, second, &text, NULL), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"name\": \"n\""));
    free(text);
    CU_ASSERT_EQUAL(store_document(s, 99, &text, NULL), ERR_FORMAT);
    history_free(&h);
    store_close(s);
}

static void filters_select(void)
{
    static const struct {
        struct store_filter filter;
        int entries, first_macs;
    } cases[] = {
        {{.kind = "profile"}, 4, 1}, {{.kind = "eval"}, 0, 0},       {{.kind = "prof"}, 0, 0},
        {{.model = "base"}, 2, 1},   {{.model = "b%"}, 0, 0},        {{.machine = "zz"}, 0, 0},
        {{.since_ms = 300}, 2, 3},   {{.before_ms = 300}, 2, 1},     {{.since_ms = 200, .before_ms = 400}, 2, 2},
        {{.last = 3}, 3, 2},         {{.model = "base", .last = 1}, 1, 3},
    };
    struct store *s = open_new(fresh());
    for (int i = 1; i <= 4; i++)
        add(s, i % 2 ? "bert-base" : "demo", i, 100 * i);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct history h;
        CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &cases[i].filter, NULL), 0);
        CU_ASSERT_EQUAL(h.entries, cases[i].entries);
        if (h.entries > 0)
            CU_ASSERT_EQUAL(h.entry[0].value[QUANTITY_macs], cases[i].first_macs);
        history_free(&h);
    }
    store_close(s);
}

static int refuse(void *payload, const struct store_entry *x, struct err *e)
{
    (void)payload, (void)x;
    return err_set(e, ERR_CANCELLED, "no");
}

static void pruning_says_what_goes(void)
{
    struct store *s = open_new(fresh());
    struct history h;
    for (int i = 1; i <= 4; i++)
        add(s, i % 2 ? "bert-base" : "demo", i, 100 * i);
    CU_ASSERT_EQUAL(store_prune(s, &(struct store_filter){.model = "demo"}, refuse, NULL, NULL), ERR_CANCELLED);
    CU_ASSERT_EQUAL_FATAL(history_prune(&h, s, &(struct store_filter){.model = "demo"}, NULL), 0);
    CU_ASSERT_TRUE(h.entries == 2 && h.entry[0].value[QUANTITY_macs] == 2 && h.entry[1].value[QUANTITY_macs] == 4);
    history_free(&h);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    CU_ASSERT_TRUE(h.entries == 2 && h.entry[0].value[QUANTITY_macs] == 1);
    history_free(&h);
    store_close(s);
}

static void odd_documents_are_refused(void)
{
    static const char *const texts[] = {"", "{", "[]", "{\"schema\": \"bertscope./1\"}", "{\"schema\": \"other.profile/1\"}",
                                        "{\"schema\": \"bertscope.profile/12\"}"};
    struct store *s = open_new(fresh());
    struct history h;
    int64_t id;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CU_ASSERT_EQUAL(store_add(s, texts[i], strlen(texts[i]), 1, &id, NULL), ERR_FORMAT);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    CU_ASSERT_EQUAL(h.entries, 0);
    history_free(&h);
    store_close(s);
}

static void a_trial_is_told_by_its_recipe(void)
{
    static const char trial[] =
        "{\"schema\": \"bertscope.compress/1\", \"settings\": {\"batch\": 1}, \"baseline\": {\"data\": \"d\"},"
        " \"trial\": {\"recipe\": \"int8\\nf16 x=1\\n\", \"costs\": [{\"name\": \"params\", \"after\": 5}],"
        " \"quality\": {\"metrics\": [{\"name\": \"f1\", \"value\": 0.5}]}}}";
    struct store *s = open_new(fresh());
    struct history h;
    int64_t id;
    CU_ASSERT_EQUAL_FATAL(store_add(s, trial, strlen(trial), 1, &id, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    CU_ASSERT_STRING_EQUAL(h.entry[0].settings, "batch 1 data d recipe int8; f16 x=1");
    CU_ASSERT_TRUE(h.entry[0].value[QUANTITY_params] == 5 && h.entry[0].value[QUANTITY_metric] == 0.5);
    history_free(&h);
    store_close(s);
}

/* ---- files that are no history ---------------------------------------------------------------------------------- */

static void refused(const char *path, enum store_mode mode, int code, const char *beginning)
{
    struct store *s;
    struct err e = {0};
    CU_ASSERT_EQUAL(store_open(&s, path, mode, &e), code);
    CU_ASSERT_PTR_NULL(s);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, beginning));
    if (!strstr(e.text, beginning))
        printf("said: %s\n", e.text);
    store_close(s);
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    CU_ASSERT_EQUAL_FATAL(sqlite3_open(path, &db), SQLITE_OK);
    CU_ASSERT_EQUAL(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void strangers_are_refused(void)
{
    struct store *s;
    const char *path = unit_temp_file("text.db", "This is a text of more than sixteen bytes, and no database at all.", 66);
    refused(path, STORE_READ, ERR_FORMAT, "is no history: it is no SQLite file");
    refused(path, STORE_WRITE, ERR_FORMAT, "is no history: it is no SQLite file");
    path = unit_temp_file("other.db", "", 0);
    sql(path, "CREATE TABLE moz_places(id)");
    refused(path, STORE_READ, ERR_FORMAT, "is no history: it is a SQLite file of another program");
    refused(path, STORE_WRITE, ERR_FORMAT, "is no history: it is a SQLite file of another program");
    path = fresh();
    store_close(open_new(path));
    sql(path, "PRAGMA user_version=2");
    refused(path, STORE_WRITE, ERR_FORMAT, "was made by a newer bertscope (form 2; this one knows 1)");
    sql(path, "PRAGMA user_version=1; CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END");
    refused(path, STORE_WRITE, ERR_FORMAT, "its tables are not those of a history");
    sql(path, "DROP TRIGGER t; ALTER TABLE entry RENAME TO real; CREATE VIEW entry AS WITH RECURSIVE r(x) AS "
              "(SELECT 1 UNION ALL SELECT x FROM r) SELECT x AS id FROM r");
    refused(path, STORE_READ, ERR_FORMAT, "its tables are not those of a history");
    refused("/dev/null/x/history.db", STORE_WRITE, ERR_IO, "cannot be opened for writing: its directory must be one that you may write to");
    CU_ASSERT_EQUAL(store_open(&s, "/nonexistent/history.db", STORE_READ, NULL), 0);
    CU_ASSERT_PTR_NULL(s);
}

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "r");
    char *bytes = malloc(1 << 20);
    CU_ASSERT_TRUE_FATAL(f && bytes);
    *n = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

/* A page of rubbish somewhere, or a file that is cut off: a sentence or the entries that are left, and nothing else. */
static void damage_is_survived(void)
{
    char *path = fresh();
    struct store *s = open_new(path);
    size_t n;
    int found = 0;
    for (int i = 0; i < 40; i++)
        add(s, "m", i, i);
    store_close(s);
    sql(path, "PRAGMA wal_checkpoint(TRUNCATE)");
    char *good = read_file(path, &n), *bad = malloc(n);
    for (int trial = 0; trial < 120; trial++) {
        struct history h = {0};
        struct err e = {0};
        size_t size = trial % 3 ? n : rng_below(7, (uint64_t)trial, (uint32_t)n);
        memcpy(bad, good, n);
        for (int k = 0; k < 24 && trial % 3; k++)
            bad[rng_below(5, (uint64_t)(100 * trial + k), (uint32_t)n)] ^= (char)(1 + rng_below(6, (uint64_t)(100 * trial + k), 255));
        int code = store_open(&s, unit_temp_file("bad.db", bad, size), STORE_READ, &e);
        if (code == 0)
            code = history_read(&h, s, &(struct store_filter){0}, &e);
        CU_ASSERT_TRUE(code == 0 || ((code == ERR_FORMAT || code == ERR_IO) && e.text[0]));
        found += code == ERR_FORMAT;
        history_free(&h);
        store_close(s);
    }
    CU_ASSERT_TRUE(found > 60);
    free(good);
    free(bad);
}

/* What a full disk does to a writer: the entry is refused with a sentence, and those before it stay. A limit of the file size stands for the
 * disk. */
static int write_until_full(const char *path)
{
    struct store *s;
    struct err e = {0};
    char *text = calloc(1, 200000);
    int64_t id;
    int code = 0, kept = 0;
    snprintf(text, 1024, document, "m", 1, 1);
    memset(text + strlen(text), ' ', 100000);
    if (store_open(&s, path, STORE_WRITE, &e) != 0)
        return 100;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){1 << 20, 1 << 20});
    for (; code == 0 && kept < 90; kept += code == 0)
        code = store_add(s, text, strlen(text), kept, &id, &e);
    free(text);
    return code == ERR_IO && strstr(e.text, path) ? kept : 101;
}

static void a_full_disk_loses_nothing(void)
{
    char *path = fresh();
    struct history h;
    int status;
    store_close(open_new(path));
    pid_t pid = fork();
    if (pid == 0)
        _exit(write_until_full(path));
    CU_ASSERT_TRUE_FATAL(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    CU_ASSERT_TRUE(WEXITSTATUS(status) > 0 && WEXITSTATUS(status) < 90);
    struct store *s = open_new(path);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    CU_ASSERT_EQUAL(h.entries, WEXITSTATUS(status));
    history_free(&h);
    store_close(s);
}

/* ---- what is shown ---------------------------------------------------------------------------------------------- */

static void series_have_a_line(void)
{
    struct store *s = open_new(fresh());
    struct history h;
    struct str out;
    for (int i = 0; i < 40; i++)
        add(s, "m", i < 8 ? 1000000 : 1000000 * (i - 7), i);
    add(s, "<b>=1|\\u001b", 5, 100);
    CU_ASSERT_EQUAL_FATAL(history_read(&h, s, &(struct store_filter){0}, NULL), 0);
    struct emit *e = emit_text("bertscope.history/1");
    history_series(e, &h, QUANTITY_macs);
    str_init(&out);
    emit_finish(e, &out);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "      40  1.00 M  32.0 M       32.00  "
                                            "\342\226\201\342\226\201\342\226\201\342\226\201\342\226\202"));
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\342\226\207\342\226\210\342\226\210\342\226\210\342\226\210  batch 1 format f32\n"));
    str_clear(&out);
    history_csv(&out, &h);
    CU_ASSERT_PTR_NOT_NULL(strstr(out.text, "\r\n41,1970-01-01 00:00:00,\"profile\",\"<b>=1|\\x1b\",\""));
    str_free(&out);
    history_free(&h);
    store_close(s);
}

#else

static void without_sqlite_there_is_none(void)
{
    struct store *s;
    struct err e = {0};
    CU_ASSERT_EQUAL(store_open(&s, "x", STORE_WRITE, &e), ERR_MACHINE);
    CU_ASSERT_STRING_EQUAL(e.text, "this bertscope was built without SQLite, so it has no history");
}

#endif

static void times_are_read(void)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1 = refused */
    } cases[] = {{"1970-01-02", 86400000}, {"2026-11-20 10:30", 1795170600000}, {"2026-11-20T10:30:59", 1795170659000},
                 {"7d", 1000000000000 - 604800000}, {"90m", 1000000000000 - 5400000}, {"1h", 1000000000000 - 3600000},
                 {"2026-02-30", -1}, {"2026-11-20 25:00", -1}, {"2026-11-20 10", -1}, {"yesterday", -1}, {"7", -1}, {"7x", -1},
                 {"7dd", -1}, {"-1d", -1}, {"", -1}, {"2026-11-20 10:30:", -1}, {"1969-12-31", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        int code = when_parse(&ms, cases[i].text, 1000000000000, NULL);
        CU_ASSERT_EQUAL(code, cases[i].ms < 0 ? ERR_USAGE : 0);
        if (code == 0)
            CU_ASSERT_EQUAL(ms, cases[i].ms);
    }
    char text[WHEN_SIZE];
    CU_ASSERT_STRING_EQUAL(when_text(text, 1795170659000), "2026-11-20 10:30:59");
}

CU_TestInfo suite_store[] = {
#ifdef HAVE_SQLITE
    {"what is kept comes back", what_is_kept_comes_back},
    {"filters", filters_select},
    {"pruning", pruning_says_what_goes},
    {"odd documents", odd_documents_are_refused},
    {"recipes", a_trial_is_told_by_its_recipe},
    {"strangers", strangers_are_refused},
    {"damage", damage_is_survived},
    {"full disk", a_full_disk_loses_nothing},
    {"series", series_have_a_line},
#else
    {"without SQLite", without_sqlite_there_is_none},
#endif
    {"times", times_are_read},
    CU_TEST_INFO_NULL,
};
