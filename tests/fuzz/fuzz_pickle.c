#include "analyzer/model/torch.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

/* The bytes as a file of torch.save in either form, and as a bare pickle. Only an inflated entry may be
 * larger than the file, 32 times at most. */
void fuzz_pickle(const uint8_t *data, size_t n)
{
    struct checkpoint c = {0};
    struct pickle p;
    struct err e = {0};
    bool zip = torch_zip_is(data, n);
    int code = zip ? torch_zip_parse(&c, data, n, &e) : torch_legacy_parse(&c, data, n, &e);
    fuzz_check_tensors(&c, code, &e, zip ? 32 * n : n);
    if (pickle_parse(&p, data, n, &e) == 0)
        pickle_free(&p);
}
