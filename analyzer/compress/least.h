/* The smallest of many numbers. */
#ifndef ANALYZER_COMPRESS_LEAST_H
#define ANALYZER_COMPRESS_LEAST_H

#include <stddef.h>

/* Sets w[i] to 0 where score[i] is one of the `count` smallest of score [n]; of equals the first goes first. `scratch` [n] is overwritten. */
void least_to_zero(float *w, const float *score, size_t n, size_t count, float *scratch);

#endif
