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

static int check_line(const char *text, size_t n, int number, const char *name, struct err *e)
{
    if (n > LINES_MAX_BYTES)
        return err_set(e, ERR_FORMAT, "%s: line %d has %zu bytes, more than %zu", name, number, n, LINES_MAX_BYTES);
    if (memchr(text, '\0', n))
        return err_set(e, ERR_FORMAT, "%s: line %d holds a NUL byte, so this is no text in UTF-8", name, number);
    return 0;
}

static int split_all(struct lines *l, char *bytes, size_t n, const char *name, struct err *e)
{
    char *at = bytes, *end = bytes + n;
    while (at < end) {
        char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        size_t len = (size_t)(stop - at);
        TRY(check_line(at, len, l->n + 1, name, e));
        l->line[l->n++] = (struct line){at, len - (len > 0 && at[len - 1] == '\r')};
        at = stop + 1;
    }
    return 0;
}

static size_t mark_bytes(const char *bytes, size_t n)
{
    return n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

int lines_split(struct lines *out, const char *bytes, size_t n, const char *name, struct err *e)
{
    *out = (struct lines){0};
    size_t skip = mark_bytes(bytes, n);
    size_t count = n > skip ? count_lines(bytes + skip, n - skip) : 0;
    if (n > LINES_MAX_INPUT || count > INT_MAX)
        return err_set(e, ERR_FORMAT, "%s has %zu bytes, more than %zu", name, n, LINES_MAX_INPUT);
    out->line = calloc(count + 1, sizeof *out->line);
    out->bytes = malloc(n + 1);
    if (!out->line || !out->bytes) {
        lines_free(out);
        return err_set(e, ERR_NOMEM, "no memory for the %zu lines of %s", count, name);
    }
    if (n)
        memcpy(out->bytes, bytes, n);
    out->bytes[n] = '\0';
    int code = split_all(out, out->bytes + skip, n - skip, name, e);
    if (code != 0)
        lines_free(out);
    return code;
}

const char *lines_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int read_stdin(struct lines *out, const char *name, struct err *e)
{
    struct str all;
    char block[1 << 16];
    ssize_t n;
    str_init(&all);
    while ((n = read(STDIN_FILENO, block, sizeof block)) > 0 && all.len <= LINES_MAX_INPUT)
        str_add_n(&all, block, (size_t)n);
    int code = n < 0 ? err_set(e, ERR_IO, "%s: %s", name, strerror(errno))
                     : lines_split(out, all.text, all.len, name, e);
    str_free(&all);
    return code;
}

int lines_read(struct lines *out, const char *path, struct err *e)
{
    *out = (struct lines){0};
    if (strcmp(path, "-") == 0)
        return read_stdin(out, lines_name(path), e);
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
