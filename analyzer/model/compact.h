/* What config.json of a compact directory says besides what HuggingFace knows: the object "bertscope",
 *
 *     {"version": 1,
 *      "layers": [{"number": 0, "heads": [0, 2, 3], "neurons": 512, "decoupled": true}, ...],
 *      "tensors": {"encoder.layer.0.output.dense.weight": {"stored": "int8", "shape": [768, 512]},
 *                  "encoder.layer.1.output.dense.weight": {"same": "encoder.layer.0.output.dense.weight"}, ...}}
 *
 * Layers say what they have left: numbers of the layer and of its heads in the model that it was made of; "decoupled" only where it is. Tensors that are
 * stored as bytes (analyzer/model/stored.h) say how and what they are; the tensor of that name in model.safetensors is then
 * U8[bytes]. "format" is that of the linear layer, if it is not the one that they are stored in; "input_range" the largest
 * input that its integers reach, if that was fixed beforehand. "same" names a tensor of another layer
 * that stands for this one too, which model.safetensors then does not hold. */
#ifndef ANALYZER_MODEL_COMPACT_H
#define ANALYZER_MODEL_COMPACT_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"
#include "kernels/kernels.h"

struct json_t;
struct stored;

struct compact_layer {
    int number, heads, neurons;
    int *head; /* [heads]; owned */
    bool decoupled;
};

struct compact_tensor {
    char *name;                  /* owned */
    const struct stored *stored; /* NULL = an ordinary tensor, of which only the format is said */
    enum kernel_format format;
    float input_range; /* as of struct param */
    size_t rows, cols;
    char *same;                  /* the tensor that it shares its numbers with; NULL = it has its own; owned */
};

struct compact {
    struct compact_layer *layer; /* owned */
    int layers;
    struct compact_tensor *tensor; /* owned, sorted by name */
    int tensors;
};

/* Reads the object from the root of a config.json; *out is NULL if there is none. Layers are `layers`, none has more than `heads` heads
 * and `ffn` neurons. `name` stands for the file in sentences. The caller frees it. */
WARN_UNUSED int compact_read(struct compact **out, const struct json_t *root, int layers, int heads, int ffn, const char *name,
                             struct err *e);
/* Adds the object to the root of a config.json; false without memory. */
WARN_UNUSED bool compact_write(const struct compact *c, struct json_t *root);
WARN_UNUSED int compact_copy(struct compact **out, const struct compact *c, struct err *e); /* NULL gives NULL */
void compact_free(struct compact *c);                                                       /* accepts NULL */

/* NULL if the tensor is an ordinary one. */
const struct compact_tensor *compact_find(const struct compact *c, const char *name);

#endif
