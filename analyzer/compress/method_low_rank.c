#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/eigen.h"
#include "analyzer/compress/recipe.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"

enum { PARTS = 3 };

/* Matrices with the same inputs, which get one inner factor; the last group is outside of layers. */
static const struct group {
    enum component component;
    enum role part[PARTS]; /* ROLES at the end */
    const char *name;
} groups[] = {
    {COMPONENT_LINEAR_BEFORE, {ROLE_QUERY_WEIGHT, ROLE_KEY_WEIGHT, ROLE_VALUE_WEIGHT}, "query, key and value"},
    {COMPONENT_LINEAR_AFTER, {ROLE_ATTENTION_OUTPUT_WEIGHT, ROLES, ROLES}, "the output projection"},
    {COMPONENT_FEED_FORWARD, {ROLE_FFN_UP_WEIGHT, ROLES, ROLES}, "feed-forward up"},
    {COMPONENT_FEED_FORWARD, {ROLE_FFN_DOWN_WEIGHT, ROLES, ROLES}, "feed-forward down"},
    {COMPONENT_EMBEDDING, {ROLE_WORD_EMBEDDING, ROLES, ROLES}, "the word embedding"},
};

enum { GROUPS = sizeof groups / sizeof *groups, LAYER_GROUPS = GROUPS - 1, WHERE = 64 };

/* One group of one layer, or -1. */
struct job {
    const struct group *group;
    int layer;
    size_t n, k, rank;
    float *w, *u, *v; /* [n,k], [n,rank], [rank,k]; owned */
    int code;
    struct err err;
};

static int each_part(const struct job *j, int i)
{
    return i < PARTS && j->group->part[i] != ROLES;
}

/* "feed-forward up of layer 3" */
static const char *where(char out[WHERE], const struct job *j, const struct model *m)
{
    if (j->layer < 0)
        snprintf(out, WHERE, "%s", j->group->name);
    else
        snprintf(out, WHERE, "%s of layer %d", j->group->name, m->layer[j->layer].number);
    return out;
}

static int check(const struct job *j, const struct model *m, struct err *e)
{
    char name[WHERE];
    for (int i = 0; each_part(j, i); i++) {
        const struct param *p = model_param(m, j->group->part[i], j->layer);
        if (!kernel_format_exact(p->format))
            return err_set(e, ERR_UNSUPPORTED, "%s: in %s already; factorize before", where(name, j, m), kernel_format_name(p->format));
        if (model_inner(m, p->role, j->layer))
            return err_set(e, ERR_UNSUPPORTED, "%s: of low rank already", where(name, j, m));
    }
    return 0;
}

/* As many as save the share of the parameters, or the rank that was asked for if it saves any. */
static int choose_rank(struct job *j, const struct model *m, const struct recipe_line *step, struct err *e)
{
    char name[WHERE];
    double fraction = step_real(step, "fraction");
    size_t most = (j->n * j->k - 1) / (j->n + j->k);
    j->rank = (size_t)step_int(step, "rank");
    if (fraction > 0) {
        j->rank = (size_t)((1 - fraction) * (double)(j->n * j->k) / (double)(j->n + j->k));
        j->rank = j->rank < 1 ? 1 : j->rank > most ? most : j->rank;
    }
    if (j->rank <= most && most > 0)
        return 0;
    return err_set(e, ERR_SHAPE, "%s, %zu by %zu: only a rank up to %zu makes it smaller", where(name, j, m), j->n, j->k, most);
}

static int job_init(struct job *j, const struct model *m, const struct recipe_line *step, struct err *e)
{
    TRY(check(j, m, e));
    j->k = model_param(m, j->group->part[0], j->layer)->tensor.dim[1];
    for (int i = 0; each_part(j, i); i++)
        j->n += model_param(m, j->group->part[i], j->layer)->tensor.dim[0];
    TRY(choose_rank(j, m, step, e));
    j->w = malloc(j->n * j->k * sizeof *j->w);
    j->u = malloc(j->n * j->rank * sizeof *j->u);
    j->v = malloc(j->rank * j->k * sizeof *j->v);
    return j->w && j->u && j->v ? 0 : err_set(e, ERR_NOMEM, "no memory for %zu numbers", j->n * j->k);
}

static void job_run(struct job *j, const struct model *m)
{
    float *at = j->w;
    for (int i = 0; each_part(j, i); i++) {
        const struct tensor *t = &model_param(m, j->group->part[i], j->layer)->tensor;
        tensor_read_f32(t, 0, tensor_count(t), at);
        at += tensor_count(t);
    }
    j->code = low_rank(j->u, j->v, j->w, j->n, j->k, j->rank, &j->err);
}

static int give_part(struct model *m, enum role role, const struct job *j, const float *u, size_t *rows, struct err *e)
{
    const struct param *p = model_param(m, role, j->layer);
    size_t n = p->tensor.dim[0];
    float *own = malloc(n * j->rank * sizeof *own);
    if (!own)
        return err_set(e, ERR_NOMEM, "no memory for %zu numbers", n * j->rank);
    memcpy(own, u, n * j->rank * sizeof *own);
    model_take(m, (int)(p - m->param), (size_t[2]){n, j->rank}, own);
    param_set_format(&m->param[p - m->param], KERNEL_F32);
    *rows = n;
    return 0;
}

static int give_back(struct model *m, struct job *j, struct err *e)
{
    size_t at = 0, rows = 0;
    char name[WHERE];
    if (j->code != 0)
        return err_set(e, j->code, "%s: %s", where(name, j, m), j->err.text);
    for (int i = 0; each_part(j, i); i++, at += rows)
        TRY(give_part(m, j->group->part[i], j, j->u + at * j->rank, &rows, e));
    float *v = j->v;
    j->v = NULL;
    const struct param *first = model_param(m, j->group->part[0], j->layer);
    return model_add(m, (int)(first - m->param), inner_role(first->role), (size_t[2]){j->rank, j->k}, v, e);
}

/* Some jobs at a time, one in a thread. */
static int run(struct model *m, struct job *job, int jobs, const struct recipe_line *step, int threads, const struct progress *progress,
               struct err *e)
{
    for (int at = 0; at < jobs; at += threads) {
        int end = at + threads < jobs ? at + threads : jobs;
        TRY(progress_step(progress, "factorizing", at, jobs, e));
        for (int i = at; i < end; i++)
            TRY(job_init(&job[i], m, step, e));
#pragma omp parallel for schedule(static) num_threads(threads)
        for (int i = at; i < end; i++)
            job_run(&job[i], m);
        for (int i = at; i < end; i++)
            TRY(give_back(m, &job[i], e));
    }
    return 0;
}

static void jobs_free(struct job *job, int jobs)
{
    for (int i = 0; i < jobs; i++) {
        free(job[i].w);
        free(job[i].u);
        free(job[i].v);
    }
    free(job);
}

/* What is to be done, into job [layers * LAYER_GROUPS + 1]; returns how much. */
static int choose_jobs(struct job *job, const struct model *m, const bool *layer, const bool *component)
{
    int jobs = 0;
    for (int i = 0; i < m->config.layers * LAYER_GROUPS; i++)
        if (layer[i / LAYER_GROUPS] && component[groups[i % LAYER_GROUPS].component])
            job[jobs++] = (struct job){.group = &groups[i % LAYER_GROUPS], .layer = i / LAYER_GROUPS};
    if (component[COMPONENT_EMBEDDING] && model_param(m, ROLE_WORD_EMBEDDING, -1))
        job[jobs++] = (struct job){.group = &groups[LAYER_GROUPS], .layer = -1};
    return jobs;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool layer[CONFIG_MAX_LAYERS], component[COMPONENTS];
    int most = m->config.layers * LAYER_GROUPS + 1;
    bool by_fraction = step_real(step, "fraction") > 0, by_rank = step_int(step, "rank") > 0;
    TRY(step_layers(step, "layers", m, layer, e));
    step_components(step, "components", component);
    if (by_fraction && by_rank)
        return err_set(e, ERR_USAGE, "either rank= or fraction=, not both");
    if (!by_fraction && !by_rank)
        return 0;
    struct job *job = calloc((size_t)most, sizeof *job);
    if (!job)
        return err_set(e, ERR_NOMEM, "no memory for %d matrices", most);
    int jobs = choose_jobs(job, m, layer, component), code = run(m, job, jobs, step, x->threads, progress, e);
    jobs_free(job, jobs);
    return code;
}

static const struct method_option options[] = {
    {"fraction", VALUE_REAL, "0", 0, 1, NULL, "share of the parameters of each matrix that goes"},
    {"rank", VALUE_INT, "0", 0, 1 << 20, NULL, "instead: the rank of each matrix"},
    {"layers", VALUE_LAYERS, "all", 0, 0, NULL, "layers it applies to"},
    {"components", VALUE_COMPONENTS, "before,after,ffn", 0, 0, NULL, "components it applies to: linear layers; embedding: the word table, which gets smaller, not faster (ALBERT)"},
};

const struct method method_low_rank = {
    .name = "low-rank",
    .family = "factorize",
    .summary = "a linear layer becomes two of low rank, the best in the sense of squares (SVD)",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
