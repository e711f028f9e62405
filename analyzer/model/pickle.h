/* A machine for the pickles that torch.save writes (protocols 0 to 5; the operations are those of Python's
 * pickletools). It builds plain values and the descriptions of tensors and can do nothing else: a name from
 * pickle_globals.def is accepted, every other one is refused by name. Nothing is imported, called or run.
 *
 * Memory and time grow with the bytes of the pickle and stop at the PICKLE_MAX_ limits. There is no recursion. */
#ifndef ANALYZER_MODEL_PICKLE_H
#define ANALYZER_MODEL_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/model/tensor.h"

#define PICKLE_MAX_VALUES 4000000 /* values, also items on the stack and in the memo */
#define PICKLE_MAX_ITEMS  16000000
#define PICKLE_MAX_MARKS  1000

enum pickle_type {
    PICKLE_NONE,
    PICKLE_BOOL,
    PICKLE_INT,
    PICKLE_BIG,   /* an integer beyond 64 bits: its bytes (low first) or its digits */
    PICKLE_FLOAT, /* known to be one; no reader needs the number */
    PICKLE_TEXT,
    PICKLE_BYTES,
    PICKLE_TUPLE, /* torch.Size and frozenset too */
    PICKLE_LIST,  /* set too */
    PICKLE_DICT,  /* OrderedDict too; items are key, value, key, value ... as they were set, repeats included */
    PICKLE_GLOBAL,
    PICKLE_STORAGE, /* items: "storage", global of kind STORAGE, key (text), device (text), count (integer >= 0) of
                     * the whole storage, perhaps a view: None or (text, first, count) */
    PICKLE_TENSOR,  /* items: the arguments of the call, unchecked but for items 0, a storage */
    PICKLE_OTHER    /* an accepted object that says nothing about tensors (torch.device) */
};

enum pickle_kind { /* what an accepted global is */
    PICKLE_KIND_DICT,
    PICKLE_KIND_TENSOR,       /* (storage, offset, size, stride, ...): elements are those of the storage */
    PICKLE_KIND_TENSOR_TYPED, /* (storage, offset, size, stride, grad, hooks, dtype, ...) */
    PICKLE_KIND_PARAMETER,    /* (tensor, ...) */
    PICKLE_KIND_SIZE,         /* (tuple) */
    PICKLE_KIND_DEVICE,
    PICKLE_KIND_STORAGE,
    PICKLE_KIND_UNTYPED, /* a storage of bytes */
    PICKLE_KIND_DTYPE
};

struct pickle_global {
    const char *module, *name;
    enum pickle_kind kind;
    enum dtype dtype; /* of kinds STORAGE, UNTYPED (U8) and DTYPE */
};

struct pickle_value {
    unsigned char type; /* enum pickle_type */
    uint32_t cap;       /* private: room behind `first` */
    size_t n;           /* bytes or items */
    union {
        int64_t integer;                    /* BOOL, INT */
        const char *text;                   /* TEXT, BYTES, BIG: inside the pickle, not terminated */
        uint32_t first;                     /* TUPLE, LIST, DICT, STORAGE, TENSOR: see pickle_item */
        const struct pickle_global *global; /* GLOBAL */
    };
    const struct pickle_global *by; /* TENSOR: what made it */
};

struct pickle {
    struct pickle_value *value; /* [values]; owned */
    uint32_t *item;             /* [items] indices into `value`; owned */
    size_t values, items;
    uint32_t root;
    size_t used; /* bytes of the input up to and with STOP */
};

/* Runs the pickle at the front of `data`, which must outlive `out`. On failure `out` is zeroed. */
WARN_UNUSED int pickle_parse(struct pickle *out, const unsigned char *data, size_t n, struct err *e);
void pickle_free(struct pickle *p); /* accepts a zeroed struct */

static inline const struct pickle_value *pickle_root(const struct pickle *p)
{
    return &p->value[p->root];
}

/* Item i < n of a value that has items. */
static inline const struct pickle_value *pickle_item(const struct pickle *p, const struct pickle_value *v, size_t i)
{
    return &p->value[p->item[v->first + i]];
}

bool pickle_is_text(const struct pickle_value *v, const char *text);

#endif
