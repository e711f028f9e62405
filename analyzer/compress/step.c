/* Values of the options of a step. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/recipe.h"
#include "analyzer/model/derive.h"

/* Numbers of a list like 0-5,7. */
struct range {
    long low, high;
};

/* Reads `N` or `N-M` and what follows: a comma or the end. NULL if that is not what there is. */
static const char *read_range(const char *text, struct range *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    out->low = out->high = strtol(text, &end, 10);
    if (*end == '-') {
        if (end[1] < '0' || end[1] > '9')
            return NULL;
        out->high = strtol(end + 1, &end, 10);
    }
    if (out->low > out->high || out->high > 1000000 || (*end != ',' && *end != '\0'))
        return NULL;
    return *end == ',' ? end + 1 : end;
}

static bool after_comma(const char *text, const char *at)
{
    return at > text && at[-1] == ',';
}

static bool is_layers(const char *text)
{
    struct range r;
    const char *at = text;
    if (strcmp(text, "all") == 0 || strcmp(text, "none") == 0)
        return true;
    do
        at = read_range(at, &r);
    while (at && *at);
    return at && !after_comma(text, at);
}

/* `3.1` or `3.0-2`, and what follows. */
static const char *read_heads(const char *text, long *layer, struct range *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return NULL;
    *layer = strtol(text, &end, 10);
    return *end == '.' && *layer <= 1000000 ? read_range(end + 1, out) : NULL;
}

static bool is_heads(const char *text)
{
    struct range r;
    long layer;
    const char *at = text;
    if (strcmp(text, "none") == 0)
        return true;
    do
        at = read_heads(at, &layer, &r);
    while (at && *at);
    return at && !after_comma(text, at);
}

static const char *read_component(const char *text, int *out)
{
    size_t n = strcspn(text, ",");
    for (int c = 0; c < COMPONENTS; c++) {
        const char *word = component_word((enum component)c);
        if (strlen(word) == n && strncmp(word, text, n) == 0) {
            *out = c;
            return text[n] == ',' ? text + n + 1 : text + n;
        }
    }
    return NULL;
}

static bool is_components(const char *text)
{
    const char *at = text;
    int c;
    if (strcmp(text, "all") == 0)
        return true;
    do
        at = read_component(at, &c);
    while (at && *at);
    return at && !after_comma(text, at);
}

/* Reads `N` and what follows: a comma or the end. NULL if that is not what there is. */
static const char *read_count(const char *text, long *out)
{
    struct range r;
    const char *end = read_range(text, &r);
    *out = end ? r.high : 0;
    return end && r.low == r.high ? end : NULL;
}

static bool is_counts(const char *text)
{
    const char *at = text;
    long n;
    if (strcmp(text, "all") == 0)
        return true;
    do
        at = read_count(at, &n);
    while (at && *at);
    return at && !after_comma(text, at);
}

static int check_number(const struct method_option *o, const char *text, struct err *e)
{
    char *end;
    double x = strtod(text, &end);
    bool plain = *text && strspn(text, "0123456789.eE+-") == strlen(text);
    if (!plain || *end || !isfinite(x))
        return err_set(e, ERR_FORMAT, "%s must be a number, not \"%.40s\"", o->name, text);
    if (o->kind == VALUE_INT && x != floor(x))
        return err_set(e, ERR_FORMAT, "%s must be a whole number, not \"%.40s\"", o->name, text);
    if (x < o->low || x > o->high)
        return err_set(e, ERR_FORMAT, "%s must be from %g to %g, not %.40s", o->name, o->low, o->high, text);
    return 0;
}

static int check_choice(const struct method_option *o, const char *text, struct err *e)
{
    for (int i = 0; o->choice[i]; i++)
        if (strcmp(o->choice[i], text) == 0)
            return 0;
    err_set(e, ERR_FORMAT, "%s must be", o->name);
    for (int i = 0; o->choice[i]; i++)
        err_add(e, "%s %s", i ? " or" : "", o->choice[i]);
    return err_add(e, ", not \"%.40s\"", text);
}

int value_check(const struct method_option *o, const char *text, struct err *e)
{
    char words[128];
    switch (o->kind) {
    case VALUE_INT:
    case VALUE_REAL:
        return check_number(o, text, e);
    case VALUE_CHOICE:
        return check_choice(o, text, e);
    case VALUE_LAYERS:
        return is_layers(text) ? 0
                               : err_set(e, ERR_FORMAT, "%s must be numbers like 0-5,7, all or none, not \"%.40s\"", o->name, text);
    case VALUE_HEADS:
        return is_heads(text) ? 0
                              : err_set(e, ERR_FORMAT, "%s must be layer.head like 3.1,5.0-2, or none, not \"%.40s\"", o->name, text);
    case VALUE_COUNTS:
        return is_counts(text) ? 0 : err_set(e, ERR_FORMAT, "%s must be a number for each layer like 8,6,7, or all, not \"%.40s\"", o->name, text);
    case VALUE_COMPONENTS:
        return is_components(text) ? 0
                                   : err_set(e, ERR_FORMAT, "%s must be all or some of %s, not \"%.40s\"", o->name,
                                             component_words(words, sizeof words), text);
    }
    return 0;
}

/* ---- values ---- */

const char *step_text(const struct recipe_line *l, const char *option)
{
    int i = method_option_find(l->method, option, (int)strlen(option));
    assert(i >= 0);
    return l->value[i] ? l->value[i] : l->method->option[i].fallback;
}

double step_real(const struct recipe_line *l, const char *option)
{
    return strtod(step_text(l, option), NULL);
}

int step_int(const struct recipe_line *l, const char *option)
{
    return (int)step_real(l, option);
}

bool step_is(const struct recipe_line *l, const char *option, const char *choice)
{
    return strcmp(step_text(l, option), choice) == 0;
}

static int find_layer(const struct model *m, long number, int *out, struct err *e)
{
    *out = model_layer(m, (int)number);
    return *out >= 0 ? 0 : err_set(e, ERR_SHAPE, "there is no layer %ld (any more)", number);
}

int step_layers(const struct recipe_line *l, const char *option, const struct model *m, bool *chosen, struct err *e)
{
    const char *text = step_text(l, option);
    bool all = strcmp(text, "all") == 0, none = strcmp(text, "none") == 0;
    for (int i = 0; i < CONFIG_MAX_LAYERS; i++)
        chosen[i] = all && i < m->config.layers;
    for (const char *at = text; !all && !none && *at;) {
        struct range r = {0, 0};
        int layer;
        at = read_range(at, &r);
        for (long i = r.low; i <= r.high; i++) {
            TRY(find_layer(m, i, &layer, e));
            chosen[layer] = true;
        }
    }
    return 0;
}

int step_counts(const struct recipe_line *l, const char *option, int *out, int most)
{
    const char *at = step_text(l, option);
    int n = 0;
    if (strcmp(at, "all") == 0)
        return 0;
    while (*at && n < most) {
        long count = 0;
        at = read_count(at, &count);
        out[n++] = (int)count;
    }
    return n;
}

void step_components(const struct recipe_line *l, const char *option, bool *chosen)
{
    const char *text = step_text(l, option);
    bool all = strcmp(text, "all") == 0;
    for (int c = 0; c < COMPONENTS; c++)
        chosen[c] = all;
    for (const char *at = text; !all && *at;) {
        int c = 0;
        at = read_component(at, &c);
        chosen[c] = true;
    }
}

static bool touches_embedding(const struct recipe_line *l)
{
    bool chosen[COMPONENTS];
    if (method_option_find(l->method, "components", 10) < 0)
        return false;
    step_components(l, "components", chosen);
    return chosen[COMPONENT_EMBEDDING];
}

const char *step_warning(const struct recipe_line *l, int i)
{
    if (l->off || !l->method)
        return NULL;
    const char *effect = l->method->effect_of ? l->method->effect_of(l) : l->method->effect;
    if (effect && i-- == 0)
        return effect;
    return touches_embedding(l) && i == 0 ? "embeddings are sensitive; look at the rows that changed" : NULL;
}

static int find_head(const struct layer_shape *l, long number, int *out, struct err *e)
{
    for (*out = 0; *out < l->heads; ++*out)
        if (layer_head(l, *out) == number)
            return 0;
    return err_set(e, ERR_SHAPE, "there is no head %d.%ld (any more)", l->number, number);
}

int step_heads(const struct recipe_line *l, const char *option, const struct model *m, bool *chosen, struct err *e)
{
    const char *at = step_text(l, option);
    memset(chosen, 0, (size_t)m->config.layers * (size_t)m->config.heads * sizeof *chosen);
    if (strcmp(at, "none") == 0)
        return 0;
    while (*at) {
        struct range r = {0, 0};
        long number = 0;
        int layer, head;
        at = read_heads(at, &number, &r);
        TRY(find_layer(m, number, &layer, e));
        for (long i = r.low; i <= r.high; i++) {
            TRY(find_head(&m->layer[layer], i, &head, e));
            chosen[layer * m->config.heads + head] = true;
        }
    }
    return 0;
}
