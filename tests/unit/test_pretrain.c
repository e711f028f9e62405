/* pretrain: the masked-language head and its gradients, what is learned from text, and what is saved. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/data/lines.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "analyzer/model/save.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/pretrain.h"
#include "kernels/cpu.h"

/* ---- gradients ------------------------------------------------------------------------------------------------ */

enum { VOCAB = 13, HIDDEN = 8, TOKENS = 7, MASKED = 4 };

static const int32_t ids[TOKENS] = {2, 5, 7, 5, 3, 9, 12};
static const int32_t masked_at[MASKED] = {1, 3, 5, 3}; /* one of them twice */
static const int32_t labels[MASKED] = {5, 8, 12, 0};

/* An encoder without layers: what the head reads is the embedding, so the whole loss is a page of arithmetic. */
static struct model *bare_model(void)
{
    struct config c = {.arch = arch_find("bert"), .vocab = VOCAB, .hidden = HIDDEN, .layers = 0, .heads = 2, .ffn = 16,
                       .positions = TOKENS, .types = 2, .eps = 1e-6f, .act = ACT_GELU, .head_size = 4};
    struct model *m;
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 1, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_set_masked_head(m, 1, NULL), 0);
    for (int i = 0; i < m->params; i++)
        for (size_t k = 0; k < tensor_count(&m->param[i].tensor); k++)
            model_values(m, i)[k] += 0.5f * rng_normal((uint64_t)i, k);
    return m;
}

/* The parameters of a model as doubles that can be moved. */
static struct {
    const struct model *m;
    double *value[64];
} twin;

static const double *of(enum role r)
{
    return twin.value[model_param(twin.m, r, -1) - twin.m->param];
}

static void norm(double *x, const double *gamma, const double *beta)
{
    double mean = 0, var = 0;
    for (int i = 0; i < HIDDEN; i++)
        mean += x[i] / HIDDEN;
    for (int i = 0; i < HIDDEN; i++)
        var += (x[i] - mean) * (x[i] - mean) / HIDDEN;
    for (int i = 0; i < HIDDEN; i++)
        x[i] = (x[i] - mean) / sqrt(var + (double)twin.m->config.eps) * gamma[i] + beta[i];
}

static double token_loss(int token, int label)
{
    double x[HIDDEN], h[HIDDEN], logit[VOCAB], sum = 0;
    for (int i = 0; i < HIDDEN; i++)
        x[i] = of(ROLE_WORD_EMBEDDING)[ids[token] * HIDDEN + i] + of(ROLE_POSITION_EMBEDDING)[token * HIDDEN + i] +
               of(ROLE_TYPE_EMBEDDING)[i];
    norm(x, of(ROLE_EMBEDDING_NORM_GAMMA), of(ROLE_EMBEDDING_NORM_BETA));
    for (int i = 0; i < HIDDEN; i++) {
        h[i] = of(ROLE_MASKED_DENSE_BIAS)[i];
        for (int k = 0; k < HIDDEN; k++)
            h[i] += of(ROLE_MASKED_DENSE_WEIGHT)[i * HIDDEN + k] * x[k];
        h[i] = 0.5 * h[i] * (1 + erf(h[i] / sqrt(2)));
    }
    norm(h, of(ROLE_MASKED_NORM_GAMMA), of(ROLE_MASKED_NORM_BETA));
    for (int v = 0; v < VOCAB; v++) {
        logit[v] = of(ROLE_MASKED_BIAS)[v];
        for (int i = 0; i < HIDDEN; i++)
            logit[v] += of(ROLE_WORD_EMBEDDING)[v * HIDDEN + i] * h[i];
        sum += exp(logit[v]);
    }
    return log(sum) - logit[label];
}

static double reference_loss(void)
{
    double sum = 0;
    for (int i = 0; i < MASKED; i++)
        sum += token_loss(masked_at[i], labels[i]) / MASKED;
    return sum;
}

static void open_twin(struct model *m)
{
    twin.m = m;
    for (int i = 0; i < m->params; i++) {
        size_t n = tensor_count(&m->param[i].tensor);
        twin.value[i] = calloc(n, sizeof(double));
        for (size_t k = 0; k < n; k++)
            twin.value[i][k] = (double)model_values(m, i)[k];
    }
}

static void close_twin(void)
{
    for (int i = 0; i < twin.m->params; i++)
        free(twin.value[i]);
}

/* (L(x + h) - L(x - h)) / 2h: with h = 2^-17 what is left of it is of order h^2 = 2^-34 and of 2^-53 / h = 2^-36. */
static double slope(double *x)
{
    const double h = 0x1p-17, was = *x;
    *x = was + h;
    double up = reference_loss();
    *x = was - h;
    double down = reference_loss();
    *x = was;
    return (up - down) / (2 * h);
}

static struct plan *build_plan(struct weights *w, struct gradients *into)
{
    struct plan_options options = {.threads = 1, .masked = MASKED, .into = into,
                                   .gradients = into ? PLAN_ALL_GRADIENTS : PLAN_NO_GRADIENTS};
    int length = TOKENS;
    struct plan *p;
    struct err e = {0};
    if (plan_build(&p, w, &length, 1, &options, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_EQUAL(plan_set_tokens(p, ids, NULL, NULL), 0);
    CU_ASSERT_EQUAL(plan_set_masked(p, masked_at, NULL), 0);
    return p;
}

static struct weights *build_weights(const struct model *m, bool gradients)
{
    struct weights_options packing = {.cpu = cpu_detect(NULL), .threads = 1, .gradients = gradients};
    struct weights *w;
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &packing, NULL, NULL), 0);
    return w;
}

/* The pass is six steps of sums of at most 13 numbers, there and back: fewer than 512 roundings of numbers that are no
 * larger than the largest gradient times the largest of the factors before it. */
static void check_gradient(const struct model *m, int param, const float *got)
{
    size_t n = tensor_count(&m->param[param].tensor), bad = 0;
    double largest = 0, *want = calloc(n, sizeof *want);
    for (size_t k = 0; k < n; k++) {
        want[k] = slope(&twin.value[param][k]);
        largest = fmax(largest, fabs(want[k]));
    }
    for (size_t k = 0; k < n; k++)
        bad += !(fabs((double)got[k] - want[k]) <= 512 * 0x1p-24 * fmax(largest, 0.01));
    if (bad)
        printf("\n    %zu of %zu gradients of %s differ\n", bad, n, m->param[param].name);
    CU_ASSERT_EQUAL(bad, 0);
    CU_ASSERT_TRUE(largest > 1e-3);
    free(want);
}

static void gradients_are_differences(void)
{
    struct model *m = bare_model();
    struct weights *w = build_weights(m, true);
    struct gradients *g;
    static const struct loss_options none = {0};
    struct loss_target target = {.label = labels};
    CU_ASSERT_EQUAL_FATAL(gradients_new(&g, m, NULL), 0);
    struct plan *p = build_plan(w, g);
    open_twin(m);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    double loss = loss_cross_entropy.run(plan_gradient(p, PLAN_MASKED, -1), plan_output(p, PLAN_MASKED, -1), &target, &none,
                                         1.0 / MASKED, MASKED, VOCAB);
    CU_ASSERT_DOUBLE_EQUAL(loss, reference_loss(), 64 * 0x1p-24 * loss);
    CU_ASSERT_EQUAL(exec_backward(p, NULL), 0);
    for (int i = 0; i < m->params; i++)
        check_gradient(m, i, gradients_of(g, i));
    close_twin();
    plan_free(p);
    gradients_free(g);
    weights_free(w);
    model_free(m);
}

static void the_head_runs_when_it_is_asked_for(void)
{
    struct model *m = bare_model();
    struct weights *w = build_weights(m, false);
    struct plan_options options = {.threads = 1};
    int length = TOKENS, steps;
    int32_t outside[MASKED] = {0, 1, TOKENS, 0};
    struct err e = {0};
    struct plan *p;
    CU_ASSERT_EQUAL_FATAL(plan_build(&p, w, &length, 1, &options, NULL), 0);
    CU_ASSERT_PTR_NULL(plan_output(p, PLAN_MASKED, -1));
    steps = p->steps;
    plan_free(p);
    p = build_plan(w, NULL);
    CU_ASSERT_EQUAL(p->steps, steps + 4); /* masked tokens, dense with its activation, LayerNorm, decoder */
    CU_ASSERT_EQUAL(plan_set_masked(p, outside, &e), ERR_SHAPE);
    CU_ASSERT_STRING_EQUAL(e.text, "masked token 7 is none of the 7 tokens of the batch");
    plan_free(p);
    weights_free(w);
    CU_ASSERT_EQUAL(model_set_labels(m, 2, NULL, 1, NULL), 0);
    CU_ASSERT_FALSE(model_has_masked_head(m));
    w = build_weights(m, false);
    options.masked = 1;
    CU_ASSERT_EQUAL(plan_build(&p, w, &length, 1, &options, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "bert has no masked-language head");
    weights_free(w);
    model_free(m);
}

/* ---- training ------------------------------------------------------------------------------------------------- */

enum { ROWS = 240, DEV_ROWS = 60, ROOM = 20 };

/* "the cat sleeps in the evening when the moon is rising": half of the words follow from the others. */
static void add_line(struct str *out, uint64_t seed)
{
    static const char *const who[][2] = {{"cat", "sleeps in the house"}, {"dog", "runs over a field"}, {"bird", "sings on that tree"}};
    static const char *const when[][2] = {{"morning", "sun"}, {"evening", "moon"}};
    uint32_t a = rng_below(seed, 0, 3), b = rng_below(seed, 1, 2);
    str_addf(out, "the %s %s in the %s when the %s is rising\n", who[a][0], who[a][1], when[b][0], when[b][1]);
}

struct text {
    struct dataset data;
    struct encoded rows;
};

static struct tokenizer *make_tokenizer(void)
{
    static const char vocab[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\nsleeps\nin\nhouse\ndog\nruns\nover\na\nfield\nbird\n"
                                "sings\non\nthat\ntree\nmorning\nsun\nevening\nmoon\nwhen\nis\nrising\n";
    struct tokenizer *t;
    CU_ASSERT_EQUAL_FATAL(tokenizer_from_vocab(&t, vocab, strlen(vocab), true, "test", NULL), 0);
    return t;
}

static void open_text(struct text *x, const struct tokenizer *t, int rows, uint64_t seed)
{
    const struct task *task;
    struct str s;
    str_init(&s);
    for (int i = 0; i < rows; i++)
        add_line(&s, rng_u64(seed, (uint64_t)i));
    CU_ASSERT_EQUAL_FATAL(task_word("masked", &task, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&x->data, s.text, s.len, "text", task, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&x->rows, t, &x->data, ROOM, 1, NULL, NULL), 0);
    str_free(&s);
}

static void close_text(struct text *x)
{
    encoded_free(&x->rows);
    dataset_free(&x->data);
}

struct study {
    struct tokenizer *tokenizer;
    struct masking masking;
    struct text train, dev;
};

static void study_open(struct study *s)
{
    s->tokenizer = make_tokenizer();
    CU_ASSERT_EQUAL_FATAL(masking_init(&s->masking, s->tokenizer, tokenizer_vocab(s->tokenizer), NULL), 0);
    open_text(&s->train, s->tokenizer, ROWS, 1);
    open_text(&s->dev, s->tokenizer, DEV_ROWS, 2);
}

static void study_close(struct study *s)
{
    close_text(&s->train);
    close_text(&s->dev);
    masking_free(&s->masking);
    tokenizer_free(s->tokenizer);
}

static struct model *fresh_model(const struct study *s, const char *arch)
{
    struct config c = {.arch = arch_find(arch), .vocab = tokenizer_vocab(s->tokenizer), .hidden = 32, .layers = 2, .heads = 4,
                       .ffn = 64, .positions = ROOM, .types = strcmp(arch, "bert") == 0 ? 2 : 0, .eps = 1e-12f,
                       .act = ACT_GELU, .head_size = 8};
    struct model *m;
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 1, NULL, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_set_masked_head(m, 1, NULL), 0);
    return m;
}

static struct model *trained(struct training *out, const struct study *s, const char *arch, int steps)
{
    struct model *m = fresh_model(s, arch);
    struct pretrain_options options = {.batch_rows = 12, .seed = 5, .threads = 2};
    struct train_options o = {.steps = steps, .eval_every = steps, .lr = 3e-3, .warmup = 0.1, .decay = 0.01f, .clip = 1,
                              .dropout = 0.1f, .seed = 5, .threads = 2, .cpu = cpu_detect(NULL)};
    struct pretrain x;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(pretrain_init(&x, &s->masking, &s->train.rows, &s->dev.rows, &options, NULL), 0);
    struct train_source source = pretrain_source(&x);
    if (train(out, m, &source, &o, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(e.code, 0);
    pretrain_free(&x);
    return m;
}

/* The perplexity of the best model that does not look at the other words: the entropy of the words themselves. */
static double unigram_perplexity(const struct study *s)
{
    double count[64] = {0}, all = 0, entropy = 0;
    for (int i = 0; i < s->dev.rows.rows; i++)
        for (int k = 1; k < s->dev.rows.row[i].n - 1; k++, all++)
            count[s->dev.rows.row[i].id[k]]++;
    for (int i = 0; i < 64; i++)
        entropy -= count[i] > 0 ? count[i] / all * log(count[i] / all) : 0;
    return exp(entropy);
}

/* "the" is less than 0.3 of the words. */
static void learns_from_text(void)
{
    struct study s;
    study_open(&s);
    for (int i = 0; i < archs_count; i++) {
        struct training x;
        struct model *m = trained(&x, &s, archs[i]->name, 120);
        const struct curve_point *p = &x.curve[x.points - 1];
        printf("\n    %s: perplexity %.2f, of single words %.2f, masked accuracy %.3f ", archs[i]->name, exp(p->dev_loss),
               unigram_perplexity(&s), p->metric.value);
        CU_ASSERT_TRUE(exp(p->dev_loss) < unigram_perplexity(&s) / 3);
        CU_ASSERT_TRUE(p->metric.low > 0.4 && p->metric.low < p->metric.value && p->metric.value <= p->metric.high);
        model_free(m);
        training_free(&x);
    }
    study_close(&s);
}

static bool same_parameters(struct model *a, struct model *b)
{
    bool same = a->params == b->params;
    for (int i = 0; same && i < a->params; i++)
        same = memcmp(model_values(a, i), model_values(b, i), tensor_bytes(&a->param[i].tensor)) == 0;
    return same;
}

/* A fresh model knows nothing: its words are all about as probable, in a step and on the development rows. These have the
 * same masks whatever the seed. */
static void starts_from_nothing(void)
{
    struct study s;
    study_open(&s);
    struct model *m = fresh_model(&s, "bert");
    struct weights *w = build_weights(m, true);
    struct gradients *g;
    double knows_nothing = log(tokenizer_vocab(s.tokenizer)), dev_loss[2];
    CU_ASSERT_EQUAL_FATAL(gradients_new(&g, m, NULL), 0);
    for (uint64_t seed = 0; seed < 2; seed++) {
        struct pretrain_options options = {.batch_rows = 12, .seed = seed, .threads = 1};
        struct plan_options plain = {.threads = 1, .gradients = PLAN_ALL_GRADIENTS, .into = g};
        struct curve_point point = {0};
        struct pretrain x;
        struct plan *p;
        CU_ASSERT_EQUAL_FATAL(pretrain_init(&x, &s.masking, &s.train.rows, &s.dev.rows, &options, NULL), 0);
        struct train_source source = pretrain_source(&x);
        CU_ASSERT_EQUAL(source.batches, ROWS / 12);
        CU_ASSERT_EQUAL_FATAL(source.plan(source.state, &p, w, &plain, 3, NULL), 0);
        CU_ASSERT_TRUE(p->sequences == 12 && exec_run(p, NULL, NULL) == 0);
        CU_ASSERT_DOUBLE_EQUAL(source.loss(source.state, p), knows_nothing, 0.2);
        plan_free(p);
        CU_ASSERT_EQUAL(source.evaluate(source.state, &point, w, NULL, NULL), 0);
        CU_ASSERT_DOUBLE_EQUAL(point.dev_loss, knows_nothing, 0.2);
        dev_loss[seed] = point.dev_loss;
        pretrain_free(&x);
    }
    CU_ASSERT_EQUAL(dev_loss[0], dev_loss[1]);
    gradients_free(g);
    weights_free(w);
    model_free(m);
    study_close(&s);
}

static void repeats_itself(void)
{
    struct study s;
    struct training x, y;
    study_open(&s);
    struct model *a = trained(&x, &s, "bert", 20), *b = trained(&y, &s, "bert", 20), *fresh = fresh_model(&s, "bert");
    CU_ASSERT_TRUE(same_parameters(a, b) && !same_parameters(a, fresh));
    CU_ASSERT_TRUE(x.curve[0].loss == y.curve[0].loss && x.curve[0].dev_loss == y.curve[0].dev_loss);
    model_free(a);
    model_free(b);
    model_free(fresh);
    training_free(&x);
    training_free(&y);
    study_close(&s);
}

/* ---- saved ---------------------------------------------------------------------------------------------------- */

static struct model *reopened(const char *dir, bool masked_head)
{
    struct model_options options = {.masked_head = masked_head};
    struct model *m;
    struct err e = {0};
    if (model_open(&m, dir, &options, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

/* Logits of the masked tokens [MASKED, vocab]; the caller frees them. */
static float *masked_logits(const struct model *m)
{
    size_t bytes = (size_t)MASKED * (size_t)m->config.vocab * sizeof(float);
    struct weights *w = build_weights(m, false);
    struct plan *p = build_plan(w, NULL);
    float *out = malloc(bytes);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    memcpy(out, plan_output(p, PLAN_MASKED, -1), bytes);
    plan_free(p);
    weights_free(w);
    return out;
}

/* As it lies in the files (in f16 the embedding is copied for the table and packed for the decoder), or owned. */
static void same_logits(struct model *m)
{
    float *direct = masked_logits(m);
    CU_ASSERT_EQUAL_FATAL(model_own(m, NULL, NULL), 0);
    float *owned = masked_logits(m);
    CU_ASSERT_EQUAL(memcmp(direct, owned, (size_t)MASKED * (size_t)m->config.vocab * sizeof(float)), 0);
    free(direct);
    free(owned);
}

static void check_saved(const struct study *s, const char *arch, enum dtype dtype)
{
    char dir[4200], class_name[80];
    bool bert = strcmp(arch, "bert") == 0;
    struct model *m = fresh_model(s, arch);
    struct save_options options = {.dtype = dtype};
    snprintf(dir, sizeof dir, "%s/saved", unit_temp_dir());
    snprintf(class_name, sizeof class_name, "%sForMaskedLM", m->config.arch->class_name);
    CU_ASSERT_EQUAL_FATAL(model_save(m, dir, &options, NULL), 0);
    struct model *same = reopened(dir, true), *plain = reopened(dir, false);
    CU_ASSERT_STRING_EQUAL(same->config.head, class_name);
    CU_ASSERT_PTR_NOT_NULL(checkpoint_find(&same->checkpoint, bert ? "cls.predictions.bias" : "vocab_projector.bias"));
    CU_ASSERT_PTR_NOT_NULL(checkpoint_find(&same->checkpoint, bert ? "bert.embeddings.word_embeddings.weight"
                                                                   : "distilbert.embeddings.word_embeddings.weight"));
    CU_ASSERT_TRUE(model_has_masked_head(same) && same->unused == 0);
    CU_ASSERT_TRUE(!model_has_masked_head(plain) && plain->unused == 5 && plain->params == m->params - 5);
    same_logits(same);
    CU_ASSERT_TRUE(dtype != DTYPE_F32 || same_parameters(m, same));
    CU_ASSERT_EQUAL(model_set_labels(plain, 3, NULL, 1, NULL), 0);
    CU_ASSERT_TRUE(model_has_classifier(plain) && plain->params == m->params - 5 + 4);
    const struct param *a = model_param(plain, ROLE_WORD_EMBEDDING, -1), *b = model_param(same, ROLE_WORD_EMBEDDING, -1);
    CU_ASSERT_EQUAL(memcmp(tensor_f32(&a->tensor), tensor_f32(&b->tensor), tensor_bytes(&a->tensor)), 0);
    CU_ASSERT_EQUAL(model_set_masked_head(plain, 1, NULL), 0);
    CU_ASSERT_TRUE(!model_has_classifier(plain) && plain->params == m->params);
    model_free(plain);
    model_free(same);
    model_free(m);
}

static void saved_and_opened(void)
{
    struct study s;
    study_open(&s);
    for (int i = 0; i < archs_count; i++) {
        check_saved(&s, archs[i]->name, DTYPE_F32);
        check_saved(&s, archs[i]->name, DTYPE_F16);
    }
    study_close(&s);
}

CU_TestInfo suite_pretrain[] = {
    {"gradients of the head are differences of the loss", gradients_are_differences},
    {"the head runs when it is asked for", the_head_runs_when_it_is_asked_for},
    {"learns from text", learns_from_text},
    {"starts from nothing", starts_from_nothing},
    {"repeats itself", repeats_itself},
    {"saved and opened", saved_and_opened},
    CU_TEST_INFO_NULL,
};
