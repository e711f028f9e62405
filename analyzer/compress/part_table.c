#include "analyzer/compress/part_table.h"

#include <math.h>

/* One of the two: what of a trial is about it. */
struct side {
    const struct trial *trial;
    bool original; /* what the trial was compared with, not what it made */
};

static const struct cost *cost_at(const struct side *s)
{
    return s->original ? &s->trial->before : &s->trial->cost;
}

static bool has_parts(const struct cost *c)
{
    uint64_t params = 0;
    for (int i = 0; i < COMPONENTS; i++)
        params += c->part[i].params;
    return params > 0 && params == c->params;
}

static double sum(const double *part)
{
    double all = 0;
    for (int c = 0; c < COMPONENTS; c++)
        all += part[c];
    return all;
}

static bool has_time(const struct side *s, enum part_time timed)
{
    const struct trial *t = s->trial;
    return timed == PART_TIME_PREDICTED ? t->forecast.timed && sum(t->forecast.before) > 0 : t->time.speedup.n > 0 && sum(t->time.first_part) > 0;
}

/* Of a measured pass the total is the whole pass, with the gaps between its steps. */
static double time_at(const struct side *s, enum part_time timed, int row)
{
    const struct trial *t = s->trial;
    const double *part = timed == PART_TIME_PREDICTED ? (s->original ? t->forecast.before : t->forecast.after)
                                                      : (s->original ? t->time.first_part : t->time.second_part);
    if (timed == PART_TIME_UNKNOWN)
        return (double)NAN;
    if (row < COMPONENTS)
        return part[row];
    if (timed == PART_TIME_PREDICTED)
        return sum(part);
    return s->original ? 1 : 1 / t->time.speedup.median;
}

static enum part_time time_of_both(const struct side *side)
{
    for (enum part_time timed = PART_TIME_MEASURED; timed > PART_TIME_UNKNOWN; timed--)
        if (has_time(&side[0], timed) && has_time(&side[1], timed))
            return timed;
    return PART_TIME_UNKNOWN;
}

struct part_table part_table_of(const struct trial *first, const struct trial *second)
{
    const struct side side[2] = {{first ? first : second, !first}, {second ? second : first, !second}};
    struct part_table t = {.counted = has_parts(cost_at(&side[0])) && has_parts(cost_at(&side[1])), .timed = time_of_both(side)};
    for (int k = 0; k < 2; k++) {
        const struct cost *cost = cost_at(&side[k]);
        t.row[PART_TOTAL].params[k] = cost->params;
        t.row[PART_TOTAL].macs[k] = cost->macs;
        for (int c = 0; c < COMPONENTS; c++) {
            t.row[c].params[k] = cost->part[c].params;
            t.row[c].macs[k] = cost->part[c].macs;
        }
        for (int row = 0; row < PART_ROWS; row++)
            t.row[row].time[k] = time_at(&side[k], t.timed, row);
    }
    return t;
}
