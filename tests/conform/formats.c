#include "tests/conform/formats.h"

#include <float.h>
#include <math.h>

#include "tests/conform/conform.h"

struct rounding rounding_of(enum kernel_format format)
{
    switch (format) {
    case KERNEL_BF16:
        return (struct rounding){8, -133, 0x1.fep127, .normal = 0x1p-126, .inputs = true, .lost = 0x1p-126};
    case KERNEL_F16:
        return (struct rounding){11, -24, 65504, .lost = ETA};
    default:
        return (struct rounding){24, -149, FLT_MAX, .lost = ETA};
    }
}

double rounded(const struct rounding *f, double x)
{
    int exponent;
    if (x == 0 || !isfinite(x))
        return x;
    if (fabs(x) < f->normal)
        return 0;
    frexp(x, &exponent);
    int place = exponent - f->precision > f->least ? exponent - f->precision : f->least;
    double near = ldexp(nearbyint(ldexp(x, -place)), place);
    return fabs(near) > f->most ? copysign(INFINITY, near) : near;
}

/* A double that is rounded to float is the float quotient or product: 53 bits are more than twice 24
 * and 2. */
double scale_in(const float *x, int k, int most, int bits)
{
    int exponent;
    double top = 0x1p-100;
    for (int i = 0; i < k; i++)
        top = fmax(top, fabs((double)x[i]));
    double significand = frexp((float)(top / most), &exponent);
    return ldexp(floor(ldexp(significand, bits)), exponent - bits);
}

void integers_of(int8_t *q, const float *x, int k, double scale)
{
    double inverse = (float)(1 / scale);
    for (int i = 0; i < k; i++)
        q[i] = (int8_t)nearbyint(fmin(fmax((double)(float)(x[i] * inverse), -127), 127));
}

bool multiplies_integers(enum kernel_format format)
{
    return format == KERNEL_INT8 || format == KERNEL_TERNARY;
}

/* What kernels/ternary.h states. */
static double ternary_in(int8_t *q, const float *w, int k)
{
    double all = 0, sum = 0, count = 0;
    for (int i = 0; i < k; i++)
        all += fabs((double)w[i]);
    for (int i = 0; i < k; i++)
        if (fabs((double)w[i]) > 0.7 * (all / k)) {
            sum += fabs((double)w[i]);
            count++;
        }
    for (int i = 0; i < k; i++)
        q[i] = fabs((double)w[i]) > 0.7 * (all / k) ? w[i] > 0 ? 1 : -1 : 0;
    return count > 0 ? (float)(sum / count) : 0;
}

double output_integers(enum kernel_format format, int8_t *q, const float *w, int k)
{
    if (format == KERNEL_TERNARY)
        return ternary_in(q, w, k);
    double scale = scale_in(w, k, 127, 16);
    integers_of(q, w, k, scale);
    return scale;
}

/* A row as int4: groups of 32, each as integers. */
static void int4_in(double *y, const float *w, int k)
{
    int8_t q[32];
    for (int i = 0; i < k; i += 32) {
        int size = k - i < 32 ? k - i : 32;
        double scale = scale_in(w + i, size, 7, 8);
        integers_of(q, w + i, size, scale);
        for (int l = 0; l < size; l++)
            y[i + l] = q[l] * scale;
    }
}

void output_in(enum kernel_format format, double *y, const float *w, int k)
{
    static int8_t q[4096];
    struct rounding rounding = rounding_of(format);
    double scale = multiplies_integers(format) ? output_integers(format, q, w, k) : 0;
    if (multiplies_integers(format))
        for (int i = 0; i < k; i++)
            y[i] = q[i] * scale;
    else if (format == KERNEL_INT4)
        int4_in(y, w, k);
    else
        for (int i = 0; i < k; i++)
            y[i] = rounded(&rounding, w[i]);
}
