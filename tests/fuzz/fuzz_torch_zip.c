#include "analyzer/model/torch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

/* A zip file of torch.save, also one that does not begin as such files do. Inflated entries may be 32 times as large as the file. */
void fuzz_torch_zip(const uint8_t *data, size_t n)
{
    struct checkpoint c = {0};
    struct err e = {0};
    int code = torch_zip_parse(&c, data, n, &e);
    fuzz_check_tensors(&c, code, &e, 32 * n);
}
