#include "analyzer/compress/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/importance.h"
#include "analyzer/compress/pick.h"
#include "analyzer/compress/structure.h"

const char *const units_scopes[] = {"all", "layer", NULL};

static int heads_of(const struct layer_shape *l)
{
    return l->heads;
}

static int neurons_of(const struct layer_shape *l)
{
    return l->neurons;
}

const struct units units_heads = {"heads", heads_of, importance_of_heads, structure_drop_heads};
const struct units units_neurons = {"neurons", neurons_of, importance_of_neurons, structure_drop_neurons};

int units_total(const struct units *u, const struct model *m)
{
    int n = 0;
    for (int i = 0; i < m->config.layers; i++)
        n += u->count(&m->layer[i]);
    return n;
}

/* The units of all layers numbered through, for one round. */
struct round {
    struct model *m;
    const struct units *u;
    int n;
    double *value; /* [n] */
    bool *allowed; /* [n] */
    bool *gone;    /* [n] */
    int *group;    /* [n] their layers */
};

static void round_free(struct round *r)
{
    free(r->value);
    free(r->allowed);
    free(r->gone);
    free(r->group);
}

static int round_init(struct round *r, struct model *m, const struct units *u, struct err *e)
{
    size_t n = (size_t)units_total(u, m);
    *r = (struct round){.m = m, .u = u, .n = (int)n};
    r->value = malloc(n * sizeof *r->value);
    r->allowed = calloc(n, sizeof *r->allowed);
    r->gone = calloc(n, sizeof *r->gone);
    r->group = malloc(n * sizeof *r->group);
    if (!r->value || !r->allowed || !r->gone || !r->group)
        return err_set(e, ERR_NOMEM, "no memory for %zu %s", n, u->what);
    for (int layer = 0, at = 0; layer < m->config.layers; layer++)
        for (int i = 0; i < u->count(&m->layer[layer]); i++)
            r->group[at++] = layer;
    return 0;
}

/* Only units of the chosen layers may go, and none that are to be kept. */
static int allow(struct round *r, const struct recipe_line *step, const bool *kept, struct err *e)
{
    bool chosen[CONFIG_MAX_LAYERS];
    TRY(step_layers(step, "layers", r->m, chosen, e));
    for (int at = 0, i = 0; at < r->n; at++, i++) {
        i = at > 0 && r->group[at] != r->group[at - 1] ? 0 : i;
        r->allowed[at] = chosen[r->group[at]] && !(kept && kept[r->group[at] * r->m->config.heads + i]);
    }
    return 0;
}

static int drop_picked(struct round *r, int threads, int *dropped, struct err *e)
{
    int at = 0;
    for (int layer = 0; layer < r->m->config.layers; layer++) {
        int n = r->u->count(&r->m->layer[layer]);
        for (int i = 0; i < n; i++)
            *dropped += r->gone[at + i];
        TRY(r->u->drop(r->m, layer, r->gone + at, threads, e));
        at += n;
    }
    return 0;
}

struct ranked {
    double value;
    int index;
};

static int compare(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Replaces the values of a layer by how many of it are smaller, as a share: the least of all are then the least of each layer. */
static int rank_layer(double *value, int n, struct err *e)
{
    struct ranked *rank = malloc((size_t)n * sizeof *rank);
    if (!rank)
        return err_set(e, ERR_NOMEM, "no memory for %d scores", n);
    for (int i = 0; i < n; i++)
        rank[i] = (struct ranked){value[i], i};
    qsort(rank, (size_t)n, sizeof *rank, compare);
    for (int i = 0; i < n; i++)
        value[rank[i].index] = (double)i / n;
    free(rank);
    return 0;
}

static int rank_layers(const struct round *r, struct err *e)
{
    for (int layer = 0, at = 0; layer < r->m->config.layers; layer++) {
        int n = r->u->count(&r->m->layer[layer]);
        TRY(rank_layer(r->value + at, n, e));
        at += n;
    }
    return 0;
}

/* One round: scores, choice, removal of `count` of the allowed units. */
static int run_round(struct model *m, const struct units *u, const struct recipe_line *step, const bool *kept, int count,
                     const struct materials *x, const char *changes, const struct progress *progress, int *dropped, struct err *e)
{
    struct round r;
    int code = round_init(&r, m, u, e);
    if (code == 0)
        code = allow(&r, step, kept, e);
    if (code == 0)
        code = u->importance(r.value, m, step, x, changes, progress, e);
    if (code == 0 && step_is(step, "scope", "layer"))
        code = rank_layers(&r, e);
    struct pick pick = {r.value, r.allowed, r.group, r.n};
    if (code == 0)
        code = pick_least(r.gone, &pick, count, e);
    if (code == 0)
        code = drop_picked(&r, x->threads, dropped, e);
    round_free(&r);
    return code;
}

/* How many units the step is to take out. */
static int goal_of(const struct model *m, const struct units *u, const struct recipe_line *step, int *goal, struct err *e)
{
    bool chosen[CONFIG_MAX_LAYERS];
    double total = 0;
    TRY(step_layers(step, "layers", m, chosen, e));
    for (int i = 0; i < m->config.layers; i++)
        total += chosen[i] ? u->count(&m->layer[i]) : 0;
    *goal = (int)lround(total * step_real(step, "fraction"));
    return 0;
}

int units_prune(struct model *m, const struct units *u, const struct recipe_line *step, const bool *kept,
                const struct materials *x, const struct progress *progress, struct err *e)
{
    int rounds = step_int(step, "iterations"), done = 0, goal = 0, code = 0;
    struct str text;
    TRY(goal_of(m, u, step, &goal, e));
    str_init(&text);
    for (int i = 1; i <= rounds && code == 0 && goal > 0; i++) {
        int want = (int)((int64_t)goal * i / rounds) - done;
        str_clear(&text);
        if (i > 1) {
            recipe_line_print(step, &text);
            str_addf(&text, " round %d", i);
        }
        if (want > 0)
            code = run_round(m, u, step, kept, want, x, text.text, progress, &done, e);
    }
    str_free(&text);
    return code;
}
