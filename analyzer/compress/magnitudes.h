/* How large the numbers of many batches are, and how far integers should reach that stand for them: q r / 127 with |q| <= 127 and one
 * range r for all; what is beyond becomes r. */
#ifndef ANALYZER_COMPRESS_MAGNITUDES_H
#define ANALYZER_COMPRESS_MAGNITUDES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAGNITUDES_BINS = 2048, MAGNITUDES_LEVELS = 128 };

/* Zeroed = none was seen. The bins share [0, 2^exponent) evenly; where larger numbers come, two of them become one until these fit,
 * so that the result does not depend on the order, and more than half of the bins lie below the largest number. */
struct magnitudes {
    float largest; /* infinity or NaN if one was not finite, which is the end of counting */
    int exponent;
    uint64_t seen;
    uint64_t count[MAGNITUDES_BINS];
};

void magnitudes_add(struct magnitudes *m, const float *x, size_t n);
bool magnitudes_finite(const struct magnitudes *m);

/* Ranges, of finite numbers; 0 where none or only zeros were seen, never more than the largest number. */

/* The end of the first bin up to which lies this share of them, 0 to 1; with 1 the largest number. */
float magnitudes_share(const struct magnitudes *m, double share);
/* The range that keeps most of what their distribution says (Migacz 2017, 8-bit inference with TensorRT, GTC): for each bin i from the
 * 128th on, P = the counts up to i, with all above added to that of i; Q = the counts up to i in 128 groups of i / 128 bins (the last one
 * takes what is left), each group spread evenly over those of its bins that are not empty. The end of the bin with the least
 * sum P log(P / Q), both made to sum to 1; the smallest of equals. Infinite where Q is 0 and P is not. */
float magnitudes_closest(const struct magnitudes *m);

#endif
