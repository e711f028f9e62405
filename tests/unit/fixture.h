/* Small model directories made by the tests themselves, to be broken in one way each. */
#ifndef TESTS_UNIT_FIXTURE_H
#define TESTS_UNIT_FIXTURE_H

#include "analyzer/base/str.h"

/* One tensor of a file to be written: F32 zeros. */
struct fixture_tensor {
    const char *name;
    size_t rows, cols; /* cols 0 = a vector */
};

/* A safetensors file with these tensors, one after the other. */
void fixture_safetensors(struct str *out, const struct fixture_tensor *t, int n);

/* The tensors of a BERT with hidden 8, feed-forward 16, vocabulary 11, 6 positions and 2 labels. `prefix` stands before
 * the base names. Returns how many; `t` has room for 64. Names are static until the next call. */
int fixture_bert(struct fixture_tensor *t, const char *prefix, int layers);

/* Its config.json, with more members appended ("" or ", \"key\": value"). Static until the next call. */
const char *fixture_config(int layers, const char *extra);

/* A fresh directory with config.json and model.safetensors; NULL leaves a file out. Static storage per call. */
const char *fixture_directory(const char *config, const struct fixture_tensor *t, int n);

#endif
