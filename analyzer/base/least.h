/* The smaller of two numbers. */
#ifndef ANALYZER_BASE_LEAST_H
#define ANALYZER_BASE_LEAST_H

static inline int least(int a, int b)
{
    return a < b ? a : b;
}

#endif
