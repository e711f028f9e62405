/* The sink for people without the program: one page that needs nothing else, with the JSON of the same walk in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/escape.h"
#include "reports/figure.h"
#include "reports/html.h"
#include "reports/render.h"

enum { DEPTH = 16, OPEN_ROWS = 8 };
enum { ONE_PLACE = 13, TWO_PLACES = 30 }; /* characters that fit into so much of a list */

struct html_sink {
    struct emit *json;
    struct str body, nav, table;
    char *title;               /* of the page: the first headline; NULL = none yet */
    bool titled[DEPTH];        /* parts that have a headline, and so an element */
    int depth, level, ids;     /* level: headlines around this place */
    bool list;                 /* values are being listed */
    bool shown;                /* a picture shows what the next table says */
    char *table_title;         /* of the open table */
    const struct emit_column *column;
    int columns, at, rows;
    uint64_t numbers; /* bit c: column c has numbers */
};

/* ---- parts --------------------------------------------------------------------------------------------------- */

static void close_list(struct html_sink *s)
{
    if (s->list)
        str_add(&s->body, "</dl>\n");
    s->list = false;
}

static void headline(struct html_sink *s, int level, const char *text)
{
    str_addf(&s->body, "<h%d>", level);
    escape_xml(&s->body, text);
    str_addf(&s->body, "</h%d>\n", level);
}

static void open_section(struct html_sink *s, const char *title)
{
    int level = s->level < 6 ? ++s->level : s->level;
    if (!s->title)
        s->title = strdup(title);
    str_addf(&s->body, level == 1 ? "<main id=\"p%d\">\n" : "<section id=\"p%d\">\n", ++s->ids);
    if (level == 2) {
        str_addf(&s->nav, "<li><a href=\"#p%d\">", s->ids);
        escape_xml(&s->nav, title);
        str_add(&s->nav, "</a></li>");
    }
    headline(s, level, title);
}

static void close_section(struct html_sink *s)
{
    str_add(&s->body, s->level == 1 ? "</main>\n" : "</section>\n");
    s->level--;
}

static void open_part(void *state, const char *key, const char *title)
{
    struct html_sink *s = state;
    emit_begin(s->json, key, title);
    close_list(s);
    if (s->depth == DEPTH)
        abort(); /* a walker without end */
    s->titled[s->depth++] = title != NULL;
    if (title)
        open_section(s, title);
}

static void close_part(void *state)
{
    struct html_sink *s = state;
    emit_end(s->json);
    close_list(s);
    if (s->titled[--s->depth])
        close_section(s);
}

/* ---- values -------------------------------------------------------------------------------------------------- */

/* Texts are isolated, so that their direction stays theirs. */
static void put_value(struct str *out, const struct value *v)
{
    bool text = v->kind == VALUE_STRING || v->kind == VALUE_STRINGS;
    char *shown = value_text(v);
    str_add(out, text ? "<bdi>" : "");
    escape_xml(out, shown);
    str_add(out, text ? "</bdi>" : "");
    free(shown);
}

/* A text that is broken into lines rather than make its column as wide as it is. */
static bool is_wide(const struct value *v)
{
    return v->kind == VALUE_STRING && text_width(v->text, v->text_len) > TWO_PLACES;
}

static void put_cell(struct html_sink *s, const struct value *v)
{
    bool first = true;
    for (int c = 0; c < s->at; c++)
        first = first && !s->column[c].title;
    s->numbers |= (uint64_t)value_is_number(v) << s->at;
    if (!s->column[s->at++].title)
        return;
    str_add(&s->table, first ? "<th scope=\"row\"" : "<td");
    str_add(&s->table, value_is_number(v) && !first ? " class=\"n\">" : is_wide(v) ? " class=\"w\">" : ">");
    put_value(&s->table, v);
    str_add(&s->table, first ? "</th>" : "</td>");
}

static void value(void *state, const struct value *v)
{
    struct html_sink *s = state;
    emit_value(s->json, v);
    if (s->column) {
        put_cell(s, v);
        return;
    }
    if (!v->title)
        return;
    char *shown = value_text(v);
    int width = text_width(shown, strlen(shown));
    free(shown);
    str_add(&s->body, s->list ? "" : "<dl>\n");
    s->list = true;
    str_add(&s->body, width > TWO_PLACES ? "<div class=\"wide\"><dt>" : width > ONE_PLACE ? "<div class=\"two\"><dt>" : "<div><dt>");
    escape_xml(&s->body, v->title);
    str_add(&s->body, "</dt><dd>");
    put_value(&s->body, v);
    str_add(&s->body, "</dd></div>\n");
}

static void note(void *state, const char *text)
{
    struct html_sink *s = state;
    emit_note(s->json, text);
    close_list(s);
    str_add(&s->body, "<p>");
    escape_xml(&s->body, text);
    str_add(&s->body, "</p>\n");
}

static void figure(void *state, const struct figure *f)
{
    struct html_sink *s = state;
    char id[16];
    close_list(s);
    snprintf(id, sizeof id, "f%d", ++s->ids);
    str_add(&s->body, "<figure>\n<figcaption>");
    escape_xml(&s->body, f->title);
    str_add(&s->body, "</figcaption>\n");
    f->draw(f, id, &s->body);
    str_add(&s->body, "</figure>\n");
    s->shown = true;
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

static void table_open(struct html_sink *s, const char *title, const struct emit_column *columns, int n)
{
    close_list(s);
    free(s->table_title);
    s->table_title = title ? strdup(title) : NULL;
    s->column = columns;
    s->columns = n < 64 ? n : 64;
    s->rows = 0;
    s->numbers = 0;
    str_clear(&s->table);
}

/* The title of a column stands as its cells do. */
static void table_head(struct html_sink *s)
{
    bool first = true;
    str_add(&s->body, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
    escape_xml(&s->body, s->table_title ? s->table_title : "Table");
    str_add(&s->body, "\">\n<table>\n<thead><tr>");
    for (int c = 0; c < s->columns; c++) {
        if (!s->column[c].title)
            continue;
        str_add(&s->body, !first && s->numbers >> c & 1 ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">");
        escape_xml(&s->body, s->column[c].title);
        str_add(&s->body, "</th>");
        first = false;
    }
    str_add(&s->body, "</tr></thead>\n<tbody>\n");
}

static void table_row(struct html_sink *s)
{
    str_add(&s->table, s->rows++ ? "</tr>\n<tr>" : "<tr>");
    s->at = 0;
}

static bool has_columns(const struct html_sink *s)
{
    for (int c = 0; c < s->columns; c++)
        if (s->column[c].title)
            return true;
    return false;
}

/* Tables of more rows are folded, so that nothing is in the way of the next part. */
static void table_close(struct html_sink *s, int open_rows)
{
    const char *title = s->table_title;
    bool folded = title && s->rows > open_rows;
    if (has_columns(s) && s->rows) {
        str_add(&s->body, folded ? "<details><summary>" : title ? "<p class=\"axis\">" : "");
        escape_xml(&s->body, title ? title : "");
        if (folded)
            str_addf(&s->body, " <span class=\"dim\">(%s%d rows)</span></summary>\n", s->shown ? "the figures of the picture, " : "", s->rows);
        else
            str_add(&s->body, title ? "</p>\n" : "");
        table_head(s);
        str_add(&s->body, s->table.text);
        str_add(&s->body, "</tr>\n</tbody>\n</table>\n</div>\n");
        str_add(&s->body, folded ? "</details>\n" : "");
    }
    s->shown = false;
    s->column = NULL;
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    struct html_sink *s = state;
    emit_table(s->json, key, title, columns, n);
    table_open(s, title, columns, n);
}

static void row(void *state)
{
    struct html_sink *s = state;
    emit_row(s->json);
    table_row(s);
}

static void table_end(void *state)
{
    struct html_sink *s = state;
    emit_table_end(s->json);
    table_close(s, OPEN_ROWS);
}

/* A matrix is a table to people only. */
static void cells_open(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    (void)key;
    table_open(state, title, columns, n);
}

static void cells_row(void *state)
{
    table_row(state);
}

static void cells_value(void *state, const struct value *v)
{
    put_cell(state, v);
}

static void cells_end(void *state)
{
    table_close(state, 0);
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    static const struct sink cells = {.table = cells_open, .row = cells_row, .value = cells_value, .table_end = cells_end};
    struct html_sink *s = state;
    int n = matrix_columns(m);
    emit_matrix(s->json, key, title, m);
    for (int from = 0; title && from < n; from += MATRIX_COLUMNS)
        matrix_table(&cells, state, title, m, from, n - from < MATRIX_COLUMNS ? n - from : MATRIX_COLUMNS);
}

/* ---- the page ------------------------------------------------------------------------------------------------ */

static void finish(void *state, struct str *out)
{
    struct html_sink *s = state;
    struct str json;
    close_list(s);
    str_init(&json);
    emit_finish(s->json, &json);
    html_open(out, s->title ? s->title : "report", html_style);
    str_addf(out, "<nav aria-label=\"Parts\"><ul>%s</ul></nav>\n", s->nav.text);
    str_add(out, s->body.text);
    str_add(out, "<script type=\"application/json\" id=\"report\">");
    html_json(out, json.text, json.len);
    str_add(out, "</script>\n</body>\n</html>\n");
    str_free(&json);
    str_free(&s->body);
    str_free(&s->nav);
    str_free(&s->table);
    free(s->table_title);
    free(s->title);
    free(s);
}

static const struct sink html_sink = {open_part, close_part, value, note, figure, matrix, table, row, table_end, finish};

struct emit *emit_html(const char *schema)
{
    struct html_sink *s = calloc(1, sizeof *s);
    if (!s)
        str_out_of_memory();
    s->json = emit_json_short(schema);
    str_init(&s->body);
    str_init(&s->nav);
    str_init(&s->table);
    return emit_new(&html_sink, s);
}
