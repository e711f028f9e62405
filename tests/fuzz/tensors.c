#include "tests/fuzz/tensors.h"

#include <stdlib.h>

#include "analyzer/base/text.h"

#include <string.h>

static void check_tensor(const struct tensor *t, size_t most)
{
    volatile float sink = 0;
    float x[64];
    size_t n = tensor_count(t);
    if (tensor_bytes(t) > most || t->ndim > TENSOR_DIMS)
        abort();
    if (!dtype_is_number(t->dtype))
        return;
    for (size_t i = 0; i < n; i += 64) {
        size_t part = n - i < 64 ? n - i : 64;
        tensor_read_f32(t, i, part, x);
        sink = x[part - 1];
    }
    (void)sink;
}

void fuzz_check_tensors(struct checkpoint *c, int code, struct err *e, size_t most)
{
    if (code == 0)
        code = checkpoint_finish(c, e);
    if (code > 0 || (code != 0 && (e->code != code || !*e->text || !text_is_utf8(e->text, strlen(e->text)))))
        abort();
    for (int i = 0; code == 0 && i < c->entries; i++) {
        if (checkpoint_find(c, c->entry[i].name) != &c->entry[i].tensor)
            abort();
        check_tensor(&c->entry[i].tensor, most);
        checkpoint_drop(c, &c->entry[i].tensor);
    }
    checkpoint_close(c);
}
