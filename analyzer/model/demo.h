/* The built-in model: the files of analyzer/model/demo/ inside the program. `make demo-model` writes them anew. */
#ifndef ANALYZER_MODEL_DEMO_H
#define ANALYZER_MODEL_DEMO_H

#include <stddef.h>

enum demo_file { DEMO_CONFIG, DEMO_WEIGHTS, DEMO_VOCAB, DEMO_FILES };

/* The bytes of a file, which are there as long as the program is. */
const unsigned char *demo_file(enum demo_file file, size_t *n);

#endif
