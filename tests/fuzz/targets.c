#include "tests/fuzz/fuzz.h"

const struct fuzz_target fuzz_targets[] = {
#define FUZZ(noun) {#noun, fuzz_##noun},
#include "tests/fuzz/fuzz.def"
#undef FUZZ
};
const int fuzz_targets_count = sizeof fuzz_targets / sizeof *fuzz_targets;
