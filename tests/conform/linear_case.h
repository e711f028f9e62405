/* One product of check_linear.c: its sizes and numbers, and what y should be. */
#ifndef TESTS_CONFORM_LINEAR_CASE_H
#define TESTS_CONFORM_LINEAR_CASE_H

#include "tests/conform/conform.h"

struct linear_case {
    int m, n, k;
    enum activation act;
    enum numbers kind;
    enum placement where;
    bool bias;
    enum kernel_format format;
    float range;  /* of inputs; 0 = each row has its own */
    double zeros; /* share of the weights that are 0, besides those that are anyway */
};

struct linear_data {
    struct matrix x, w, y;
    float *panels, *bias, range;
};

/* Only so many different numbers as the table of a format has. */
void make_few(struct matrix *w, enum kernel_format format);

/* y = act(x w^T + bias) for rows [row, row + m), whose inputs are first prepared where the row wants that. */
void run_rows(const struct linear_kernel *l, struct matrix *y, const struct matrix *x, int row, int m, int n,
              const struct linear_data *d, enum activation act);

/* The panels of w, in guarded memory, and what they take. */
float *pack_all(const struct linear_kernel *l, const struct matrix *w, enum placement where);
size_t packed_bytes(const struct linear_kernel *l, const struct matrix *w);

struct linear_data data_new(const struct linear_kernel *l, const struct linear_case *c);

/* Runs it and compares. */
void check_case(const struct linear_kernel *l, const struct linear_case *c);

#endif
