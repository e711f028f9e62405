#include "analyzer/compress/mask.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/run/matmul.h"

int prices_init(struct prices *out, const struct head_grid *heads, const struct head_grid *neurons, struct err *e)
{
    size_t h = (size_t)head_grid_heads(heads), n = (size_t)head_grid_heads(neurons), layers = (size_t)heads->layers;
    *out = (struct prices){.layers = heads->layers};
    out->head = calloc(h + layers, sizeof *out->head);
    out->neuron = calloc(n + layers, sizeof *out->neuron);
    return out->head && out->neuron ? 0 : err_set(e, ERR_NOMEM, "no memory for the prices of %zu heads and %zu neurons", h, n);
}

void prices_free(struct prices *p)
{
    free(p->head);
    free(p->neuron);
    *p = (struct prices){0};
}

double prices_total(const struct prices *p, const struct head_grid *heads, const struct head_grid *neurons)
{
    double sum = p->fixed;
    for (int l = 0; l < p->layers; l++)
        sum += p->head[heads->first[l + 1] + l] + p->neuron[neurons->first[l + 1] + l];
    return sum;
}

/* ---- search -------------------------------------------------------------------------------------------------- */

struct unit {
    double value;
    int layer, index;
    bool first; /* the best of its layer: it always stays */
};

static int compare(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    if (x->first != y->first)
        return x->first ? -1 : 1;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->index - y->index;
}

/* Units in the order in which they are taken. */
static struct unit *sorted(const struct head_grid *g, const double *value)
{
    struct unit *u = malloc((size_t)head_grid_heads(g) * sizeof *u + 1);
    for (int l = 0; u && l < g->layers; l++) {
        int best = g->first[l];
        for (int i = g->first[l]; i < g->first[l + 1]; i++) {
            best = value[i] > value[best] ? i : best;
            u[i] = (struct unit){value[i], l, i, false};
        }
        if (g->first[l] < g->first[l + 1])
            u[best].first = true;
    }
    if (u)
        qsort(u, (size_t)head_grid_heads(g), sizeof *u, compare);
    return u;
}

/* What the first i units in that order cost and are worth; [units + 1]. */
struct prefix {
    struct unit *unit;
    double *cost, *worth;
    int units;
    int *left; /* [layers] */
};

static void prefix_free(struct prefix *x)
{
    free(x->unit);
    free(x->cost);
    free(x->worth);
    free(x->left);
}

static int prefix_init(struct prefix *x, const struct head_grid *g, const double *value, const double *price, struct err *e)
{
    size_t n = (size_t)head_grid_heads(g);
    *x = (struct prefix){.unit = sorted(g, value), .units = (int)n};
    x->cost = malloc((n + 1) * sizeof *x->cost);
    x->worth = malloc((n + 1) * sizeof *x->worth);
    x->left = calloc((size_t)g->layers + 1, sizeof *x->left);
    if (!x->unit || !x->cost || !x->worth || !x->left)
        return err_set(e, ERR_NOMEM, "no memory for %zu gates", n);
    x->cost[0] = x->worth[0] = 0;
    for (int l = 0; l < g->layers; l++)
        x->cost[0] += price[g->first[l] + l];
    for (size_t i = 0; i < n; i++) {
        int l = x->unit[i].layer;
        const double *p = price + g->first[l] + l + x->left[l]++;
        x->cost[i + 1] = x->cost[i] + p[1] - p[0];
        x->worth[i + 1] = x->worth[i] + x->unit[i].value;
    }
    return 0;
}

/* The most units that cost at most `rest`; -1 if fewer than `least`. Costs need not rise: measured times do not always. */
static int affordable(const struct prefix *x, double rest, int least)
{
    int n = x->units;
    while (n >= least && x->cost[n] > rest)
        n--;
    return n >= least ? n : -1;
}

static void count(int *left, const struct prefix *x, int n, int layers)
{
    memset(left, 0, (size_t)layers * sizeof *left);
    for (int i = 0; i < n; i++)
        left[x->unit[i].layer]++;
}

static int choose(int *heads_left, int *neurons_left, const struct prices *p, double limit, const struct prefix *heads,
                  const struct prefix *neurons, struct err *e)
{
    int best_heads = -1, best_neurons = -1, layers = p->layers;
    double best = -1;
    for (int n = layers; n <= heads->units; n++) {
        int f = affordable(neurons, limit - p->fixed - heads->cost[n], layers);
        if (f < 0 || heads->worth[n] + neurons->worth[f] <= best)
            continue;
        best = heads->worth[n] + neurons->worth[f];
        best_heads = n;
        best_neurons = f;
    }
    if (best_heads < 0)
        return err_set(e, ERR_SHAPE, "not even one head and one neuron of each layer fit into the budget");
    count(heads_left, heads, best_heads, layers);
    count(neurons_left, neurons, best_neurons, layers);
    return 0;
}

int mask_search(int *heads_left, int *neurons_left, const struct prices *p, double limit, const struct head_grid *heads,
                const double *head_value, const struct head_grid *neurons, const double *neuron_value, struct err *e)
{
    struct prefix h = {0}, n = {0};
    int code = prefix_init(&h, heads, head_value, p->head, e);
    if (code == 0)
        code = prefix_init(&n, neurons, neuron_value, p->neuron, e);
    if (code == 0)
        code = choose(heads_left, neurons_left, p, limit, &h, &n, e);
    prefix_free(&h);
    prefix_free(&n);
    return code;
}

int mask_greatest(bool *kept, const double *value, int n, int left, struct err *e)
{
    struct unit *u = malloc((size_t)n * sizeof *u + 1);
    if (!u)
        return err_set(e, ERR_NOMEM, "no memory for %d gates", n);
    for (int i = 0; i < n; i++)
        u[i] = (struct unit){value[i], 0, i, false};
    qsort(u, (size_t)n, sizeof *u, compare);
    for (int i = 0; i < n; i++)
        kept[u[i].index] = i < left;
    free(u);
    return 0;
}

/* ---- rearrangement ------------------------------------------------------------------------------------------- */

/* The best unit to bring back once `in` is gone too: gram g = the block of the information, sum[i] = g_i . (all that are gone). */
static int exchange(const bool *kept, const double *gram, const double *sum, int n, int in)
{
    const double *row = gram + (size_t)in * (size_t)n;
    int out = in;
    double best = 0; /* change of the loss by taking `in` out and bringing it back */
    for (int i = 0; i < n; i++) {
        if (kept[i])
            continue;
        double change = 2 * (sum[in] - sum[i] - row[i]) + row[in] + gram[(size_t)i * (size_t)n + (size_t)i];
        if (change < best) {
            best = change;
            out = i;
        }
    }
    return out;
}

static void exchange_all(bool *kept, const double *gram, double *sum, int n)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            sum[i] += kept[k] ? 0 : gram[(size_t)i * (size_t)n + (size_t)k];
    for (int in = 0; in < n; in++) {
        int out = kept[in] ? exchange(kept, gram, sum, n, in) : in;
        if (out == in)
            continue;
        kept[in] = false;
        kept[out] = true;
        for (int i = 0; i < n; i++)
            sum[i] += gram[(size_t)in * (size_t)n + (size_t)i] - gram[(size_t)out * (size_t)n + (size_t)i];
    }
}

int mask_rearrange(bool *kept, const float *gradient, int ld, int rows, int n, uint32_t cpu, int threads, struct err *e)
{
    float *own = malloc((size_t)rows * (size_t)n * sizeof *own + 1);
    double *gram = calloc((size_t)n * (size_t)n + 1, sizeof *gram), *sum = calloc((size_t)n + 1, sizeof *sum);
    int code = own && gram && sum ? 0 : err_set(e, ERR_NOMEM, "no memory for the information of %d gates", n);
    for (int i = 0; i < rows && code == 0; i++)
        memcpy(own + (size_t)i * (size_t)n, gradient + (size_t)i * (size_t)ld, (size_t)n * sizeof *own);
    if (code == 0)
        code = gram_add(gram, own, rows, n, cpu, threads, e);
    if (code == 0)
        exchange_all(kept, gram, sum, n);
    free(own);
    free(gram);
    free(sum);
    return code;
}
