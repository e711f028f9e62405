/* A map of cells. */
#include "reports/figure.h"

#include <math.h>
#include <stdlib.h>

#include "reports/render.h"

enum { CELL = 26, TOP = 20, SHADES = 9, MOST_LABELLED = 16 /* cells of a row that have room for a figure */ };

static int shade(double weight)
{
    double s = floor(weight * SHADES);
    return s >= SHADES ? SHADES - 1 : s > 0 ? (int)s : 0;
}

static void one_cell(const struct figure_map *m, int r, int c, double width, struct str *out)
{
    const struct emit_matrix matrix = {m->value, m->first, m->rows, m->row, m->unit};
    const struct value v = matrix_value(&matrix, r, c);
    char *text = value_text(&v);
    int h = shade(m->weight[m->first[r] + c]);
    str_addf(out, "<rect class=\"h%d\" x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\"><title>%s %d, %s %d: %s</title></rect>", h,
             c * width, TOP + r * CELL, width, CELL, m->row, r, m->column, c, text);
    if (width >= 100.0 / MOST_LABELLED)
        str_addf(out, "<text class=\"t%d mid cell\" x=\"%.3f%%\" y=\"%d\">%s</text>", h, (c + 0.5) * width,
                 TOP + r * CELL + CELL / 2 + 4, text);
    free(text);
}

void figure_draw_map(const struct figure *f, const char *id, struct str *out)
{
    const struct figure_map *m = f->data;
    const struct emit_matrix matrix = {.first = m->first, .rows = m->rows};
    int columns = matrix_columns(&matrix);
    double width = columns ? 100.0 / columns : 100;
    figure_open(f, id, "plot map", TOP + m->rows * CELL + 1, out);
    for (int c = 0; c < columns; c++)
        str_addf(out, "<text class=\"dim small mid\" x=\"%.3f%%\" y=\"13\">%d</text>", (c + 0.5) * width, c);
    for (int r = 0; r < m->rows; r++) {
        str_addf(out, "<text class=\"end small\" x=\"-8\" y=\"%d\">%s %d</text>", TOP + r * CELL + CELL / 2 + 4, m->row, r);
        for (int c = 0; c < m->first[r + 1] - m->first[r]; c++)
            one_cell(m, r, c, width, out);
        str_add(out, "\n");
    }
    figure_close(out);
}
