/* Inputs whose scale is known before they are: rows are run through the model as it is before this step, and how large what each
 * matrix reads is decides how far its integers reach. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/calibrate.h"
#include "analyzer/compress/magnitudes.h"
#include "analyzer/compress/quantize.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

/* The chosen matrices and what they read. */
struct inputs {
    const struct model *m;
    int *param; /* [params]; owned */
    int params;
    int *first;              /* [params] the first of them with the same numbers: layers that share a matrix share its range; owned */
    struct magnitudes *seen; /* [params] of those that are the first; owned */
};

static void inputs_free(struct inputs *in)
{
    free(in->param);
    free(in->first);
    free(in->seen);
}

/* The first chosen matrix with the numbers of `p`; -1 if there is none. */
static int find(const struct inputs *in, const struct param *p)
{
    for (int i = 0; i < in->params; i++)
        if (in->m->param[in->param[i]].tensor.data == p->tensor.data)
            return i;
    return -1;
}

static int inputs_init(struct inputs *in, const struct model *m, const struct recipe_line *step, struct err *e)
{
    size_t most = (size_t)m->params;
    *in = (struct inputs){.m = m, .param = malloc(most * sizeof *in->param), .first = malloc(most * sizeof *in->first)};
    if (!in->param || !in->first)
        return err_set(e, ERR_NOMEM, "no memory for %d parameters", m->params);
    int n = quantize_choose(in->param, m, step, e);
    if (n < 0)
        return n;
    in->params = n;
    for (int i = 0; i < n; i++)
        in->first[i] = find(in, &m->param[in->param[i]]);
    in->seen = calloc((size_t)n + 1, sizeof *in->seen);
    return in->seen ? 0 : err_set(e, ERR_NOMEM, "no memory for the inputs of %d matrices", n);
}

/* After a forward pass: what each linear layer read. */
static int look(void *payload, const struct plan *p, const struct gradients *g, struct err *e)
{
    const struct inputs *in = payload;
    (void)g;
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        for (int part = 0; s->linear && part < s->linear->parts; part++) {
            const struct param *weight = s->linear->part[part].weight;
            int found = find(in, weight);
            if (found < 0)
                continue;
            magnitudes_add(&in->seen[found], s->x[0], (size_t)s->rows * (size_t)s->linear->k);
            if (!magnitudes_finite(&in->seen[found]))
                return err_set(e, ERR_FORMAT, "what %s reads is not finite, so it has no scale", weight->name);
        }
    }
    return 0;
}

static float range_of(const struct magnitudes *seen, const struct recipe_line *step)
{
    if (step_is(step, "calibrate", "kl"))
        return magnitudes_closest(seen);
    return step_is(step, "calibrate", "percentile") ? magnitudes_share(seen, step_real(step, "percentile") / 100) : seen->largest;
}

static int run(struct inputs *in, struct model *m, const struct recipe_line *step, const struct materials *x,
               const struct progress *progress, struct err *e)
{
    TRY(inputs_init(in, m, step, e));
    if (in->params == 0)
        return 0;
    TRY(calibrate(m, x, step_int(step, "rows"), false, look, in, progress, e));
    TRY(quantize_apply(m, step, KERNEL_INT8, progress, e));
    for (int i = 0; i < in->params; i++)
        m->param[in->param[i]].input_range = range_of(&in->seen[in->first[i]], step);
    return 0;
}

static bool is_given(const struct recipe_line *step, const char *option)
{
    return step->value[method_option_find(step->method, option, (int)strlen(option))] != NULL;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    struct inputs in;
    if (is_given(step, "percentile") && !step_is(step, "calibrate", "percentile"))
        return err_set(e, ERR_USAGE, "percentile= belongs to calibrate=percentile, not to calibrate=%s", step_text(step, "calibrate"));
    int code = run(&in, m, step, x, progress, e);
    inputs_free(&in);
    return code;
}

static enum method_needs needs(const struct recipe_line *step)
{
    return step_is(step, "layers", "none") ? METHOD_NEEDS_NOTHING : METHOD_NEEDS_ROWS;
}

static const char *const ways[] = {"minmax", "percentile", "kl", NULL};

static const struct method_option options[] = {
    {"calibrate", VALUE_CHOICE, "minmax", 0, 0, ways,
     "how far inputs reach: minmax: to the largest; percentile: to all but a few; kl: to the least divergence (Migacz 2017)"},
    {"percentile", VALUE_REAL, "99.99", 50, 100, NULL, "of calibrate=percentile: how many percent of the inputs are not cut off"},
    {"rows", VALUE_INT, "128", 1, 1 << 30, NULL, "rows to calibrate with, the first of the data"},
    QUANTIZE_OPTIONS,
};

const struct method method_int8_static = {
    .name = "int8-static",
    .family = "quantize",
    .summary = "8-bit integers: a scale for each output, and one for all inputs of a matrix, fixed beforehand on rows",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = needs,
    .apply = apply,
};
