#include "tui/script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/text.h"
#include "analyzer/model/unichar.h"
#include "tui/keys.h"
#include "tui/options.h"
#include "tui/prompt.h"

static const struct script_row rows[SCRIPT_VERBS] = {
#define SCRIPT(symbol, name, argument, help) {name, argument, help},
#include "tui/script.def"
#undef SCRIPT
};

const struct script_row *script_row(enum script_verb verb)
{
    return &rows[verb];
}

/* ---- what stands behind a verb ------------------------------------------------------------------------------- */

/* The next word of *text, which goes behind it; empty at the end. */
static const char *next_word(const char **text, size_t *n)
{
    const char *word = *text + strspn(*text, " ");
    *n = strcspn(word, " ");
    *text = word + *n;
    return word;
}

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory for a script");
}

static int wrong(const struct script_line *l, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s takes %s, not \"%.80s\"", rows[l->verb].name, rows[l->verb].argument, l->text);
}

static int parse_keys(struct script_line *l, struct err *e)
{
    const char *rest = l->text, *word;
    size_t n;
    l->key = malloc((strlen(l->text) + 1) * sizeof *l->key);
    if (!l->key)
        return no_memory(e);
    while (*(word = next_word(&rest, &n))) {
        int key = key_parse(word, n);
        if (key == K_NONE)
            return err_set(e, ERR_FORMAT, "there is no key \"%.*s\" (names are those of the help screen: a, Enter, C-r, PgUp)", n > 40 ? 40 : (int)n,
                           word);
        l->key[l->keys++] = key;
    }
    return l->keys ? 0 : wrong(l, e);
}

static int parse_text(struct script_line *l, struct err *e)
{
    size_t n = strlen(l->text);
    int32_t c;
    l->key = malloc((n + 1) * sizeof *l->key);
    if (!l->key)
        return no_memory(e);
    for (size_t at = 0; at < n;) {
        at += unichar_decode(l->text + at, n - at, &c);
        l->key[l->keys++] = c;
    }
    return l->keys ? 0 : wrong(l, e);
}

static bool parse_seconds(const char *word, size_t n, double *out)
{
    char text[32], *end = text;
    snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : 0, word);
    errno = 0;
    *out = strtod(text, &end);
    return *text && !*end && !errno && *out >= 0 && *out <= 86400;
}

/* A word of two, and perhaps a number behind it. */
static int parse_choice(struct script_line *l, const char *first, const char *second, bool number, struct err *e)
{
    const char *rest = l->text;
    size_t n;
    const char *word = next_word(&rest, &n);
    bool is_first = n == strlen(first) && memcmp(word, first, n) == 0, is_second = n == strlen(second) && memcmp(word, second, n) == 0;
    if (!is_first && !is_second)
        return wrong(l, e);
    l->what = is_second;
    word = next_word(&rest, &n);
    if (n && (!number || !parse_seconds(word, n, &l->seconds)))
        return wrong(l, e);
    return *next_word(&rest, &n) ? wrong(l, e) : 0;
}

static int parse_behind(struct script_line *l, struct err *e)
{
    l->seconds = SCRIPT_SECONDS;
    switch (l->verb) {
    case SCRIPT_KEY:
        return parse_keys(l, e);
    case SCRIPT_TYPE:
        return parse_text(l, e);
    case SCRIPT_WAIT:
        return parse_choice(l, "idle", "trial", true, e);
    case SCRIPT_ERRORS:
        return parse_choice(l, "stop", "pass", false, e);
    case SCRIPT_PAUSE:
        return parse_seconds(l->text, strlen(l->text), &l->seconds) ? 0 : wrong(l, e);
    case SCRIPT_SIZE:
        return size_word(l->text, &l->columns, &l->rows, NULL) == 0 ? 0 : wrong(l, e);
    case SCRIPT_COMMAND:
        return strlen(l->text) < PROMPT_BYTES ? 0 : err_set(e, ERR_FORMAT, "a command has at most %d bytes", PROMPT_BYTES - 1);
    default:
        return *l->text ? 0 : wrong(l, e);
    }
}

/* ---- lines --------------------------------------------------------------------------------------------------- */

static int find_verb(const char *word, size_t n)
{
    for (int i = 0; i < SCRIPT_VERBS; i++)
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, word, n) == 0)
            return i;
    return -1;
}

/* Printable UTF-8 alone: what is typed, shown or named by a script is that of the file. */
static bool is_plain(const char *s, size_t n)
{
    size_t size = 4 * n + 4;
    char *shown = malloc(size);
    bool plain = shown && text_is_utf8(s, n) && text_escape(shown, size, s, n) == n && memcmp(shown, s, n) == 0;
    free(shown);
    return plain;
}

static int parse_line(struct script_line *l, const char *s, size_t n, struct err *e)
{
    size_t word = 0;
    while (word < n && s[word] != ' ')
        word++;
    int verb = *s == ':' ? SCRIPT_COMMAND : find_verb(s, word);
    if (!is_plain(s, n))
        return err_set(e, ERR_FORMAT, "it has characters that are no text");
    if (verb < 0)
        return err_set(e, ERR_FORMAT, "no line begins with \"%.*s\"; lines are key, type, :COMMAND, wait, see, pause, capture, size, say and errors",
                       word > 40 ? 40 : (int)word, s);
    size_t from = *s == ':' ? 1 : word;
    while (from < n && s[from] == ' ')
        from++;
    l->verb = (enum script_verb)verb;
    l->text = strndup(s + from, n - from);
    return l->text ? parse_behind(l, e) : no_memory(e);
}

static struct script_line *add_line(struct script *s)
{
    if ((s->lines & (s->lines - 1)) == 0) { /* full at the powers of two */
        size_t room = s->lines ? 2 * (size_t)s->lines : 1;
        struct script_line *more = realloc(s->line, room * sizeof *more);
        if (!more)
            return NULL;
        s->line = more;
    }
    s->line[s->lines] = (struct script_line){0};
    return &s->line[s->lines++];
}

int script_parse(struct script *out, const char *text, size_t n, const char *name, struct err *e)
{
    const char *end = text + n;
    *out = (struct script){0};
    for (int number = 1; text < end; number++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text)), *next = stop ? stop + 1 : end, *last = stop ? stop : end;
        while (text < last && (*text == ' ' || *text == '\t'))
            text++;
        while (last > text && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r'))
            last--;
        if (text < last && *text != '#') {
            struct script_line *l = add_line(out);
            if (!l)
                return no_memory(e);
            l->number = number;
            if (parse_line(l, text, (size_t)(last - text), e) != 0)
                return err_wrap(e, "%s: line %d", name, number);
        }
        text = next;
    }
    return 0;
}

int script_read(struct script *out, const char *path, struct err *e)
{
    struct filemap map;
    *out = (struct script){0};
    TRY(filemap_open(&map, path, e));
    int code = script_parse(out, (const char *)map.data, map.size, path, e);
    filemap_close(&map);
    return code;
}

void script_free(struct script *s)
{
    for (int i = 0; i < s->lines; i++) {
        free(s->line[i].text);
        free(s->line[i].key);
    }
    free(s->line);
    *s = (struct script){0};
}
