#include "tui/widget_plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DOTS_X = 2, DOTS_Y = 4, MAX_COLUMNS = 200, MAX_ROWS = 60, LABELS_X = 5 };

/* The area inside the axes: one byte of dots a cell, bit as in Unicode's braille; its own copy of the figures in ASCII. */
struct area {
    struct rect r;
    bool ascii;
    unsigned char dots[MAX_ROWS][MAX_COLUMNS];
};

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* Dot (x, y), y from the top; outside: nothing. `ascii`: what the cell shows where there are no dots. */
static void dot(struct area *a, int x, int y, char ascii)
{
    static const unsigned char bits[DOTS_Y][DOTS_X] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    static const char weight[] = " -.|*"; /* what may be drawn over what */
    if (x < 0 || y < 0 || x >= a->r.w * DOTS_X || y >= a->r.h * DOTS_Y)
        return;
    unsigned char *cell = &a->dots[y / DOTS_Y][x / DOTS_X];
    if (!a->ascii)
        *cell |= bits[y % DOTS_Y][x % DOTS_X];
    else if (!*cell || strchr(weight, ascii) > strchr(weight, *cell))
        *cell = (unsigned char)ascii;
}

static int place_x(const struct plot *p, const struct area *a, double x)
{
    return (int)floor((x - p->x_low) / (p->x_high - p->x_low) * (a->r.w * DOTS_X - 1) + 0.5);
}

static int place_y(const struct plot *p, const struct area *a, double y)
{
    double share = (y - p->y_low) / (p->y_high - p->y_low);
    share = share < -1 ? -1 : share > 2 ? 2 : share; /* far outside is outside */
    return (int)floor((1 - share) * (a->r.h * DOTS_Y - 1) + 0.5);
}

static void line(struct area *a, int x0, int y0, int x1, int y1, char ascii)
{
    int steps = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
    for (int i = 0; i <= steps; i++) {
        double t = steps ? (double)i / steps : 0;
        dot(a, (int)floor(x0 + t * (x1 - x0) + 0.5), (int)floor(y0 + t * (y1 - y0) + 0.5), ascii);
    }
}

static void draw_curve(const struct plot *p, struct area *a)
{
    int last = -1;
    for (int i = 0; i < p->points; i++) {
        const struct plot_point *at = &p->point[i];
        if (!isfinite(at->y))
            continue;
        int x = place_x(p, a, at->x), y = place_y(p, a, at->y);
        if (last >= 0 && !at->apart)
            line(a, place_x(p, a, p->point[last].x), place_y(p, a, p->point[last].y), x, y, '.');
        if (isfinite(at->low) && isfinite(at->high))
            line(a, x, place_y(p, a, at->high), x, place_y(p, a, at->low), '|');
        dot(a, x, y, '*');
        last = at->apart ? last : i;
    }
}

/* Every second dot. */
static void draw_mark(const struct plot *p, struct area *a)
{
    for (int x = 0; isfinite(p->mark) && x < a->r.w * DOTS_X; x += 2)
        dot(a, x, place_y(p, a, p->mark), '-');
}

static void show_area(const struct area *a, struct canvas *c)
{
    for (int y = 0; y < a->r.h; y++)
        for (int x = 0; x < a->r.w; x++) {
            unsigned char d = a->dots[y][x];
            /* U+2800 + d as UTF-8 */
            char text[4] = {'\xe2', (char)(0xa0 | d >> 6), (char)(0x80 | (d & 0x3f)), '\0'};
            char plain[2] = {(char)d, '\0'};
            if (d)
                canvas_put(c, a->r.x + x, a->r.y + y, 1, TONE_BAR, a->ascii ? plain : text);
        }
}

static void show_labels(const struct plot *p, const struct area *a, struct canvas *c, struct rect r)
{
    char text[32];
    int rows = a->r.h >= 7 ? 3 : 2; /* labels of y */
    for (int i = 0; i < rows; i++) {
        p->y_label(p->y_high - (p->y_high - p->y_low) * i / (rows - 1), text, sizeof text);
        canvas_right(c, r.x, a->r.y + (a->r.h - 1) * i / (rows - 1), PLOT_LABEL - 1, TONE_DIM, text);
    }
    int y = a->r.y + a->r.h, end = a->r.x;
    for (int i = 0; i < LABELS_X; i += a->r.w < 40 ? 2 : 1) {
        p->x_label(p->x_low + (p->x_high - p->x_low) * i / (LABELS_X - 1), text, sizeof text);
        int w = (int)strlen(text), at = a->r.x + (a->r.w - 1) * i / (LABELS_X - 1) - w / 2;
        at = clamp(at, a->r.x, a->r.x + a->r.w - w);
        if (at >= end)
            end = at + canvas_put(c, at, y, w, TONE_DIM, text) + 1;
    }
    canvas_put(c, a->r.x, y + 1, r.h > a->r.h + 1 ? a->r.w : 0, TONE_DIM, p->x_title);
}

/* Rows under the axis: the title of x only where there is room. */
static int rows_below(struct rect r)
{
    return r.h > PLOT_MIN_HEIGHT + 1 ? 2 : 1;
}

/* What is inside the axes; empty where there is no room. */
static struct rect inside(struct rect r)
{
    if (r.w < PLOT_MIN_WIDTH || r.h < PLOT_MIN_HEIGHT)
        return (struct rect){r.x, r.y, 0, 0};
    return (struct rect){r.x + PLOT_LABEL, r.y, clamp(r.w - PLOT_LABEL, 0, MAX_COLUMNS), clamp(r.h - rows_below(r), 0, MAX_ROWS)};
}

bool plot_cell(const struct plot *p, struct rect r, double x, double y, int *column, int *row)
{
    struct area a = {.r = inside(r)};
    if (a.r.w == 0 || !isfinite(x) || !isfinite(y) || x < p->x_low || x > p->x_high || y < p->y_low || y > p->y_high)
        return false;
    *column = a.r.x + place_x(p, &a, x) / DOTS_X;
    *row = a.r.y + place_y(p, &a, y) / DOTS_Y;
    return true;
}

void plot_draw(const struct plot *p, struct canvas *c, struct rect r)
{
    struct area a = {.ascii = c->ascii, .r = inside(r)};
    int below = rows_below(r);
    if (a.r.w == 0)
        return;
    canvas_vline(c, a.r.x - 1, a.r.y, a.r.h);
    draw_mark(p, &a);
    draw_curve(p, &a);
    show_area(&a, c);
    show_labels(p, &a, c, (struct rect){r.x, r.y, r.w, a.r.h + below});
}

void plot_include(double *low, double *high, double y)
{
    if (!isfinite(y))
        return;
    *low = y < *low ? y : *low;
    *high = y > *high ? y : *high;
}
