/* Output files appear whole or not at all: written beside their place under a temporary name, then renamed. */
#ifndef ANALYZER_BASE_OUTFILE_H
#define ANALYZER_BASE_OUTFILE_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* Writes `n` bytes to `path`, replacing what is there. On failure nothing is left behind. A link stays and its target is
 * replaced; a device or a pipe is written to, not replaced. */
WARN_UNUSED int outfile_write(const char *path, const void *data, size_t n, struct err *e);

/* The same for what is too large to be in memory at once: open, add as often as you like, then either keep or drop. */
struct outfile {
    char *path; /* owned */
    char *temp; /* name until it is kept; NULL = `path` is a device or a pipe; owned */
    int fd;
};

WARN_UNUSED int outfile_open(struct outfile *out, const char *path, struct err *e);
WARN_UNUSED int outfile_add(struct outfile *f, const void *data, size_t n, struct err *e);
/* Puts the file in its place, all of it on the disk; on failure it is dropped. */
WARN_UNUSED int outfile_keep(struct outfile *f, struct err *e);
void outfile_drop(struct outfile *f); /* also after a failure to open */

#endif
