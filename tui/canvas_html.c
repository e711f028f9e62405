#include "tui/canvas_html.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/html.h"

enum { INK_ON_DARK = 0xd8d8d8, INK_ON_LIGHT = 0x1c1c1c, MIDDLE = 0x80 };

static bool is_dark(int rgb)
{
    return (rgb >> 16 & 0xff) < MIDDLE && (rgb >> 8 & 0xff) < MIDDLE && (rgb & 0xff) < MIDDLE;
}

static void put_tone(const struct theme *t, enum tone tone, int paper, int ink, struct str *style)
{
    struct look k = theme_look(t, tone, t->paper ? DEPTH_TRUE : DEPTH_MONO);
    int front = k.foreground < 0 ? ink : k.foreground, back = k.background < 0 ? paper : k.background;
    bool reverse = (k.attributes & ATTR_REVERSE) != 0;
    str_addf(style, ".t%d{color:#%06x", (int)tone, (unsigned)(reverse ? back : front));
    if (reverse || back != paper)
        str_addf(style, ";background:#%06x", (unsigned)(reverse ? front : back));
    str_addf(style, "%s%s}\n", k.attributes & ATTR_BOLD ? ";font-weight:bold" : "", k.attributes & ATTR_UNDERLINE ? ";text-decoration:underline" : "");
}

static void put_style(const struct theme *t, struct str *style)
{
    int paper = t->paper ? t->paper : 0xffffff, ink = is_dark(paper) ? INK_ON_DARK : INK_ON_LIGHT;
    str_addf(style, "body{margin:1rem;background:#%06x;color:#%06x}\n", (unsigned)paper, (unsigned)ink);
    str_add(style, "pre{margin:0;font:14px/1.25 ui-monospace,\"DejaVu Sans Mono\",Menlo,Consolas,monospace;overflow-x:auto}\n"
                   "@media print{*{print-color-adjust:exact}}\n");
    for (int i = 0; i < TONES; i++)
        put_tone(t, (enum tone)i, paper, ink, style);
}

/* Cells of one tone are one element. */
static void put_row(const struct canvas *c, int y, struct str *out)
{
    int tone = -1;
    for (int x = 0; x < c->columns; x++) {
        const struct cell *cell = canvas_cell(c, x, y);
        if (cell->tone != tone) {
            str_add(out, tone >= 0 ? "</span>" : "");
            tone = cell->tone;
            str_addf(out, "<span class=\"t%d\">", tone);
        }
        escape_xml(out, cell->text);
    }
    str_add(out, tone >= 0 ? "</span>\n" : "\n");
}

void canvas_html(const struct canvas *c, const struct theme *theme, const char *title, struct str *out)
{
    struct str style;
    str_init(&style);
    put_style(theme, &style);
    html_open(out, title, style.text);
    str_free(&style);
    str_add(out, "<pre>");
    for (int y = 0; y < c->rows; y++)
        put_row(c, y, out);
    str_add(out, "</pre>\n</body>\n</html>\n");
}
