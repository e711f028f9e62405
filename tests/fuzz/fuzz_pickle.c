#include "analyzer/model/torch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

/* The bytes as a file of torch.save in either form, and as a bare pickle. An inflated entry may be 32 times
 * as large as the file. */
void fuzz_pickle(const uint8_t *data, size_t n)
{
    struct checkpoint c = {0};
    struct pickle p;
    struct err e = {0};
    int code = torch_zip_is(data, n) ? torch_zip_parse(&c, data, n, &e) : torch_legacy_parse(&c, data, n, &e);
    fuzz_check_tensors(&c, code, &e, 32 * n);
    if (pickle_parse(&p, data, n, &e) == 0)
        pickle_free(&p);
}
