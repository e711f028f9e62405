/* The rows of AMX with their tiles in C (kernels/amx.h), so that they are tested on machines without. */
#ifndef TESTS_CONFORM_AMX_EMULATED_H
#define TESTS_CONFORM_AMX_EMULATED_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/kernels.h"

/* Named as in kernels.def, with " (emulated)" behind. They need the vectors that the true ones need, but no tiles. */
extern const struct kernel amx_emulated_rows[];
extern const int amx_emulated_rows_count;

/* What the check of their operation does not see: that tiles are released, and that a peak row counts what it does. */
void check_amx_emulated(const struct kernel *k);

/* Whether the last kernel left no tiles behind. */
bool amx_emulated_released(void);

/* Products of numbers since this was asked before. */
uint64_t amx_emulated_products(void);

#endif
