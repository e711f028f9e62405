/* Writing a model as a HuggingFace directory: config.json, model.safetensors, and the files of its tokenizer. */
#ifndef ANALYZER_MODEL_SAVE_H
#define ANALYZER_MODEL_SAVE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/model/model.h"

struct save_options {
    enum dtype dtype; /* of the parameters: F32, F16 or BF16, rounded to nearest even */
    bool compact;     /* instead: weight formats and structure as they are (storage.h, compact.h), without any loss; only this program
                         reads that */
    const struct progress *progress; /* NULL = none */
};

/* Writes the directory beside its place and renames it, so that it appears whole or not at all. A directory that is there is
 * replaced only if it holds nothing but files of a model. Tensors are named as HuggingFace names them and
 * sorted; the same model gives the same bytes. The parameters are streamed, so that little memory is needed. */
WARN_UNUSED int model_save(const struct model *m, const char *dir, const struct save_options *o, struct err *e);

/* Whether the model has formats or a structure that only a compact directory can hold. */
bool model_is_compact(const struct model *m);

/* The size of the model.safetensors that it would write. */
WARN_UNUSED int model_save_bytes(uint64_t *out, const struct model *m, const struct save_options *o, struct err *e);

/* What model_save would refuse, asked before the work is done. */
WARN_UNUSED int model_save_check(const struct model *m, const char *dir, const struct save_options *o, struct err *e);
/* Whether a model directory may hold a file of this name. */
bool model_save_is_ours(const char *name);

#endif
