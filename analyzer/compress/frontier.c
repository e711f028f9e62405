#include "analyzer/compress/frontier.h"

#include <math.h>

static bool beats(const double *cost, const double *quality, int a, int b)
{
    bool as_good = cost[a] <= cost[b] && quality[a] >= quality[b];
    bool better = cost[a] < cost[b] || quality[a] > quality[b];
    return as_good && (better || a < b);
}

void frontier_mark(bool *on, const double *cost, const double *quality, int n)
{
    for (int i = 0; i < n; i++) {
        on[i] = isfinite(cost[i]) && isfinite(quality[i]);
        for (int k = 0; k < n && on[i]; k++)
            on[i] = k == i || !isfinite(cost[k]) || !isfinite(quality[k]) || !beats(cost, quality, k, i);
    }
}
