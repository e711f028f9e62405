#include "analyzer/compress/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/derive.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/matmul.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

enum { BATCH_TOKENS = 2048, SOLVE_ROUNDS = 1000 };

static const double damping_share = 0.01, largest_scale = 10;

/* ---- linear equations ---------------------------------------------------------------------------------------- */

static double dot(const double *x, const double *y, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}

static void multiply(double *y, const double *a, const double *x, double damping, int n, int threads)
{
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int i = 0; i < n; i++)
        y[i] = dot(a + (size_t)i * (size_t)n, x, n) + damping * x[i];
}

int tune_solve(double *x, const double *a, const double *b, double damping, int n, int threads, struct err *e)
{
    double *r = malloc(3 * (size_t)n * sizeof *r + 1);
    if (!r)
        return err_set(e, ERR_NOMEM, "no memory for %d unknowns", n);
    double *p = r + n, *ap = p + n;
    memset(x, 0, (size_t)n * sizeof *x);
    memcpy(r, b, (size_t)n * sizeof *r);
    memcpy(p, b, (size_t)n * sizeof *p);
    double rr = dot(r, r, n), enough = 1e-16 * rr;
    for (int k = 0; k < SOLVE_ROUNDS && rr > enough; k++) {
        multiply(ap, a, p, damping, n, threads);
        double step = rr / dot(p, ap, n), before = rr;
        for (int i = 0; i < n; i++) {
            x[i] += step * p[i];
            r[i] -= step * ap[i];
        }
        rr = dot(r, r, n);
        for (int i = 0; i < n; i++)
            p[i] = r[i] + rr / before * p[i];
    }
    free(r);
    return 0;
}

/* ---- states between layers ----------------------------------------------------------------------------------- */

/* The tokens of all rows, one after the other, in batches of rows. */
struct flow {
    const struct tuning *t;
    struct arena room;
    int hidden, batches;
    int *first;    /* [batches + 1] rows */
    size_t *token; /* [batches + 1] tokens before them */
    float *whole, *pruned;       /* [tokens, hidden] states before the layer */
    float *attended, *fed;       /* [tokens, hidden] what the whole model's LayerNorms read */
};

static void flow_free(struct flow *f)
{
    arena_free(&f->room);
    free(f->first);
    free(f->token);
    free(f->whole);
    free(f->pruned);
    free(f->attended);
    free(f->fed);
}

static int batch_rows(const struct flow *f, int b)
{
    return f->first[b + 1] - f->first[b];
}

static int batch_tokens(const struct flow *f, int b)
{
    return (int)(f->token[b + 1] - f->token[b]);
}

static void cut_batches(struct flow *f)
{
    size_t tokens = 0;
    for (int i = 0; i < f->t->rows; i++) {
        if (i == 0 || tokens - f->token[f->batches - 1] + (size_t)f->t->row[i].n > BATCH_TOKENS) {
            f->first[f->batches] = i;
            f->token[f->batches++] = tokens;
        }
        tokens += (size_t)f->t->row[i].n;
    }
    f->first[f->batches] = f->t->rows;
    f->token[f->batches] = tokens;
}

static int flow_init(struct flow *f, const struct tuning *t, struct err *e)
{
    size_t rows = (size_t)t->rows;
    *f = (struct flow){.t = t, .hidden = t->whole->config.hidden};
    f->first = malloc((rows + 1) * sizeof *f->first);
    f->token = malloc((rows + 1) * sizeof *f->token);
    if (!f->first || !f->token)
        return err_set(e, ERR_NOMEM, "no memory for %zu rows", rows);
    cut_batches(f);
    float **state[] = {&f->whole, &f->pruned, &f->attended, &f->fed};
    for (size_t i = 0; i < sizeof state / sizeof *state; i++) {
        *state[i] = malloc(f->token[f->batches] * (size_t)f->hidden * sizeof(float) + 1);
        if (!*state[i])
            return err_set(e, ERR_NOMEM, "no memory for the states of %zu tokens", f->token[f->batches]);
    }
    return 0;
}

static int run_steps(const struct plan *p, int first, int end, const struct progress *progress, struct err *e)
{
    int code = exec_steps(p, first, end, progress ? progress->cancel : NULL);
    return code == 0 ? 0 : err_set(e, code, "tuning was cancelled");
}

/* A plan for a batch of the flow that starts with `states`, or with the tokens (NULL). */
static int batch_plan(struct plan **out, struct flow *f, const struct weights *w, int b, const float *states, struct err *e)
{
    struct plan_options options = {.threads = f->t->threads, .from_hidden = states != NULL, .room = &f->room};
    TRY(rows_plan(out, w, f->t->row + f->first[b], NULL, batch_rows(f, b), &options, e));
    if (states)
        memcpy((*out)->input, states + f->token[b] * (size_t)f->hidden, (size_t)batch_tokens(f, b) * (size_t)f->hidden * sizeof *states);
    return 0;
}

static float *state_of(const struct flow *f, float *states, int b)
{
    return states + f->token[b] * (size_t)f->hidden;
}

static void copy_state(const struct flow *f, float *states, int b, const float *y)
{
    memcpy(state_of(f, states, b), y, (size_t)batch_tokens(f, b) * (size_t)f->hidden * sizeof *y);
}

/* States behind the embedding, which both have in common. */
static int embed_batch(struct flow *f, const struct weights *w, int b, const struct progress *progress, struct err *e)
{
    struct plan *p;
    int steps = 0;
    TRY(batch_plan(&p, f, w, b, NULL, e));
    while (p->step[steps].layer < 0)
        steps++;
    int code = run_steps(p, 0, steps, progress, e);
    if (code == 0) {
        copy_state(f, f->whole, b, p->step[steps - 1].y);
        copy_state(f, f->pruned, b, p->step[steps - 1].y);
    }
    plan_free(p);
    return code;
}

/* ---- a layer as a model of its own --------------------------------------------------------------------------- */

struct alone {
    struct model *model;
    struct weights *weights;
};

static void alone_close(struct alone *x)
{
    weights_free(x->weights);
    model_free(x->model);
    *x = (struct alone){0};
}

static int alone_open(struct alone *x, const struct flow *f, const struct model *m, int layer, struct err *e)
{
    struct weights_options options = {.cpu = f->t->cpu, .threads = f->t->threads};
    *x = (struct alone){0};
    TRY(model_derive(&x->model, m, e));
    for (int i = m->config.layers - 1; i >= 0; i--)
        if (i != layer)
            model_drop_layer(x->model, i);
    int code = weights_build(&x->weights, x->model, &options, NULL, e);
    if (code != 0)
        alone_close(x);
    return code;
}

static int step_of(const struct plan *p, enum site site)
{
    int i = 0;
    while (p->step[i].linear != weights_linear(p->weights, site, 0))
        i++;
    return i;
}

/* What a LayerNorm normalizes: its input and the residual. */
static void read_sum(float *out, const struct step *s, int tokens)
{
    size_t n = (size_t)tokens * (size_t)s->cols;
    for (size_t i = 0; i < n; i++)
        out[i] = s->x[0][i] + s->x[1][i];
}

/* The whole model's layer: its two sums, and its states become those behind it. The LayerNorm follows the linear layer. */
static int whole_batch(struct flow *f, const struct alone *x, int b, const struct progress *progress, struct err *e)
{
    struct plan *p;
    TRY(batch_plan(&p, f, x->weights, b, f->whole, e));
    int attended = step_of(p, SITE_ATTENTION_OUTPUT) + 1, fed = step_of(p, SITE_FFN_DOWN) + 1;
    int code = run_steps(p, 0, attended, progress, e);
    if (code == 0) {
        read_sum(state_of(f, f->attended, b), &p->step[attended], batch_tokens(f, b));
        code = run_steps(p, attended, fed, progress, e);
    }
    if (code == 0) {
        read_sum(state_of(f, f->fed, b), &p->step[fed], batch_tokens(f, b));
        code = run_steps(p, fed, fed + 1, progress, e);
    }
    if (code == 0)
        copy_state(f, f->whole, b, p->step[fed].y);
    plan_free(p);
    return code;
}

static int pruned_batch(struct flow *f, const struct alone *x, int b, const struct progress *progress, struct err *e)
{
    struct plan *p;
    TRY(batch_plan(&p, f, x->weights, b, f->pruned, e));
    int end = step_of(p, SITE_FFN_DOWN) + 2, code = run_steps(p, 0, end, progress, e);
    if (code == 0)
        copy_state(f, f->pruned, b, p->step[end - 1].y);
    plan_free(p);
    return code;
}

static int run_layer(struct flow *f, const struct model *m, int layer, bool whole, const struct progress *progress, struct err *e)
{
    struct alone x;
    TRY(alone_open(&x, f, m, layer, e));
    int code = 0;
    for (int b = 0; b < f->batches && code == 0; b++)
        code = (whole ? whole_batch : pruned_batch)(f, &x, b, progress, e);
    alone_close(&x);
    return code;
}

/* ---- the equations of a matrix ------------------------------------------------------------------------------- */

/* Of a matrix w [hidden, k] whose inputs come in groups of `size`. */
struct equations {
    enum site site;
    enum role role;
    int k, size, hidden;
    float *w;     /* [hidden, k] */
    double *gram; /* [k, k] inputs^T inputs */
    double *side; /* [k] sum over tokens of input x (rest w) */
    double *cross; /* [k, k] w^T w */
};

static void equations_free(struct equations *q)
{
    free(q->w);
    free(q->gram);
    free(q->side);
    free(q->cross);
}

static int equations_init(struct equations *q, const struct model *m, int layer, enum site site, struct err *e)
{
    bool heads = site == SITE_ATTENTION_OUTPUT;
    *q = (struct equations){.site = site, .role = heads ? ROLE_ATTENTION_OUTPUT_WEIGHT : ROLE_FFN_DOWN_WEIGHT,
                            .size = heads ? m->config.head_size : 1};
    const struct param *p = model_param(m, q->role, layer);
    q->hidden = (int)p->tensor.dim[0];
    q->k = (int)p->tensor.dim[1];
    size_t k = (size_t)q->k;
    q->gram = calloc(k * k, sizeof *q->gram);
    q->side = calloc(k, sizeof *q->side);
    q->cross = calloc(k * k, sizeof *q->cross);
    if (!q->gram || !q->side || !q->cross)
        return err_set(e, ERR_NOMEM, "no memory for %d unknowns", q->k);
    return param_copy(&q->w, p, e);
}

/* After the step of the matrix has run: rest = wanted - (its output + the residual), and what it says about scales. */
static int add_batch(struct equations *q, const struct flow *f, const struct plan *p, int step, const float *wanted, struct err *e)
{
    const struct step *s = &p->step[step], *norm = s + 1;
    int tokens = s->rows, threads = f->t->threads;
    size_t n = (size_t)tokens * (size_t)q->hidden;
    float *rest = malloc(n * sizeof *rest), *back = malloc((size_t)tokens * (size_t)q->k * sizeof *back);
    int code = rest && back ? 0 : err_set(e, ERR_NOMEM, "no memory for %d tokens", tokens);
    for (size_t i = 0; i < n && code == 0; i++)
        rest[i] = wanted[i] - (s->y[i] + norm->x[1][i]);
    if (code == 0)
        code = matmul(back, rest, q->w, tokens, q->k, q->hidden, f->t->cpu, threads, e);
    if (code == 0)
        code = gram_add(q->gram, s->x[0], tokens, q->k, f->t->cpu, threads, e);
    for (size_t i = 0; i < (size_t)tokens * (size_t)q->k && code == 0; i++)
        q->side[i % (size_t)q->k] += (double)s->x[0][i] * (double)back[i];
    free(rest);
    free(back);
    return code;
}

static int gather_batch(struct equations *q, struct flow *f, const struct alone *x, int b, const struct progress *progress, struct err *e)
{
    struct plan *p;
    TRY(batch_plan(&p, f, x->weights, b, f->pruned, e));
    int step = step_of(p, q->site), code = run_steps(p, 0, step + 1, progress, e);
    if (code == 0)
        code = add_batch(q, f, p, step, state_of(f, q->site == SITE_FFN_DOWN ? f->fed : f->attended, b), e);
    plan_free(p);
    return code;
}

static int gather(struct equations *q, struct flow *f, const struct model *m, int layer, const struct progress *progress, struct err *e)
{
    struct alone x;
    TRY(alone_open(&x, f, m, layer, e));
    int code = gram_add(q->cross, q->w, q->hidden, q->k, f->t->cpu, f->t->threads, e);
    for (int b = 0; b < f->batches && code == 0; b++)
        code = gather_batch(q, f, &x, b, progress, e);
    alone_close(&x);
    return code;
}

/* scale [groups]: solves for the groups; in place, the first groups x groups numbers of gram become their equations. */
static int solve(double *scale, struct equations *q, int threads, struct err *e)
{
    size_t groups = (size_t)(q->k / q->size), size = (size_t)q->size, k = (size_t)q->k;
    double trace = 0, *side = q->side;
    for (size_t a = 0; a < groups; a++)
        for (size_t b = 0; b < groups; b++) {
            double sum = 0;
            for (size_t i = a * size; i < (a + 1) * size; i++)
                for (size_t j = b * size; j < (b + 1) * size; j++)
                    sum += q->gram[i * k + j] * q->cross[i * k + j];
            q->gram[a * groups + b] = sum; /* before the block of the next one: groups <= k */
            trace += a == b ? sum : 0;
        }
    for (size_t a = 0; a < groups; a++) {
        double sum = 0;
        for (size_t i = a * size; i < (a + 1) * size; i++)
            sum += q->side[i];
        side[a] = sum;
    }
    TRY(tune_solve(scale, q->gram, side, damping_share * trace / (double)groups, (int)groups, threads, e));
    for (size_t a = 0; a < groups; a++)
        scale[a] += 1;
    return 0;
}

static bool usable(const double *scale, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabs(scale[i]) <= largest_scale))
            return false;
    return true;
}

/* Multiplies the columns of the matrix, which the model takes. */
static void fold(struct model *m, int layer, struct equations *q, const double *scale)
{
    const struct param *p = model_param(m, q->role, layer);
    size_t rows = (size_t)q->hidden, k = (size_t)q->k;
    for (size_t i = 0; i < rows * k; i++)
        q->w[i] = (float)((double)q->w[i] * scale[i % k / (size_t)q->size]);
    kernel_format_round(p->format, q->w, q->w, q->hidden, q->k);
    model_take(m, (int)(p - m->param), (size_t[2]){rows, k}, q->w);
    q->w = NULL;
}

static int tune_matrix(struct flow *f, struct model *m, int layer, enum site site, const struct progress *progress, struct err *e)
{
    struct equations q;
    int code = equations_init(&q, m, layer, site, e);
    double *scale = code == 0 ? malloc((size_t)q.k * sizeof *scale) : NULL;
    if (code == 0 && !scale)
        code = err_set(e, ERR_NOMEM, "no memory for %d scales", q.k);
    if (code == 0)
        code = gather(&q, f, m, layer, progress, e);
    if (code == 0)
        code = solve(scale, &q, f->t->threads, e);
    if (code == 0 && usable(scale, q.k / q.size))
        fold(m, layer, &q, scale);
    free(scale);
    equations_free(&q);
    return code;
}

/* ---- layer by layer ------------------------------------------------------------------------------------------ */

static int embed(struct flow *f, const struct progress *progress, struct err *e)
{
    struct alone x;
    TRY(alone_open(&x, f, f->t->whole, 0, e));
    int code = 0;
    for (int b = 0; b < f->batches && code == 0; b++)
        code = embed_batch(f, x.weights, b, progress, e);
    alone_close(&x);
    return code;
}

static int tune_layers(struct flow *f, struct model *m, const struct progress *progress, struct err *e)
{
    TRY(embed(f, progress, e));
    for (int layer = 0; layer < m->config.layers; layer++) {
        TRY(progress_step(progress, "tuning layers", layer, m->config.layers, e));
        TRY(run_layer(f, f->t->whole, layer, true, progress, e));
        TRY(tune_matrix(f, m, layer, SITE_ATTENTION_OUTPUT, progress, e));
        TRY(tune_matrix(f, m, layer, SITE_FFN_DOWN, progress, e));
        TRY(run_layer(f, m, layer, false, progress, e));
    }
    return 0;
}

int tune(struct model *m, const struct tuning *t, const struct progress *progress, struct err *e)
{
    struct flow f;
    int code = flow_init(&f, t, e);
    if (code == 0)
        code = tune_layers(&f, m, progress, e);
    flow_free(&f);
    return code;
}
