/* Samples that look as if they had been measured: 1000 in two steps. */
#ifndef TESTS_UNIT_SAMPLED_FIXTURE_H
#define TESTS_UNIT_SAMPLED_FIXTURE_H

#include "analyzer/measure/sampled.h"

/* The caller frees it. */
void sampled_fixture(struct sampled *out);

#endif
