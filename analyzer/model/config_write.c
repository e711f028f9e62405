#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/compact.h"
#include "analyzer/model/config.h"

/* The shortest decimal that is this float: 1e-12f is 1e-12, not 9.999999960041972e-13. */
static double shortest(float x)
{
    char text[32];
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)x);
        if (strtof(text, NULL) == x)
            break;
    }
    return strtod(text, NULL);
}

/* The name of a label; what JSON cannot hold is named by its number. */
static const char *label_name(const struct config *c, int i, char fallback[32])
{
    const char *known = i < c->label_count ? c->label[i] : NULL;
    snprintf(fallback, 32, "LABEL_%d", i);
    return known && text_is_utf8(known, strlen(known)) ? known : fallback;
}

/* A JSON value that could not be made, or not be added, makes the whole config fail. */
struct writer {
    const struct config *c;
    json_t *root;
    bool failed;
};

static void put(struct writer *w, json_t *object, const char *key, json_t *value)
{
    w->failed |= json_object_set_new(object, key, value) != 0;
}

static void write_labels(struct writer *w)
{
    const struct config *c = w->c;
    json_t *names = json_object(), *ids = json_object();
    for (int i = 0; i < c->labels; i++) {
        char key[16], fallback[32];
        const char *name = label_name(c, i, fallback);
        snprintf(key, sizeof key, "%d", i);
        put(w, names, key, json_string(name));
        put(w, ids, name, json_integer(i));
    }
    put(w, w->root, "id2label", names);
    put(w, w->root, "label2id", ids);
    put(w, w->root, "problem_type", json_string(c->labels == 1 ? "regression" : "single_label_classification"));
}

/* Which heads are gone is not known any more, and does not matter once they are gone: the first ones are named. */
static void write_pruned(struct writer *w)
{
    const struct config *c = w->c;
    json_t *pruned = json_object();
    for (int layer = 0; layer < c->layers; layer++) {
        char key[16];
        json_t *heads = json_array();
        for (int head = 0; head < c->pruned[layer]; head++)
            w->failed |= json_array_append_new(heads, json_integer(head)) != 0;
        snprintf(key, sizeof key, "%d", layer);
        if (c->pruned[layer] > 0)
            put(w, pruned, key, heads);
        else
            json_decref(heads);
    }
    put(w, w->root, "pruned_heads", pruned);
}

static void write_sizes(struct writer *w)
{
    const struct config *c = w->c;
    for (int i = 0; i < c->arch->keys; i++) {
        const struct config_key *k = &c->arch->key[i];
        int value = *(const int *)(const void *)((const char *)c + k->offset);
        put(w, w->root, k->name, json_integer(value));
    }
    put(w, w->root, c->arch->act_key, json_string(config_act_name(c->act)));
    if (c->arch->fixed_eps == 0)
        put(w, w->root, "layer_norm_eps", json_real(shortest(c->eps)));
}

/* jansson 2.14 does not notice all that fails while it writes, so what it wrote is read again. */
static char *dump(const json_t *root)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    json_t *again = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    bool whole = again && json_object_size(again) == json_object_size(root);
    json_decref(again);
    if (!whole)
        free(text);
    return whole ? text : NULL;
}

int config_write(const struct config *c, enum config_head head, const char *dtype, const struct compact *compact, struct str *out,
                 struct err *e)
{
    static const char *const tails[] = {"Model", "ForSequenceClassification", "ForMaskedLM"};
    char class[64];
    struct writer w = {c, json_object(), false};
    snprintf(class, sizeof class, "%s%s", c->arch->class_name, tails[head]);
    put(&w, w.root, "architectures", json_pack("[s]", class));
    put(&w, w.root, "model_type", json_string(c->arch->name));
    put(&w, w.root, "torch_dtype", json_string(dtype));
    write_sizes(&w);
    if (head == CONFIG_CLASSIFIER)
        write_labels(&w);
    if (c->pruned && !compact)
        write_pruned(&w);
    w.failed |= compact && !compact_write(compact, w.root);
    char *text = w.failed ? NULL : dump(w.root);
    str_addf(out, "%s\n", text ? text : "");
    json_decref(w.root);
    free(text);
    return text ? 0 : err_set(e, ERR_NOMEM, "no memory for config.json");
}
