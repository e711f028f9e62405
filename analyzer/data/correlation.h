/* Pearson's correlation of two columns, with counted rows. */
#ifndef ANALYZER_DATA_CORRELATION_H
#define ANALYZER_DATA_CORRELATION_H

/* a, b [n]; row i counts times[i] times. NAN if either is constant. Two passes: the means first. */
double correlation(const double *a, const double *b, const int *times, int n);

#endif
