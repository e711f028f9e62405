#include "analyzer/model/save.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/outdir.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/str.h"
#include "analyzer/model/bind.h"
#include "analyzer/model/compact.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"
#include "analyzer/model/shared.h"
#include "analyzer/model/storage.h"
#include "analyzer/model/tokenizer.h"
#include "kernels/half.h"

enum { CHUNK = 1 << 14, HEADER_ALIGN = 8 };

static bool ends_with(const char *text, const char *tail)
{
    size_t n = strlen(text), k = strlen(tail);
    return n >= k && strcmp(text + n - k, tail) == 0;
}

bool model_save_is_ours(const char *name)
{
    static const char *const names[] = {"config.json", "vocab.txt", "tokenizer.json", "tokenizer_config.json",
                                        "special_tokens_map.json", "added_tokens.json", "pytorch_model.bin",
                                        "model.safetensors.index.json", "pytorch_model.bin.index.json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return ends_with(name, ".safetensors") || strncmp(name, "training.checkpoint", 19) == 0;
}

/* HuggingFace has no name for layers that differ; heads that are gone it can say, if it is only said how many. */
static int check_shape(const struct model *m, struct err *e)
{
    for (int i = 0; i < m->config.layers; i++) {
        const struct layer_shape *l = &m->layer[i];
        if (l->decoupled)
            return err_set(e, ERR_UNSUPPORTED, "layer %d is decoupled: the texts of a pair do not see each other there, which config.json "
                                               "cannot say", i);
        if (l->neurons != m->config.ffn)
            return err_set(e, ERR_UNSUPPORTED, "layer %d has %d neurons and the others %d, which config.json cannot say", i, l->neurons,
                           m->config.ffn);
        if (l->heads != m->config.heads - (m->config.pruned ? m->config.pruned[i] : 0))
            return err_set(e, ERR_UNSUPPORTED, "layer %d has %d of %d heads left, which config.json cannot say", i, l->heads,
                           m->config.heads);
    }
    for (int i = 0; i < m->params; i++)
        if (model_inner(m, m->param[i].role, m->param[i].layer))
            return err_set(e, ERR_UNSUPPORTED, "%s is of low rank, which config.json cannot say", m->param[i].name);
    return 0;
}

bool model_is_compact(const struct model *m)
{
    for (int i = 0; i < m->params; i++)
        if (m->param[i].format != KERNEL_F32 || model_twin(m, i))
            return true;
    return check_shape(m, NULL) != 0;
}

int model_save_check(const struct model *m, const char *dir, const struct save_options *o, struct err *e)
{
    if (!o->compact)
        TRY(check_shape(m, e));
    if (!model_param(m, ROLE_WORD_EMBEDDING, -1))
        return err_set(e, ERR_UNSUPPORTED, "%s has no embeddings: there is no such HuggingFace model", m->name);
    return outdir_check(dir, model_save_is_ours, e);
}

/* ---- model.safetensors ---------------------------------------------------------------------------------------- */

struct item {
    char name[2 * BIND_NAME_SIZE];
    const struct param *param;
    struct storage storage;
    char same[2 * BIND_NAME_SIZE]; /* the item that holds its numbers too; "" = it holds them itself */
};

struct saving {
    const struct model *m;
    const struct save_options *o;
    struct item *item; /* owned */
    int items;
};

static void name_item(char out[2 * BIND_NAME_SIZE], const struct model *m, const struct arch_param *p, int layer)
{
    char name[BIND_NAME_SIZE];
    bool head = model_has_classifier(m) || model_has_masked_head(m);
    bool prefixed = head && p->presence != PRESENT_IN_HEAD && p->presence != PRESENT_IN_MASKED_HEAD;
    bind_name(name, p, layer);
    snprintf(out, 2 * BIND_NAME_SIZE, "%s%s", prefixed ? m->config.arch->prefix : "", name);
}

static int add_item(const struct arch_param *p, int layer, void *payload, struct err *e)
{
    struct saving *s = payload;
    const struct param *have = model_param(s->m, p->role, layer);
    if (!have)
        return 0;
    struct item *item = &s->item[s->items++];
    const struct param *twin = s->o->compact ? model_twin(s->m, (int)(have - s->m->param)) : NULL;
    name_item(item->name, s->m, p, layer);
    item->param = have;
    if (twin)
        name_item(item->same, s->m, p, twin->layer);
    if (twin)
        return 0;
    if (s->o->compact)
        return storage_choose(&item->storage, s->m, (int)(have - s->m->param), e);
    item->storage = (struct storage){NULL, s->o->dtype, tensor_count(&have->tensor) * (size_t)dtype_bits(s->o->dtype) / 8};
    return 0;
}

static int compare_items(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->name, ((const struct item *)b)->name);
}

/* The header, with blanks so that the data behind it is aligned. */
static void make_header(struct str *out, const struct saving *s)
{
    size_t at = 0;
    str_add(out, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (int i = 0; i < s->items; i++) {
        const struct tensor *t = &s->item[i].param->tensor;
        const struct storage *storage = &s->item[i].storage;
        size_t bytes = storage->bytes;
        if (s->item[i].same[0])
            continue;
        str_addf(out, ",\"%s\":{\"dtype\":\"%s\",\"shape\":[%zu", s->item[i].name, dtype_name(storage->dtype),
                 storage->stored ? bytes : t->dim[0]);
        if (t->ndim == 2 && !storage->stored)
            str_addf(out, ",%zu", t->dim[1]);
        str_addf(out, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
        at += bytes;
    }
    str_add(out, "}");
    while (out->len % HEADER_ALIGN != 0)
        str_add(out, " ");
}

static int add_header(struct outfile *f, const struct saving *s, struct err *e)
{
    struct str header;
    unsigned char size[8];
    str_init(&header);
    make_header(&header, s);
    for (int i = 0; i < 8; i++)
        size[i] = (unsigned char)(header.len >> 8 * i);
    int code = outfile_add(f, size, sizeof size, e);
    if (code == 0)
        code = outfile_add(f, header.text, header.len, e);
    str_free(&header);
    return code;
}

static int add_values(struct outfile *f, enum dtype dtype, const float *x, size_t n, struct err *e)
{
    uint16_t half[CHUNK];
    if (dtype == DTYPE_F32)
        return outfile_add(f, x, n * sizeof *x, e);
    for (size_t i = 0; i < n; i++)
        half[i] = dtype == DTYPE_F16 ? f16_from_f32(x[i]) : bf16_from_f32(x[i]);
    return outfile_add(f, half, n * sizeof *half, e);
}

static int add_stored(struct outfile *f, const struct item *item, struct err *e)
{
    const size_t *dim = item->param->tensor.dim;
    float *w;
    TRY(param_copy(&w, item->param, e));
    unsigned char *bytes = malloc(item->storage.bytes);
    int code = bytes ? stored_encode(item->storage.stored, bytes, w, dim[0], dim[1], e)
                     : err_set(e, ERR_NOMEM, "no memory for %zu bytes", item->storage.bytes);
    if (code == 0)
        code = outfile_add(f, bytes, item->storage.bytes, e);
    free(bytes);
    free(w);
    return code;
}

static int add_tensor(struct outfile *f, const struct saving *s, const struct item *item, struct err *e)
{
    float x[CHUNK];
    const struct tensor *t = &item->param->tensor;
    size_t count = item->same[0] ? 0 : tensor_count(t);
    if (item->storage.stored)
        return add_stored(f, item, e);
    for (size_t at = 0; at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK;
        TRY(progress_step(s->o->progress, "saving the model", 0, 0, e));
        tensor_read_f32(t, at, n, x);
        TRY(add_values(f, item->storage.dtype, x, n, e));
    }
    return 0;
}

static int write_tensors(const char *path, const struct saving *s, struct err *e)
{
    struct outfile f;
    TRY(outfile_open(&f, path, e));
    int code = add_header(&f, s, e);
    for (int i = 0; i < s->items && code == 0; i++)
        code = add_tensor(&f, s, &s->item[i], e);
    if (code == 0)
        return outfile_keep(&f, e);
    outfile_drop(&f);
    return code;
}

static int saving_init(struct saving *s, const struct model *m, const struct save_options *o, struct err *e)
{
    *s = (struct saving){.m = m, .o = o, .item = calloc((size_t)m->params, sizeof *s->item)};
    int code = s->item ? bind_each(m, add_item, s, e) : err_set(e, ERR_NOMEM, "no memory for %d names", m->params);
    if (code == 0)
        qsort(s->item, (size_t)s->items, sizeof *s->item, compare_items);
    return code;
}

int model_save_bytes(uint64_t *out, const struct model *m, const struct save_options *o, struct err *e)
{
    struct saving s;
    struct str header;
    int code = saving_init(&s, m, o, e);
    str_init(&header);
    if (code == 0)
        make_header(&header, &s);
    *out = 8 + header.len;
    for (int i = 0; i < s.items; i++)
        *out += s.item[i].storage.bytes;
    str_free(&header);
    free(s.item);
    return code;
}

/* ---- the directory -------------------------------------------------------------------------------------------- */

static const char *torch_dtype(enum dtype d)
{
    return d == DTYPE_F32 ? "float32" : d == DTYPE_F16 ? "float16" : "bfloat16";
}

static enum config_head head_of(const struct model *m)
{
    return model_has_classifier(m) ? CONFIG_CLASSIFIER : model_has_masked_head(m) ? CONFIG_MASKED_HEAD : CONFIG_NO_HEAD;
}

static bool describe_layers(struct compact *c, const struct model *m)
{
    for (int i = 0; i < m->config.layers; i++) {
        const struct layer_shape *l = &m->layer[i];
        c->layer[i] = (struct compact_layer){l->number, l->heads, l->neurons, malloc((size_t)l->heads * sizeof *l->head),
                                              l->decoupled};
        if (!c->layer[i].head)
            return false;
        c->layers++;
        for (int k = 0; k < l->heads; k++)
            c->layer[i].head[k] = layer_head(l, k);
    }
    return true;
}

static bool describe_tensors(struct compact *c, const struct saving *s)
{
    for (int i = 0; i < s->items; i++) {
        const struct item *item = &s->item[i];
        const size_t *dim = item->param->tensor.dim;
        struct compact_tensor *t = &c->tensor[c->tensors];
        if (!item->storage.stored && item->param->format == KERNEL_F32 && !item->same[0])
            continue;
        *t = (struct compact_tensor){.name = strdup(item->name), .stored = item->storage.stored, .format = item->param->format,
                                     .input_range = item->param->input_range, .rows = dim[0], .cols = dim[1],
                                     .same = item->same[0] ? strdup(item->same) : NULL};
        c->tensors++;
        if (!t->name || (item->same[0] && !t->same))
            return false;
    }
    return true;
}

static int describe(struct compact **out, const struct saving *s, struct err *e)
{
    struct compact *c = calloc(1, sizeof *c);
    *out = c;
    if (c) {
        c->layer = calloc((size_t)s->m->config.layers, sizeof *c->layer);
        c->tensor = calloc((size_t)s->items + 1, sizeof *c->tensor);
    }
    if (!c || !c->layer || !c->tensor)
        return err_set(e, ERR_NOMEM, "no memory to describe %d tensors", s->items);
    if (!describe_layers(c, s->m) || !describe_tensors(c, s))
        return err_set(e, ERR_NOMEM, "no memory to describe %d layers", s->m->config.layers);
    return 0;
}

static int save_config(const struct saving *s, const char *path, struct err *e)
{
    struct compact *compact = NULL;
    struct str text;
    str_init(&text);
    int code = s->o->compact ? describe(&compact, s, e) : 0;
    if (code == 0)
        code = config_write(&s->m->config, head_of(s->m), torch_dtype(s->o->compact ? DTYPE_F32 : s->o->dtype), compact, &text, e);
    if (code == 0)
        code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    compact_free(compact);
    return code;
}

static int save_files(const struct model *m, const char *dir, const struct save_options *o, struct err *e)
{
    struct saving s;
    struct str path;
    str_init(&path);
    int code = saving_init(&s, m, o, e);
    str_addf(&path, "%s/config.json", dir);
    if (code == 0)
        code = save_config(&s, path.text, e);
    str_clear(&path);
    str_addf(&path, "%s/model.safetensors", dir);
    if (code == 0)
        code = write_tensors(path.text, &s, e);
    free(s.item);
    if (code == 0 && m->tokenizer)
        code = tokenizer_save(m->tokenizer, dir, m->config.positions, e);
    str_free(&path);
    return code;
}

int model_save(const struct model *m, const char *dir, const struct save_options *o, struct err *e)
{
    struct outdir d;
    TRY(model_save_check(m, dir, o, e));
    TRY(outdir_open(&d, dir, model_save_is_ours, e));
    int code = save_files(m, d.temp, o, e);
    if (code == 0)
        return outdir_keep(&d, model_save_is_ours, e);
    outdir_drop(&d);
    return code;
}
