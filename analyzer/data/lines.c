#include "analyzer/data/lines.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/str.h"

static size_t count_lines(const char *bytes, size_t n)
{
    size_t count = n > 0 && bytes[n - 1] != '\n';
    for (size_t i = 0; i < n; i++)
        count += bytes[i] == '\n';
    return count;
}

static struct line split_line(const char *text, size_t n)
{
    if (n > 0 && text[n - 1] == '\r')
        n--;
    const char *tab = memchr(text, '\t', n);
    if (!tab)
        return (struct line){text, n, NULL, 0};
    size_t first = (size_t)(tab - text);
    return (struct line){text, first, tab + 1, n - first - 1};
}

static int split_all(struct lines *l, size_t n, const char *name, struct err *e)
{
    const char *at = l->bytes, *end = l->bytes + n;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if ((size_t)(stop - at) > LINES_MAX_BYTES)
            return err_set(e, ERR_FORMAT, "%s: line %d has %zu bytes, more than %zu", name, l->n + 1,
                           (size_t)(stop - at), LINES_MAX_BYTES);
        l->line[l->n++] = split_line(at, (size_t)(stop - at));
        at = stop + 1;
    }
    return 0;
}

int lines_split(struct lines *out, const char *bytes, size_t n, const char *name, struct err *e)
{
    *out = (struct lines){0};
    size_t count = n ? count_lines(bytes, n) : 0;
    if (count > INT_MAX)
        return err_set(e, ERR_FORMAT, "%s has %zu lines, more than can be numbered", name, count);
    out->line = calloc(count + 1, sizeof *out->line);
    out->bytes = malloc(n + 1);
    if (!out->line || !out->bytes) {
        lines_free(out);
        return err_set(e, ERR_NOMEM, "no memory for the %zu lines of %s", count, name);
    }
    if (n)
        memcpy(out->bytes, bytes, n);
    out->bytes[n] = '\0';
    int code = split_all(out, n, name, e);
    if (code != 0)
        lines_free(out);
    return code;
}

static int read_stdin(struct lines *out, struct err *e)
{
    struct str all;
    char block[1 << 16];
    ssize_t n;
    str_init(&all);
    while ((n = read(STDIN_FILENO, block, sizeof block)) > 0)
        str_add_n(&all, block, (size_t)n);
    int code = n < 0 ? err_set(e, ERR_IO, "standard input: %s", strerror(errno))
                     : lines_split(out, all.text, all.len, "standard input", e);
    str_free(&all);
    return code;
}

int lines_read(struct lines *out, const char *path, struct err *e)
{
    *out = (struct lines){0};
    if (strcmp(path, "-") == 0)
        return read_stdin(out, e);
    struct filemap m;
    TRY(filemap_open(&m, path, e));
    int code = lines_split(out, (const char *)m.data, m.size, path, e);
    filemap_close(&m);
    return code;
}

void lines_free(struct lines *l)
{
    free(l->line);
    free(l->bytes);
    *l = (struct lines){0};
}
