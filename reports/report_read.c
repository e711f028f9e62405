/* Reports that were written, as bytes that nobody vouches for. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "reports/parse.h"
#include "reports/report.h"

/* The JSON inside of a page: html_json left no "<" in it. */
static int find_json(const char *bytes, size_t n, const char **json, size_t *len, const char *name, struct err *e)
{
    static const char open[] = "<script type=\"application/json\" id=\"report\">", close[] = "</script>";
    *json = bytes;
    *len = n;
    size_t blank = 0;
    while (blank < n && strchr(" \t\r\n", bytes[blank]) && bytes[blank])
        blank++;
    if (blank < n && bytes[blank] == '{')
        return 0;
    const char *start = memmem(bytes, n, open, strlen(open));
    if (!start)
        return err_set(e, ERR_FORMAT, "%s is not a report: neither JSON nor a page of `bertscope report`", name);
    start += strlen(open);
    const char *end = memmem(start, n - (size_t)(start - bytes), close, strlen(close));
    if (!end)
        return err_set(e, ERR_FORMAT, "%s: the report in this page has no end; the file is cut off", name);
    *json = start;
    *len = (size_t)(end - start);
    return 0;
}

static int load(json_t **out, const char *bytes, size_t n, const char *name, struct err *e)
{
    json_error_t error;
    const char *json;
    size_t len;
    *out = NULL;
    TRY(find_json(bytes, n, &json, &len, name, e));
    *out = json_loadb(json, len, JSON_REJECT_DUPLICATES, &error);
    if (!*out)
        return err_set(e, ERR_FORMAT, "%s: line %d of the JSON: %s", name, error.line, error.text);
    const char *schema = json_string_value(json_object_get(*out, "schema"));
    if (schema && strcmp(schema, REPORT_SCHEMA) == 0)
        return 0;
    return err_set(e, ERR_FORMAT, "%s: the schema is %s%s%s, not \"%s\"", name, schema ? "\"" : "", schema ? schema : "missing",
                   schema ? "\"" : "", REPORT_SCHEMA);
}

int report_parse(struct report *out, const char *bytes, size_t n, const char *name, struct err *e)
{
    json_t *root;
    *out = (struct report){0};
    int code = load(&root, bytes, n, name, e);
    if (code == 0) {
        struct parse p = {.file = name, .at = root, .err = e};
        report_read(out, &p);
        code = p.code;
    }
    json_decref(root);
    return code;
}

int report_open(struct report *out, const char *path, struct err *e)
{
    struct filemap file;
    *out = (struct report){0};
    TRY(filemap_open(&file, path, e));
    int code = file.size > REPORT_MAX_BYTES
                   ? err_set(e, ERR_FORMAT, "%s has %zu bytes; a report has at most %d", path, file.size, REPORT_MAX_BYTES)
                   : report_parse(out, (const char *)file.data, file.size, path, e);
    filemap_close(&file);
    return code;
}
