/* trainer: learns, repeats itself bit for bit, and goes on from a checkpoint as if it had never been stopped. */
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/rng.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/loss.h"
#include "analyzer/train/resume.h"
#include "analyzer/train/settings.h"
#include "analyzer/train/trainer.h"
#include "kernels/cpu.h"

enum { ROWS = 96, BATCH = 8, VOCAB = 20, LONGEST = 10 };

/* Rows of a few tokens; the answer is whether token 7 is among them. */
struct toy {
    struct encoding row[ROWS];
    int32_t label[ROWS];
    int first;              /* row of the batch under way */
    int stop_after;         /* cancels in this evaluation; 0 = never */
    int evaluations;
    atomic_bool cancel;
    const double *metric;   /* said instead of the accuracy; NULL = the accuracy */
    const double *loss;     /* NULL = 1 - metric */
    bool by_loss;
};

static struct toy *toy_new(void)
{
    struct toy *t = calloc(1, sizeof *t);
    for (int i = 0; i < ROWS; i++) {
        uint64_t seed = (uint64_t)i;
        int n = 3 + (int)(rng_u64(seed, 0) % (LONGEST - 2));
        t->row[i] = (struct encoding){.id = calloc(LONGEST, sizeof(int32_t)), .type = calloc(LONGEST, sizeof(int32_t)), .n = n};
        for (int k = 0; k < n; k++)
            t->row[i].id[k] = 8 + (int32_t)(rng_u64(seed, 1 + (uint64_t)k) % (VOCAB - 8));
        t->label[i] = i % 2;
        t->row[i].id[0] = 2;
        if (t->label[i])
            t->row[i].id[1 + (int)(rng_u64(seed, 100) % (uint64_t)(n - 1))] = 7;
    }
    return t;
}

static void toy_free(struct toy *t)
{
    for (int i = 0; i < ROWS; i++)
        encoding_free(&t->row[i]);
    free(t);
}

static int first_row(int64_t step)
{
    return (int)(step * BATCH % ROWS);
}

static int toy_plan(void *state, struct plan **out, const struct weights *w, const struct plan_options *options,
                    int64_t step, struct err *e)
{
    struct toy *t = state;
    t->first = first_row(step);
    return rows_plan(out, w, t->row + t->first, NULL, BATCH, options, e);
}

static double toy_loss(void *state, const struct plan *p)
{
    static const struct loss_options plain = {0};
    struct toy *t = state;
    struct loss_target target = {t->label + t->first, NULL};
    return loss_cross_entropy.run(plan_gradient(p, PLAN_LOGITS, -1), plan_output(p, PLAN_LOGITS, -1), &target, &plain,
                                  1.0 / BATCH, BATCH, 2);
}

static double accuracy(const struct toy *t, const struct weights *w)
{
    struct plan_options options = {.threads = 1};
    struct plan *p;
    int right = 0;
    CU_ASSERT_EQUAL_FATAL(rows_plan(&p, w, t->row, NULL, ROWS, &options, NULL), 0);
    CU_ASSERT_EQUAL(exec_run(p, NULL, NULL), 0);
    const float *logits = plan_output(p, PLAN_LOGITS, -1);
    for (int i = 0; i < ROWS; i++)
        right += (logits[2 * i + 1] > logits[2 * i]) == t->label[i];
    plan_free(p);
    return (double)right / ROWS;
}

static int toy_evaluate(void *state, struct curve_point *p, const struct weights *w, const struct progress *progress,
                        struct err *e)
{
    struct toy *t = state;
    (void)progress;
    t->evaluations++;
    if (t->stop_after > 0 && t->evaluations >= t->stop_after) {
        atomic_store(&t->cancel, true);
        return err_set(e, ERR_CANCELLED, "cancelled");
    }
    double x = t->metric ? t->metric[t->evaluations - 1] : accuracy(t, w);
    p->metric = (struct estimate){x, x, x};
    p->dev_loss = t->loss ? t->loss[t->evaluations - 1] : 1 - x;
    return 0;
}

static void toy_settings(void *state, struct train_settings *s)
{
    (void)state;
    settings_add(s, "rows of a batch", "%d", BATCH);
}

static struct train_source source_of(struct toy *t)
{
    return (struct train_source){t, ROWS / BATCH, "accuracy", t->by_loss, toy_plan, toy_loss, toy_evaluate, toy_settings};
}

static struct train_options plain_options(void)
{
    return (struct train_options){.steps = 60, .eval_every = 20, .lr = 2e-3, .warmup = 0.1, .decay = 0.01f, .clip = 1,
                                  .dropout = 0.1f, .seed = 5, .threads = 1, .cpu = cpu_detect(NULL),
                                  .checkpoint_s = 1e9};
}

static struct model *toy_model(void)
{
    struct config c = {.arch = arch_find("bert"), .vocab = VOCAB, .hidden = 32, .layers = 2, .heads = 4, .ffn = 64,
                       .positions = LONGEST, .types = 2, .labels = 2, .eps = 1e-12f, .act = ACT_GELU, .head_size = 8};
    struct model *m;
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 1, NULL, NULL), 0);
    return m;
}

/* Trains a fresh model; the caller frees it and `out`. */
static struct model *trained(struct training *out, struct toy *t, const struct train_options *o)
{
    struct model *m = toy_model();
    struct train_source s = source_of(t);
    struct err e = {0};
    struct progress progress = {.cancel = &t->cancel};
    t->evaluations = 0;
    int code = train(out, m, &s, o, &progress, &e);
    if (code != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    return m;
}

static bool same_parameters(struct model *a, struct model *b)
{
    bool same = true;
    for (int i = 0; i < a->params; i++)
        same = same && memcmp(model_values(a, i), model_values(b, i), tensor_bytes(&a->param[i].tensor)) == 0;
    return same;
}

static bool same_curve(const struct training *a, const struct training *b)
{
    bool same = a->points == b->points && a->best == b->best && a->tokens == b->tokens;
    for (int i = 0; same && i < a->points; i++) {
        struct curve_point p = a->curve[i], q = b->curve[i];
        p.seconds = q.seconds = 0;
        same = memcmp(&p, &q, sizeof p) == 0;
    }
    return same;
}

static void learns(enum kernel_format format)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct training x;
    o.threads = 2;
    o.steps = 240;
    o.eval_every = 40;
    o.format = format;
    struct model *m = trained(&x, t, &o);
    struct weights_options packing = {.cpu = o.cpu, .threads = 1};
    struct weights *w;
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, m, &packing, NULL, NULL), 0);
    CU_ASSERT_EQUAL(accuracy(t, w), 1);
    CU_ASSERT_TRUE(x.step == 240 && x.points == 6 && x.curve[5].epoch == 20 && x.curve[5].loss < x.curve[0].loss);
    CU_ASSERT_DOUBLE_EQUAL(x.curve[5].lr, o.lr / (240 - 24), 1e-15);
    CU_ASSERT_EQUAL(x.curve[x.best].metric.value, 1);
    weights_free(w);
    model_free(m);
    training_free(&x);
    toy_free(t);
}

static void learns_a_task(void)
{
    learns(KERNEL_F32);
    learns(KERNEL_BF16);
}

static void repeats_itself(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options(), other = plain_options();
    struct training x, y, z;
    o.threads = other.threads = 2;
    o.steps = other.steps = 20;
    other.seed++; /* of dropout only: the model is the same */
    struct model *a = trained(&x, t, &o), *b = trained(&y, t, &o), *c = trained(&z, t, &other);
    CU_ASSERT_TRUE(same_parameters(a, b) && same_curve(&x, &y));
    CU_ASSERT_FALSE(same_parameters(a, c));
    model_free(a);
    model_free(b);
    model_free(c);
    training_free(&x);
    training_free(&y);
    training_free(&z);
    toy_free(t);
}

/* The parameters of the best point are kept, a metric that is not defined is never the best, and patience ends it. */
static void keeps_the_best(void)
{
    static const double metric[] = {NAN, 0.5, 0.75, 0.75, 0.5, 0.25};
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct training x, y;
    o.eval_every = 10;
    o.patience = 3;
    t->metric = metric;
    struct model *a = trained(&x, t, &o);
    CU_ASSERT_TRUE(x.points == 6 && x.best == 2 && x.step == 60 && x.stopped);
    o.patience = 2;
    model_free(a);
    training_free(&x);
    a = trained(&x, t, &o);
    CU_ASSERT_TRUE(x.points == 5 && x.best == 2 && x.step == 50 && x.stopped);
    /* the same up to the best point, then nothing better is there to keep */
    static const double rising[] = {NAN, 0.5, 0.75, 0.1, 0.1, 0.1};
    t->metric = rising;
    o.patience = 0;
    struct model *b = trained(&y, t, &o);
    CU_ASSERT_TRUE(same_parameters(a, b) && y.points == 6 && !y.stopped);
    model_free(b);
    training_free(&y);
    /* by the loss: the third point again, although its metric is the worst */
    static const double falling[] = {0.9, 0.8, 0.1, 0.7, 0.7, 0.7}, loss[] = {3, 2, 1, 1, NAN, 2};
    t->metric = falling;
    t->loss = loss;
    t->by_loss = true;
    b = trained(&y, t, &o);
    CU_ASSERT_TRUE(y.best == 2 && same_parameters(a, b));
    model_free(b);
    training_free(&y);
    t->by_loss = false;
    /* nothing is best: the last parameters stay */
    static const double none[] = {NAN, NAN, NAN, NAN, NAN, NAN};
    t->metric = none;
    b = trained(&y, t, &o);
    CU_ASSERT_TRUE(y.best == -1 && y.best_values == NULL && !same_parameters(a, b));
    model_free(a);
    model_free(b);
    training_free(&x);
    training_free(&y);
    toy_free(t);
}

/* ---- checkpoints ---- */

static const char *checkpoint_path(void)
{
    static char path[4200];
    snprintf(path, sizeof path, "%s/training.checkpoint", unit_temp_dir());
    return path;
}

/* Trains a fresh model until it is cancelled: in the evaluation `stop`, or by the options. */
static void interrupted(struct toy *t, const struct train_options *o, int stop, int64_t step)
{
    struct model *m = toy_model();
    struct train_source s = source_of(t);
    struct training x;
    struct err e = {0};
    struct progress progress = {.cancel = &t->cancel};
    t->stop_after = stop;
    t->evaluations = 0;
    CU_ASSERT_EQUAL(train(&x, m, &s, o, &progress, &e), ERR_CANCELLED);
    CU_ASSERT_EQUAL(x.step, step);
    CU_ASSERT_EQUAL(access(o->checkpoint, R_OK), 0);
    atomic_store(&t->cancel, false);
    t->stop_after = 0;
    training_free(&x);
    model_free(m);
}

static void cancel_at_point(void *payload, const struct curve_point *p)
{
    struct toy *t = payload;
    (void)p;
    atomic_store(&t->cancel, true);
}

static void goes_on_from_a_checkpoint(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct training x, y;
    struct model *a = trained(&x, t, &o);
    o.payload = t;
    o.checkpoint = checkpoint_path();
    o.resume = true;
    interrupted(t, &o, 1, 20); /* before the first point is there */
    o.on_point = cancel_at_point;
    interrupted(t, &o, 0, 20); /* it is made again */
    o.on_point = NULL;
    interrupted(t, &o, 1, 40);
    struct model *b = trained(&y, t, &o);
    CU_ASSERT_EQUAL(y.resumed, 40);
    CU_ASSERT_TRUE(same_parameters(a, b) && same_curve(&x, &y));
    model_free(a);
    model_free(b);
    training_free(&x);
    training_free(&y);
    toy_free(t);
}

/* A checkpoint every step, read back in the middle. */
static void checkpoints_change_nothing(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct training x, y, z;
    struct model *a = trained(&x, t, &o);
    o.checkpoint = checkpoint_path();
    o.checkpoint_s = 0;
    struct model *b = trained(&y, t, &o);
    o.resume = true;
    struct model *c = trained(&z, t, &o); /* from the last step but one */
    CU_ASSERT_EQUAL(z.resumed, 59);
    CU_ASSERT_TRUE(same_parameters(a, b) && same_parameters(a, c) && same_curve(&x, &y) && same_curve(&x, &z));
    model_free(a);
    model_free(b);
    model_free(c);
    training_free(&x);
    training_free(&y);
    training_free(&z);
    toy_free(t);
}

static void refused(struct toy *t, const struct train_options *o, const char *sentence)
{
    struct model *m = toy_model();
    struct train_source s = source_of(t);
    struct training x;
    struct err e = {0};
    CU_ASSERT_EQUAL(train(&x, m, &s, o, NULL, &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, sentence));
    if (!strstr(e.text, sentence))
        printf("\n    said: %s\n", e.text);
    training_free(&x);
    model_free(m);
}

static void other_trainings_are_refused(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options(), other;
    o.checkpoint = checkpoint_path();
    o.resume = true;
    interrupted(t, &o, 1, 20);
    other = o, other.lr = 1e-3;
    refused(t, &other, "is the checkpoint of another training: its learning rate is 0.002, not 0.001");
    other = o, other.steps = 61;
    refused(t, &other, "its steps is 60, not 61");
    other = o, other.threads = 2;
    refused(t, &other, "its threads is 1, not 2");
    other = o, other.seed = 6;
    refused(t, &other, "its seed is 5, not 6");
    other = o, other.format = KERNEL_BF16;
    refused(t, &other, "its format is f32, not bf16");
    toy_free(t);
}

/* What a damaged file may not do: crash, or change anything. */
static void damage_is_refused(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct filemap f;
    struct err e = {0};
    o.checkpoint = checkpoint_path();
    o.resume = true;
    interrupted(t, &o, 1, 20);
    CU_ASSERT_EQUAL_FATAL(filemap_open(&f, o.checkpoint, &e), 0);
    char *bytes = malloc(f.size + 1);
    memcpy(bytes, f.data, f.size);
    bytes[f.size] = 'x';
    static const struct {
        int32_t at; /* byte that is changed; negative: from the end */
        const char *sentence;
    } cases[] = {{0, "it does not begin like one"},
                 {24, "the size of its header makes no sense, or it is cut off"},
                 {32, "its header is no JSON object"},
                 {-100, "its bytes are damaged"},
                 {-100000, "its bytes are damaged"},
                 {-1, "its bytes are damaged"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = cases[i].at < 0 ? f.size - (size_t)-cases[i].at : (size_t)cases[i].at;
        bytes[at] ^= 0x55;
        CU_ASSERT_EQUAL(outfile_write(o.checkpoint, bytes, f.size, &e), 0);
        refused(t, &o, cases[i].sentence);
        bytes[at] ^= 0x55;
    }
    static const size_t cuts[] = {0, 10, 30, 40, 1000, 100000};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        CU_ASSERT_EQUAL(outfile_write(o.checkpoint, bytes, cuts[i], &e), 0);
        refused(t, &o, "is no checkpoint that a training can go on from");
    }
    CU_ASSERT_EQUAL(outfile_write(o.checkpoint, bytes, f.size - 4, &e), 0);
    refused(t, &o, "it is cut off; remove it to begin again");
    CU_ASSERT_EQUAL(outfile_write(o.checkpoint, bytes, f.size + 1, &e), 0);
    refused(t, &o, "it is too long");
    free(bytes);
    filemap_close(&f);
    toy_free(t);
}

static void no_number_is_said(void)
{
    struct toy *t = toy_new();
    struct train_options o = plain_options();
    struct model *m = toy_model();
    struct train_source s = source_of(t);
    struct training x;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(model_own(m, NULL, NULL), 0);
    model_values(m, 6)[0] = INFINITY;
    CU_ASSERT_EQUAL(train(&x, m, &s, &o, NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "the loss or its gradient is no finite number in step 1; a lower learning rate or a "
                                   "longer warm-up may help");
    training_free(&x);
    model_free(m);
    toy_free(t);
}

static void fingerprints_differ(void)
{
    static const char a[24] = "the same bytes, or not", b[24] = "the same bytes, or noT";
    CU_ASSERT_EQUAL(fingerprint(0, a, 24), fingerprint(0, a, 24));
    CU_ASSERT_NOT_EQUAL(fingerprint(0, a, 24), fingerprint(0, b, 24));
    for (size_t n = 0; n < 24; n++)
        CU_ASSERT_NOT_EQUAL(fingerprint(0, a, n), fingerprint(0, a, n + 1));
    char zeros[16] = {0};
    CU_ASSERT_NOT_EQUAL(fingerprint(0, zeros, 8), fingerprint(0, zeros, 16));
}

CU_TestInfo suite_trainer[] = {
    {"learns a task", learns_a_task},
    {"repeats itself", repeats_itself},
    {"keeps the best", keeps_the_best},
    {"goes on from a checkpoint", goes_on_from_a_checkpoint},
    {"checkpoints change nothing", checkpoints_change_nothing},
    {"other trainings are refused", other_trainings_are_refused},
    {"damage is refused", damage_is_refused},
    {"no number is said", no_number_is_said},
    {"fingerprints differ", fingerprints_differ},
    CU_TEST_INFO_NULL,
};
