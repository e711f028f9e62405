/* A file mapped read-only. */
#ifndef ANALYZER_BASE_FILEMAP_H
#define ANALYZER_BASE_FILEMAP_H

#include <stddef.h>

#include "analyzer/base/err.h"

struct filemap {
    const unsigned char *data; /* owned; NULL for an empty or unmapped file */
    size_t size;
};

/* Maps a regular file (directories, devices and pipes are refused with a sentence). An empty file maps as size 0. */
WARN_UNUSED int filemap_open(struct filemap *out, const char *path, struct err *e);

/* Tells the system that the pages of [p, p + bytes) will not be read again soon: they are clean and stop counting
 * as memory of this process. Harmless for ranges outside the mapping. */
void filemap_drop(const struct filemap *m, const void *p, size_t bytes);

/* Bytes in memory as if they had been mapped from a file. */
WARN_UNUSED int filemap_copy(struct filemap *out, const void *bytes, size_t n, struct err *e);

void filemap_close(struct filemap *m); /* accepts a zeroed struct */

#endif
