#include <stdlib.h>

#include "analyzer/measure/timing.h"
#include "reports/thresholds.h"
#include "tests/fuzz/fuzz.h"

/* What is accepted allows every row a share that is none below 0. */
void fuzz_thresholds(const uint8_t *data, size_t n)
{
    struct thresholds t = {.share = 0.03};
    struct err e = {0};
    if (thresholds_parse(&t, (const char *)data, n, "thresholds", &e) != 0) {
        if (e.text[0] == '\0')
            abort();
        return;
    }
    for (int p = 0; p < PARTS; p++) {
        double share = thresholds_share(&t, "half", 1, 128, p);
        if (!(share >= 0 && share <= 10))
            abort();
    }
}
