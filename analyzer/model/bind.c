#include "analyzer/model/bind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/compact.h"
#include "analyzer/model/inner.h"
#include "analyzer/model/shared.h"
#include "analyzer/model/stored.h"

enum { RANK_MOST = 1 << 20 };

static const enum component role_component[] = {
#define ROLE(name, component) COMPONENT_##component,
#include "analyzer/model/roles.def"
#undef ROLE
};

static size_t dim_size(const struct model *m, enum dim d, int layer)
{
    const struct config *c = &m->config;
    switch (d) {
    case DIM_VOCAB:
        return (size_t)c->vocab;
    case DIM_POSITIONS:
        return (size_t)c->positions;
    case DIM_TYPES:
        return (size_t)c->types;
    case DIM_HIDDEN:
        return (size_t)c->hidden;
    case DIM_HEADS:
        return (size_t)m->layer[layer].heads * (size_t)c->head_size;
    case DIM_FFN:
        return (size_t)m->layer[layer].neurons;
    case DIM_LABELS:
        return (size_t)c->labels;
    case DIM_RANK:
    case DIM_NONE:
        break;
    }
    return 0;
}

int bind_shape(const struct model *m, const struct arch_param *p, int layer, size_t dim[2])
{
    const struct param *have = p->dim[0] == DIM_RANK ? model_param(m, p->role, layer) : NULL;
    const struct param *inner = model_inner(m, p->role, layer);
    dim[0] = have ? have->tensor.dim[0] : dim_size(m, p->dim[0], layer);
    dim[1] = inner ? inner->tensor.dim[0] : dim_size(m, p->dim[1], layer);
    return p->dim[1] == DIM_NONE ? 1 : 2;
}

static bool in_layer(const struct arch_param *p)
{
    return strstr(p->name, "%d") != NULL;
}

void bind_name(char out[BIND_NAME_SIZE], const struct arch_param *p, int layer)
{
    const char *mark = strstr(p->name, "%d");
    if (!mark)
        snprintf(out, BIND_NAME_SIZE, "%s", p->name);
    else
        snprintf(out, BIND_NAME_SIZE, "%.*s%d%s", (int)(mark - p->name), p->name, layer, mark + 2);
}

/* Checkpoints made before 2019 call the LayerNorm parameters gamma and beta. */
static bool old_norm_name(char out[BIND_NAME_SIZE], const char *name)
{
    static const char *const pairs[][2] = {{"LayerNorm.weight", "LayerNorm.gamma"},
                                           {"LayerNorm.bias", "LayerNorm.beta"}};
    size_t n = strlen(name);
    for (size_t i = 0; i < 2; i++) {
        size_t tail = strlen(pairs[i][0]);
        if (n >= tail && strcmp(name + n - tail, pairs[i][0]) == 0) {
            snprintf(out, BIND_NAME_SIZE, "%.*s%s", (int)(n - tail), name, pairs[i][1]);
            return true;
        }
    }
    return false;
}

static const struct checkpoint_entry *find_entry(const struct model *m, const char *name)
{
    char prefixed[2 * BIND_NAME_SIZE];
    snprintf(prefixed, sizeof prefixed, "%s%s", m->config.arch->prefix, name);
    const char *tries[] = {prefixed, name};
    for (size_t i = 0; i < 2; i++) {
        const struct tensor *t = checkpoint_find(&m->checkpoint, tries[i]);
        if (t)
            return (const struct checkpoint_entry *)((const char *)t - offsetof(struct checkpoint_entry, tensor));
    }
    return NULL;
}

static const struct checkpoint_entry *find_tensor(const struct model *m, const struct arch_param *p, int layer)
{
    char name[BIND_NAME_SIZE], old[BIND_NAME_SIZE];
    bind_name(name, p, layer);
    const struct checkpoint_entry *entry = find_entry(m, name);
    if (!entry && old_norm_name(old, name))
        entry = find_entry(m, old);
    return entry;
}

struct param bind_param(const struct arch_param *p, int layer, const char *name, const struct tensor *t)
{
    return (struct param){.role = p->role, .component = role_component[p->role], .layer = layer, .name = name, .tensor = *t,
                          .format = KERNEL_F32};
}

/* The shape that a tensor should have; an inner factor has as many rows as its file says. */
static int wanted_shape(const struct model *m, const struct arch_param *p, int layer, size_t rows, size_t dim[2])
{
    int ndim = bind_shape(m, p, layer, dim);
    if (p->dim[0] == DIM_RANK)
        dim[0] = rows > 0 && rows <= RANK_MOST ? rows : 1;
    return ndim;
}

static int check_tensor(const struct model *m, const struct arch_param *p, int layer,
                        const struct checkpoint_entry *entry, const char *where, struct err *e)
{
    size_t dim[2];
    char have[96], want[96];
    int ndim = wanted_shape(m, p, layer, entry->tensor.ndim > 0 ? entry->tensor.dim[0] : 0, dim);
    struct tensor wanted = tensor_dense(DTYPE_F32, ndim, dim, NULL);
    const struct tensor *t = &entry->tensor;
    if (!dtype_is_number(t->dtype))
        return err_set(e, ERR_UNSUPPORTED, "%s: tensor %s has type %s, which cannot be read as numbers", where,
                       entry->name, dtype_name(t->dtype));
    bool same = t->ndim == ndim && t->dim[0] == dim[0] && (ndim == 1 || t->dim[1] == dim[1]);
    if (same)
        return 0;
    return err_set(e, ERR_SHAPE, "%s: tensor %s is %s, but config.json asks for %s", where, entry->name,
                   tensor_shape_text(t, have, sizeof have), tensor_shape_text(&wanted, want, sizeof want));
}

static int missing(const struct model *m, const struct arch_param *p, int layer, const char *where, struct err *e)
{
    char name[BIND_NAME_SIZE];
    bind_name(name, p, layer);
    return err_set(e, ERR_SHAPE, "%s: there is no tensor %s, which a %s model of %d layers needs", where, name,
                   m->config.arch->name, m->config.layers);
}

/* Gives parameter m->params the numbers that a matrix of a compact file stands for. */
static int unpack(struct model *m, const struct arch_param *p, int layer, const struct checkpoint_entry *entry,
                  const struct compact_tensor *packed, const char *where, struct err *e)
{
    size_t dim[2], count = packed->rows * packed->cols;
    const struct tensor *t = &entry->tensor;
    bool matrix = wanted_shape(m, p, layer, packed->rows, dim) == 2 && dim[0] == packed->rows && dim[1] == packed->cols;
    if (!matrix || t->dtype != DTYPE_U8 || t->ndim != 1)
        return err_set(e, ERR_SHAPE, "%s: tensor %s is not the matrix of %zu by %zu that config.json asks for", where, entry->name,
                       matrix ? packed->rows : dim[0], matrix ? packed->cols : dim[1]);
    float *w = malloc(count * sizeof *w);
    if (!w)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", count);
    if (stored_decode(packed->stored, w, dim[0], dim[1], t->data, t->dim[0], e) != 0) {
        free(w);
        return err_wrap(e, "%s: tensor %s", where, entry->name);
    }
    m->own[m->params] = w;
    struct tensor dense = tensor_dense(DTYPE_F32, 2, dim, w);
    m->param[m->params] = bind_param(p, layer, entry->name, &dense);
    return 0;
}

/* What a compact file says of a parameter that has no tensor of its own; NULL if it says nothing. */
static const struct compact_tensor *find_same(const struct model *m, const struct arch_param *p, int layer)
{
    char name[BIND_NAME_SIZE], prefixed[2 * BIND_NAME_SIZE];
    bind_name(name, p, layer);
    snprintf(prefixed, sizeof prefixed, "%s%s", m->config.arch->prefix, name);
    const struct compact_tensor *t = compact_find(m->config.compact, prefixed);
    t = t ? t : compact_find(m->config.compact, name);
    return t && t->same ? t : NULL;
}

/* Parameter m->params becomes a view of that of a layer before. */
static int bind_same(struct model *m, const struct arch_param *p, int layer, const struct compact_tensor *t, const char *where, struct err *e)
{
    size_t dim[2];
    for (int i = 0; i < m->params; i++) {
        struct param *from = &m->param[i];
        int ndim = wanted_shape(m, p, layer, from->tensor.dim[0], dim);
        if (from->role != p->role || from->layer < 0 || strcmp(from->name, t->same) != 0)
            continue;
        if (from->tensor.dim[0] != dim[0] || (ndim == 2 && from->tensor.dim[1] != dim[1]))
            return err_set(e, ERR_SHAPE, "%s: tensor %s is of another shape than %s, which it is to be the same as", where, t->name, t->same);
        from->shared = from->layer + 1;
        m->param[m->params] = *from;
        m->param[m->params++].layer = layer;
        return 0;
    }
    return err_set(e, ERR_SHAPE, "%s: tensor %s is to be the same as %s, which is none of a layer before", where, t->name, t->same);
}

static bool needed(const struct arch_param *p, bool encoder_only)
{
    return p->presence == PRESENT || (p->presence == EMBEDDED && !encoder_only);
}

static int bind_one(struct model *m, const struct arch_param *p, int layer, const char *where, bool encoder_only,
                    struct err *e)
{
    size_t dim[2];
    (void)bind_shape(m, p, layer, dim);
    if (dim[0] == 0 && p->dim[0] != DIM_RANK)
        return 0; /* no token types in this config */
    const struct compact_tensor *same = find_same(m, p, layer);
    if (same)
        return bind_same(m, p, layer, same, where, e);
    const struct checkpoint_entry *entry = find_tensor(m, p, layer);
    if (!entry)
        return needed(p, encoder_only) ? missing(m, p, layer, where, e) : 0;
    const struct compact_tensor *packed = compact_find(m->config.compact, entry->name);
    if (packed && packed->stored) {
        TRY(unpack(m, p, layer, entry, packed, where, e));
    } else {
        TRY(check_tensor(m, p, layer, entry, where, e));
        m->param[m->params] = bind_param(p, layer, entry->name, &entry->tensor);
    }
    m->param[m->params].input_range = packed ? packed->input_range : 0;
    m->param[m->params++].format = packed ? packed->format : KERNEL_F32;
    return 0;
}

/* Whether classifier parameters are to be bound; if not, m->note says why. */
static bool wants_head(struct model *m)
{
    const struct config *c = &m->config;
    const struct arch *a = c->arch;
    bool sequence = c->head[0] == '\0' || strstr(c->head, "ForSequenceClassification");
    const char *why = sequence ? NULL : "the files are those of another kind of model";
    for (int i = 0; i < a->params && !why; i++) {
        bool head = a->param[i].presence == PRESENT_IN_HEAD || a->param[i].role == ROLE_POOLER_WEIGHT;
        if (head && !find_tensor(m, &a->param[i], 0))
            why = a->param[i].name;
    }
    if (!why)
        return true;
    const char *said = c->head[0] ? c->head : "not said";
    int n = sequence ? asprintf(&m->note, "no classification head (architectures: %s; there is no %s): it can be "
                                          "profiled, but it has no labels to predict", said, why)
                     : asprintf(&m->note, "no sequence classification head (architectures: %s): it can be profiled, "
                                          "but it has no labels to predict", said);
    if (n < 0)
        m->note = NULL;
    return false;
}

static int take_labels(struct model *m, const char *where, struct err *e)
{
    struct config *c = &m->config;
    for (int i = 0; i < c->arch->params; i++) {
        if (c->arch->param[i].role != ROLE_CLASSIFIER_WEIGHT)
            continue;
        const struct checkpoint_entry *entry = find_tensor(m, &c->arch->param[i], 0);
        size_t rows = entry->tensor.ndim == 2 ? entry->tensor.dim[0] : 0;
        if (c->labels == 0 && rows >= 1 && rows <= 1 << 20)
            c->labels = (int)rows;
        if ((size_t)c->labels != rows)
            return err_set(e, ERR_SHAPE, "%s: config.json says %d labels, but %s has %zu rows", where, c->labels,
                           entry->name, rows);
    }
    return 0;
}

static int check_no_more_layers(const struct model *m, const char *where, struct err *e)
{
    const struct arch *a = m->config.arch;
    for (int i = 0; i < a->params; i++) {
        if (!in_layer(&a->param[i]))
            continue;
        const struct checkpoint_entry *entry = find_tensor(m, &a->param[i], m->config.layers);
        if (entry)
            return err_set(e, ERR_SHAPE, "%s: config.json says %d layers, but there is a tensor %s", where,
                           m->config.layers, entry->name);
    }
    return 0;
}

static bool is_buffer(const char *name)
{
    const char *tail = strstr(name, "position_ids");
    return tail && strcmp(tail, "position_ids") == 0;
}

static void count_unused(struct model *m)
{
    int buffers = 0, used = 0;
    for (int i = 0; i < m->params; i++)
        used += model_twin(m, i) == NULL;
    for (int i = 0; i < m->checkpoint.entries; i++)
        buffers += is_buffer(m->checkpoint.entry[i].name);
    m->unused = m->checkpoint.entries - buffers - used;
}

static int layer_group(const struct arch *a, int i)
{
    while (i < a->params && in_layer(&a->param[i]))
        i++;
    return i;
}

int bind_allocate(struct param **out, const struct model *m, struct err *e)
{
    size_t most = (size_t)m->config.arch->params * (size_t)(m->config.layers + 1);
    *out = calloc(most, sizeof **out);
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu parameters", most);
}

int bind_each(const struct model *m, bind_fn *bind, void *payload, struct err *e)
{
    const struct arch *a = m->config.arch;
    for (int i = 0; i < a->params;) {
        int end = layer_group(a, i);
        for (int layer = 0; end > i && layer < m->config.layers; layer++)
            for (int k = i; k < end; k++)
                TRY(bind(&a->param[k], layer, payload, e));
        if (end == i)
            TRY(bind(&a->param[end++], -1, payload, e));
        i = end;
    }
    return 0;
}

/* Whether all parameters of a masked-language head are there. */
static bool has_masked_head(const struct model *m)
{
    const struct arch *a = m->config.arch;
    for (int i = 0; i < a->params; i++)
        if (a->param[i].presence == PRESENT_IN_MASKED_HEAD && !find_tensor(m, &a->param[i], 0))
            return false;
    return true;
}

static bool same_numbers(const struct tensor *a, const struct tensor *b)
{
    float x[1024], y[1024];
    size_t count = tensor_count(a);
    bool same = dtype_is_number(a->dtype) && tensor_count(b) == count;
    for (size_t at = 0; same && at < count; at += 1024) {
        size_t n = count - at < 1024 ? count - at : 1024;
        tensor_read_f32(a, at, n, x);
        tensor_read_f32(b, at, n, y);
        same = memcmp(x, y, n * sizeof *x) == 0;
    }
    return same;
}

/* The decoder of a masked-language head is the word embedding; files may hold it twice, but not another one. */
static int check_tied(const struct model *m, const char *where, struct err *e)
{
    const struct checkpoint_entry *decoder = find_entry(m, m->config.arch->decoder);
    const struct param *word = model_param(m, ROLE_WORD_EMBEDDING, -1);
    if (!decoder || !word || same_numbers(&decoder->tensor, &word->tensor))
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s: %s is not the word embedding; only a masked-language head whose decoder is tied to it "
                   "can go on learning", where, decoder->name);
}

struct checkpoint_bind {
    struct model *m;
    const char *where;
    bool encoder_only, head, masked_head;
};

static int bind_from_checkpoint(const struct arch_param *p, int layer, void *payload, struct err *e)
{
    const struct checkpoint_bind *b = payload;
    if ((p->presence == PRESENT_IN_HEAD && !b->head) || (p->presence == PRESENT_IN_MASKED_HEAD && !b->masked_head))
        return 0;
    return bind_one(b->m, p, layer, b->where, b->encoder_only, e);
}

static int allocate_own(struct model *m, struct err *e)
{
    size_t most = (size_t)m->config.arch->params * (size_t)(m->config.layers + 1);
    m->own = calloc(most, sizeof *m->own);
    return m->own ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu parameters", most);
}

int bind_checkpoint(struct model *m, const char *where, const struct model_options *options, struct err *e)
{
    TRY(bind_allocate(&m->param, m, e));
    if (m->config.compact)
        TRY(allocate_own(m, e));
    struct checkpoint_bind b = {m, where, options->encoder_only, wants_head(m), options->masked_head && has_masked_head(m)};
    if (b.head)
        TRY(take_labels(m, where, e));
    TRY(check_no_more_layers(m, where, e));
    TRY(bind_each(m, bind_from_checkpoint, &b, e));
    if (b.masked_head)
        TRY(check_tied(m, where, e));
    count_unused(m);
    return 0;
}
