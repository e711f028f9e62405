#include "analyzer/compress/magnitudes.h"

#include <math.h>

#include "kernels/scale.h"

enum { BINS = MAGNITUDES_BINS, LEVELS = MAGNITUDES_LEVELS, EXPONENT_LEAST = -100 };

bool magnitudes_finite(const struct magnitudes *m)
{
    return isfinite(m->largest);
}

/* Twice the span: two bins become one. */
static void widen(struct magnitudes *m)
{
    for (int i = 0; i < BINS; i++)
        m->count[i] = i < BINS / 2 ? m->count[2 * i] + m->count[2 * i + 1] : 0;
    m->exponent++;
}

void magnitudes_add(struct magnitudes *m, const float *x, size_t n)
{
    uint32_t before = bits_from_f32(m->largest), top = scale_top(x, (int)n);
    m->largest = f32_from_bits(top > before ? top : before);
    if (!magnitudes_finite(m))
        return;
    m->exponent = m->seen == 0 ? EXPONENT_LEAST : m->exponent;
    while ((double)m->largest >= ldexp(1, m->exponent))
        widen(m);
    double bins = ldexp(BINS, -m->exponent); /* for each 1; a power of two, so the products are exact */
    for (size_t i = 0; i < n; i++)
        m->count[(int)(fabs((double)x[i]) * bins)]++;
    m->seen += n;
}

/* Where the first `bins` of them end. */
static float end_of(const struct magnitudes *m, int bins)
{
    return (float)fmin(ldexp((double)bins / BINS, m->exponent), (double)m->largest);
}

float magnitudes_share(const struct magnitudes *m, double share)
{
    double below = 0;
    int bins = 0;
    while (bins < BINS && below < share * (double)m->seen)
        below += (double)m->count[bins++];
    return end_of(m, bins);
}

/* ---- the least divergence -------------------------------------------------------------------------------------- */

/* Sums over the first bins. */
struct sums {
    double count, filled, log; /* numbers; bins that are not empty; count log count */
};

static double x_log_x(double x)
{
    return x > 0 ? x * log(x) : 0;
}

/* With the range at the end of bin number `bins`. As P sums to n and Q to `kept`, it is (sum P log P - sum P log Q) / n + log(kept / n),
 * and Q is the same in all bins of a group that are not empty. */
static double divergence(const struct sums *s, int bins)
{
    double n = s[BINS].count, kept = s[bins].count, above = n - kept, last = kept - s[bins - 1].count;
    double sum = s[bins].log - x_log_x(last) + x_log_x(last + above);
    if (kept <= 0 || (last <= 0 && above > 0))
        return (double)INFINITY;
    for (int group = 0; group < LEVELS; group++) {
        int from = group * (bins / LEVELS), to = group < LEVELS - 1 ? from + bins / LEVELS : bins;
        double numbers = s[to].count - s[from].count, filled = s[to].filled - s[from].filled;
        if (numbers > 0)
            sum -= (numbers + (to == bins ? above : 0)) * log(numbers / filled);
    }
    return sum / n + log(kept / n);
}

float magnitudes_closest(const struct magnitudes *m)
{
    struct sums s[BINS + 1] = {{0, 0, 0}};
    double least = (double)INFINITY;
    int best = BINS;
    for (int i = 0; i < BINS; i++) {
        double count = (double)m->count[i];
        s[i + 1] = (struct sums){s[i].count + count, s[i].filled + (count > 0), s[i].log + x_log_x(count)};
    }
    for (int bins = LEVELS; bins <= BINS; bins++) {
        double here = divergence(s, bins);
        if (here < least) {
            least = here;
            best = bins;
        }
    }
    return end_of(m, best);
}
