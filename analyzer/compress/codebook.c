#include "analyzer/compress/codebook.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kmeans.h"

enum { DIGIT_BITS = 11, DIGITS = 3, DIGIT_VALUES = 1 << DIGIT_BITS };

/* Sorted weights, and what Lloyd's algorithm knows of them. */
struct line {
    size_t count;
    float *sorted;  /* [count] */
    double *before; /* [count + 1] sum of the first i weights */
    double center[CODEBOOK_MOST];
    size_t start[CODEBOOK_MOST + 1]; /* first weight of each center */
    int centers;
};

/* ---- sorting -------------------------------------------------------------------------------------------------- */

/* By one digit of their order (kmeans_order), stably. */
static void sort_digit(float *to, const float *from, size_t count, int digit)
{
    size_t place[DIGIT_VALUES] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        place[kmeans_order(from[i]) >> digit * DIGIT_BITS & (DIGIT_VALUES - 1)]++;
    for (int v = 0; v < DIGIT_VALUES; v++) {
        size_t here = place[v];
        place[v] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++)
        to[place[kmeans_order(from[i]) >> digit * DIGIT_BITS & (DIGIT_VALUES - 1)]++] = from[i];
}

/* `room` is for `count` floats; DIGITS is odd, so the end is in `out`. */
static void sort(float *out, float *room, const float *w, size_t count)
{
    sort_digit(out, w, count, 0);
    sort_digit(room, out, count, 1);
    sort_digit(out, room, count, 2);
}

static int line_init(struct line *l, const float *w, size_t count, struct err *e)
{
    *l = (struct line){.count = count};
    l->sorted = malloc(count * sizeof *l->sorted);
    l->before = malloc((count + 1) * sizeof *l->before);
    if (!l->sorted || !l->before)
        return err_set(e, ERR_NOMEM, "no memory to sort %zu weights", count);
    sort(l->sorted, (float *)(void *)l->before, w, count);
    l->before[0] = 0;
    for (size_t i = 0; i < count; i++)
        l->before[i + 1] = l->before[i] + (double)l->sorted[i];
    return isfinite(l->before[count]) ? 0 : err_set(e, ERR_UNSUPPORTED, "weights that are not finite have no table");
}

static void line_free(struct line *l)
{
    free(l->sorted);
    free(l->before);
}

/* ---- Lloyd ---------------------------------------------------------------------------------------------------- */

static size_t count_different(const struct line *l)
{
    size_t different = 1;
    for (size_t i = 1; i < l->count; i++)
        different += l->sorted[i] != l->sorted[i - 1];
    return different;
}

/* Centers are every (different / centers)th of the different weights, from half of that on. */
static void seed(struct line *l, size_t different, int centers)
{
    size_t seen = 0;
    l->centers = 0;
    for (size_t i = 0; i < l->count && l->centers < centers; i++) {
        if (i > 0 && l->sorted[i] == l->sorted[i - 1])
            continue;
        if (seen++ == (2 * (size_t)l->centers + 1) * different / (2 * (size_t)centers))
            l->center[l->centers++] = (double)l->sorted[i];
    }
}

/* The first weight above a number. */
static size_t first_above(const struct line *l, double x)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((double)l->sorted[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Gives weights to centers; whether any went to another. */
static bool assign(struct line *l)
{
    bool moved = false;
    l->start[0] = 0;
    for (int i = 1; i <= l->centers; i++) {
        size_t start = i < l->centers ? first_above(l, (l->center[i - 1] + l->center[i]) / 2) : l->count;
        moved |= l->start[i] != start;
        l->start[i] = start;
    }
    return moved;
}

/* A center without weights stays. */
static void take_means(struct line *l)
{
    for (int i = 0; i < l->centers; i++) {
        size_t from = l->start[i], to = l->start[i + 1];
        if (to > from)
            l->center[i] = (l->before[to] - l->before[from]) / (double)(to - from);
    }
}

int codebook_fit(struct codebook *out, const float *w, size_t count, int bits, int rounds, struct err *e)
{
    struct line l;
    *out = (struct codebook){0};
    assert(bits >= 1 && bits <= CODEBOOK_BITS);
    int code = line_init(&l, w, count, e);
    if (code == 0) {
        size_t different = count_different(&l);
        bool few = different <= (size_t)1 << bits;
        seed(&l, different, few ? (int)different : 1 << bits);
        while (!few && out->rounds < rounds && assign(&l)) {
            take_means(&l);
            out->rounds++;
        }
        for (int i = 0; i < l.centers; i++)
            if (out->count == 0 || (float)l.center[i] > out->value[out->count - 1])
                out->value[out->count++] = (float)l.center[i];
    }
    line_free(&l);
    return code;
}

float codebook_nearest(const struct codebook *c, float w)
{
    int low = 0, high = c->count - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if ((double)w > ((double)c->value[middle] + (double)c->value[middle + 1]) / 2)
            low = middle + 1;
        else
            high = middle;
    }
    return c->value[low];
}
