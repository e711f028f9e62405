/* Checkpoints in several files, listed by an index (JSON: {"weight_map": {tensor: file}}).
 *
 * As in the HuggingFace loader the index says which files there are, and every tensor in them counts; beyond it, each
 * tensor of the map must be in the file the map names, and no tensor may be in two files. A file is named relative to
 * the directory of the index; a name with a path in it is refused. */
#ifndef ANALYZER_MODEL_SHARDED_H
#define ANALYZER_MODEL_SHARDED_H

#include "analyzer/model/checkpoint.h"

#define SHARDED_MAX_INDEX 16000000 /* bytes; CHECKPOINT_MAX_ENTRIES entries fit */

typedef int read_shard_fn(struct checkpoint *out, const char *path, struct err *e);

/* Reads the index at `path` and every shard, once, with `read_shard`. */
WARN_UNUSED int sharded_read(struct checkpoint *out, const char *path, read_shard_fn *read_shard, struct err *e);

/* The same for an index in memory; `path` says where it stands. */
WARN_UNUSED int sharded_parse(struct checkpoint *out, const char *json, size_t n, const char *path,
                              read_shard_fn *read_shard, struct err *e);

/* True when the bytes begin like a JSON object. */
bool sharded_is(const unsigned char *bytes, size_t n);

#endif
