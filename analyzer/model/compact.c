#include "analyzer/model/compact.h"

#include <float.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/stored.h"

enum { VERSION = 1, SIZE_MOST = 1 << 30 };

struct reader {
    struct compact *c;
    int heads, ffn;
    const char *name;
    struct err *e;
};

/* A whole number in low .. high; -1 if it is not there or another one. */
static json_int_t whole(const json_t *v, json_int_t low, json_int_t high)
{
    json_int_t x = json_is_integer(v) ? json_integer_value(v) : -1;
    return x >= low && x <= high ? x : -1;
}

static int read_heads(const struct reader *r, struct compact_layer *l, const json_t *list, size_t at)
{
    size_t n = json_array_size(list);
    if (n < 1 || n > (size_t)r->heads)
        return err_set(r->e, ERR_SHAPE, "%s: layer %zu of \"bertscope\" should list 1 to %d heads", r->name, at, r->heads);
    l->head = malloc(n * sizeof *l->head);
    if (!l->head)
        return err_set(r->e, ERR_NOMEM, "%s: no memory for %zu heads", r->name, n);
    for (size_t i = 0; i < n; i++) {
        json_int_t head = whole(json_array_get(list, i), i ? l->head[i - 1] + 1 : 0, r->heads - 1);
        if (head < 0)
            return err_set(r->e, ERR_SHAPE, "%s: layer %zu of \"bertscope\": its heads should be rising numbers below %d", r->name, at,
                           r->heads);
        l->head[i] = (int)head;
    }
    l->heads = (int)n;
    return 0;
}

static int read_layer(const struct reader *r, const json_t *v, size_t at)
{
    struct compact_layer *l = &r->c->layer[at];
    json_int_t least = at ? r->c->layer[at - 1].number + 1 : 0;
    json_int_t number = whole(json_object_get(v, "number"), least, 1 << 20), neurons = whole(json_object_get(v, "neurons"), 1, r->ffn);
    if (number < 0 || neurons < 0)
        return err_set(r->e, ERR_SHAPE, "%s: layer %zu of \"bertscope\" should have a number above that of the layer before, and 1 to %d "
                                        "neurons", r->name, at, r->ffn);
    const json_t *decoupled = json_object_get(v, "decoupled");
    if (decoupled && !json_is_boolean(decoupled))
        return err_set(r->e, ERR_FORMAT, "%s: layer %zu of \"bertscope\": whether it is decoupled should be true or false", r->name, at);
    l->decoupled = json_is_true(decoupled);
    l->number = (int)number;
    l->neurons = (int)neurons;
    return read_heads(r, l, json_object_get(v, "heads"), at);
}

static int read_layers(const struct reader *r, const json_t *list, int layers)
{
    if (!json_is_array(list) || json_array_size(list) != (size_t)layers)
        return err_set(r->e, ERR_SHAPE, "%s: \"bertscope\" should describe %d layers", r->name, layers);
    r->c->layer = calloc((size_t)layers, sizeof *r->c->layer);
    if (!r->c->layer)
        return err_set(r->e, ERR_NOMEM, "%s: no memory for %d layers", r->name, layers);
    r->c->layers = layers;
    for (size_t i = 0; i < (size_t)layers; i++)
        TRY(read_layer(r, json_array_get(list, i), i));
    return 0;
}

static int bad_tensor(const struct reader *r, const char *name, const char *what)
{
    return err_set(r->e, ERR_FORMAT, "%s: tensor \"%.100s\" of \"bertscope\": %s", r->name, name, what);
}

static int take_name(const struct reader *r, char **out, const char *name)
{
    *out = strdup(name);
    return *out ? 0 : err_set(r->e, ERR_NOMEM, "%s: no memory for the names of tensors", r->name);
}

static int read_range(const struct reader *r, struct compact_tensor *t, const json_t *v)
{
    t->input_range = (float)fmin(json_number_value(v), (double)FLT_MAX);
    if (v && t->input_range <= 0)
        return bad_tensor(r, t->name, "its input range should be a number above 0");
    if (v && kernel_format_factors(t->format) != KERNEL_INT8)
        return bad_tensor(r, t->name, "it has an input range, and a format that rounds no inputs to integers");
    return 0;
}

static int read_tensor(const struct reader *r, const char *name, const json_t *v)
{
    struct compact_tensor *t = &r->c->tensor[r->c->tensors++];
    const json_t *same = json_object_get(v, "same");
    TRY(take_name(r, &t->name, name));
    if (same && (!json_is_string(same) || json_object_size(v) != 1))
        return bad_tensor(r, name, "what it is the same as should be one name, and all that is said");
    if (same)
        return take_name(r, &t->same, json_string_value(same));
    const char *stored = json_string_value(json_object_get(v, "stored")), *format = json_string_value(json_object_get(v, "format"));
    const json_t *shape = json_object_get(v, "shape");
    t->stored = stored ? stored_find(stored) : NULL;
    t->format = t->stored ? t->stored->format : KERNEL_F32;
    if (stored && !t->stored)
        return bad_tensor(r, name, "it is stored in a way that is not known");
    if (format && !kernel_format_parse(format, &t->format))
        return bad_tensor(r, name, "its format is not known");
    TRY(read_range(r, t, json_object_get(v, "input_range")));
    json_int_t rows = whole(json_array_get(shape, 0), 1, SIZE_MOST), cols = whole(json_array_get(shape, 1), 1, SIZE_MOST);
    if (t->stored && (json_array_size(shape) != 2 || rows < 0 || cols < 0))
        return bad_tensor(r, name, "its shape should be two sizes");
    t->rows = t->stored ? (size_t)rows : 0;
    t->cols = t->stored ? (size_t)cols : 0;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct compact_tensor *)a)->name, ((const struct compact_tensor *)b)->name);
}

static int read_tensors(const struct reader *r, json_t *object)
{
    const char *name;
    json_t *v;
    if (!json_is_object(object))
        return err_set(r->e, ERR_FORMAT, "%s: \"bertscope\" has no \"tensors\"", r->name);
    r->c->tensor = calloc(json_object_size(object) + 1, sizeof *r->c->tensor);
    if (!r->c->tensor)
        return err_set(r->e, ERR_NOMEM, "%s: no memory for %zu tensors", r->name, json_object_size(object));
    json_object_foreach(object, name, v)
        TRY(read_tensor(r, name, v));
    qsort(r->c->tensor, (size_t)r->c->tensors, sizeof *r->c->tensor, compare);
    return 0;
}

static int read_object(const struct reader *r, json_t *v, int layers)
{
    if (!json_is_object(v) || whole(json_object_get(v, "version"), VERSION, VERSION) < 0)
        return err_set(r->e, ERR_UNSUPPORTED, "%s: \"bertscope\" should be an object of version %d", r->name, VERSION);
    TRY(read_layers(r, json_object_get(v, "layers"), layers));
    return read_tensors(r, json_object_get(v, "tensors"));
}

int compact_read(struct compact **out, const struct json_t *root, int layers, int heads, int ffn, const char *name, struct err *e)
{
    json_t *v = json_object_get(root, "bertscope");
    *out = NULL;
    if (!v)
        return 0;
    struct reader r = {calloc(1, sizeof *r.c), heads, ffn, name, e};
    if (!r.c)
        return err_set(e, ERR_NOMEM, "%s: no memory for its structure", name);
    int code = read_object(&r, v, layers);
    if (code != 0)
        compact_free(r.c);
    else
        *out = r.c;
    return code;
}

/* NULL without memory, like the next. */
static json_t *layer_json(const struct compact_layer *l)
{
    json_t *heads = json_array();
    bool ok = true;
    for (int i = 0; i < l->heads; i++)
        ok = json_array_append_new(heads, json_integer(l->head[i])) == 0 && ok;
    json_t *v = json_pack("{s:i,s:o,s:i}", "number", l->number, "heads", heads, "neurons", l->neurons);
    if (l->decoupled)
        ok = json_object_set_new(v, "decoupled", json_true()) == 0 && ok;
    if (!ok)
        json_decref(v);
    return ok ? v : NULL;
}

static json_t *tensor_json(const struct compact_tensor *t)
{
    json_t *v = json_object();
    bool ok = !t->same || json_object_set_new(v, "same", json_string(t->same)) == 0;
    if (t->stored) {
        ok = json_object_set_new(v, "stored", json_string(t->stored->name)) == 0;
        ok = json_object_set_new(v, "shape", json_pack("[I,I]", (json_int_t)t->rows, (json_int_t)t->cols)) == 0 && ok;
    }
    if (!t->same && (!t->stored || t->stored->format != t->format))
        ok = json_object_set_new(v, "format", json_string(kernel_format_name(t->format))) == 0 && ok;
    if (!t->same && t->input_range > 0)
        ok = json_object_set_new(v, "input_range", json_real((double)t->input_range)) == 0 && ok;
    if (!ok)
        json_decref(v);
    return ok ? v : NULL;
}

bool compact_write(const struct compact *c, struct json_t *root)
{
    json_t *layers = json_array(), *tensors = json_object(), *all = json_object();
    bool ok = json_object_set_new(all, "version", json_integer(VERSION)) == 0;
    for (int i = 0; i < c->layers; i++)
        ok = json_array_append_new(layers, layer_json(&c->layer[i])) == 0 && ok;
    for (int i = 0; i < c->tensors; i++)
        ok = json_object_set_new(tensors, c->tensor[i].name, tensor_json(&c->tensor[i])) == 0 && ok;
    ok = json_object_set_new(all, "layers", layers) == 0 && ok;
    ok = json_object_set_new(all, "tensors", tensors) == 0 && ok;
    return json_object_set_new(root, "bertscope", all) == 0 && ok;
}

void compact_free(struct compact *c)
{
    for (int i = 0; c && i < c->layers; i++)
        free(c->layer[i].head);
    for (int i = 0; c && i < c->tensors; i++)
        free(c->tensor[i].same), free(c->tensor[i].name);
    if (c) {
        free(c->layer);
        free(c->tensor);
    }
    free(c);
}

const struct compact_tensor *compact_find(const struct compact *c, const char *name)
{
    struct compact_tensor key = {.name = (char *)(size_t)name};
    return c && c->tensors ? bsearch(&key, c->tensor, (size_t)c->tensors, sizeof key, compare) : NULL;
}
