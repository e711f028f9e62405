/* Files written by torch.save: what the zip form (PyTorch 1.6 and later) and the legacy form have in common.
 *
 * A state dict is accepted as the whole file or under "state_dict", "model_state_dict" or "model" of a dict; values
 * that are no tensors are ignored. A file of one single tensor gives one entry named "tensor". Storages may be shared
 * and views strided; every view is checked against the bytes of its storage, and none may have more elements than its
 * storage (so no small file expands into a large tensor). */
#ifndef ANALYZER_MODEL_TORCH_H
#define ANALYZER_MODEL_TORCH_H

#include "analyzer/model/checkpoint.h"
#include "analyzer/model/pickle.h"

/* A storage as a pickle refers to it. */
struct torch_storage {
    const char *key; /* not terminated */
    size_t key_len;
    enum dtype dtype; /* U8 for an untyped one */
    bool untyped;
    size_t count; /* elements */
    size_t bytes; /* count x size of an element */
};

/* Fills `out` from a value of type PICKLE_STORAGE; fails if the size overflows. */
WARN_UNUSED int torch_storage_of(struct torch_storage *out, const struct pickle *p, const struct pickle_value *v,
                                 struct err *e);

/* Finds the data of a storage: at least s->bytes bytes that live as long as the checkpoint. */
typedef int torch_find_fn(void *payload, const struct torch_storage *s, const unsigned char **data, struct err *e);

/* Adds every tensor of the state dict in `p`. */
WARN_UNUSED int torch_add_tensors(struct checkpoint *out, const struct pickle *p, torch_find_fn *find, void *payload,
                                  struct err *e);

/* A whole file in memory, which must outlive `out`. Sentences do not name the file. */
WARN_UNUSED int torch_zip_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e);
WARN_UNUSED int torch_legacy_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e);

/* True for the first bytes of a file in that form. */
bool torch_zip_is(const unsigned char *bytes, size_t n);
bool torch_legacy_is(const unsigned char *bytes, size_t n);

/* Maps the file at `path` and reads it, in whichever form it is. */
WARN_UNUSED int torch_read(struct checkpoint *out, const char *path, struct err *e);

#endif
