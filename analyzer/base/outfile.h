/* Output files appear whole or not at all: written beside their place under a temporary name, then renamed. */
#ifndef ANALYZER_BASE_OUTFILE_H
#define ANALYZER_BASE_OUTFILE_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* Writes `n` bytes to `path`, replacing what is there. On failure nothing is left behind. A link stays and its target is
 * replaced; a device or a pipe is written to, not replaced. */
WARN_UNUSED int outfile_write(const char *path, const void *data, size_t n, struct err *e);

#endif
