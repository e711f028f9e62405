/* The trials that no other trial beats. */
#ifndef ANALYZER_COMPRESS_FRONTIER_H
#define ANALYZER_COMPRESS_FRONTIER_H

#include <stdbool.h>

/* on [n]: whether no other point has both a cost[] as low and a quality[] as high, one of them better (Pareto). Of equal points the first is
 * on it. Points with a figure that is not finite are not on it and beat nobody. */
void frontier_mark(bool *on, const double *cost, const double *quality, int n);

#endif
