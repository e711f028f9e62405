#include "analyzer/model/torch.h"

#include <string.h>

#include "analyzer/base/size.h"

int torch_storage_of(struct torch_storage *out, const struct pickle *p, const struct pickle_value *v,
                     struct err *e)
{
    const struct pickle_global *type = pickle_item(p, v, 1)->global;
    const struct pickle_value *key = pickle_item(p, v, 2);
    *out = (struct torch_storage){
        .key = key->text,
        .key_len = key->n,
        .dtype = type->dtype,
        .untyped = type->kind == PICKLE_KIND_UNTYPED,
        .count = (size_t)pickle_item(p, v, 4)->integer,
    };
    if (!size_mul(out->count, (size_t)dtype_bits(out->dtype) / 8, &out->bytes))
        return err_set(e, ERR_FORMAT, "a storage of %zu elements is too large for any file", out->count);
    return 0;
}

/* ---- one tensor ---------------------------------------------------------- */

static int broken(const char *what, struct err *e)
{
    return err_set(e, ERR_FORMAT, "it has %s", what);
}

/* Shape or strides. */
static int read_sizes(const struct pickle *p, const struct pickle_value *v, size_t *out, int *n,
                      struct err *e)
{
    if (v->type != PICKLE_TUPLE && v->type != PICKLE_LIST)
        return broken("a shape that is no tuple", e);
    if (v->n > TENSOR_DIMS)
        return err_set(e, ERR_UNSUPPORTED, "it has %zu dimensions, at most %d are supported", v->n,
                       TENSOR_DIMS);
    for (size_t i = 0; i < v->n; i++) {
        const struct pickle_value *x = pickle_item(p, v, i);
        if (x->type != PICKLE_INT || x->integer < 0)
            return broken("a size or stride that is no number from 0 on", e);
        out[i] = (size_t)x->integer;
    }
    *n = (int)v->n;
    return 0;
}

static int read_dtype(const struct pickle *p, const struct pickle_value *v, const struct torch_storage *s,
                      enum dtype *out, struct err *e)
{
    *out = s->dtype;
    if (v->by->kind == PICKLE_KIND_TENSOR)
        return s->untyped ? broken("a storage without a type", e) : 0;
    const struct pickle_value *type = pickle_item(p, v, 6);
    if (type->type != PICKLE_GLOBAL || type->global->kind != PICKLE_KIND_DTYPE)
        return broken("no type", e);
    *out = type->global->dtype;
    return 0;
}

/* Index of the last element of the view, plus one; 0 if it is empty. */
static bool view_end(const struct tensor *t, size_t offset, size_t *count, size_t *end)
{
    size_t last = offset, part;
    *count = 1;
    for (int i = 0; i < t->ndim; i++)
        if (!size_mul(*count, t->dim[i], count))
            return false;
    if (*count == 0) {
        *end = 0;
        return true;
    }
    for (int i = 0; i < t->ndim; i++)
        if (!size_mul(t->dim[i] - 1, t->stride[i], &part) || !size_add(last, part, &last))
            return false;
    return size_add(last, 1, end);
}

/* The part of a storage that a legacy view may use, in elements; without a view, all of it. */
static int read_view(const struct pickle *p, const struct pickle_value *storage,
                     const struct torch_storage *s, size_t *first, size_t *count, struct err *e)
{
    const struct pickle_value *view = storage->n > 5 ? pickle_item(p, storage, 5) : NULL;
    size_t end;
    *first = 0;
    *count = s->count;
    if (!view || view->type != PICKLE_TUPLE)
        return 0;
    *first = (size_t)pickle_item(p, view, 1)->integer;
    *count = (size_t)pickle_item(p, view, 2)->integer;
    return size_add(*first, *count, &end) && end <= s->count ? 0 : broken("a view outside its storage", e);
}

static int check_view(const struct tensor *t, size_t offset, const struct torch_storage *s, size_t elements,
                      struct err *e)
{
    char shape[TENSOR_DIMS * 24];
    size_t count, end;
    bool fits = view_end(t, offset, &count, &end);
    if (fits && end <= elements && count <= elements)
        return 0;
    tensor_shape_text(t, shape, sizeof shape);
    if (fits && end <= elements)
        return err_set(e, ERR_UNSUPPORTED,
                       "it is an expanded view %s of a storage of %zu elements: save a contiguous "
                       "copy",
                       shape, elements);
    return err_set(e, ERR_FORMAT, "its shape %s reaches outside its storage %.*s of %zu elements", shape,
                   (int)(s->key_len < 40 ? s->key_len : 40), s->key, elements);
}

static int read_tensor(struct tensor *t, const struct pickle *p, const struct pickle_value *v,
                       torch_find_fn *find, void *payload, struct err *e)
{
    const struct pickle_value *storage = pickle_item(p, v, 0), *offset = pickle_item(p, v, 1);
    struct torch_storage s;
    const unsigned char *data = NULL;
    size_t first, count;
    int strides = 0;
    *t = (struct tensor){0};
    TRY(torch_storage_of(&s, p, storage, e));
    TRY(read_view(p, storage, &s, &first, &count, e));
    TRY(read_dtype(p, v, &s, &t->dtype, e));
    TRY(read_sizes(p, pickle_item(p, v, 2), t->dim, &t->ndim, e));
    TRY(read_sizes(p, pickle_item(p, v, 3), t->stride, &strides, e));
    if (strides != t->ndim)
        return broken("not as many strides as dimensions", e);
    if (offset->type != PICKLE_INT || offset->integer < 0)
        return broken("an offset that is no number from 0 on", e);
    size_t size = (size_t)dtype_bits(t->dtype) / 8, unit = (size_t)dtype_bits(s.dtype) / 8;
    TRY(check_view(t, (size_t)offset->integer, &s, count * unit / size, e));
    TRY(find(payload, &s, &data, e));
    bool empty = tensor_count(t) == 0;
    t->data = empty ? data : data + first * unit + (size_t)offset->integer * size;
    return 0;
}

/* ---- the state dict ------------------------------------------------------ */

/* The last value set under `key`, as in Python; NULL if there is none. */
static const struct pickle_value *dict_get(const struct pickle *p, const struct pickle_value *dict,
                                           const char *key)
{
    for (size_t i = dict->n; i >= 2; i -= 2)
        if (pickle_is_text(pickle_item(p, dict, i - 2), key))
            return pickle_item(p, dict, i - 1);
    return NULL;
}

static const struct pickle_value *find_state_dict(const struct pickle *p)
{
    static const char *const keys[] = {"state_dict", "model_state_dict", "model"};
    const struct pickle_value *root = pickle_root(p);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct pickle_value *v = dict_get(p, root, keys[i]);
        if (v && v->type == PICKLE_DICT)
            return v;
    }
    return root;
}

static int add_tensor(struct checkpoint *out, const char *name, size_t name_len, const struct pickle *p,
                      const struct pickle_value *v, torch_find_fn *find, void *payload, struct err *e)
{
    struct tensor t;
    if (read_tensor(&t, p, v, find, payload, e) != 0)
        return err_wrap(e, "tensor %.*s", (int)(name_len < 200 ? name_len : 200), name);
    return checkpoint_add(out, name, name_len, &t, e);
}

int torch_add_tensors(struct checkpoint *out, const struct pickle *p, torch_find_fn *find, void *payload,
                      struct err *e)
{
    const struct pickle_value *dict = pickle_root(p);
    int before = out->entries;
    if (dict->type == PICKLE_TENSOR)
        return add_tensor(out, "tensor", strlen("tensor"), p, dict, find, payload, e);
    if (dict->type != PICKLE_DICT)
        return err_set(e, ERR_UNSUPPORTED,
                       "the file holds neither a state dict nor a tensor: save a state_dict()");
    dict = find_state_dict(p);
    for (size_t i = 0; i < dict->n; i += 2) {
        const struct pickle_value *key = pickle_item(p, dict, i), *v = pickle_item(p, dict, i + 1);
        if (key->type == PICKLE_TEXT && v->type == PICKLE_TENSOR)
            TRY(add_tensor(out, key->text, key->n, p, v, find, payload, e));
    }
    if (out->entries == before)
        return err_set(e, ERR_UNSUPPORTED, "the file holds a dict without any tensor");
    return 0;
}

int torch_read(struct checkpoint *out, const char *path, struct err *e)
{
    struct filemap map;
    TRY(filemap_open(&map, path, e));
    TRY(checkpoint_own_map(out, &map, e));
    int code = torch_zip_is(map.data, map.size) ? torch_zip_parse(out, map.data, map.size, e)
               : torch_legacy_is(map.data, map.size)
                   ? torch_legacy_parse(out, map.data, map.size, e)
                   : err_set(e, ERR_FORMAT, "this is no file of torch.save");
    return code == 0 ? 0 : err_wrap(e, "%s", path);
}
