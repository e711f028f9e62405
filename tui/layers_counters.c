/* What was counted, as columns of the Layers screen. */
#include <stdio.h>
#include <string.h>

#include "reports/counters_report.h"
#include "tui/app.h"
#include "tui/screen_layers.h"

enum { LEAST_WIDTH = 8 };

bool layers_counted(const struct app *a)
{
    const struct counted *c = a->counted;
    const struct profile *p = a->profile;
    bool same = c && p && c->steps == p->steps && workload_same(&c->workload, &p->workload);
    for (int i = 0; same && i < c->steps; i++)
        same = strcmp(c->step[i].label, p->step[i].name) == 0;
    return same;
}

int layers_counter_columns(const struct counted *c, struct column *out)
{
    const char *title[COUNTERS_SHOWN] = {NULL};
    int n = counters_titles(c, title);
    for (int i = 0; i < n; i++) {
        int w = (int)strlen(title[i]) + 1; /* a mark: sorted by this */
        w = w > LEAST_WIDTH ? w : LEAST_WIDTH;
        out[i] = (struct column){.width = w, .max = w + 2, .priority = i + 2};
    }
    return n;
}

static void group_of(const struct counted *c, const struct node *n, struct counted_group *out)
{
    if (n->kind == NODE_STEP)
        *out = c->step[n->step].group;
    else
        counted_sum(out, c, n->layer, n->kind == NODE_COMPONENT ? n->component : -1);
}

double layers_counter_value(const struct counted *c, const struct node *n, int i)
{
    struct counted_group g;
    double value[COUNTERS_SHOWN] = {0}; /* other counts may have had more columns */
    group_of(c, n, &g);
    counters_values(c, &g, value);
    return value[i];
}

void layers_counter_cell(const struct counted *c, const struct node *n, int i, struct table_cell *out)
{
    struct counted_group g;
    const char *title[COUNTERS_SHOWN] = {NULL};
    char cell[COUNTERS_SHOWN][FORMAT_SIZE];
    if (n) {
        group_of(c, n, &g);
        counters_cells(c, &g, cell);
    } else {
        counters_titles(c, title);
    }
    snprintf(out->text, sizeof out->text, "%s", n ? cell[i] : title[i]);
    if (n && strcmp(cell[i], "-") == 0)
        out->tone = TONE_DIM;
}
