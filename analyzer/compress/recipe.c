#include "analyzer/compress/recipe.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* ---- parsing ---- */

/* The words of a line. */
struct words {
    const char *at, *end;
    const char *word;
    int n;
};

static bool next_word(struct words *w)
{
    while (w->at < w->end && is_blank(*w->at))
        w->at++;
    w->word = w->at;
    while (w->at < w->end && !is_blank(*w->at))
        w->at++;
    w->n = (int)(w->at - w->word);
    return w->n > 0;
}

static void line_free(struct recipe_line *l)
{
    for (int i = 0; i < METHOD_OPTIONS; i++)
        free(l->value[i]);
    free(l->comment);
    *l = (struct recipe_line){0};
}

static int take(char **out, const char *text, size_t n, struct err *e)
{
    *out = strndup(text, n);
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory for a recipe");
}

static int unknown_option(const struct method *m, const struct words *w, struct err *e)
{
    err_set(e, ERR_FORMAT, "%s has no option \"%.*s\"; it has", m->name, w->n < 60 ? w->n : 60, w->word);
    for (int i = 0; i < m->options; i++)
        err_add(e, " %s=", m->option[i].name);
    return ERR_FORMAT;
}

static int parse_option(struct recipe_line *l, const struct words *w, struct err *e)
{
    const char *sign = memchr(w->word, '=', (size_t)w->n);
    int option = sign ? method_option_find(l->method, w->word, (int)(sign - w->word)) : -1;
    if (option < 0)
        return unknown_option(l->method, w, e);
    if (l->value[option])
        return err_set(e, ERR_FORMAT, "%s is given twice", l->method->option[option].name);
    TRY(take(&l->value[option], sign + 1, (size_t)(w->word + w->n - sign - 1), e));
    return value_check(&l->method->option[option], l->value[option], e);
}

static int parse_step(struct recipe_line *l, struct words *w, struct err *e)
{
    char names[512];
    l->method = method_find(w->word, w->n);
    if (!l->method)
        return err_set(e, ERR_FORMAT, "there is no method \"%.*s\"; there are %s", w->n < 60 ? w->n : 60, w->word,
                       method_names(names, sizeof names));
    while (next_word(w))
        TRY(parse_option(l, w, e));
    return 0;
}

static int parse_line(struct recipe_line *l, const char *text, size_t n, struct err *e)
{
    const char *hash = memchr(text, '#', n);
    size_t comment = hash ? (size_t)(text + n - hash) : 0;
    struct words w = {text, text + n - comment, text, 0};
    if (!text_is_utf8(text, n) || memchr(text, 0, n))
        return err_set(e, ERR_FORMAT, "this is not text");
    while (comment > 0 && is_blank(hash[comment - 1]))
        comment--;
    if (hash)
        TRY(take(&l->comment, hash, comment, e));
    if (!next_word(&w))
        return 0;
    l->off = w.n == 3 && memcmp(w.word, "off", 3) == 0;
    if (l->off && !next_word(&w))
        return err_set(e, ERR_FORMAT, "after \"off\" there is no step");
    return parse_step(l, &w, e);
}

static int make_room(struct recipe *r, struct err *e)
{
    struct recipe_line *line = r->lines < RECIPE_LINES ? realloc(r->line, (size_t)(r->lines + 1) * sizeof *line) : NULL;
    if (!line)
        return err_set(e, r->lines < RECIPE_LINES ? ERR_NOMEM : ERR_FORMAT, "a recipe has at most %d lines", RECIPE_LINES);
    r->line = line;
    return 0;
}

static int insert(struct recipe *r, int at, const char *text, size_t n, struct err *e)
{
    struct recipe_line l = {0};
    int code = parse_line(&l, text, n, e);
    if (code == 0)
        code = make_room(r, e);
    if (code != 0) {
        line_free(&l);
        return code;
    }
    memmove(&r->line[at + 1], &r->line[at], (size_t)(r->lines - at) * sizeof l);
    r->line[at] = l;
    r->lines++;
    return 0;
}

int recipe_insert(struct recipe *r, int at, const char *text, struct err *e)
{
    if (strchr(text, '\n'))
        return err_set(e, ERR_FORMAT, "a step is one line");
    return insert(r, at, text, strlen(text), e);
}

int recipe_parse(struct recipe *out, const char *text, size_t n, const char *name, struct err *e)
{
    const char *end = text + n;
    *out = (struct recipe){0};
    if (n > RECIPE_BYTES)
        return err_set(e, ERR_FORMAT, "%s: a recipe has at most %d bytes", name, RECIPE_BYTES);
    for (int line = 1; text < end; line++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline ? newline : end;
        if (insert(out, out->lines, text, (size_t)(stop - text), e) != 0)
            return err_wrap(e, "%s: line %d", name, line);
        text = newline ? newline + 1 : end;
    }
    return 0;
}

int recipe_read(struct recipe *out, const char *path, struct err *e)
{
    struct filemap map;
    *out = (struct recipe){0};
    TRY(filemap_open(&map, path, e));
    int code = recipe_parse(out, (const char *)map.data, map.size, path, e);
    filemap_close(&map);
    return code;
}

int recipe_copy(struct recipe *out, const struct recipe *r, struct err *e)
{
    struct str text;
    str_init(&text);
    recipe_print(r, &text);
    int code = recipe_parse(out, text.text, text.len, "the recipe", e);
    str_free(&text);
    return code;
}

void recipe_free(struct recipe *r)
{
    for (int i = 0; i < r->lines; i++)
        line_free(&r->line[i]);
    free(r->line);
    *r = (struct recipe){0};
}

void recipe_remove(struct recipe *r, int at)
{
    line_free(&r->line[at]);
    memmove(&r->line[at], &r->line[at + 1], (size_t)(r->lines - at - 1) * sizeof *r->line);
    r->lines--;
}

void recipe_move(struct recipe *r, int from, int to)
{
    struct recipe_line l = r->line[from];
    int step = from < to ? 1 : -1;
    for (int i = from; i != to; i += step)
        r->line[i] = r->line[i + step];
    r->line[to] = l;
}

/* ---- printing ---- */

int recipe_steps(const struct recipe *r)
{
    int steps = 0;
    for (int i = 0; i < r->lines; i++)
        steps += r->line[i].method && !r->line[i].off;
    return steps;
}

static void print_step(const struct recipe_line *l, struct str *out)
{
    str_addf(out, "%s%s", l->off ? "off " : "", l->method->name);
    for (int i = 0; i < l->method->options; i++)
        if (l->value[i])
            str_addf(out, " %s=%s", l->method->option[i].name, l->value[i]);
}

void recipe_line_print(const struct recipe_line *l, struct str *out)
{
    if (l->method)
        print_step(l, out);
    if (l->comment)
        str_addf(out, "%s%s", l->method ? " " : "", l->comment);
}

void recipe_print(const struct recipe *r, struct str *out)
{
    for (int i = 0; i < r->lines; i++) {
        recipe_line_print(&r->line[i], out);
        str_add(out, "\n");
    }
}

void recipe_print_steps(const struct recipe *r, int lines, struct str *out)
{
    for (int i = 0; i < lines; i++) {
        if (!r->line[i].method || r->line[i].off)
            continue;
        print_step(&r->line[i], out);
        str_add(out, "\n");
    }
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
uint64_t recipe_hash(const struct recipe *r)
{
    uint64_t hash = 0xcbf29ce484222325u;
    struct str text;
    str_init(&text);
    recipe_print_steps(r, r->lines, &text);
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.text[i]) * 0x100000001b3u;
    str_free(&text);
    return hash;
}
