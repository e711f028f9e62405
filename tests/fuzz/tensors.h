/* What targets that read checkpoints share. */
#ifndef TESTS_FUZZ_TENSORS_H
#define TESTS_FUZZ_TENSORS_H

#include "analyzer/model/checkpoint.h"

/* Finishes and closes a checkpoint that was read (`code` is what the reader returned, `e` what it said) and aborts
 * unless a failure has a code and a sentence, every name is found, and every element of every tensor can be read.
 * `most` bounds the bytes that a tensor may have. */
void fuzz_check_tensors(struct checkpoint *c, int code, struct err *e, size_t most);

#endif
