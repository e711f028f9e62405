#include "analyzer/compress/leave_out.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/component.h"
#include "analyzer/model/config.h"

/* What a step is about. Without components= it is about all of its layers. */
struct area {
    bool layer[CONFIG_MAX_LAYERS], component[COMPONENTS];
    bool has_components;
};

/* ---- what there is ------------------------------------------------------------------------------------------- */

static int option_of(const struct recipe_line *l, const char *name)
{
    return method_option_find(l->method, name, (int)strlen(name));
}

static const char *text_of(const struct recipe_line *l, int option)
{
    return l->value[option] ? l->value[option] : l->method->option[option].fallback;
}

bool step_alike(const struct recipe_line *a, const struct recipe_line *b)
{
    if (!a->method || a->method != b->method)
        return false;
    for (int i = 0; i < a->method->options; i++)
        if (i != option_of(a, "layers") && i != option_of(a, "components") && strcmp(text_of(a, i), text_of(b, i)) != 0)
            return false;
    return true;
}

/* Whether a value like 0-5,7 names the number. */
static bool names(const char *text, int number)
{
    bool found = strcmp(text, "all") == 0;
    for (const char *at = text; !found && *at >= '0' && *at <= '9';) {
        char *end;
        long low = strtol(at, &end, 10), high = *end == '-' ? strtol(end + 1, &end, 10) : low;
        found = number >= low && number <= high;
        at = *end == ',' ? end + 1 : end;
    }
    return found;
}

static void read_area(struct area *out, const struct recipe_line *l, struct layer_numbers all)
{
    int layers = option_of(l, "layers");
    *out = (struct area){.has_components = option_of(l, "components") >= 0};
    for (int i = 0; i < all.layers; i++)
        out->layer[i] = layers < 0 || names(text_of(l, layers), all.number[i]);
    if (out->has_components)
        step_components(l, "components", out->component);
}

static int place_of(struct layer_numbers all, int number)
{
    for (int i = 0; i < all.layers; i++)
        if (all.number[i] == number)
            return i;
    return -1;
}

static int count(const bool *chosen, int n)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        found += chosen[i];
    return found;
}

static bool has_part(const struct area *x, struct layer_numbers all, struct step_part part)
{
    int layer = part.layer < 0 ? -1 : place_of(all, part.layer);
    bool layers = part.layer < 0 ? count(x->layer, all.layers) > 0 : layer >= 0 && x->layer[layer];
    bool components = part.component < 0 || (x->has_components && x->component[part.component]);
    return layers && components;
}

bool recipe_has_part(const struct recipe *r, const struct recipe_line *step, struct layer_numbers all, struct step_part part)
{
    struct area x;
    for (int i = 0; i < r->lines; i++) {
        if (!step_alike(&r->line[i], step))
            continue;
        read_area(&x, &r->line[i], all);
        if (has_part(&x, all, part))
            return true;
    }
    return false;
}

/* ---- what is left -------------------------------------------------------------------------------------------- */

static void print_layers(struct str *out, const struct area *x, struct layer_numbers all)
{
    for (int i = 0; i < all.layers; i++) {
        int first = i;
        if (!x->layer[i])
            continue;
        while (i + 1 < all.layers && x->layer[i + 1] && all.number[i + 1] == all.number[i] + 1)
            i++;
        str_addf(out, "%s%d", out->len ? "," : "", all.number[first]);
        if (i > first)
            str_addf(out, "-%d", all.number[i]);
    }
}

static void print_components(struct str *out, const struct area *x)
{
    for (int c = 0; c < COMPONENTS; c++)
        if (x->component[c])
            str_addf(out, "%s%s", out->len ? "," : "", component_word((enum component)c));
}

static int put(struct recipe_line *l, const char *option, const struct str *value, struct err *e)
{
    int i = option_of(l, option);
    char *copy = strdup(value->text);
    if (!copy)
        return err_set(e, ERR_NOMEM, "no memory for a recipe");
    free(l->value[i]);
    l->value[i] = copy;
    return 0;
}

static int put_layers(struct recipe_line *l, const struct area *x, struct layer_numbers all, struct err *e)
{
    struct str text;
    str_init(&text);
    print_layers(&text, x, all);
    int code = put(l, "layers", &text, e);
    str_free(&text);
    return code;
}

static int put_components(struct recipe_line *l, const struct area *x, struct err *e)
{
    struct str text;
    str_init(&text);
    print_components(&text, x);
    int code = put(l, "components", &text, e);
    str_free(&text);
    return code;
}

/* A line behind `at` that does the rest of one layer. */
static int add_rest(struct recipe *r, int at, const struct area *x, struct layer_numbers all, struct step_part part, struct err *e)
{
    struct area rest = *x;
    struct recipe_line line = {.method = r->line[at].method, .off = r->line[at].off};
    struct str text;
    memcpy(line.value, r->line[at].value, sizeof line.value); /* borrowed, for printing */
    str_init(&text);
    recipe_line_print(&line, &text);
    int code = recipe_insert(r, at + 1, text.text, e);
    str_free(&text);
    TRY(code);
    memset(rest.layer, 0, sizeof rest.layer);
    rest.layer[place_of(all, part.layer)] = true;
    rest.component[part.component] = false;
    TRY(put_layers(&r->line[at + 1], &rest, all, e));
    return put_components(&r->line[at + 1], &rest, e);
}

/* One line without the part; returns in *lines how many lines it is then. */
static int leave_out(struct recipe *r, int at, struct layer_numbers all, struct step_part part, int *lines, struct err *e)
{
    struct area x;
    *lines = 1;
    read_area(&x, &r->line[at], all);
    if (!has_part(&x, all, part))
        return 0;
    bool last_layer = part.layer >= 0 && count(x.layer, all.layers) == 1, last_component = part.component >= 0 && count(x.component, COMPONENTS) == 1;
    bool by_layer = part.component < 0 || last_component, by_component = part.layer < 0 || last_layer;
    if (by_layer && by_component) {
        recipe_remove(r, at);
        *lines = 0;
        return 0;
    }
    if (by_component) {
        x.component[part.component] = false;
        return put_components(&r->line[at], &x, e);
    }
    if (!by_layer) {
        TRY(add_rest(r, at, &x, all, part, e));
        *lines = 2;
    }
    x.layer[place_of(all, part.layer)] = false;
    return put_layers(&r->line[at], &x, all, e);
}

static bool has_alike(const struct recipe *r, const struct recipe_line *step)
{
    for (int i = 0; i < r->lines; i++)
        if (step_alike(&r->line[i], step))
            return true;
    return false;
}

int recipe_leave_out(struct recipe *r, const struct recipe_line *step, struct layer_numbers all, struct step_part part, struct err *e)
{
    if (!has_alike(r, step))
        return err_set(e, ERR_USAGE, "the recipe has no such step any more");
    if (!recipe_has_part(r, step, all, part))
        return err_set(e, ERR_USAGE, "the step leaves this as it is already");
    for (int i = 0, lines = 1; i < r->lines; i += lines)
        if (step_alike(&r->line[i], step))
            TRY(leave_out(r, i, all, part, &lines, e));
        else
            lines = 1;
    return has_alike(r, step) ? 0 : err_set(e, ERR_USAGE, "the step is about nothing else: remove it instead");
}
