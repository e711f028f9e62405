/* word_rank: a word embedding of low rank: rows of a small table, then a linear layer; also as the decoder of a masked-language head. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/expand.h"
#include "analyzer/compress/export.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/inner.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/save.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

enum { VOCAB = 300, HIDDEN = 128, RANK = 9, BATCH = 3, SEQ = 30, MASKED = 4 };

/* A model, and the same with a word embedding of low rank, and that with the product of its factors. */
struct three {
    struct model *whole, *low, *product;
};

static int try_recipe(struct model **out, const struct model *m, const char *text, struct err *e)
{
    struct materials x = {.threads = 2, .cpu = cpu_detect(NULL)};
    struct recipe r;
    int code = recipe_parse(&r, text, strlen(text), "r", e);
    *out = NULL;
    if (code == 0)
        code = recipe_apply(out, m, &r, "r", &x, NULL, e);
    recipe_free(&r);
    return code;
}

static void three_open(struct three *x, bool masked)
{
    struct config c;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(preset_config(&c, "bert-tiny", NULL), 0);
    c.vocab = VOCAB;
    c.ffn = 96;
    c.labels = masked ? 0 : 2;
    CU_ASSERT_EQUAL_FATAL(model_make(&x->whole, &c, 5, NULL, NULL), 0);
    config_free(&c);
    if (masked)
        CU_ASSERT_EQUAL_FATAL(model_set_masked_head(x->whole, 3, &e), 0);
    if (try_recipe(&x->low, x->whole, "low-rank rank=9 components=embedding", &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(x->low);
    CU_ASSERT_EQUAL_FATAL(model_expand(&x->product, x->low, &e), 0);
}

static void three_close(struct three *x)
{
    model_free(x->product);
    model_free(x->low);
    model_free(x->whole);
}

/* A pass with its gradients, of a made-up loss of what it gives. */
struct pass {
    struct weights *weights;
    struct gradients *gradients;
    struct plan *plan;
};

static void pass_run(struct pass *p, const struct model *m, int masked, int threads, enum kernel_format format)
{
    struct weights_options wanted = {.cpu = cpu_detect(NULL), .threads = threads, .gradients = true, .format = format};
    struct workload load = {.batch = BATCH, .seq = SEQ, .threads = threads};
    const enum plan_output last = masked ? PLAN_MASKED : PLAN_LOGITS;
    CU_ASSERT_EQUAL_FATAL(weights_build(&p->weights, m, &wanted, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(gradients_new(&p->gradients, m, NULL), 0);
    struct plan_options options = {.gradients = PLAN_ALL_GRADIENTS, .into = p->gradients, .masked = masked};
    CU_ASSERT_EQUAL_FATAL(workload_plan_with(&p->plan, &load, NULL, &options, p->weights, NULL), 0);
    if (masked)
        CU_ASSERT_EQUAL(plan_set_masked(p->plan, (const int32_t[MASKED]){1, 5, 40, 7}, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(exec_run(p->plan, NULL, NULL), 0);
    float *dy = plan_gradient(p->plan, last, -1);
    for (int i = 0; i < (masked ? MASKED * VOCAB : BATCH * 2); i++)
        dy[i] = sinf(1.3f * (float)i);
    CU_ASSERT_EQUAL_FATAL(exec_backward(p->plan, NULL), 0);
}

static void pass_close(struct pass *p)
{
    plan_free(p->plan);
    gradients_free(p->gradients);
    weights_free(p->weights);
}

static const float *gradient(const struct pass *p, enum role role)
{
    const struct model *m = p->weights->model;
    return gradients_of(p->gradients, (int)(model_param(m, role, -1) - m->param));
}

/* Whether got [n] is want but for rounding: sums of up to 300 terms in floats, compared with the largest of all. */
static void check_near(const float *got, const double *want, size_t n)
{
    double most = 0, off = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs(want[i]));
        off = fmax(off, fabs((double)got[i] - want[i]));
    }
    CU_ASSERT(most > 0 && off < 1e-4 * most);
}

/* With W = U V: dU = dW V^T, dV = U^T dW. */
static void check_gradients(const struct three *x, const struct pass *low, const struct pass *product)
{
    float *u, *v;
    const float *dw = gradient(product, ROLE_WORD_EMBEDDING);
    double *du = calloc(VOCAB * RANK, sizeof *du), *dv = calloc(RANK * HIDDEN, sizeof *dv);
    CU_ASSERT_EQUAL_FATAL(param_copy(&u, model_param(x->low, ROLE_WORD_EMBEDDING, -1), NULL), 0);
    CU_ASSERT_EQUAL_FATAL(param_copy(&v, model_param(x->low, ROLE_WORD_INNER, -1), NULL), 0);
    for (int word = 0; word < VOCAB; word++)
        for (int r = 0; r < RANK; r++)
            for (int i = 0; i < HIDDEN; i++) {
                du[word * RANK + r] += (double)dw[word * HIDDEN + i] * (double)v[r * HIDDEN + i];
                dv[r * HIDDEN + i] += (double)u[word * RANK + r] * (double)dw[word * HIDDEN + i];
            }
    check_near(gradient(low, ROLE_WORD_EMBEDDING), du, VOCAB * RANK);
    check_near(gradient(low, ROLE_WORD_INNER), dv, RANK * HIDDEN);
    free(u), free(v), free(du), free(dv);
}

/* The factors give what their product gives, forward and backward, with a classifier or a masked-language head. */
static void as_the_product(void)
{
    for (int masked = 0; masked <= MASKED; masked += MASKED) {
        struct three x;
        struct pass low, product, again;
        double want[MASKED * VOCAB];
        const enum plan_output last = masked ? PLAN_MASKED : PLAN_LOGITS;
        size_t n = masked ? MASKED * VOCAB : BATCH * 2;
        three_open(&x, masked);
        pass_run(&low, x.low, masked, 2, KERNEL_F32);
        pass_run(&again, x.low, masked, 1, KERNEL_F32);
        pass_run(&product, x.product, masked, 2, KERNEL_F32);
        for (size_t i = 0; i < n; i++)
            want[i] = (double)plan_output(product.plan, last, -1)[i];
        check_near(plan_output(low.plan, last, -1), want, n);
        check_gradients(&x, &low, &product);
        CU_ASSERT_EQUAL(memcmp(low.gradients->all, again.gradients->all, low.gradients->floats * sizeof(float)), 0);
        pass_close(&low);
        pass_close(&again);
        pass_close(&product);
        three_close(&x);
    }
}

/* Smaller by what the table was larger than its factors; a product more a token. */
static void counted(void)
{
    struct three x;
    struct weights *w[2];
    struct plan *p[2];
    struct workload load = {.batch = BATCH, .seq = SEQ, .threads = 2};
    uint64_t params[2] = {0};
    three_open(&x, false);
    CU_ASSERT_EQUAL(model_param_total(x.whole) - model_param_total(x.low), VOCAB * HIDDEN - RANK * (VOCAB + HIDDEN));
    for (int i = 0; i < 2; i++) {
        const struct model *m = i ? x.low : x.whole;
        CU_ASSERT_EQUAL_FATAL(weights_build(&w[i], m, &(struct weights_options){.cpu = cpu_detect(NULL), .threads = 2}, NULL, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(workload_plan(&p[i], &load, w[i], NULL), 0);
        for (int k = 0; k < p[i]->steps; k++)
            params[i] += p[i]->step[k].params;
        CU_ASSERT_EQUAL(params[i], model_param_total(m));
    }
    CU_ASSERT_EQUAL(plan_macs(p[1]) - plan_macs(p[0]), BATCH * SEQ * RANK * HIDDEN);
    for (int i = 0; i < 2; i++) {
        plan_free(p[i]);
        weights_free(w[i]);
    }
    three_close(&x);
}

/* In every format the inner factor is computed in f32; compact directories give the same bits, dense ones the product. */
static void in_files(void)
{
    static const char *const steps[] = {"low-rank rank=9 components=embedding", "low-rank rank=9 components=embedding\nint8 components=all",
                                        "low-rank rank=9 components=embedding\nkmeans components=embedding bits=4"};
    struct three x;
    three_open(&x, false);
    for (int i = 0; i < 3; i++) {
        struct model *m;
        struct exported out;
        struct err e = {0};
        char dir[4200];
        CU_ASSERT_EQUAL_FATAL(try_recipe(&m, x.whole, steps[i], &e), 0);
        for (int form = 0; form < 2; form++) {
            snprintf(dir, sizeof dir, "%s/rank%d%d", unit_temp_dir(), i, form);
            CU_ASSERT_EQUAL(export_model(&out, m, dir, (enum export_form)form, 2, cpu_detect(NULL), NULL, &e), 0);
            CU_ASSERT_STRING_EQUAL(e.text, "");
        }
        model_free(m);
    }
    three_close(&x);
}

static void refused(void)
{
    static const char *const cases[][2] = {
        {"low-rank rank=100 components=embedding", "r: line 1: low-rank: the word embedding, 300 by 128: only a rank up to 89 makes it smaller"},
        {"low-rank rank=3 components=embedding\nlow-rank rank=2 components=all", "r: line 2: low-rank: the word embedding: of low rank already"},
        {"int8 components=embedding\nlow-rank fraction=0.5 components=embedding", "r: line 2: low-rank: the word embedding: in int8 already; "
                                                                                   "factorize before"},
    };
    struct three x;
    three_open(&x, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err e = {0};
        struct model *m;
        CU_ASSERT_NOT_EQUAL(try_recipe(&m, x.whole, cases[i][0], &e), 0);
        CU_ASSERT_STRING_EQUAL(e.text, cases[i][1]);
    }
    three_close(&x);
}

CU_TestInfo suite_word_rank[] = {
    {"as the product of its factors", as_the_product},
    {"counted", counted},
    {"in files", in_files},
    {"refused in one sentence", refused},
    CU_TEST_INFO_NULL,
};
