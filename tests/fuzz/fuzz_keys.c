#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/app_fixture.h"

/* Whatever is drawn is printable text. */
static void draw(struct app *a)
{
    struct canvas c;
    struct str s;
    if (canvas_init(&c, a->columns, a->rows, a->ascii, NULL) != 0)
        abort();
    str_init(&s);
    app_draw(a, &c);
    canvas_print(&c, &s);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.text[i] < ' ' && s.text[i] != '\n')
            abort();
    if (!text_is_utf8(s.text, s.len) || a->cursor_x >= a->columns || a->cursor_y >= a->rows)
        abort();
    str_free(&s);
    canvas_free(&c);
}

/* Files are not what is tested here. */
static bool would_write(const struct app *a, int key)
{
    const char *line = a->prompt.line;
    if (a->prompt.open && a->prompt.kind == PROMPT_COMMAND)
        return key == K_ENTER && (strstr(line, "write") || strstr(line, "snapshot") || strstr(line, "report"));
    return !a->prompt.open && (key == 'S' || key == 'E');
}

static void press(struct app *a, int key)
{
    struct event ev = {.kind = EVENT_KEY, .key = key};
    if (!would_write(a, key))
        app_event(a, &ev);
    a->quit = a->suspend = a->redraw = false;
}

/* A byte is a key; from 0x80 on: a named key, a character of several bytes, a resize, a click, the wheel, news. */
static void take(struct app *a, uint8_t kind, uint8_t x, uint8_t y)
{
    if (kind < 0x80)
        press(a, kind);
    else if (kind < 0x90)
        press(a, K_NAMED + (kind & 0xf));
    else if (kind < 0xa0)
        press(a, x << 8 | y);
    else if (kind < 0xb0)
        app_event(a, &(struct event){.kind = EVENT_RESIZE, .columns = x + 1, .rows = y % 80 + 1});
    else if (kind < 0xc0)
        app_event(a, &(struct event){.kind = EVENT_CLICK, .x = x, .y = y});
    else if (kind < 0xd0)
        app_event(a, &(struct event){.kind = EVENT_WHEEL, .rows_down = (int8_t)x});
    else if (kind < 0xe0)
        app_news(a, &(struct news){.facts = fixture_facts()});
    else
        app_news(a, &(struct news){.profile = fixture_profile(1 + x % 8)});
}

void fuzz_keys(const uint8_t *data, size_t n)
{
    struct fixture_host host;
    struct app a;
    app_fixture_start(&a, &host, NULL);
    for (size_t i = 0; i < n && i < 2000; i++) {
        bool more = data[i] >= 0x90 && i + 2 < n;
        take(&a, data[i], more ? data[i + 1] : 0, more ? data[i + 2] : 0);
        i += more ? 2 : 0;
        draw(&a);
    }
    app_free(&a);
}
