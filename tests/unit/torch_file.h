/* Files of torch.save made by the tests, good or bad. */
#ifndef TESTS_UNIT_TORCH_FILE_H
#define TESTS_UNIT_TORCH_FILE_H

#include "analyzer/base/str.h"

/* A tensor as a view of a storage, as the file states it. */
struct torch_view {
    long long storage, offset; /* elements */
    int dims, strides;
    long long dim[9], stride[9];
};

/* Appends the pickle of one F32 tensor in storage "0". */
void torch_file_pickle(struct str *s, const struct torch_view *v);

/* Appends a legacy file whose storage "0" has the numbers 0 ... n - 1. */
void torch_file_legacy(struct str *s, const struct torch_view *v, int n);

#endif
