/* What both tokenizer targets do once a tokenizer was accepted. */
#ifndef TESTS_FUZZ_TEXT_H
#define TESTS_FUZZ_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/model/tokenizer.h"

/* Where the first NUL byte is, else `n`. */
size_t fuzz_text_start(const uint8_t *data, size_t n);

/* Encodes [NUL text [NUL pair]] with little and with much room and aborts unless the ids are good and the
 * beginnings agree. */
void fuzz_text(const struct tokenizer *t, const char *bytes, size_t n);

#endif
