#include "analyzer/model/safetensors.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

void fuzz_safetensors(const uint8_t *data, size_t n)
{
    struct checkpoint c = {0};
    struct err e = {0};
    int code = safetensors_parse(&c, data, n, &e);
    fuzz_check_tensors(&c, code, &e, n);
}
