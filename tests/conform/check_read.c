/* read: small whole numbers, whose float sums are exact in any order, so one value left out or read twice
 * shows. */
#include "tests/conform/conform.h"

void check_read(const struct kernel *k)
{
    static const size_t kib[] = {1, 2, 3, 5, 64, 257};
    for (size_t i = 0; i < sizeof kib / sizeof *kib; i++)
        for (int where = 0; where < PLACEMENTS; where++) {
            size_t n = kib[i] * 256;
            at("%zu KiB placement %d", kib[i], where);
            float *p = guard_floats(n, (enum placement)where);
            double exact = 0;
            for (size_t j = 0; j < n; j++) {
                p[j] = (float)(random_u64() % 100);
                exact += p[j];
            }
            guard_seal(p);
            expect_near(k->fn.read(p, n * sizeof *p), exact, 0, 0, 0);
            guards_release();
        }
}
