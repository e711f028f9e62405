#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/calibrate.h"
#include "analyzer/compress/least.h"
#include "analyzer/compress/quantize.h"
#include "analyzer/model/derive.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/plan.h"

enum { PATTERN_OF = 4, PATTERN_GONE = 2 };

/* One matrix that loses elements. */
struct matrix {
    int param;
    size_t n, k, at; /* its numbers are [at, at + n k) of all */
    double *square;  /* [k] sums of squares of its inputs, or NULL; owned */
};

/* What computes with them afterwards. */
enum choice { AUTO, DENSE, SPARSE };

struct matrices {
    struct matrix *matrix; /* [matrices]; owned */
    int matrices;
    enum choice kernel;
    size_t numbers;
    float *w, *score, *scratch; /* [numbers] of all, one after the other; owned */
};

static void matrices_free(struct matrices *x)
{
    for (int i = 0; i < x->matrices; i++)
        free(x->matrix[i].square);
    free(x->matrix);
    free(x->w);
    free(x->score);
    free(x->scratch);
}

static int place(struct matrices *x, const struct model *m, const int *param, struct err *e)
{
    for (int i = 0; i < x->matrices; i++) {
        const struct param *p = &m->param[param[i]];
        if (!kernel_format_rounds(p->format))
            return err_set(e, ERR_UNSUPPORTED, "%s is in %s already; take elements out before", p->name, kernel_format_name(p->format));
        if (x->kernel == SPARSE && !kernel_format_exact(p->format))
            return err_set(e, ERR_UNSUPPORTED, "%s is in %s already; kernel=sparse computes in f32", p->name,
                           kernel_format_name(p->format));
        x->matrix[i] = (struct matrix){param[i], p->tensor.dim[0], p->tensor.dim[1], x->numbers, NULL};
        x->numbers += x->matrix[i].n * x->matrix[i].k;
    }
    return 0;
}

static int choose(struct matrices *x, const struct model *m, const struct recipe_line *step, struct err *e)
{
    int *param = malloc((size_t)m->params * sizeof *param), code = 0;
    x->matrices = param ? quantize_choose(param, m, step, e) : err_set(e, ERR_NOMEM, "no memory for %d parameters", m->params);
    if (x->matrices < 0) {
        code = x->matrices;
        x->matrices = 0;
    }
    x->matrix = calloc((size_t)x->matrices + 1, sizeof *x->matrix);
    if (code == 0)
        code = x->matrix ? place(x, m, param, e) : err_set(e, ERR_NOMEM, "no memory for %d matrices", x->matrices);
    free(param);
    return code;
}

static enum choice kernel_of(const struct recipe_line *step)
{
    return step_is(step, "kernel", "sparse") ? SPARSE : step_is(step, "kernel", "dense") ? DENSE : AUTO;
}

static int matrices_init(struct matrices *x, const struct model *m, const struct recipe_line *step, struct err *e)
{
    x->kernel = kernel_of(step);
    TRY(choose(x, m, step, e));
    size_t bytes = x->numbers * sizeof(float) + 1;
    x->w = malloc(bytes);
    x->score = calloc(1, bytes);
    x->scratch = malloc(bytes);
    if (!x->w || !x->score || !x->scratch)
        return err_set(e, ERR_NOMEM, "no memory for %zu scores", x->numbers);
    for (int i = 0; i < x->matrices; i++) {
        const struct matrix *a = &x->matrix[i];
        tensor_read_f32(&m->param[a->param].tensor, 0, a->n * a->k, x->w + a->at);
    }
    return 0;
}

/* ---- scores ---- */

static int add_taylor(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    struct matrices *x = payload;
    (void)p, (void)e;
    for (int i = 0; i < x->matrices; i++) {
        const struct matrix *a = &x->matrix[i];
        const float *d = gradients_of(g, a->param), *w = x->w + a->at;
        for (size_t k = 0; k < a->n * a->k; k++)
            x->score[a->at + k] += fabsf(w[k] * d[k]);
    }
    return 0;
}

static struct matrix *find(struct matrices *x, int param)
{
    for (int i = 0; i < x->matrices; i++)
        if (x->matrix[i].param == param)
            return &x->matrix[i];
    return NULL;
}

static void add_step(struct matrices *x, const struct plan *p, const struct step *s)
{
    for (int part = 0; s->linear && part < s->linear->parts; part++) {
        struct matrix *a = find(x, (int)(s->linear->part[part].weight - p->weights->model->param));
        for (size_t at = 0; a && a->square && at < (size_t)s->rows * a->k; at++)
            a->square[at % a->k] += (double)s->x[0][at] * (double)s->x[0][at];
    }
}

static int add_inputs(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    (void)g, (void)e;
    for (int i = 0; i < p->steps; i++)
        add_step(payload, p, &p->step[i]);
    return 0;
}

static int score_wanda(struct matrices *x, const struct model *m, const struct materials *materials, const struct progress *progress,
                       struct err *e)
{
    for (int i = 0; i < x->matrices; i++) {
        struct matrix *a = &x->matrix[i];
        if (m->param[a->param].layer < 0)
            return err_set(e, ERR_UNSUPPORTED, "by=wanda looks at the inputs of linear layers, and an embedding has none");
        a->square = calloc(a->k, sizeof *a->square);
        if (!a->square)
            return err_set(e, ERR_NOMEM, "no memory for %zu inputs", a->k);
    }
    TRY(calibrate(m, materials, 0, false, add_inputs, x, progress, e));
    for (int i = 0; i < x->matrices; i++) {
        const struct matrix *a = &x->matrix[i];
        for (size_t at = 0; at < a->n * a->k; at++)
            x->score[a->at + at] = fabsf(x->w[a->at + at]) * (float)sqrt(a->square[at % a->k]);
    }
    return 0;
}

static int score(struct matrices *x, const struct model *m, const struct recipe_line *step, const struct materials *materials,
                 const struct progress *progress, struct err *e)
{
    if (step_is(step, "by", "wanda"))
        return score_wanda(x, m, materials, progress, e);
    if (step_is(step, "by", "gradient"))
        return calibrate(m, materials, 0, true, add_taylor, x, progress, e);
    for (size_t i = 0; i < x->numbers; i++)
        x->score[i] = fabsf(x->w[i]);
    return 0;
}

/* ---- choice ---- */

static void take_out(struct matrices *x, size_t at, size_t n, double fraction)
{
    least_to_zero(x->w + at, x->score + at, n, (size_t)llround((double)n * fraction), x->scratch);
}

static void take_rows(struct matrices *x, const struct matrix *a, double fraction)
{
    for (size_t row = 0; row < a->n; row++)
        take_out(x, a->at + row * a->k, a->k, fraction);
}

/* Whole groups only: what is left at the end of an output stays. */
static void take_pattern(struct matrices *x, const struct matrix *a)
{
    for (size_t row = 0; row < a->n; row++)
        for (size_t k = 0; k + PATTERN_OF <= a->k; k += PATTERN_OF) {
            size_t at = a->at + row * a->k + k;
            least_to_zero(x->w + at, x->score + at, PATTERN_OF, PATTERN_GONE, x->scratch);
        }
}

static void take(struct matrices *x, const struct recipe_line *step)
{
    double fraction = step_real(step, "fraction");
    bool pattern = step_is(step, "pattern", "2:4"), rows = step_is(step, "scope", "row"), all = step_is(step, "scope", "all");
    if (all && !pattern)
        take_out(x, 0, x->numbers, fraction);
    for (int i = 0; i < x->matrices; i++) {
        const struct matrix *a = &x->matrix[i];
        if (pattern)
            take_pattern(x, a);
        else if (rows)
            take_rows(x, a, fraction);
        else if (!all)
            take_out(x, a->at, a->n * a->k, fraction);
    }
}

static bool worth_sparse(const float *w, size_t n)
{
    size_t zeros = 0;
    for (size_t i = 0; i < n; i++)
        zeros += w[i] == 0;
    return (double)zeros >= KERNEL_SPARSE_ZEROS * (double)n;
}

/* Matrices that are in another format stay in it; an embedding is no linear layer. */
static void set_kernel(const struct matrices *x, const struct matrix *a, struct param *p)
{
    bool sparse = x->kernel == SPARSE || (x->kernel == AUTO && worth_sparse(x->w + a->at, a->n * a->k));
    if (kernel_format_exact(p->format))
        param_set_format(p, sparse && p->layer >= 0 ? KERNEL_SPARSE : KERNEL_F32);
}

static int give_back(const struct matrices *x, struct model *m, struct err *e)
{
    for (int i = 0; i < x->matrices; i++) {
        const struct matrix *a = &x->matrix[i];
        float *w = malloc(a->n * a->k * sizeof *w);
        if (!w)
            return err_set(e, ERR_NOMEM, "no memory for %zu numbers", a->n * a->k);
        kernel_format_round(m->param[a->param].format, w, x->w + a->at, (int)a->n, (int)a->k);
        model_take(m, a->param, (size_t[2]){a->n, a->k}, w);
        set_kernel(x, a, &m->param[a->param]);
    }
    return 0;
}

static bool has_effect(const struct recipe_line *step)
{
    return step_real(step, "fraction") > 0 || !step_is(step, "pattern", "none");
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *materials, const struct progress *progress,
                 struct err *e)
{
    struct matrices x = {0};
    if (step_real(step, "fraction") > 0 && !step_is(step, "pattern", "none"))
        return err_set(e, ERR_USAGE, "pattern=2:4 takes out half of the elements: leave out fraction=");
    if (!has_effect(step))
        return 0;
    int code = matrices_init(&x, m, step, e);
    if (code == 0)
        code = score(&x, m, step, materials, progress, e);
    if (code == 0) {
        take(&x, step);
        code = give_back(&x, m, e);
    }
    matrices_free(&x);
    return code;
}

/* The share of a matrix that becomes zero, if it is the same for each. */
static double share_gone(const struct recipe_line *step)
{
    return step_is(step, "pattern", "none") ? step_real(step, "fraction") : (double)PATTERN_GONE / PATTERN_OF;
}

static const char *effect(const struct recipe_line *step)
{
    bool enough = share_gone(step) >= KERNEL_SPARSE_ZEROS;
    if (kernel_of(step) == DENSE || !has_effect(step))
        return "size only";
    if (kernel_of(step) == SPARSE)
        return enough ? NULL : "the sparse kernel may be slower: it is for 75 % of zeros and more";
    if (!enough)
        return "size only: the sparse kernel is for 75 % of zeros and more";
    return step_is(step, "scope", "all") ? "size only for matrices with less than 75 % of zeros" : NULL;
}

static enum method_needs needs(const struct recipe_line *step)
{
    return has_effect(step) && !step_is(step, "by", "magnitude") ? METHOD_NEEDS_ROWS : METHOD_NEEDS_NOTHING;
}

static const char *const by[] = {"magnitude", "gradient", "wanda", NULL};
static const char *const scopes[] = {"row", "matrix", "all", NULL};
static const char *const patterns[] = {"none", "2:4", NULL};
static const char *const kernels_of[] = {"auto", "dense", "sparse", NULL};

static const struct method_option options[] = {
    {"fraction", VALUE_REAL, "0", 0, 1, NULL, "share of the elements that become 0"},
    {"by", VALUE_CHOICE, "magnitude", 0, 0, by,
     "magnitude; gradient: |w dL/dw| summed over batches (Molchanov et al. 2017); wanda: |w| times the norm of its input (Sun et al. 2023); "
     "both need rows"},
    {"scope", VALUE_CHOICE, "matrix", 0, 0, scopes, "the least of each output, of each matrix or of all"},
    {"pattern", VALUE_CHOICE, "none", 0, 0, patterns, "2:4: the two least of every four neighbours of an output"},
    {"kernel", VALUE_CHOICE, "auto", 0, 0, kernels_of,
     "what computes with a matrix afterwards; auto: sparse from 75 % of zeros on, which is where that is faster; dense: size only"},
    QUANTIZE_OPTIONS,
};

const struct method method_prune_elements = {
    .name = "prune-elements",
    .family = "prune",
    .summary = "single weights become 0, and a sparse kernel leaves them out where they are many",
    .effect_of = effect,
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = needs,
    .apply = apply,
};
