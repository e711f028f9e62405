/* The entry of libFuzzer; $BERTSCOPE_FUZZ names the target. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct fuzz_target *wanted_target(void)
{
    const char *name = getenv("BERTSCOPE_FUZZ");
    for (int i = 0; name && i < fuzz_targets_count; i++)
        if (strcmp(name, fuzz_targets[i].name) == 0)
            return &fuzz_targets[i];
    fprintf(stderr, "BERTSCOPE_FUZZ must name one of:");
    for (int i = 0; i < fuzz_targets_count; i++)
        fprintf(stderr, " %s", fuzz_targets[i].name);
    fprintf(stderr, "\n");
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct fuzz_target *target;
    if (!target)
        target = wanted_target();
    target->run(data, n);
    return 0;
}
