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

static void write_labels(const struct config *c, json_t *root)
{
    json_t *names = json_object(), *ids = json_object();
    for (int i = 0; i < c->labels; i++) {
        char key[16], fallback[32];
        const char *name = label_name(c, i, fallback);
        snprintf(key, sizeof key, "%d", i);
        json_object_set_new(names, key, json_string(name));
        json_object_set_new(ids, name, json_integer(i));
    }
    json_object_set_new(root, "id2label", names);
    json_object_set_new(root, "label2id", ids);
    json_object_set_new(root, "problem_type",
                        json_string(c->labels == 1 ? "regression" : "single_label_classification"));
}

/* Which heads are gone is not known any more, and does not matter once they are gone: the first ones are named. */
static void write_pruned(const struct config *c, json_t *root)
{
    json_t *pruned = json_object();
    for (int layer = 0; layer < c->layers; layer++) {
        char key[16];
        json_t *heads = json_array();
        for (int head = 0; head < c->pruned[layer]; head++)
            json_array_append_new(heads, json_integer(head));
        snprintf(key, sizeof key, "%d", layer);
        if (c->pruned[layer] > 0)
            json_object_set(pruned, key, heads);
        json_decref(heads);
    }
    json_object_set_new(root, "pruned_heads", pruned);
}

static void write_sizes(const struct config *c, json_t *root)
{
    for (int i = 0; i < c->arch->keys; i++) {
        const struct config_key *k = &c->arch->key[i];
        int value = *(const int *)(const void *)((const char *)c + k->offset);
        json_object_set_new(root, k->name, json_integer(value));
    }
    json_object_set_new(root, c->arch->act_key, json_string(config_act_name(c->act)));
    if (c->arch->fixed_eps == 0)
        json_object_set_new(root, "layer_norm_eps", json_real(shortest(c->eps)));
}

void config_write(const struct config *c, enum config_head head, const char *dtype, const struct compact *compact, struct str *out)
{
    static const char *const tails[] = {"Model", "ForSequenceClassification", "ForMaskedLM"};
    char class[64];
    json_t *root = json_object();
    snprintf(class, sizeof class, "%s%s", c->arch->class_name, tails[head]);
    json_object_set_new(root, "architectures", json_pack("[s]", class));
    json_object_set_new(root, "model_type", json_string(c->arch->name));
    json_object_set_new(root, "torch_dtype", json_string(dtype));
    write_sizes(c, root);
    if (head == CONFIG_CLASSIFIER)
        write_labels(c, root);
    if (c->pruned && !compact)
        write_pruned(c, root);
    if (compact)
        compact_write(compact, root);
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_REAL_PRECISION(9));
    str_add(out, text ? text : "");
    str_add(out, "\n");
    free(text);
    json_decref(root);
}
