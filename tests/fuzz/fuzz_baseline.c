#include <stdlib.h>

#include "reports/baseline.h"
#include "tests/fuzz/fuzz.h"

/* What is accepted has rounds in every workload, times that can be divided by, launches in order. */
void fuzz_baseline(const uint8_t *data, size_t n)
{
    struct timing t;
    struct err e = {0};
    if (baseline_parse(&t, (const char *)data, n, "baseline", &e) != 0) {
        if (t.c || e.text[0] == '\0')
            abort();
        return;
    }
    for (int i = 0; i < t.cases; i++) {
        const struct timing_case *c = &t.c[i];
        if (c->rounds < 1 || c->batch < 1 || c->seq < 1 || c->launch[0] != 0 || timing_find(&t, c->recipe, c->batch, c->seq) != c)
            abort();
        for (int r = 0; r < c->rounds; r++)
            for (int p = 0; p < PARTS; p++)
                if (!(timing_part(c, p)[r] >= 1) || !(c->yardstick[r] >= 1) || (r > 0 && c->launch[r] < c->launch[r - 1]))
                    abort();
    }
    timing_free(&t);
}
