/* What is tagged on the Layers screen, and steps of the recipe made of it. */
#include <string.h>

#include "tui/app.h"
#include "tui/screen_layers.h"

enum { WHOLE_LAYER = (1u << COMPONENTS) - 1 };

static unsigned layers_bits(const struct node *n)
{
    return n->kind == NODE_LAYER ? WHOLE_LAYER : 1u << n->component;
}

bool layers_tagged(const struct layers_view *v, const struct node *n)
{
    return (v->tag[n->layer + 1] & layers_bits(n)) == layers_bits(n);
}

void layers_tag(struct layers_view *v, const struct node *n)
{
    unsigned *tag = &v->tag[n->layer + 1];
    *tag = layers_tagged(v, n) ? *tag & ~layers_bits(n) : *tag | layers_bits(n);
}

/* The layers with these bits as "0-3,5"; "none" for what is outside of the layers. */
static void add_layers(struct str *out, const unsigned *tag, int layers, unsigned bits)
{
    const char *comma = "";
    for (int first = 0; first < layers; first++) {
        int last = first;
        if (tag[first + 1] != bits)
            continue;
        while (last + 1 < layers && tag[last + 2] == bits)
            last++;
        str_addf(out, "%s%d", comma, first);
        if (last > first)
            str_addf(out, "-%d", last);
        comma = ",";
        first = last;
    }
    if (!*comma)
        str_add(out, "none");
}

static void add_components(struct str *out, unsigned bits)
{
    const char *comma = " components=";
    for (int c = 0; c < COMPONENTS && bits != WHOLE_LAYER; c++)
        if (bits >> c & 1) {
            str_addf(out, "%s%s", comma, component_word((enum component)c));
            comma = ",";
        }
}

/* One step for all layers of which the same components are meant. */
static int add_steps(struct recipe *r, const char *step, const unsigned *tag, int layers, struct err *e)
{
    const struct method *m = method_find(step, (int)strcspn(step, " "));
    for (int i = 0; i <= layers; i++) {
        bool seen = tag[i] == 0;
        for (int j = 0; j < i; j++)
            seen |= tag[j] == tag[i];
        if (seen)
            continue;
        struct str line;
        str_init(&line);
        str_addf(&line, "%s layers=", step);
        add_layers(&line, tag, layers, tag[i]);
        if (m && method_option_find(m, "components", 10) >= 0)
            add_components(&line, tag[i]);
        int code = recipe_insert(r, r->lines, line.text, e);
        str_free(&line);
        TRY(code);
    }
    return 0;
}

int layers_add_step(struct app *a, const char *step, struct err *e)
{
    struct layers_view *v = a->view[SCREEN_LAYERS];
    unsigned none[CONFIG_MAX_LAYERS + 1] = {0}, *tag = v->tag;
    struct recipe r;
    if (!a->profile || v->tree.rows == 0)
        return err_set(e, ERR_USAGE, "no row of the Layers screen is selected");
    if (memcmp(v->tag, none, sizeof none) == 0) {
        const struct node *n = &v->tree.row[v->table.cursor];
        none[n->layer + 1] = layers_bits(n);
        tag = none;
    }
    int code = recipe_copy(&r, &a->bench.recipe, e);
    if (code == 0)
        code = add_steps(&r, step, tag, a->profile->layers, e);
    if (code == 0)
        code = workbench_set(&a->bench, &r, e);
    recipe_free(&r);
    if (code == 0)
        memset(v->tag, 0, sizeof v->tag);
    return code;
}
