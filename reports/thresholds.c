#include "reports/thresholds.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/str.h"

enum { LINE_SIZE = 256 };

static const double most_percent = 1000;

static int unknown_row(const char *name, int line, const char *row, struct err *e)
{
    struct str words;
    str_init(&words);
    for (int p = 0; p < PARTS; p++)
        str_addf(&words, "%s%s", p ? ", " : "", part_key(p));
    int code = err_set(e, ERR_FORMAT, "%s: line %d: there is no row \"%s\" (rows: %s, *; with BATCHxSEQ/ before it: of one "
                                      "workload, with RECIPE: of one recipe)", name, line, row, words.text);
    str_free(&words);
    return code;
}

/* "half:" in front of a row; returns what is behind it. */
static const char *take_recipe(struct threshold *t, const char *row)
{
    const char *colon = strchr(row, ':');
    size_t n = colon ? (size_t)(colon - row) : 0;
    if (n == 0 || n >= sizeof t->recipe)
        return row;
    memcpy(t->recipe, row, n);
    return colon + 1;
}

/* "4x128/" in front of a row; returns what is behind it. */
static const char *take_case(struct threshold *t, const char *row)
{
    int batch, seq, used = 0;
    if (sscanf(row, "%dx%d/%n", &batch, &seq, &used) != 2 || used == 0 || batch < 1 || seq < 1)
        return row;
    t->batch = batch;
    t->seq = seq;
    return row + used;
}

static int parse_line(struct thresholds *out, char *text, int line, const char *name, struct err *e)
{
    static const char blank[] = " \t\r";
    struct threshold t = {.part = -1};
    char *rest, *end;
    text[strcspn(text, "#")] = '\0';
    const char *row = strtok_r(text, blank, &rest);
    if (!row)
        return 0;
    const char *number = strtok_r(NULL, blank, &rest), *more = strtok_r(NULL, blank, &rest);
    double percent = number ? strtod(number, &end) : 0;
    if (!number || more || end == number || *end || !(percent >= 0 && percent <= most_percent))
        return err_set(e, ERR_FORMAT, "%s: line %d is not \"ROW PERCENT\", with a number from 0 to %g", name, line,
                       most_percent);
    const char *part = take_case(&t, take_recipe(&t, row));
    for (int p = 0; p < PARTS; p++)
        if (strcmp(part, part_key(p)) == 0)
            t.part = p;
    if (t.part < 0 && strcmp(part, "*") != 0)
        return unknown_row(name, line, row, e);
    if (out->rows == THRESHOLDS_MOST)
        return err_set(e, ERR_FORMAT, "%s has more than %d lines", name, THRESHOLDS_MOST);
    t.share = percent / 100;
    out->row[out->rows++] = t;
    return 0;
}

int thresholds_parse(struct thresholds *out, const char *text, size_t n, const char *name, struct err *e)
{
    const char *at = text, *last = text + n;
    for (int line = 1; at < last; line++) {
        char copy[LINE_SIZE];
        const char *end = memchr(at, '\n', (size_t)(last - at));
        size_t len = (size_t)((end ? end : last) - at);
        if (len >= sizeof copy || memchr(at, '\0', len))
            return err_set(e, ERR_FORMAT, "%s: line %d is too long or no text", name, line);
        memcpy(copy, at, len);
        copy[len] = '\0';
        TRY(parse_line(out, copy, line, name, e));
        at = end ? end + 1 : last;
    }
    return 0;
}

int thresholds_read(struct thresholds *out, const char *path, struct err *e)
{
    struct filemap f;
    TRY(filemap_open(&f, path, e));
    int code = thresholds_parse(out, (const char *)f.data, f.size, path, e);
    filemap_close(&f);
    return code;
}

double thresholds_share(const struct thresholds *t, const char *recipe, int batch, int seq, int part)
{
    double share = t->share;
    for (int i = 0; i < t->rows; i++) {
        const struct threshold *r = &t->row[i];
        bool meant = !r->recipe[0] || strcmp(r->recipe, recipe) == 0;
        if (meant && (r->batch == 0 || (r->batch == batch && r->seq == seq)) && (r->part < 0 || r->part == part))
            share = r->share;
    }
    return share;
}
