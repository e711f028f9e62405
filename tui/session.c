#include "tui/session.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/text.h"
#include "tui/session_result.h"
#include "tui/state_folder.h"

#define SCHEMA "bertscope.session/1"
#define PREFIX "session-"
#define SUFFIX ".jsonl"

enum { LINE_BYTES = 1 << 22 };

struct session {
    int fd;
    int attempts, current; /* that are written */
    char *last;            /* text of the last attempt that was written; owned */
};

/* ---- writing ------------------------------------------------------------------------------------------------- */

/* One line in one write; takes the object over. */
static void add_line(struct session *s, json_t *line)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    size_t n = text ? strlen(text) : 0;
    char *more = text ? realloc(text, n + 2) : NULL;
    if (more) {
        memcpy(more + n, "\n", 2);
        ssize_t written = write(s->fd, more, n + 1);
        (void)written;
    }
    free(more ? more : text);
    json_decref(line);
}

static void add_attempt(struct session *s, const struct workbench *w, int i)
{
    const struct attempt *x = &w->attempt[i];
    add_line(s, json_pack("{s:i,s:i,s:s}", "attempt", i, "parent", x->parent, "recipe", x->recipe));
    free(s->last);
    s->last = strdup(x->recipe);
}

void session_sync(struct session *s, const struct workbench *w)
{
    int last = s->attempts - 1;
    if (last > 0 && s->last && strcmp(s->last, w->attempt[last].recipe) != 0) /* a slider moved it */
        add_attempt(s, w, last);
    for (; s->attempts < w->attempts; s->attempts++)
        add_attempt(s, w, s->attempts);
    if (s->current != w->current)
        add_line(s, json_pack("{s:i}", "current", w->current));
    s->current = w->current;
}

void session_name(struct session *s, const struct workbench *w, int attempt)
{
    add_line(s, json_pack("{s:i,s:s}", "named", attempt, "name", w->attempt[attempt].name));
}

void session_result(struct session *s, const struct workbench *w, int attempt)
{
    json_t *line = session_result_json(&w->attempt[attempt]);
    if (line && json_object_set_new(line, "result", json_integer(attempt)) == 0)
        add_line(s, line);
    else
        json_decref(line);
}

/* ---- files --------------------------------------------------------------------------------------------------- */

/* Opens and locks a file; the caller closes out->fd. */
static int open_locked(struct session **out, const char *path, int flags, struct err *e)
{
    int fd;
    TRY(state_folder_lock(&fd, path, flags | O_APPEND, e));
    *out = calloc(1, sizeof **out);
    if (!*out) {
        close(fd);
        return err_set(e, ERR_NOMEM, "no memory for a session");
    }
    (*out)->fd = fd;
    return 0;
}

int session_create(struct session **out, const struct session_head *head, struct err *e)
{
    char path[STATE_PATH];
    *out = NULL;
    TRY(state_folder_new(path, PREFIX, SUFFIX, e));
    TRY(open_locked(out, path, O_CREAT | O_EXCL, e));
    (*out)->attempts = 1;
    add_line(*out, json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "schema", SCHEMA, "model", head->model, "data", head->data, "dev", head->dev,
                             "task", head->task, "params", (json_int_t)head->params));
    return 0;
}

void session_free(struct session *s)
{
    if (!s)
        return;
    close(s->fd);
    free(s->last);
    free(s);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static int number_of(const json_t *line, const char *key, int absent)
{
    const json_t *x = json_object_get(line, key);
    json_int_t v = json_is_integer(x) ? json_integer_value(x) : absent;
    return v >= -1 && v < 1 << 24 ? (int)v : absent;
}

static void text_of(const json_t *line, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(line, key));
    snprintf(out, size, "%s", text ? text : "");
}

static bool take_attempt(struct workbench *w, const json_t *line)
{
    const char *recipe = json_string_value(json_object_get(line, "recipe"));
    struct err ignored;
    return recipe && workbench_restore(w, number_of(line, "attempt", -1), number_of(line, "parent", -1), recipe, &ignored) == 0;
}

static bool take_name(struct workbench *w, const json_t *line, int attempt)
{
    char name[ATTEMPT_NAME], safe[ATTEMPT_NAME];
    text_of(line, "name", name, sizeof name);
    text_escape(safe, sizeof safe, name, strlen(name));
    workbench_name(w, attempt, safe);
    return true;
}

static bool take_line(struct workbench *w, const json_t *line)
{
    int result = number_of(line, "result", -1), named = number_of(line, "named", -1), current = number_of(line, "current", -1);
    if (json_object_get(line, "attempt"))
        return take_attempt(w, line);
    if (result >= 0 && result < w->attempts)
        return session_result_read(&w->attempt[result], line);
    if (named >= 0 && named < w->attempts)
        return take_name(w, line, named);
    if (current >= 0 && current < w->attempts)
        workbench_go(w, current);
    return current >= 0 && current < w->attempts;
}

static bool take_head(struct session_head *head, const json_t *line)
{
    char schema[40];
    text_of(line, "schema", schema, sizeof schema);
    text_of(line, "model", head->model, sizeof head->model);
    text_of(line, "data", head->data, sizeof head->data);
    text_of(line, "dev", head->dev, sizeof head->dev);
    text_of(line, "task", head->task, sizeof head->task);
    head->params = (uint64_t)json_integer_value(json_object_get(line, "params"));
    return strcmp(schema, SCHEMA) == 0 && head->model[0];
}

bool session_parse(const char *text, size_t n, struct session_head *head, struct workbench *w, int *skipped)
{
    const char *end = text + n;
    bool first = true;
    *skipped = 0;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((stop ? stop : end) - text);
        json_t *line = length < LINE_BYTES ? json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
        bool good = line && (first ? take_head(head, line) : take_line(w, line));
        json_decref(line);
        if (first && !good)
            return false;
        *skipped += !good && length > 0;
        first = false;
        text = stop ? stop + 1 : end;
    }
    return !first;
}

/* What is in the file; *torn: its last line has no end. */
static bool read_file(const char *path, struct session_head *head, struct workbench *w, int *skipped, bool *torn)
{
    struct filemap map;
    struct err ignored;
    if (filemap_open(&map, path, &ignored) != 0)
        return false;
    const char *text = (const char *)map.data;
    bool good = session_parse(text, map.size, head, w, skipped);
    *torn = good && text[map.size - 1] != '\n';
    filemap_close(&map);
    return good;
}

static bool read_session(struct session **out, const char *path, struct session_head *head, struct workbench *w, int *skipped)
{
    struct err ignored;
    bool torn;
    if (!out)
        return read_file(path, head, w, skipped, &torn);
    if (open_locked(out, path, 0, &ignored) != 0)
        return false;
    bool good = read_file(path, head, w, skipped, &torn) && (!torn || write((*out)->fd, "\n", 1) == 1);
    if (!good) {
        session_free(*out);
        *out = NULL;
    }
    return good;
}

static void go_on(struct session *s, const struct workbench *w)
{
    s->attempts = w->attempts;
    s->current = w->current;
    s->last = strdup(w->attempt[w->attempts - 1].recipe);
}

int session_resume(struct session **out, struct session_head *head, struct workbench *w, int *skipped, struct err *e)
{
    char dir[STATE_PATH], path[STATE_PATH];
    long long when = INT64_MAX;
    if (out)
        *out = NULL;
    TRY(state_folder(dir, e));
    while (state_folder_newest(path, PREFIX, SUFFIX, &when)) {
        if (!read_session(out, path, head, w, skipped)) {
            TRY(workbench_reset(w, e));
            continue;
        }
        if (out)
            go_on(*out, w);
        return 0;
    }
    return err_set(e, ERR_USAGE, "there is no session to go on with in %s", dir);
}
