#include "tui/canvas.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyzer/base/text.h"

#define MARK "…"

/* What stands for the characters of screens where only ASCII can be shown. */
static const struct {
    const char *text;
    char ascii;
} stand_ins[] = {
    {MARK, '~'}, {"│", '|'}, {"─", '-'}, {"▸", '+'}, {"▾", '-'}, {"▲", '^'}, {"▼", 'v'}, {"·", '-'},
    {"×", 'x'},  {"→", '>'}, {"█", '#'}, {"▉", '#'}, {"▊", '#'}, {"▋", '#'}, {"▌", '#'}, {"▍", ' '},
    {"▎", ' '},  {"▏", ' '}, {"░", '.'}, {"▒", ':'}, {"▓", '*'}, {"±", '~'}, {"†", '+'}, {"²", '2'}, {"µ", 'u'},
};

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static struct cell *cell_at(const struct canvas *c, int x, int y)
{
    return &c->cell[(size_t)y * (size_t)c->columns + (size_t)x];
}

static void cell_blank(struct cell *cell, enum tone tone)
{
    *cell = (struct cell){.text = " ", .width = 1, .tone = (unsigned char)tone};
}

int canvas_init(struct canvas *c, int columns, int rows, bool ascii, struct err *e)
{
    *c = (struct canvas){0};
    columns = clamp(columns, 1, CANVAS_MAX);
    rows = clamp(rows, 1, CANVAS_MAX);
    c->cell = calloc((size_t)columns * (size_t)rows, sizeof *c->cell);
    if (!c->cell)
        return err_set(e, ERR_NOMEM, "no memory for a screen of %d columns and %d rows", columns, rows);
    c->columns = columns;
    c->rows = rows;
    c->ascii = ascii;
    canvas_fill(c, canvas_rect(c), TONE_TEXT);
    return 0;
}

void canvas_free(struct canvas *c)
{
    free(c->cell);
    *c = (struct canvas){0};
}

struct rect canvas_rect(const struct canvas *c)
{
    return (struct rect){0, 0, c->columns, c->rows};
}

/* The part of `r` that lies on the canvas. */
static struct rect clip(const struct canvas *c, struct rect r)
{
    int right = clamp(r.x + r.w, 0, c->columns), bottom = clamp(r.y + r.h, 0, c->rows);
    int x = clamp(r.x, 0, right), y = clamp(r.y, 0, bottom);
    return (struct rect){x, y, right - x, bottom - y};
}

/* Leaves no half of a wide character when the cells [x, x + w) of a row are about to be overwritten. */
static void split(struct canvas *c, int x, int y, int w)
{
    if (w > 0 && x > 0 && cell_at(c, x, y)->width == 0)
        cell_blank(cell_at(c, x - 1, y), cell_at(c, x - 1, y)->tone);
    if (w > 0 && x + w < c->columns && cell_at(c, x + w, y)->width == 0)
        cell_blank(cell_at(c, x + w, y), cell_at(c, x + w, y)->tone);
}

void canvas_fill(struct canvas *c, struct rect r, enum tone tone)
{
    r = clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++) {
        split(c, r.x, y, r.w);
        for (int x = r.x; x < r.x + r.w; x++)
            cell_blank(cell_at(c, x, y), tone);
    }
}

void canvas_tint(struct canvas *c, struct rect r, enum tone tone)
{
    r = clip(c, r);
    for (int y = r.y; y < r.y + r.h; y++)
        for (int x = r.x; x < r.x + r.w; x++)
            cell_at(c, x, y)->tone = (unsigned char)tone;
}

/* Bytes of the character at `s`, which is valid UTF-8. */
static size_t char_bytes(const char *s)
{
    unsigned char lead = (unsigned char)*s;
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static char stand_in(const char *s, size_t n)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++)
        if (strlen(stand_ins[i].text) == n && memcmp(stand_ins[i].text, s, n) == 0)
            return stand_ins[i].ascii;
    return '?';
}

/* Writes one character of `width` columns; a mark without width joins the cell before it. */
static void put_char(struct canvas *c, int x, int y, const char *s, size_t n, int width, enum tone tone)
{
    char ascii = '\0';
    if (c->ascii && n > 1) {
        ascii = stand_in(s, n);
        s = &ascii;
        n = 1;
    }
    if (width == 0) {
        struct cell *before = x > 0 ? cell_at(c, x - 1, y) : NULL;
        if (before && before->width == 0 && x > 1)
            before = cell_at(c, x - 2, y);
        if (before && !c->ascii && strlen(before->text) + n < sizeof before->text)
            memcpy(before->text + strlen(before->text), s, n); /* the rest is zero */
        return;
    }
    for (int i = 0; i < width; i++) {
        struct cell *cell = cell_at(c, x + i, y);
        *cell = (struct cell){.width = 1, .tone = (unsigned char)tone};
        if (i == 0 || c->ascii)
            memcpy(cell->text, s, n);
        else
            cell->width = 0;
        if (i == 0 && !c->ascii)
            cell->width = (unsigned char)width;
    }
}

static int put_clipped(struct canvas *c, int x, int y, int w, enum tone tone, const char *s)
{
    size_t n = strlen(s);
    bool cut = text_width(s, n) > w;
    size_t fit = text_fit(s, n, cut ? w - 1 : w);
    int at = x;
    split(c, x, y, w < text_width(s, n) ? w : text_width(s, n));
    for (size_t i = 0; i < fit;) {
        size_t len = char_bytes(s + i);
        int width = text_width(s + i, len);
        put_char(c, at, y, s + i, len, width, tone);
        at += width;
        i += len;
    }
    for (; cut && at < x + w - 1; at++)
        cell_blank(cell_at(c, at, y), tone);
    if (cut)
        put_char(c, at++, y, MARK, strlen(MARK), 1, tone);
    return at - x;
}

int canvas_put(struct canvas *c, int x, int y, int w, enum tone tone, const char *text)
{
    char safe[4 * CANVAS_MAX + 64];
    if (x < 0 || x >= c->columns || y < 0 || y >= c->rows || w <= 0)
        return 0;
    text_escape(safe, sizeof safe, text, strlen(text));
    return put_clipped(c, x, y, clamp(w, 0, c->columns - x), tone, safe);
}

int canvas_right(struct canvas *c, int x, int y, int w, enum tone tone, const char *text)
{
    char safe[4 * CANVAS_MAX + 64];
    text_escape(safe, sizeof safe, text, strlen(text));
    int width = text_width(safe, strlen(safe));
    int blank = width < w ? w - width : 0;
    return canvas_put(c, x + blank, y, w - blank, tone, text);
}

int canvas_putf(struct canvas *c, int x, int y, int w, enum tone tone, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return canvas_put(c, x, y, w, tone, text);
}

/* Bytes of the longest part of `s` that fits into `w` columns and ends at a word. */
static size_t fit_words(const char *s, int w)
{
    size_t n = strlen(s), fit = text_fit(s, n, w);
    if (fit == n)
        return n;
    for (size_t i = fit; i > 0; i--)
        if (s[i] == ' ')
            return i;
    return fit ? fit : char_bytes(s);
}

int canvas_wrap(struct canvas *c, struct rect r, enum tone tone, const char *text)
{
    char safe[4 * CANVAS_MAX + 64];
    text_escape(safe, sizeof safe, text, strlen(text));
    const char *s = safe;
    int rows = 0;
    while (*s && rows < r.h && r.w > 0) {
        size_t n = rows == r.h - 1 ? strlen(s) : fit_words(s, r.w);
        char line[sizeof safe];
        memcpy(line, s, n);
        line[n] = '\0';
        canvas_put(c, r.x, r.y + rows++, r.w, tone, line);
        s += n;
        s += strspn(s, " ");
    }
    return rows;
}

int canvas_put_match(struct canvas *c, int x, int y, int w, enum tone tone, const char *text, const char *match)
{
    int used = canvas_put(c, x, y, w, tone, text);
    size_t n = strlen(match);
    for (const char *s = text; n && (s = strcasestr(s, match)); s += n) {
        int from = text_width(text, (size_t)(s - text)), width = text_width(s, n);
        if (from + width <= used)
            canvas_tint(c, (struct rect){x + from, y, width, 1}, TONE_MATCH);
    }
    return used;
}

void canvas_hline(struct canvas *c, int x, int y, int w)
{
    for (int i = 0; i < w; i++)
        canvas_put(c, x + i, y, 1, TONE_RULE, "─");
}

void canvas_vline(struct canvas *c, int x, int y, int h)
{
    for (int i = 0; i < h; i++)
        canvas_put(c, x, y + i, 1, TONE_RULE, "│");
}

const struct cell *canvas_cell(const struct canvas *c, int x, int y)
{
    return cell_at(c, x, y);
}

void canvas_print(const struct canvas *c, struct str *out)
{
    for (int y = 0; y < c->rows; y++) {
        int end = c->columns;
        while (end > 0 && strcmp(cell_at(c, end - 1, y)->text, " ") == 0)
            end--;
        for (int x = 0; x < end; x++)
            str_add(out, cell_at(c, x, y)->text);
        str_add(out, "\n");
    }
}

void canvas_print_tones(const struct canvas *c, struct str *out)
{
    for (int y = 0; y < c->rows; y++) {
        for (int x = 0; x < c->columns; x++) {
            char letter = tone_letter(cell_at(c, x, y)->tone);
            str_add_n(out, &letter, 1);
        }
        str_add(out, "\n");
    }
}
