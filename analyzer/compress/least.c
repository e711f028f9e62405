#include "analyzer/compress/least.h"

#include <string.h>

/* Reorders x[n] so that x[k] is what sorting would put there (Hoare 1961, algorithm 65). */
static float nth(float *x, ptrdiff_t n, ptrdiff_t k)
{
    ptrdiff_t low = 0, high = n - 1;
    while (low < high) {
        float pivot = x[low + (high - low) / 2];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i > j)
                break;
            float swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (k <= j)
            high = j;
        else if (k >= i)
            low = i;
        else
            break;
    }
    return x[k];
}

void least_to_zero(float *w, const float *score, size_t n, size_t count, float *scratch)
{
    size_t below = 0;
    if (count == 0)
        return;
    memcpy(scratch, score, n * sizeof *score);
    float limit = nth(scratch, (ptrdiff_t)n, (ptrdiff_t)count - 1);
    for (size_t i = 0; i < n; i++)
        below += score[i] < limit;
    size_t equal = count - below;
    for (size_t i = 0; i < n; i++) {
        if (score[i] < limit || (score[i] == limit && equal > 0)) {
            equal -= score[i] == limit;
            w[i] = 0;
        }
    }
}
