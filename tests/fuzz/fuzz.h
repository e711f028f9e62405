/* Fuzz targets: each gives untrusted bytes to one reader and aborts if a promise is broken.
 *
 * `make check` runs every target over its saved corpus (driver.c). With --enable-fuzz (clang) `make fuzz` searches with
 * libFuzzer (search.sh): FUZZ="noun ..." chooses targets, SECONDS how long each; what it finds interesting goes to
 * fuzz-corpus/<noun>/ in the build directory, what breaks to fuzz-findings/. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Reads `n` bytes, which end at the end of their allocation. */
typedef void fuzz_fn(const uint8_t *data, size_t n);

#define FUZZ(noun) fuzz_fn fuzz_##noun;
#include "tests/fuzz/fuzz.def"
#undef FUZZ

struct fuzz_target {
    const char *name;
    fuzz_fn *run;
};

extern const struct fuzz_target fuzz_targets[];
extern const int fuzz_targets_count;

#endif
