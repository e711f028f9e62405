#include "analyzer/compress/importance.h"

#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/compress/memo.h"
#include "analyzer/compress/structure.h"
#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"

const char *const importance_choices[] = {"gradient", "magnitude", "random", NULL};

enum method_needs importance_needs(const struct recipe_line *step)
{
    return step_real(step, "fraction") > 0 && step_is(step, "by", "gradient") ? METHOD_NEEDS_ROWS : METHOD_NEEDS_NOTHING;
}

static int score(struct head_scores *out, const struct model *m, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    struct weights_options options = {.cpu = x->cpu, .threads = x->threads, .gradients = true};
    struct heads_options heads = {.threads = x->threads, .unlabelled = x->data->labels == 0};
    struct weights *w;
    TRY(heads_check(m, e));
    TRY(weights_build(&w, m, &options, progress, e));
    int code = heads_score(out, w, x->data, x->rows, &heads, NULL, NULL, progress, e);
    weights_free(w);
    return code;
}

/* What values depend on: the steps before, what this one has changed so far, and which heads that has left. */
static void key_of(struct str *out, const struct model *m, const struct materials *x, const char *changes)
{
    str_addf(out, "%s\n%s\n", x->before ? x->before : "", changes);
    for (int layer = 0; layer < m->config.layers; layer++)
        for (int i = 0; i < m->layer[layer].heads; i++)
            str_addf(out, "%d.%d ", layer, layer_head(&m->layer[layer], i));
}

int importance_scores(struct head_scores *out, const struct model *m, const struct materials *x, const char *changes,
                      const struct progress *progress, struct err *e)
{
    struct str key;
    if (!x->rows)
        return err_set(e, ERR_USAGE, "this step scores heads or neurons by gradient, which needs rows of data");
    str_init(&key);
    key_of(&key, m, x, changes);
    const struct head_scores *known = memo_find(x->memo, key.text);
    int code = known ? head_scores_copy(out, known, e) : score(out, m, x, progress, e);
    if (code == 0 && !known)
        memo_add(x->memo, key.text, out);
    str_free(&key);
    return code;
}

static void random_values(double *value, int n, int seed)
{
    for (int i = 0; i < n; i++)
        value[i] = rng_uniform((uint64_t)seed, (uint64_t)i);
}

typedef int norms_fn(const struct model *m, int layer, double *norm, struct err *e);

static int count(const struct model *m, bool heads)
{
    int n = 0;
    for (int layer = 0; layer < m->config.layers; layer++)
        n += heads ? m->layer[layer].heads : m->layer[layer].neurons;
    return n;
}

/* Where the values of each layer begin. */
static void firsts(int *first, const struct model *m, bool heads)
{
    for (int layer = 0, at = 0; layer < m->config.layers; layer++) {
        first[layer] = at;
        at += heads ? m->layer[layer].heads : m->layer[layer].neurons;
    }
}

static int norms_of_layers(double *value, const struct model *m, bool heads, int threads, struct err *e)
{
    int first[CONFIG_MAX_LAYERS], failed = 0;
    norms_fn *norms = heads ? structure_head_norms : structure_neuron_norms;
    firsts(first, m, heads);
#pragma omp parallel for schedule(dynamic) num_threads(threads)
    for (int layer = 0; layer < m->config.layers; layer++) {
        struct err why = {.text = ""};
        int code = norms(m, layer, value + first[layer], &why);
#pragma omp critical
        if (code != 0 && failed == 0) {
            failed = code;
            *e = why;
        }
    }
    return failed;
}

/* A slider asks for the same ones again and again. */
static int by_norm(double *value, const struct model *m, bool heads, const struct materials *x, const char *changes, struct err *e)
{
    struct str key;
    int n = count(m, heads), code = 0;
    str_init(&key);
    key_of(&key, m, x, changes);
    str_add(&key, heads ? "heads" : "neurons");
    const double *known = memo_norms(x->memo, key.text, n);
    if (known)
        memcpy(value, known, (size_t)n * sizeof *value);
    else
        code = norms_of_layers(value, m, heads, x->threads, e);
    if (code == 0 && !known)
        memo_keep_norms(x->memo, key.text, value, n);
    str_free(&key);
    return code;
}

static int importance(double *value, const struct model *m, const struct recipe_line *step, const struct materials *x,
                      const char *changes, bool heads, const struct progress *progress, struct err *e)
{
    struct head_scores s;
    if (step_is(step, "by", "random")) {
        random_values(value, count(m, heads), step_int(step, "seed"));
        return 0;
    }
    if (step_is(step, "by", "magnitude"))
        return by_norm(value, m, heads, x, changes, e);
    TRY(importance_scores(&s, m, x, changes, progress, e));
    if (heads)
        head_scores_values(&s, step_is(step, "normalize", "yes"), value, NULL);
    else
        memcpy(value, s.neuron_fisher, (size_t)count(m, false) * sizeof *value);
    head_scores_free(&s);
    return 0;
}

int importance_of_heads(double *value, const struct model *m, const struct recipe_line *step, const struct materials *x,
                        const char *changes, const struct progress *progress, struct err *e)
{
    return importance(value, m, step, x, changes, true, progress, e);
}

int importance_of_neurons(double *value, const struct model *m, const struct recipe_line *step, const struct materials *x,
                          const char *changes, const struct progress *progress, struct err *e)
{
    return importance(value, m, step, x, changes, false, progress, e);
}
