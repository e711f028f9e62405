#include "reports/counters_report.h"

#include <stdio.h>

#include "reports/format.h"

/* Figures that two counters give together. */
static const struct derived {
    const char *key, *title;
    enum counter above, below;
    double scale;
} derived[] = {
    {"ipc", "IPC", COUNTER_INSTRUCTIONS, COUNTER_CYCLES, 1},
    {"l1_mpki", "L1d/1000", COUNTER_L1_MISSES, COUNTER_INSTRUCTIONS, 1000},
    {"l2_mpki", "L2/1000", COUNTER_L2_MISSES, COUNTER_INSTRUCTIONS, 1000},
    {"l3_mpki", "L3/1000", COUNTER_L3_MISSES, COUNTER_INSTRUCTIONS, 1000},
    {"tlb_mpki", "TLB/1000", COUNTER_TLB_MISSES, COUNTER_INSTRUCTIONS, 1000},
    {"branch_mpki", "branch/1000", COUNTER_BRANCH_MISSES, COUNTER_INSTRUCTIONS, 1000},
    {"fp_per_cycle", "FP/cycle", COUNTER_FP_OPERATIONS, COUNTER_CYCLES, 1},
};
enum { DERIVED = sizeof derived / sizeof derived[0], COLUMNS = COUNTERS + DERIVED + 2 };

const char *counters_quality(const struct counted *c, char *out, size_t size)
{
    if (counted_hardware(c))
        snprintf(out, size, "summed over the team, waiting included; %d groups of counters in passes of their own, nothing multiplexed", c->groups);
    else
        snprintf(out, size, "no counters of the processor: %s. These are the system's.", c->reason[0] ? c->reason : "none of them could be counted");
    return out;
}

static enum unit unit_of(enum counter k)
{
    return k == COUNTER_TASK_CLOCK ? UNIT_NS : counter_rows[k].rare ? UNIT_SCORE : UNIT_COUNT;
}

/* A terminal has no room for all: raw misses are for machines, what is system's is for people if there is nothing else. */
static bool shown(const struct counted *c, enum counter k)
{
    bool few = k == COUNTER_CYCLES || k == COUNTER_INSTRUCTIONS;
    return counted_has(c, k) && (counter_rows[k].hardware ? few : !counted_hardware(c));
}

static void add_columns(struct emit_column *column, const struct counted *c)
{
    for (int k = 0; k < COUNTERS; k++)
        *column++ = (struct emit_column){counter_rows[k].key, shown(c, (enum counter)k) ? counter_rows[k].title : NULL,
                                         unit_of((enum counter)k)};
    for (int i = 0; i < DERIVED; i++) {
        bool known = counted_has(c, derived[i].above) && counted_has(c, derived[i].below);
        *column++ = (struct emit_column){derived[i].key, known ? derived[i].title : NULL, UNIT_SCORE};
    }
    *column++ = (struct emit_column){"bytes", NULL, UNIT_BYTES};
    *column = (struct emit_column){"bytes_per_cycle", counted_has(c, COUNTER_CYCLES) ? "bytes/cycle" : NULL, UNIT_SCORE};
}

static void emit_count(struct emit *e, enum counter k, const struct count *x)
{
    if (counter_rows[k].rare && x->spread.n > 0)
        emit_real(e, NULL, NULL, x->mean, unit_of(k));
    else
        emit_spread(e, NULL, NULL, &x->spread, unit_of(k));
}

static void emit_known(struct emit *e, double x)
{
    if (x >= 0)
        emit_real(e, NULL, NULL, x, UNIT_SCORE);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_group(struct emit *e, const struct counted_group *g)
{
    for (int k = 0; k < COUNTERS; k++)
        emit_count(e, (enum counter)k, &g->count[k]);
    for (int i = 0; i < DERIVED; i++)
        emit_known(e, derived[i].scale * counted_per(g, derived[i].above, derived[i].below));
    emit_int(e, NULL, NULL, (int64_t)g->bytes, UNIT_BYTES);
    emit_known(e, counted_bytes_per_cycle(g));
}

static void emit_components(struct emit *e, const struct counted *c)
{
    struct emit_column column[2 + COLUMNS] = {{"key", NULL, 0}, {"name", "component", 0}};
    add_columns(column + 2, c);
    emit_table(e, "components", "Counted in each component", column, 2 + COLUMNS);
    for (int i = 0; i < COMPONENTS; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, component_key((enum component)i));
        emit_string(e, NULL, NULL, component_title((enum component)i));
        emit_group(e, &c->component[i]);
    }
    emit_row(e);
    emit_string(e, NULL, NULL, "total");
    emit_string(e, NULL, NULL, "The whole pass");
    emit_group(e, &c->total);
    emit_row(e);
    emit_string(e, NULL, NULL, "reading");
    emit_string(e, NULL, NULL, "a reading, in every step");
    emit_group(e, &c->reading);
    emit_table_end(e);
}

static void emit_steps(struct emit *e, const struct counted *c)
{
    struct emit_column column[3 + COLUMNS] = {{"name", "step", 0}, {"component", NULL, 0}, {"layer", NULL, 0}};
    add_columns(column + 3, c);
    emit_table(e, "steps", "Counted in each step", column, 3 + COLUMNS);
    for (int i = 0; i < c->steps; i++) {
        const struct counted_step *s = &c->step[i];
        emit_row(e);
        emit_string(e, NULL, NULL, s->label);
        emit_string(e, NULL, NULL, component_key(s->component));
        if (s->layer >= 0)
            emit_int(e, NULL, NULL, s->layer, UNIT_NONE);
        else
            emit_absent(e, NULL, NULL);
        emit_group(e, &s->group);
    }
    emit_table_end(e);
}

static void emit_threads(struct emit *e, const struct counted *c)
{
    struct emit_column column[1 + COUNTERS] = {{"thread", "thread", 0}};
    for (int k = 0; k < COUNTERS; k++)
        column[1 + k] = (struct emit_column){counter_rows[k].key, shown(c, (enum counter)k) ? counter_rows[k].title : NULL,
                                             unit_of((enum counter)k)};
    emit_table(e, "threads", "Counted in each thread (mean of a pass)", column, 1 + COUNTERS);
    for (int t = 0; t < c->workload.threads; t++) {
        emit_row(e);
        emit_int(e, NULL, NULL, t, UNIT_NONE);
        for (int k = 0; k < COUNTERS; k++)
            if (counted_has(c, (enum counter)k))
                emit_real(e, NULL, NULL, c->thread[t][k], unit_of((enum counter)k));
            else
                emit_absent(e, NULL, NULL);
    }
    emit_table_end(e);
}

static void emit_missing(struct emit *e, const struct counted *c)
{
    bool said = !counted_hardware(c); /* the sentence says it */
    const struct emit_column column[] = {{"key", NULL, 0}, {"name", said ? NULL : "not counted", 0}, {"reason", said ? NULL : "because", 0}};
    emit_table(e, "missing", said ? NULL : "What could not be counted", column, 3);
    for (int k = 0; k < COUNTERS; k++) {
        if (counted_has(c, (enum counter)k))
            continue;
        emit_row(e);
        emit_string(e, NULL, NULL, counter_rows[k].key);
        emit_string(e, NULL, NULL, counter_rows[k].title);
        emit_string(e, NULL, NULL, c->missing[k]);
    }
    emit_table_end(e);
}

void counters_report(struct emit *e, const struct counted *c)
{
    char text[COUNTER_REASON + 128];
    emit_begin(e, "counters", "Counters");
    emit_string(e, "reason", NULL, c->reason[0] ? c->reason : NULL);
    emit_bool(e, "hardware", NULL, counted_hardware(c));
    emit_int(e, "groups", NULL, c->groups, UNIT_NONE);
    emit_int(e, "passes", "passes", c->passes, UNIT_NONE);
    emit_int(e, "spoiled", c->spoiled > 0 ? "left out" : NULL, c->spoiled, UNIT_NONE);
    emit_spread(e, "overhead_ratio", "pass with / without", &c->overhead_ratio, UNIT_RATIO);
    emit_components(e, c);
    emit_steps(e, c);
    emit_threads(e, c);
    emit_missing(e, c);
    emit_note(e, counters_quality(c, text, sizeof text));
    emit_end(e);
}

/* ---- for a screen -------------------------------------------------------------------------------------------- */

int counters_titles(const struct counted *c, const char *title[COUNTERS_SHOWN])
{
    struct emit_column column[COLUMNS];
    int n = 0;
    add_columns(column, c);
    for (int i = 0; i < COLUMNS; i++)
        if (column[i].title)
            title[n++] = column[i].title;
    return n;
}

void counters_values(const struct counted *c, const struct counted_group *g, double value[COUNTERS_SHOWN])
{
    int n = 0;
    for (int k = 0; k < COUNTERS; k++) {
        const struct count *x = &g->count[k];
        if (shown(c, (enum counter)k))
            value[n++] = x->spread.n == 0 ? -1 : counter_rows[k].rare ? x->mean : x->spread.median;
    }
    for (int i = 0; i < DERIVED; i++)
        if (counted_has(c, derived[i].above) && counted_has(c, derived[i].below))
            value[n++] = derived[i].scale * counted_per(g, derived[i].above, derived[i].below);
    if (counted_has(c, COUNTER_CYCLES))
        value[n] = counted_bytes_per_cycle(g);
}

static void figure_cell(char out[FORMAT_SIZE], double x, enum unit unit)
{
    if (x < 0)
        snprintf(out, FORMAT_SIZE, "-");
    else if (unit == UNIT_NS)
        format_ns(out, x);
    else if (unit == UNIT_COUNT)
        format_count(out, x);
    else
        format_score(out, x);
}

void counters_cells(const struct counted *c, const struct counted_group *g, char cell[COUNTERS_SHOWN][FORMAT_SIZE])
{
    struct emit_column column[COLUMNS];
    double value[COUNTERS_SHOWN];
    int n = 0;
    add_columns(column, c);
    counters_values(c, g, value);
    for (int i = 0; i < COLUMNS; i++)
        if (column[i].title) {
            figure_cell(cell[n], value[n], column[i].unit);
            n++;
        }
}
