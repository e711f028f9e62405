#include "analyzer/model/safetensors.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/base/text.h"

/* Where the data of entry `entry` of the checkpoint lies, relative to the first byte behind the header. */
struct span {
    size_t begin, end;
    int entry;
};

struct header {
    const char *text;
    size_t n, at; /* bytes, bytes consumed */
    struct checkpoint *out;
    struct span *span; /* one per tensor; owned */
    int spans, cap;
};

/* ---- JSON, one member at a time ------------------------------------------ */

static int header_broken(const struct header *h, const char *what, struct err *e)
{
    return err_set(e, ERR_FORMAT, "the safetensors header is malformed at byte %zu: %s", h->at, what);
}

static void skip_space(struct header *h)
{
    while (h->at < h->n && h->text[h->at] && strchr(" \t\r\n", h->text[h->at]))
        h->at++;
}

/* Consumes `c`, if it comes next. */
static bool take(struct header *h, char c)
{
    skip_space(h);
    if (h->at == h->n || h->text[h->at] != c)
        return false;
    h->at++;
    return true;
}

static int next_value(struct header *h, json_t **out, struct err *e)
{
    skip_space(h);
    json_error_t why;
    size_t rest = h->n - h->at, window = rest < SAFETENSORS_MAX_VALUE ? rest : SAFETENSORS_MAX_VALUE;
    *out = json_loadb(h->text + h->at, window,
                      JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &why);
    if (*out) {
        h->at += (size_t)why.position;
        return 0;
    }
    if (json_error_code(&why) == json_error_numeric_overflow)
        return header_broken(h, "a number in the next value is too large", e);
    if (window < rest && (size_t)why.position + 4 > window)
        return err_set(e, ERR_UNSUPPORTED,
                       "the value at byte %zu of the safetensors header is longer than %d bytes", h->at,
                       SAFETENSORS_MAX_VALUE);
    return header_broken(h, why.text, e);
}

static int next_key(struct header *h, json_t **out, struct err *e)
{
    TRY(next_value(h, out, e));
    if (!json_is_string(*out))
        return header_broken(h, "a name in quotes was expected before this", e);
    return take(h, ':') ? 0 : header_broken(h, "':' was expected", e);
}

/* ---- one tensor ---------------------------------------------------------- */

static int entry_broken(const char *name, const char *what, struct err *e)
{
    return err_set(e, ERR_FORMAT, "the header entry of tensor %s is malformed: %s", name, what);
}

/* A list of at most `max` sizes: how many there are, or -1. */
static int read_sizes(const json_t *list, size_t *out, size_t max)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > max)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const json_t *x = json_array_get(list, i);
        if (!json_is_integer(x) || json_integer_value(x) < 0)
            return -1;
        out[i] = (size_t)json_integer_value(x);
    }
    return (int)n;
}

static int read_entry(struct tensor *t, struct span *s, const char *name, const json_t *value, struct err *e)
{
    size_t dim[TENSOR_DIMS], offset[2];
    enum dtype dtype;
    const json_t *shape = json_object_get(value, "shape");
    const char *type = json_string_value(json_object_get(value, "dtype"));
    if (!json_is_object(value))
        return entry_broken(name, "it is no object", e);
    if (!type)
        return entry_broken(name, "it has no dtype", e);
    if (!dtype_from_name(type, &dtype))
        return err_set(e, ERR_UNSUPPORTED, "tensor %s has the unknown type %s", name, type);
    if (json_array_size(shape) > TENSOR_DIMS)
        return err_set(e, ERR_UNSUPPORTED, "tensor %s has %zu dimensions, at most %d are supported", name,
                       json_array_size(shape), TENSOR_DIMS);
    int ndim = read_sizes(shape, dim, TENSOR_DIMS);
    if (ndim < 0)
        return entry_broken(name, "shape is not a list of sizes", e);
    if (read_sizes(json_object_get(value, "data_offsets"), offset, 2) != 2)
        return entry_broken(name, "data_offsets is not a pair of sizes", e);
    *t = tensor_dense(dtype, ndim, dim, NULL);
    s->begin = offset[0];
    s->end = offset[1];
    return 0;
}

static int read_metadata(const struct header *h, json_t *value, struct err *e)
{
    const char *key;
    json_t *text;
    if (!json_is_object(value) && !json_is_null(value))
        return header_broken(h, "__metadata__ is no object", e);
    json_object_foreach(value, key, text)
    {
        if (!json_is_string(text))
            return header_broken(h, "a value in __metadata__ is no text", e);
    }
    return 0;
}

static int add_span(struct header *h, const struct span *s, struct err *e)
{
    if (h->spans == h->cap) {
        int cap = h->cap ? 2 * h->cap : 64;
        struct span *p = realloc(h->span, (size_t)cap * sizeof *p);
        if (!p)
            return err_set(e, ERR_NOMEM, "no memory for the list of %d tensors", cap);
        h->span = p;
        h->cap = cap;
    }
    h->span[h->spans++] = *s;
    return 0;
}

static int read_member(struct header *h, const json_t *key, json_t *value, struct err *e)
{
    const char *name = json_string_value(key);
    struct span s = {.entry = h->out->entries};
    struct tensor t;
    if (strcmp(name, "__metadata__") == 0)
        return read_metadata(h, value, e);
    TRY(read_entry(&t, &s, name, value, e));
    TRY(checkpoint_add(h->out, name, json_string_length(key), &t, e));
    return add_span(h, &s, e);
}

static int next_member(struct header *h, struct err *e)
{
    json_t *key = NULL, *value = NULL;
    int code = next_key(h, &key, e);
    if (code == 0)
        code = next_value(h, &value, e);
    if (code == 0)
        code = read_member(h, key, value, e);
    json_decref(key);
    json_decref(value);
    return code;
}

static int read_members(struct header *h, struct err *e)
{
    if (!take(h, '{'))
        return header_broken(h, "'{' was expected", e);
    if (!take(h, '}')) {
        do
            TRY(next_member(h, e));
        while (take(h, ','));
        if (!take(h, '}'))
            return header_broken(h, "',' or '}' was expected", e);
    }
    skip_space(h);
    return h->at == h->n ? 0 : header_broken(h, "something follows the last '}'", e);
}

/* ---- the whole ----------------------------------------------------------- */

static int compare_spans(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static int tensor_size(const struct checkpoint_entry *en, size_t *bytes, struct err *e)
{
    const struct tensor *t = &en->tensor;
    size_t n = 1;
    bool fits = true;
    for (int i = 0; i < t->ndim; i++)
        fits = fits && size_mul(n, t->dim[i], &n);
    if (!fits || !size_mul(n, (size_t)dtype_bits(t->dtype), &n))
        return err_set(e, ERR_FORMAT, "the size of tensor %s is too large for any file", en->name);
    if (n % 8 != 0)
        return err_set(e, ERR_FORMAT, "tensor %s of type %s does not end at a whole byte", en->name,
                       dtype_name(t->dtype));
    *bytes = n / 8;
    return 0;
}

static int check_span(const struct checkpoint_entry *en, const struct span *s, size_t start, struct err *e)
{
    char shape[TENSOR_DIMS * 24];
    size_t bytes = 0;
    if (s->begin != start)
        return err_set(e, ERR_FORMAT,
                       "tensor %s begins at byte %zu of the data where %zu was expected: tensors may "
                       "not overlap or leave holes",
                       en->name, s->begin, start);
    if (s->end < s->begin)
        return err_set(e, ERR_FORMAT, "tensor %s ends at byte %zu of the data, before its begin at %zu",
                       en->name, s->end, s->begin);
    TRY(tensor_size(en, &bytes, e));
    if (bytes != s->end - s->begin)
        return err_set(e, ERR_FORMAT, "tensor %s has %zu bytes of data, but %s %s needs %zu", en->name,
                       s->end - s->begin, dtype_name(en->tensor.dtype),
                       tensor_shape_text(&en->tensor, shape, sizeof shape), bytes);
    return 0;
}

/* Checks that the tensors tile the `n` bytes of data, and points them there. */
static int place_tensors(struct header *h, const unsigned char *data, size_t n, struct err *e)
{
    size_t start = 0;
    if (h->spans > 0)
        qsort(h->span, (size_t)h->spans, sizeof *h->span, compare_spans);
    for (int i = 0; i < h->spans; i++) {
        TRY(check_span(&h->out->entry[h->span[i].entry], &h->span[i], start, e));
        start = h->span[i].end;
    }
    if (start != n)
        return err_set(e, ERR_FORMAT,
                       "the tensors take %zu bytes, but %zu bytes follow the header: the file is %s", start,
                       n, start > n ? "cut off" : "longer than it may be");
    for (int i = 0; i < h->spans; i++)
        h->out->entry[h->span[i].entry].tensor.data = data + h->span[i].begin;
    return 0;
}

static uint64_t read_u64_le(const unsigned char *p)
{
    uint64_t x = 0;
    for (int i = 7; i >= 0; i--)
        x = x << 8 | p[i];
    return x;
}

int safetensors_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e)
{
    if (n < 8)
        return err_set(e, ERR_FORMAT,
                       "the file has %zu bytes, too few for a safetensors header: it is cut off", n);
    uint64_t length = read_u64_le(data);
    if (length > SAFETENSORS_MAX_HEADER)
        return err_set(e, ERR_FORMAT,
                       "the header claims %llu bytes, at most %d are allowed: this is no safetensors "
                       "file",
                       (unsigned long long)length, SAFETENSORS_MAX_HEADER);
    if (length > n - 8)
        return err_set(e, ERR_FORMAT,
                       "the header claims %llu bytes, but only %zu follow: the file is cut off",
                       (unsigned long long)length, n - 8);
    struct header h = {.text = (const char *)data + 8, .n = (size_t)length, .out = out};
    if (!text_is_utf8(h.text, h.n))
        return err_set(e, ERR_FORMAT, "the header is no valid UTF-8: this is no safetensors file");
    int code = read_members(&h, e);
    if (code == 0)
        code = place_tensors(&h, data + 8 + h.n, n - 8 - h.n, e);
    free(h.span);
    return code;
}

int safetensors_read(struct checkpoint *out, const char *path, struct err *e)
{
    struct filemap map;
    TRY(filemap_open(&map, path, e));
    TRY(checkpoint_own_map(out, &map, e));
    return safetensors_parse(out, map.data, map.size, e) == 0 ? 0 : err_wrap(e, "%s", path);
}

bool safetensors_is(const unsigned char *bytes, size_t n)
{
    return n > 8 && read_u64_le(bytes) <= SAFETENSORS_MAX_HEADER && memchr("{ \t\r\n", bytes[8], 5);
}
