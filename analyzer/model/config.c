#include "analyzer/model/config.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/str.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/compact.h"

enum { CONFIG_MAX_BYTES = 16 << 20, CONFIG_MAX_LABELS = 1 << 20 };

struct reader {
    struct config *c;
    json_t *root;
    const char *name;
    struct err *e;
};

static int read_int(const struct reader *r, const struct config_key *k)
{
    int *out = (int *)(void *)((char *)r->c + k->offset);
    const json_t *v = json_object_get(r->root, k->name);
    if (!v || json_is_null(v)) {
        if (k->fallback < 0)
            return err_set(r->e, ERR_FORMAT, "%s has no \"%s\", which model_type %s needs", r->name, k->name,
                           r->c->arch->name);
        *out = k->fallback;
        return 0;
    }
    if (!json_is_integer(v))
        return err_set(r->e, ERR_FORMAT, "%s: \"%s\" is not a whole number", r->name, k->name);
    json_int_t n = json_integer_value(v);
    if (n < k->min || n > k->max)
        return err_set(r->e, ERR_SHAPE, "%s: \"%s\" is %lld, outside %d..%d", r->name, k->name, (long long)n,
                       k->min, k->max);
    *out = (int)n;
    return 0;
}

static int read_eps(const struct reader *r)
{
    r->c->eps = r->c->arch->fixed_eps;
    if (r->c->eps > 0)
        return 0;
    const json_t *v = json_object_get(r->root, "layer_norm_eps");
    if (v && !json_is_number(v))
        return err_set(r->e, ERR_FORMAT, "%s: \"layer_norm_eps\" is not a number", r->name);
    double eps = v ? json_number_value(v) : 1e-12;
    if (!((float)eps > 0 && eps < 1))
        return err_set(r->e, ERR_SHAPE, "%s: \"layer_norm_eps\" is %g, outside 0..1", r->name, eps);
    r->c->eps = (float)eps;
    return 0;
}

static const struct {
    const char *name; /* the first of several is the one that is written */
    enum activation act;
} activations[] = {{"gelu", ACT_GELU},           {"gelu_python", ACT_GELU}, {"gelu_new", ACT_GELU_TANH},
                   {"gelu_pytorch_tanh", ACT_GELU_TANH}, {"relu", ACT_RELU},        {"tanh", ACT_TANH}};

const char *config_act_name(enum activation act)
{
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
        if (activations[i].act == act)
            return activations[i].name;
    return "linear";
}

static int read_act(const struct reader *r)
{
    const json_t *v = json_object_get(r->root, r->c->arch->act_key);
    const char *text = v ? json_string_value(v) : "gelu";
    if (!text)
        return err_set(r->e, ERR_FORMAT, "%s: \"%s\" is not a text", r->name, r->c->arch->act_key);
    for (size_t i = 0; i < sizeof activations / sizeof *activations; i++)
        if (strcmp(activations[i].name, text) == 0) {
            r->c->act = activations[i].act;
            return 0;
        }
    return err_set(r->e, ERR_UNSUPPORTED,
                   "%s: the activation \"%s\" is not supported (gelu, gelu_new, relu and tanh are)", r->name, text);
}

/* Settings that would change the forward pass in a way that is not built. */
static int refuse_variants(const struct reader *r)
{
    const char *position = json_string_value(json_object_get(r->root, "position_embedding_type"));
    if (position && strcmp(position, "absolute") != 0)
        return err_set(r->e, ERR_UNSUPPORTED, "%s: position_embedding_type \"%s\" is not supported (absolute is)",
                       r->name, position);
    static const char *const flags[] = {"is_decoder", "add_cross_attention"};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (json_is_true(json_object_get(r->root, flags[i])))
            return err_set(r->e, ERR_UNSUPPORTED, "%s: \"%s\" is true; only encoders are supported", r->name, flags[i]);
    return 0;
}

static int read_label_names(const struct reader *r, const json_t *id2label)
{
    struct config *c = r->c;
    size_t n = json_object_size(id2label);
    if (n < 1 || n > CONFIG_MAX_LABELS)
        return err_set(r->e, ERR_SHAPE, "%s: \"id2label\" has %zu entries", r->name, n);
    c->label = calloc(n, sizeof *c->label);
    if (!c->label)
        return err_set(r->e, ERR_NOMEM, "%s: no memory for %zu labels", r->name, n);
    c->label_count = c->labels = (int)n;
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)id2label, key, v) {
        char *end;
        unsigned long id = strtoul(key, &end, 10);
        if (*key == '\0' || *end || id >= n || c->label[id] || !json_is_string(v))
            return err_set(r->e, ERR_FORMAT, "%s: \"id2label\" should name the labels 0..%zu, each once", r->name,
                           n - 1);
        c->label[id] = strdup(json_string_value(v));
        if (!c->label[id])
            return err_set(r->e, ERR_NOMEM, "%s: no memory for %zu labels", r->name, n);
    }
    return 0;
}

static int read_labels(const struct reader *r)
{
    const json_t *id2label = json_object_get(r->root, "id2label");
    if (json_is_object(id2label))
        return read_label_names(r, id2label);
    static const struct config_key key = {"num_labels", offsetof(struct config, labels), 1, CONFIG_MAX_LABELS, 0};
    return read_int(r, &key);
}

static void read_head(const struct reader *r)
{
    const char *head = json_string_value(json_array_get(json_object_get(r->root, "architectures"), 0));
    strncpy(r->c->head, head ? head : "", sizeof r->c->head - 1);
}

/* pruned_heads: {"layer": [head, ...]}; the weights of the files are already without them. */
static int read_pruned(const struct reader *r)
{
    json_t *pruned = json_object_get(r->root, "pruned_heads");
    if (json_object_size(pruned) == 0)
        return 0;
    struct config *c = r->c;
    c->pruned = calloc((size_t)c->layers, sizeof *c->pruned);
    if (!c->pruned)
        return err_set(r->e, ERR_NOMEM, "%s: no memory for %d layers", r->name, c->layers);
    const char *key;
    json_t *list;
    json_object_foreach(pruned, key, list) {
        char *end;
        unsigned long layer = strtoul(key, &end, 10);
        size_t gone = json_array_size(list);
        if (*key == '\0' || *end || layer >= (unsigned long)c->layers || gone >= (size_t)c->heads)
            return err_set(r->e, ERR_SHAPE, "%s: \"pruned_heads\" of layer \"%s\" does not fit %d layers of %d heads",
                           r->name, key, c->layers, c->heads);
        c->pruned[layer] = (int)gone;
    }
    return 0;
}

static int find_arch(const struct reader *r)
{
    const json_t *v = json_object_get(r->root, "model_type");
    /* The first BERT configs had no model_type. */
    const char *type = v ? json_string_value(v) : json_object_get(r->root, "hidden_size") ? "bert" : NULL;
    if (!type)
        return err_set(r->e, ERR_FORMAT, "%s does not say its model_type", r->name);
    r->c->arch = arch_find(type);
    if (r->c->arch)
        return 0;
    struct str list;
    str_init(&list);
    for (int i = 0; i < archs_count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", archs[i]->name);
    int code = err_set(r->e, ERR_UNSUPPORTED, "%s: model_type \"%s\" is not supported (supported: %s)", r->name, type,
                       list.text);
    str_free(&list);
    return code;
}

static int read_root(const struct reader *r)
{
    if (!json_is_object(r->root))
        return err_set(r->e, ERR_FORMAT, "%s is not a JSON object", r->name);
    TRY(find_arch(r));
    for (int i = 0; i < r->c->arch->keys; i++)
        TRY(read_int(r, &r->c->arch->key[i]));
    TRY(read_eps(r));
    TRY(read_act(r));
    TRY(refuse_variants(r));
    TRY(config_check(r->c, r->name, r->e));
    TRY(read_labels(r));
    TRY(read_pruned(r));
    read_head(r);
    return compact_read(&r->c->compact, r->root, r->c->layers, r->c->heads, r->c->ffn, r->name, r->e);
}

int config_check(struct config *c, const char *name, struct err *e)
{
    if (c->hidden % c->heads != 0)
        return err_set(e, ERR_SHAPE, "%s: %d attention heads do not divide the hidden size %d", name, c->heads,
                       c->hidden);
    c->head_size = c->hidden / c->heads;
    return 0;
}

int config_parse(struct config *out, const char *json, size_t n, const char *name, struct err *e)
{
    *out = (struct config){0};
    if (n > CONFIG_MAX_BYTES)
        return err_set(e, ERR_FORMAT, "%s has %zu bytes, more than a config can have", name, n);
    json_error_t bad;
    json_t *root = json_loadb(n ? json : "", n, JSON_REJECT_DUPLICATES, &bad);
    if (!root)
        return err_set(e, ERR_FORMAT, "%s is not JSON: line %d: %s", name, bad.line, bad.text);
    struct reader r = {out, root, name, e};
    int code = read_root(&r);
    json_decref(root);
    if (code != 0)
        config_free(out);
    return code;
}

int config_read(struct config *out, const char *path, struct err *e)
{
    struct filemap m;
    *out = (struct config){0};
    TRY(filemap_open(&m, path, e));
    int code = config_parse(out, (const char *)m.data, m.size, path, e);
    filemap_close(&m);
    return code;
}

static void free_labels(struct config *c)
{
    for (int i = 0; i < c->label_count; i++)
        free(c->label[i]);
    free(c->label);
    c->label = NULL;
    c->label_count = 0;
}

void config_free(struct config *c)
{
    free_labels(c);
    free(c->pruned);
    compact_free(c->compact);
    *c = (struct config){0};
}

int config_set_labels(struct config *c, int labels, const char *const *names, struct err *e)
{
    char **label = calloc((size_t)labels, sizeof *label);
    bool failed = !label;
    for (int i = 0; i < labels && !failed && names; i++)
        if (names[i])
            failed = !(label[i] = strdup(names[i]));
    free_labels(c);
    c->label = label;
    c->labels = labels;
    c->label_count = label ? labels : 0;
    return failed ? err_set(e, ERR_NOMEM, "no memory for %d labels", labels) : 0;
}

int config_copy(struct config *out, const struct config *c, struct err *e)
{
    *out = *c;
    out->label = NULL;
    out->pruned = NULL;
    out->compact = NULL;
    out->label_count = 0;
    int code = c->label ? config_set_labels(out, c->labels, (const char *const *)c->label, e) : 0;
    if (code == 0 && c->pruned) {
        out->pruned = malloc((size_t)c->layers * sizeof *out->pruned);
        if (out->pruned)
            memcpy(out->pruned, c->pruned, (size_t)c->layers * sizeof *out->pruned);
        else
            code = err_set(e, ERR_NOMEM, "no memory for %d layers", c->layers);
    }
    if (code != 0)
        config_free(out);
    return code;
}
