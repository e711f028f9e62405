#include "tests/pty/vt.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "analyzer/base/str.h"

struct vt {
    VTerm *term;
    VTermScreen *screen;
    int columns, rows;
    bool alternate, cursor, mouse;
    char held[40]; /* the beginning of a sequence whose end has not come yet */
    size_t n_held;
};

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct vt *v = user;
    if (property == VTERM_PROP_ALTSCREEN)
        v->alternate = value->boolean;
    if (property == VTERM_PROP_CURSORVISIBLE)
        v->cursor = value->boolean;
    if (property == VTERM_PROP_MOUSE)
        v->mouse = value->number != VTERM_PROP_MOUSE_NONE;
    return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = on_property};

struct vt *vt_open(int columns, int rows)
{
    struct vt *v = calloc(1, sizeof *v);
    if (!v || !(v->term = vterm_new(rows, columns)))
        abort();
    v->columns = columns;
    v->rows = rows;
    v->cursor = true;
    vterm_set_utf8(v->term, 1);
    v->screen = vterm_obtain_screen(v->term);
    vterm_screen_set_callbacks(v->screen, &callbacks, v);
    vterm_screen_enable_altscreen(v->screen, 1);
    vterm_screen_reset(v->screen, 1);
    return v;
}

void vt_close(struct vt *v)
{
    if (v)
        vterm_free(v->term);
    free(v);
}

/* ESC [ ? 1 ; 2 h: libvterm heeds only the first mode of several, so each is given to it on its own. */
static void feed_modes(struct vt *v, const char *sequence, size_t n)
{
    char one[sizeof v->held + 8], last = sequence[n - 1];
    for (const char *s = sequence + 3; s < sequence + n; s += strcspn(s, ";hl") + 1) {
        size_t digits = strspn(s, "0123456789");
        int used = snprintf(one, sizeof one, "\033[?%.*s%c", (int)digits, s, last);
        vterm_input_write(v->term, one, (size_t)used);
    }
}

static bool is_private(const char *held, size_t n)
{
    return strncmp(held, "\033[?", n < 3 ? n : 3) == 0;
}

static void feed_byte(struct vt *v, char byte)
{
    v->held[v->n_held++] = byte;
    bool modes = v->n_held > 3 && (byte == 'h' || byte == 'l');
    bool inside = is_private(v->held, v->n_held) && (v->n_held <= 3 || (byte >= '0' && byte <= '9') || byte == ';');
    if (inside && v->n_held < sizeof v->held)
        return;
    if (is_private(v->held, v->n_held) && modes)
        feed_modes(v, v->held, v->n_held);
    else
        vterm_input_write(v->term, v->held, v->n_held);
    v->n_held = 0;
}

void vt_feed(struct vt *v, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        feed_byte(v, bytes[i]);
}

void vt_resize(struct vt *v, int columns, int rows)
{
    v->columns = columns;
    v->rows = rows;
    vterm_set_size(v->term, rows, columns);
}

static void add_character(struct str *s, uint32_t c)
{
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(n == 1 ? c : (0xf00u >> n) | c);
    str_add_n(s, bytes, n);
}

const char *vt_text(struct vt *v)
{
    static struct str text;
    str_clear(&text);
    for (int row = 0; row < v->rows; row++) {
        for (int column = 0; column < v->columns; column++) {
            VTermScreenCell cell;
            VTermPos at = {row, column};
            if (!vterm_screen_get_cell(v->screen, at, &cell) || cell.chars[0] == (uint32_t)-1)
                continue; /* right half of a wide character */
            if (cell.chars[0] == 0)
                str_add(&text, " ");
            for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
                add_character(&text, cell.chars[i]);
        }
        str_add(&text, "\n");
    }
    return text.text;
}

unsigned vt_look(const struct vt *v, int column, int row)
{
    VTermScreenCell cell;
    VTermPos at = {row, column};
    if (column < 0 || column >= v->columns || row < 0 || row >= v->rows || !vterm_screen_get_cell(v->screen, at, &cell))
        return 0;
    bool coloured = !VTERM_COLOR_IS_DEFAULT_FG(&cell.fg) || !VTERM_COLOR_IS_DEFAULT_BG(&cell.bg);
    return (cell.attrs.bold ? VT_BOLD : 0u) | (cell.attrs.underline ? VT_UNDERLINE : 0u) | (cell.attrs.reverse ? VT_REVERSE : 0u) |
           (coloured ? VT_COLOUR : 0u);
}

bool vt_alternate(const struct vt *v)
{
    return v->alternate;
}

bool vt_cursor(const struct vt *v)
{
    return v->cursor;
}

bool vt_mouse(const struct vt *v)
{
    return v->mouse;
}
