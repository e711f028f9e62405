/* The named tensors of a model's files.
 *
 * A checkpoint may be one file or several; which formats exist is the table formats.def. Files are mapped, not
 * copied, and every byte of them is untrusted: a bad file gives one sentence that names file and cause. */
#ifndef ANALYZER_MODEL_CHECKPOINT_H
#define ANALYZER_MODEL_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/err.h"
#include "analyzer/base/filemap.h"
#include "analyzer/model/tensor.h"

/* Bounds against hostile files, far above what any encoder has. */
#define CHECKPOINT_MAX_ENTRIES 100000
#define CHECKPOINT_MAX_NAME    1000 /* bytes */

struct checkpoint_entry {
    const char *name; /* as in the file: any bytes but NUL, escape before showing */
    struct tensor tensor; /* tensor_bytes never exceeds what the files hold */
};

struct checkpoint {
    struct checkpoint_entry *entry; /* sorted by name (strcmp), names are unique */
    int entries;
    struct filemap *map; /* the files the tensors point into */
    int maps;
    void **block; /* data that had to be copied out of a file (malloc) */
    int blocks;
    struct arena names;
    const char *format; /* name of the row that read it */
};

/* One way to store tensors in files. */
struct checkpoint_format {
    const char *name;     /* safetensors, safetensors-sharded, torch-zip, ... */
    const char *filename; /* what it is called in a model directory; two formats may share one */
    /* True when the first bytes of a file can only be this format; used when `filename` alone does not decide and
     * when a file is opened directly. */
    bool (*is)(const unsigned char *bytes, size_t n);
    /* Reads the file at `path` into a zeroed checkpoint, which the caller closes, also after a failure. */
    int (*read)(struct checkpoint *out, const char *path, struct err *e);
};

extern const struct checkpoint_format *const checkpoint_formats[];
extern const int checkpoint_formats_count;

/* Opens a model directory (the first format whose file is there, in table order) or one checkpoint file (by its
 * first bytes, else by an extension that only one format has). On failure `out` is zeroed. */
WARN_UNUSED int checkpoint_open(struct checkpoint *out, const char *path, struct err *e);

/* The same from the bytes of a safetensors file in memory, which must outlive `out`; `name` stands for it in sentences. */
WARN_UNUSED int checkpoint_from_memory(struct checkpoint *out, const unsigned char *data, size_t n, const char *name,
                                       struct err *e);

/* NULL if there is no such tensor. Borrowed from `c`. */
const struct tensor *checkpoint_find(const struct checkpoint *c, const char *name);

/* Lets the system take back the pages under a tensor that has been copied elsewhere (see filemap_drop). */
void checkpoint_drop(const struct checkpoint *c, const struct tensor *t);

void checkpoint_close(struct checkpoint *c); /* accepts a zeroed struct */

/* For readers of formats: adds a tensor under a copy of the name; takes over a malloc'ed block; takes over a map. What
 * is taken over belongs to the checkpoint even after a failure (a block is then freed, a map closed).
 * checkpoint_finish sorts and rejects duplicates; checkpoint_open calls it after the reader. */
WARN_UNUSED int checkpoint_add(struct checkpoint *c, const char *name, size_t name_len, const struct tensor *t,
                               struct err *e);
WARN_UNUSED int checkpoint_own_block(struct checkpoint *c, void *block, struct err *e);
WARN_UNUSED int checkpoint_own_map(struct checkpoint *c, const struct filemap *m, struct err *e);
WARN_UNUSED int checkpoint_finish(struct checkpoint *c, struct err *e);

#endif
