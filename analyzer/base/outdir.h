/* Output directories appear whole or not at all: filled beside their place under a temporary name, then renamed. */
#ifndef ANALYZER_BASE_OUTDIR_H
#define ANALYZER_BASE_OUTDIR_H

#include <stdbool.h>

#include "analyzer/base/err.h"

struct outdir {
    char *path; /* without / at the end; owned */
    char *temp; /* the directory to write files into; owned */
};

/* Says which files of a directory may be lost when it is replaced. */
typedef bool outdir_ours_fn(const char *name);

/* Checks that `path` could be replaced: that it is not there, or is a directory in which every entry is a file of ours. */
WARN_UNUSED int outdir_check(const char *path, outdir_ours_fn *ours, struct err *e);

/* Checks, and makes an empty directory beside `path`. Then either keep it or drop it. */
WARN_UNUSED int outdir_open(struct outdir *out, const char *path, outdir_ours_fn *ours, struct err *e);
/* Puts it in its place, where it replaces what is there. On failure it is dropped and what was there stays. */
WARN_UNUSED int outdir_keep(struct outdir *d, outdir_ours_fn *ours, struct err *e);
void outdir_drop(struct outdir *d); /* also after a failure to open */

/* Removes what was opened and neither kept nor dropped: for a program that ends in the middle. */
void outdir_abandon(void);

#endif
