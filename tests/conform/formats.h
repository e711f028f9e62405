/* Weight formats in double, written apart from kernels/ after what its headers state. */
#ifndef TESTS_CONFORM_FORMATS_H
#define TESTS_CONFORM_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* A format of floats: its precision in bits, the smallest spacing of its numbers, its largest number; what is below
 * `normal` is zero; whether it rounds inputs as it does weights; what a sum may lose because it is small. */
struct rounding {
    int precision, least;
    double most, normal;
    bool inputs;
    double lost;
};

/* Of formats that share scales: f32. */
struct rounding rounding_of(enum kernel_format format);

/* To nearest, ties to even; infinity past the largest number. */
double rounded(const struct rounding *f, double x);

/* Whether integers are multiplied: inputs are rounded to int8. */
bool multiplies_integers(enum kernel_format format);

/* The scale of x[k] that kernels/scale.h states, and the integers, saturated where the scale is of others. */
double scale_in(const float *x, int k, int most, int bits);
void integers_of(int8_t *q, const float *x, int k, double scale);

/* Output w[k] as a format has it. */
void output_in(enum kernel_format format, double *y, const float *w, int k);

/* The same of int8 and ternary as integers; returns their scale. */
double output_integers(enum kernel_format format, int8_t *q, const float *w, int k);

#endif
