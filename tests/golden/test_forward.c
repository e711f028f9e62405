/* Every part of a forward pass against the golden values: each input alone and all of them in one packed
 * batch, with one and two threads, for every cap of the CPU. */
#include <stdio.h>
#include <string.h>

#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "tests/golden/golden.h"

static struct golden golden;
static const char *name;

/* Steps whose value is among the golden ones. */
static const struct {
    const char *label, *what;
} sites[] = {
    {"embedding LayerNorm", "embedding"},
    {"attention", "context"},
    {"attention residual, LayerNorm", "attention"},
    {"feed-forward residual, LayerNorm", "hidden"},
    {"pooler", "pooled"},
    {"classifier", "logits"},
};

/* What the golden file calls the value of a step; false if it has no such value. */
static bool site_name(const struct step *s, char *out, size_t size)
{
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++)
        if (strcmp(s->label, sites[i].label) == 0) {
            if (s->layer >= 0)
                snprintf(out, size, "layer.%d.%s", s->layer, sites[i].what);
            else
                snprintf(out, size, "%s", sites[i].what);
            return true;
        }
    return false;
}

/* Compares inputs first .. first + plan->sequences - 1 of a value with `rows` rows. */
static bool compare_inputs(const struct plan *p, int first, const char *what, const float *values, int rows,
                           int cols, struct distance *d)
{
    if (!values) {
        snprintf(d->failed, sizeof d->failed, "the plan has no %s", what);
        return false;
    }
    for (int i = 0; i < p->sequences; i++) {
        int row = rows == p->sequences ? i : p->start[i];
        if (!golden_compare(&golden, first + i, what, values + (size_t)row * (size_t)cols, cols, d))
            return false;
    }
    return true;
}

/* Runs the plan step by step and stops at the first value out of its bound. */
static bool steps_agree(const struct plan *p, int first, struct distance *d)
{
    struct exec x = {p, NULL};
    for (int i = 0; i < p->steps; i++) {
        const struct step *s = &p->step[i];
        char what[64];
        s->op->forward(&x, s);
        if (site_name(s, what, sizeof what) && !compare_inputs(p, first, what, s->y, s->rows, s->cols, d))
            return false;
    }
    return true;
}

/* The same in one go: what the plan keeps must still be there at the end. */
static bool outputs_agree(const struct run *r, int first, struct distance *d)
{
    const struct plan *p = r->plan;
    const struct config *c = &r->model->config;
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    for (int layer = -1; layer < c->layers; layer++) {
        char what[64] = "embedding";
        if (layer >= 0)
            snprintf(what, sizeof what, "layer.%d.hidden", layer);
        if (!compare_inputs(p, first, what, plan_output(p, PLAN_HIDDEN, layer), p->tokens, c->hidden, d))
            return false;
    }
    return compare_inputs(p, first, "pooled", plan_output(p, PLAN_POOLED, -1), p->sequences, c->hidden, d) &&
           compare_inputs(p, first, "logits", plan_output(p, PLAN_LOGITS, -1), p->sequences, c->labels, d);
}

static void check_inputs(const char *cap, uint32_t cpu, int threads, int first, int count, struct distance *d)
{
    struct plan_options options = {.threads = threads, .keep_hidden = true};
    struct err e = {0};
    struct run r;
    char path[64];
    int token = 0;
    snprintf(path, sizeof path, "tests/golden/%s", name);
    if (!run_open(&r, unit_source(path), NULL, cpu, KERNEL_F32, golden.length + first, count, &options))
        return;
    for (int i = 0; i < first; i++)
        token += golden.length[i];
    CU_ASSERT_EQUAL(plan_set_tokens(r.plan, golden.id + token, golden.type + token, &e), 0);
    d->compared = 0;
    bool good = steps_agree(r.plan, first, d);
    /* every step that make_golden.py knows was met: embedding, three in a layer, pooled, logits */
    CU_ASSERT(!good || d->compared == count * (3 + 3 * r.model->config.layers));
    good = good && outputs_agree(&r, first, d);
    if (!good)
        printf("\n    %s, cap %s, %d thread(s), inputs %d to %d: %s\n", name, cap, threads, first,
               first + count - 1, d->failed);
    CU_ASSERT_TRUE(good);
    run_close(&r);
}

static void check_cap(const char *cap, uint32_t cpu)
{
    struct distance d = {0};
    for (int threads = 1; threads <= 2; threads++) {
        check_inputs(cap, cpu, threads, 0, GOLDEN_INPUTS, &d);
        for (int i = 0; i < GOLDEN_INPUTS; i++)
            check_inputs(cap, cpu, threads, i, 1, &d);
    }
    printf("\n    %s, cap %s: largest error is %.2f of its bound (%s) ", name, cap, d.worst, d.where);
}

static void check_model(const char *model)
{
    name = model;
    if (!golden_open(&golden, name))
        return;
    for_each_cap(check_cap);
    golden_close(&golden);
}

static void test_bert(void)
{
    check_model("bert");
}

static void test_distilbert(void)
{
    check_model("distilbert");
}

CU_TestInfo suite_forward[] = {
    {"forward: BERT, every part", test_bert},
    {"forward: DistilBERT, every part", test_distilbert},
    CU_TEST_INFO_NULL,
};
