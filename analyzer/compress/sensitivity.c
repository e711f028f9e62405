#include "analyzer/compress/sensitivity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/trial.h"
#include "analyzer/model/model.h"

void sensitivity_free(struct sensitivity *s)
{
    free(s->row);
    *s = (struct sensitivity){0};
}

/* ---- steps on parts ------------------------------------------------------------------------------------------ */

static int option_of(const struct recipe_line *step, const char *name)
{
    return method_option_find(step->method, name, (int)strlen(name));
}

/* The step with these layers and components (NULL = as they are), as text. */
static void print_part(struct str *out, const struct recipe_line *step, const char *layers, const char *components)
{
    struct recipe_line l = {.method = step->method};
    memcpy(l.value, step->value, sizeof l.value);
    char *const at[] = {(char *)(uintptr_t)layers, (char *)(uintptr_t)components};
    static const char *const name[] = {"layers", "components"};
    for (int i = 0; i < 2; i++)
        if (at[i])
            l.value[option_of(step, name[i])] = at[i];
    recipe_line_print(&l, out);
}

static int recipe_of(struct recipe *out, const char *text, struct err *e)
{
    return recipe_parse(out, text, strlen(text), text, e);
}

static int part_recipe(struct recipe *out, const struct recipe_line *step, const struct sensitive *x, struct err *e)
{
    struct str text;
    char layer[16];
    snprintf(layer, sizeof layer, "%d", x->layer);
    str_init(&text);
    print_part(&text, step, x->layer < 0 ? NULL : layer, x->component < 0 ? NULL : component_word((enum component)x->component));
    int code = recipe_of(out, text.text, e);
    str_free(&text);
    return code;
}

/* ---- a trial ------------------------------------------------------------------------------------------------- */

static void read_trial(struct sensitive *x, const struct trial *t, const struct original *o)
{
    const struct paired *p = &t->quality.paired;
    x->bytes_saved = (int64_t)t->before.bytes - (int64_t)t->cost.bytes;
    x->macs_saved = (int64_t)t->before.macs - (int64_t)t->cost.macs;
    x->ns_saved = t->forecast.timed ? o->latency.pass_ns - t->forecast.time_ns : (double)NAN;
    x->kl = t->fidelity.kl;
    const struct estimate *loss = p->metric ? &p->difference : &t->fidelity.agreement;
    double whole = p->metric ? 0 : 1;
    x->lost = 100 * (whole - loss->value);
    x->lost_low = 100 * (whole - loss->high);
    x->lost_high = 100 * (whole - loss->low);
}

static int try_recipe(struct sensitive *x, struct original *o, const struct recipe *r, double seconds, const struct progress *progress,
                      struct err *e)
{
    struct changed c;
    struct trial t = {0};
    TRY(changed_make(&c, o, r, "the step", progress, e));
    int code = seconds > 0 ? latency_extend(&o->latency, o, c.plan, seconds, progress, e) : 0;
    if (code == 0)
        code = trial_init(&t, o, r, &c, e);
    if (code == 0)
        code = trial_evaluate(&t, o, &c, NULL, NULL, progress, e);
    if (code == 0)
        read_trial(x, &t, o);
    trial_free(&t);
    changed_free(&c);
    return code;
}

static int try_part(struct sensitive *x, struct original *o, const struct recipe_line *step, double seconds,
                    const struct progress *progress, struct err *e)
{
    struct recipe r;
    int code = part_recipe(&r, step, x, e);
    if (code == 0)
        code = try_recipe(x, o, &r, seconds, progress, e);
    recipe_free(&r);
    return code;
}

/* ---- the table ----------------------------------------------------------------------------------------------- */

struct parts {
    bool layer[CONFIG_MAX_LAYERS], component[COMPONENTS]; /* that the step is about */
    bool has_components;
};

static int parts_of(struct parts *out, const struct model *m, const struct recipe_line *step, struct err *e)
{
    int layers = option_of(step, "layers");
    *out = (struct parts){.has_components = option_of(step, "components") >= 0};
    if (layers < 0)
        return err_set(e, ERR_USAGE, "%s has no layers= to vary", step->method->name);
    TRY(step_layers(step, "layers", m, out->layer, e));
    for (int i = 0; !step->value[layers] && i < m->config.layers; i++)
        out->layer[i] = true;
    if (out->has_components)
        step_components(step, "components", out->component);
    return 0;
}

static void add_row(struct sensitivity *s, int layer, int component)
{
    s->row[s->total++] = (struct sensitive){.layer = layer, .component = component};
}

static void list_rows(struct sensitivity *s, const struct parts *p, const struct model *m, bool cells)
{
    bool split = cells && p->has_components;
    for (int i = 0; i < m->config.layers; i++) {
        if (p->layer[i] && !split)
            add_row(s, m->layer[i].number, -1);
        for (int c = 0; c < COMPONENTS && split; c++)
            if (p->layer[i] && p->component[c])
                add_row(s, m->layer[i].number, c);
    }
    for (int c = 0; c < COMPONENTS && !cells; c++)
        if (p->component[c])
            add_row(s, -1, c);
}

int sensitivity_run(struct sensitivity *out, struct original *o, const struct recipe_line *step, bool cells, double seconds,
                    sensitivity_fn *on_row, void *payload, const struct progress *progress, struct err *e)
{
    struct parts p;
    int code = 0;
    *out = (struct sensitivity){0};
    TRY(parts_of(&p, o->model, step, e));
    out->row = malloc(((size_t)o->model->config.layers + 1) * COMPONENTS * sizeof *out->row);
    if (!out->row)
        return err_set(e, ERR_NOMEM, "no memory for %d layers", o->model->config.layers);
    list_rows(out, &p, o->model, cells);
    for (int i = 0; i < out->total && code == 0; i++) {
        code = progress_step(progress, "trying parts", i, out->total, e);
        if (code == 0)
            code = try_part(&out->row[i], o, step, seconds, progress, e);
        out->rows = i + 1;
        if (code == 0 && on_row)
            on_row(payload, out);
    }
    if (code != 0)
        sensitivity_free(out);
    return code;
}

/* ---- what to leave out --------------------------------------------------------------------------------------- */

double sensitive_worth(const struct sensitive *x)
{
    double gain = isfinite(x->ns_saved) ? x->ns_saved * 1e-6 : (double)x->bytes_saved;
    return x->lost > 0 ? gain / x->lost : (double)INFINITY;
}

struct ranked {
    double worth, kl;
    int index;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->worth != y->worth)
        return x->worth < y->worth ? -1 : 1;
    if (x->kl != y->kl)
        return x->kl > y->kl ? -1 : 1;
    return x->index - y->index;
}

int sensitivity_order(int *order, const struct sensitivity *s, struct err *e)
{
    struct ranked *rank = malloc((size_t)s->rows * sizeof *rank + 1);
    if (!rank)
        return err_set(e, ERR_NOMEM, "no memory for %d rows", s->rows);
    for (int i = 0; i < s->rows; i++)
        rank[i] = (struct ranked){sensitive_worth(&s->row[i]), isfinite(s->row[i].kl) ? s->row[i].kl : 0, i};
    qsort(rank, (size_t)s->rows, sizeof *rank, compare);
    for (int i = 0; i < s->rows; i++)
        order[i] = rank[i].index;
    free(rank);
    return 0;
}

/* The layers of cells with component `c` that stay, "0-3,5". */
static void print_layers(struct str *out, const struct sensitivity *s, const bool *stays, int c)
{
    for (int i = 0, last = -2, open = 0; i <= s->rows; i++) {
        bool end = i == s->rows;
        if (!end && (!stays[i] || s->row[i].component != c))
            continue;
        int layer = end ? -2 : s->row[i].layer;
        bool follows = !end && layer == last + 1;
        if (open && !follows)
            str_addf(out, "-%d", last);
        if (!end && !follows)
            str_addf(out, "%s%d", out->len ? "," : "", layer);
        open = follows;
        last = layer;
    }
}

/* A line for each component, or one for all that have the same layers. */
static void print_cells(struct str *out, const struct recipe_line *step, const struct sensitivity *s, const bool *stays)
{
    struct str layers[COMPONENTS + 1], components;
    str_init(&components);
    for (int c = -1; c < COMPONENTS; c++) {
        str_init(&layers[c + 1]);
        print_layers(&layers[c + 1], s, stays, c);
    }
    for (int c = -1; c < COMPONENTS; c++) {
        bool said = layers[c + 1].len == 0;
        for (int k = -1; k < c; k++)
            said |= layers[c + 1].len && strcmp(layers[k + 1].text, layers[c + 1].text) == 0;
        if (said)
            continue;
        str_clear(&components);
        for (int k = c; k >= 0 && k < COMPONENTS; k++)
            if (layers[k + 1].len && strcmp(layers[k + 1].text, layers[c + 1].text) == 0)
                str_addf(&components, "%s%s", components.len ? "," : "", component_word((enum component)k));
        print_part(out, step, layers[c + 1].text, c < 0 ? NULL : components.text);
        str_addf(out, "\n");
    }
    for (int c = -1; c < COMPONENTS; c++)
        str_free(&layers[c + 1]);
    str_free(&components);
}

/* The step without the first `left_out` cells of the order. */
static int without(struct recipe *out, const struct recipe_line *step, const struct sensitivity *s, const int *order, int left_out,
                   struct err *e)
{
    bool *stays = malloc((size_t)s->rows + 1);
    struct str text;
    *out = (struct recipe){0};
    if (!stays)
        return err_set(e, ERR_NOMEM, "no memory for %d rows", s->rows);
    for (int i = 0; i < s->rows; i++)
        stays[order[i]] = i >= left_out;
    str_init(&text);
    print_cells(&text, step, s, stays);
    int code = recipe_of(out, text.len ? text.text : "", e);
    str_free(&text);
    free(stays);
    return code;
}

/* Whether it loses at most `points`. */
static int holds(bool *out, struct original *o, const struct recipe_line *step, const struct sensitivity *s, const int *order,
                 int left_out, double points, const struct progress *progress, struct err *e)
{
    struct recipe r;
    struct sensitive x = {0};
    int code = without(&r, step, s, order, left_out, e);
    if (code == 0)
        code = try_recipe(&x, o, &r, 0, progress, e);
    recipe_free(&r);
    *out = code == 0 && x.lost <= points;
    return code;
}

static int bisect(int *left_out, struct original *o, const struct recipe_line *step, const struct sensitivity *s, const int *order,
                  double points, const struct progress *progress, struct err *e)
{
    int low = 0, high = s->rows; /* without any cell nothing is lost */
    while (low < high) {
        int middle = low == 0 && high == s->rows ? 0 : (low + high) / 2;
        bool enough;
        TRY(progress_step(progress, "leaving out parts", s->rows - (high - low), s->rows, e));
        TRY(holds(&enough, o, step, s, order, middle, points, progress, e));
        if (enough)
            high = middle;
        else
            low = middle + 1;
    }
    *left_out = low;
    return 0;
}

int sensitivity_fallback(struct recipe *out, int *left_out, struct original *o, const struct recipe_line *step,
                         const struct sensitivity *cells, double points, const struct progress *progress, struct err *e)
{
    int *order = malloc((size_t)cells->rows * sizeof *order + 1);
    *out = (struct recipe){0};
    if (!order)
        return err_set(e, ERR_NOMEM, "no memory for %d rows", cells->rows);
    int code = sensitivity_order(order, cells, e);
    if (code == 0)
        code = bisect(left_out, o, step, cells, order, points, progress, e);
    if (code == 0)
        code = without(out, step, cells, order, *left_out, e);
    free(order);
    return code;
}
