/* The state of a running pickle; private to pickle*.c. Sentences go to machine.e, functions return its code. */
#ifndef ANALYZER_MODEL_PICKLE_MACHINE_H
#define ANALYZER_MODEL_PICKLE_MACHINE_H

#include "analyzer/model/pickle.h"

enum { REF_NONE, REF_FALSE, REF_TRUE, REF_OTHER, REFS_FIXED }; /* values every machine begins with */

struct machine {
    const unsigned char *data;
    size_t n, at;
    struct pickle *out;
    size_t values_cap, items_cap;
    uint32_t *stack, *memo, *mark; /* memo: 0 = empty, else reference + 1; mark: heights of the stack */
    size_t depth, stack_cap, memos, memo_cap, puts, marks, mark_cap;
    struct err *e;
};

/* "the pickle is malformed at byte N: what" */
int machine_broken(const struct machine *m, const char *what);

/* Room for `need` (<= max) items of `size` bytes in *array, which is a pointer to a growing block of *cap items. */
WARN_UNUSED int machine_room(struct machine *m, void *array, size_t *cap, size_t need, size_t max, size_t size,
                             const char *what);

/* The next n bytes; an unsigned number of `bytes` bytes, low byte first; a text up to the end of the line, which is
 * consumed. */
WARN_UNUSED int machine_take(struct machine *m, size_t n, const unsigned char **out);
WARN_UNUSED int machine_take_number(struct machine *m, size_t bytes, uint64_t *out);
WARN_UNUSED int machine_take_line(struct machine *m, const char **text, size_t *n);

/* A value by its reference; invalid after the next new value. */
struct pickle_value *machine_value(struct machine *m, uint32_t ref);
WARN_UNUSED int machine_new_value(struct machine *m, const struct pickle_value *v, uint32_t *ref);
WARN_UNUSED int machine_new_sequence(struct machine *m, enum pickle_type type, const uint32_t *items, size_t n,
                                     uint32_t *ref);
/* Appends to the items of a tuple, list or dict. One that has no room left moves to the end, twice as large. `items`
 * must not be in the items of the pickle. */
WARN_UNUSED int machine_add_items(struct machine *m, uint32_t ref, const uint32_t *items, size_t n);

WARN_UNUSED int machine_push(struct machine *m, uint32_t ref);
WARN_UNUSED int machine_push_value(struct machine *m, const struct pickle_value *v);
/* The value `down` places below the top; never one below the last mark. */
WARN_UNUSED int machine_peek(struct machine *m, size_t down, uint32_t *ref);
WARN_UNUSED int machine_pop(struct machine *m, uint32_t *ref);
/* Takes everything above the last mark; *items stays valid until the next push. */
WARN_UNUSED int machine_pop_mark(struct machine *m, const uint32_t **items, size_t *n);

/* Operations on names and objects (pickle_call.c); `op` is the byte of the operation. */
typedef int op_fn(struct machine *m, int op);
op_fn op_global, op_stack_global, op_call, op_instance, op_build, op_persistent;

#endif
