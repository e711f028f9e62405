/* Ternary weights (TWN): an output becomes -a, 0 and a with
 *   delta = 0.7 mean |w|,  a = mean of the |w| above delta
 * (Li, Zhang, Liu 2016, arXiv 1605.04711, equations 5 and 6; sums in double, in order). a = 0 for zeros. With infinity or NaN
 * among the weights a is NaN, and so are all of them.
 *
 * What came out goes in unchanged: c of k weights are +-a, so delta = 0.7 a c / k < a; their sum is c a, and so are all sums
 * on the way, exactly while c < 2^29; and c a / c is a. */
#ifndef KERNELS_TERNARY_H
#define KERNELS_TERNARY_H

#include <math.h>

enum { TERNARY_ZERO, TERNARY_PLUS, TERNARY_MINUS, TERNARY_CODES }; /* codes of 2 bits */

struct ternary {
    float a;
    double delta;
};

static inline struct ternary ternary_of(const float *w, int k)
{
    double all = 0, sum = 0;
    int count = 0;
    for (int i = 0; i < k; i++)
        all += fabs((double)w[i]);
    if (!isfinite(all))
        return (struct ternary){NAN, INFINITY};
    double delta = 0.7 * (all / k);
    for (int i = 0; i < k; i++)
        if (fabs((double)w[i]) > delta) {
            sum += fabs((double)w[i]);
            count++;
        }
    return (struct ternary){count ? (float)(sum / count) : 0, delta};
}

static inline unsigned ternary_code(float w, struct ternary t)
{
    return fabs((double)w) > t.delta ? w > 0 ? TERNARY_PLUS : TERNARY_MINUS : TERNARY_ZERO;
}

static inline int ternary_sign(unsigned code)
{
    return (code == TERNARY_PLUS) - (code == TERNARY_MINUS);
}

static inline float ternary_value(unsigned code, float a)
{
    return (float)ternary_sign(code) * a;
}

#endif
