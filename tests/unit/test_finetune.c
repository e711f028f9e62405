/* finetune: heads that fit the data, which output is which class, batches, and what tells one data set from another. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/finetune.h"
#include "analyzer/train/settings.h"
#include "kernels/cpu.h"

/* A model and tokenized rows for it. */
struct bench {
    struct model *model;
    struct dataset data;
    struct encoded rows;
    struct finetune finetune;
    struct train_source source;
};

static const char classes[] = "high\tthe model is good\nlow\tit is bad\nmiddle\tnot small\nhigh\tvery good head\nlow\tslow\n"
                              "low\tthe layer is slow\nmiddle\tnot very fast\n";

static void read_rows(struct bench *b, const char *text, const char *task_name)
{
    const struct task *task;
    struct err e = {0};
    *b = (struct bench){0};
    CU_ASSERT_EQUAL_FATAL(task_word(task_name, &task, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&b->data, text, strlen(text), "rows.tsv", task, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&b->model, unit_source("tests/golden/bert"), NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&b->rows, b->model->tokenizer, &b->data, 40, 1, NULL, &e), 0);
}

static void open_bench(struct bench *b, const char *text, const char *task, int batch_rows)
{
    struct finetune_options options = {.batch_rows = batch_rows, .seed = 3, .threads = 1};
    struct err e = {0};
    read_rows(b, text, task);
    CU_ASSERT_EQUAL_FATAL(finetune_head(b->model, &b->data, 1, &e), 0);
    CU_ASSERT_EQUAL_FATAL(finetune_init(&b->finetune, b->model, &b->data, &b->rows, &b->data, &b->rows, &options, &e), 0);
    b->source = finetune_source(&b->finetune);
}

static void close_bench(struct bench *b)
{
    finetune_free(&b->finetune);
    encoded_free(&b->rows);
    dataset_free(&b->data);
    model_free(b->model);
}

static const char *label(const struct bench *b, int i)
{
    static char text[64];
    model_label(b->model, i, text, sizeof text);
    return text;
}

static void heads_fit_the_data(void)
{
    struct bench b;
    struct model *same;
    CU_ASSERT_EQUAL_FATAL(model_open(&same, unit_source("tests/golden/bert"), NULL, NULL, NULL), 0);
    const float *old = tensor_f32(&model_param(same, ROLE_CLASSIFIER_WEIGHT, -1)->tensor);
    /* the model names its outputs low, middle, high: its head stays */
    open_bench(&b, classes, "plain", 4);
    CU_ASSERT_TRUE(model_is_owned(b.model) && b.model->config.labels == 3);
    CU_ASSERT_EQUAL(tensor_f32(&model_param(b.model, ROLE_CLASSIFIER_WEIGHT, -1)->tensor)[5], old[5]);
    close_bench(&b);
    /* other classes, and another number of them: a new one with their names */
    open_bench(&b, "no\tit is bad\nyes\tgood\nmaybe\tsmall\n", "plain", 4);
    CU_ASSERT_NOT_EQUAL(tensor_f32(&model_param(b.model, ROLE_CLASSIFIER_WEIGHT, -1)->tensor)[5], old[5]);
    CU_ASSERT_STRING_EQUAL(label(&b, 0), "maybe");
    CU_ASSERT_STRING_EQUAL(label(&b, 2), "yes");
    close_bench(&b);
    open_bench(&b, "sentence\tlabel\ngood\t1\n", "sst2", 4);
    CU_ASSERT_EQUAL(b.model->config.labels, 2);
    CU_ASSERT_STRING_EQUAL(label(&b, 1), "positive");
    close_bench(&b);
    /* as many outputs, but those of another task */
    open_bench(&b, "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\t"
                   "sentence2_parse\tsentence1\tsentence2\tlabel1\tgold_label\n"
                   "0\t1\t2\tg\ta\tb\tc\td\tgood\tbad\tneutral\tneutral\n", "mnli", 4);
    CU_ASSERT_NOT_EQUAL(tensor_f32(&model_param(b.model, ROLE_CLASSIFIER_WEIGHT, -1)->tensor)[5], old[5]);
    CU_ASSERT_STRING_EQUAL(label(&b, 2), "contradiction");
    close_bench(&b);
    open_bench(&b, "good,bad,1.5\n", "stsb-csv", 4);
    CU_ASSERT_EQUAL(b.model->config.labels, 1);
    close_bench(&b);
    model_free(same);
}

static void rows_without_labels_are_refused(void)
{
    struct bench b;
    struct err e = {0};
    read_rows(&b, "a\nb\n", "lines");
    CU_ASSERT_EQUAL(finetune_head(b.model, &b.data, 0, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "rows.tsv: the task lines has no labels, and training needs them");
    close_bench(&b);
}

static struct weights *packed(const struct bench *b)
{
    struct weights_options options = {.cpu = cpu_detect(NULL), .threads = 1, .gradients = true};
    struct weights *w;
    CU_ASSERT_EQUAL_FATAL(weights_build(&w, b->model, &options, NULL, NULL), 0);
    return w;
}

/* The plan of a step after its forward pass, with gradients of gates, which need no place to go. */
static struct plan *step_plan(struct bench *b, const struct weights *w, int64_t step)
{
    struct plan_options options = {.threads = 1, .gradients = PLAN_GATE_GRADIENTS};
    struct plan *p;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(b->source.plan(b->source.state, &p, w, &options, step, &e), 0);
    CU_ASSERT_EQUAL_FATAL(exec_run(p, NULL, NULL), 0);
    return p;
}

/* Row of the data set that sequence `i` of a plan is. */
static int row_of(const struct bench *b, const struct plan *p, int i)
{
    for (int row = 0; row < b->rows.rows; row++) {
        const struct encoding *x = &b->rows.row[row];
        if (x->n == p->start[i + 1] - p->start[i] && memcmp(x->id, p->id + p->start[i], (size_t)x->n * sizeof *x->id) == 0)
            return row;
    }
    return -1;
}

/* The classes of the data are high, low, middle; the outputs of the model are low, middle, high. */
static void classes_are_matched_by_name(void)
{
    static const int output[] = {2, 0, 1};
    struct bench b;
    open_bench(&b, classes, "plain", 7);
    struct weights *w = packed(&b);
    struct plan *p = step_plan(&b, w, 0);
    const float *logits = plan_output(p, PLAN_LOGITS, -1), *d = plan_gradient(p, PLAN_LOGITS, -1);
    double got = b.source.loss(b.source.state, p), want = 0;
    for (int i = 0; i < 7; i++) {
        const float *x = logits + 3 * i;
        int right = output[b.data.row[row_of(&b, p, i)].label];
        want += log(exp((double)x[0]) + exp((double)x[1]) + exp((double)x[2])) - (double)x[right];
        CU_ASSERT_TRUE(d[3 * i + right] < 0 && d[3 * i + (right + 1) % 3] > 0);
    }
    CU_ASSERT_DOUBLE_EQUAL(got, want / 7, 1e-12);
    plan_free(p);
    struct curve_point point = {0};
    CU_ASSERT_EQUAL(b.source.evaluate(b.source.state, &point, w, NULL, NULL), 0);
    CU_ASSERT_DOUBLE_EQUAL(point.dev_loss, got, 1e-5);
    CU_ASSERT_STRING_EQUAL(b.source.metric, "Accuracy");
    weights_free(w);
    close_bench(&b);
}

static void values_are_regressed(void)
{
    struct bench b;
    open_bench(&b, "good,bad,1.5\nslow,fast,4\n", "stsb-csv", 2);
    struct weights *w = packed(&b);
    struct plan *p = step_plan(&b, w, 0);
    const float *y = plan_output(p, PLAN_LOGITS, -1), *d = plan_gradient(p, PLAN_LOGITS, -1);
    double got = b.source.loss(b.source.state, p), want = 0;
    for (int i = 0; i < 2; i++) {
        double off = (double)y[i] - (double)b.data.row[row_of(&b, p, i)].target;
        want += off * off / 2;
        CU_ASSERT_DOUBLE_EQUAL((double)d[i], off, 1e-6);
    }
    CU_ASSERT_DOUBLE_EQUAL(got, want, 1e-12);
    plan_free(p);
    weights_free(w);
    close_bench(&b);
}

/* Every row once an epoch, in an order that is another one in the next; a step is the same however one came to it. */
static void every_row_once_an_epoch(void)
{
    struct bench b, late;
    open_bench(&b, classes, "plain", 2);
    open_bench(&late, classes, "plain", 2);
    struct weights *w = packed(&b), *late_w = packed(&late);
    CU_ASSERT_EQUAL_FATAL(b.source.batches, 4);
    int order[21], n = 0;
    for (int64_t step = 0; step < 12; step++) {
        struct plan *p = step_plan(&b, w, step);
        for (int i = 0; i < p->sequences; i++)
            order[n++] = row_of(&b, p, i);
        if (step == 9) {
            struct plan *q = step_plan(&late, late_w, step);
            CU_ASSERT_TRUE(p->tokens == q->tokens && memcmp(p->id, q->id, (size_t)p->tokens * sizeof *p->id) == 0);
            plan_free(q);
        }
        plan_free(p);
    }
    CU_ASSERT_EQUAL_FATAL(n, 21);
    for (int epoch = 0; epoch < 3; epoch++) {
        int seen = 0;
        for (int i = 0; i < 7; i++)
            seen |= 1 << order[7 * epoch + i];
        CU_ASSERT_EQUAL(seen, (1 << 7) - 1);
    }
    CU_ASSERT_TRUE(memcmp(order, order + 7, 7 * sizeof *order) != 0);
    weights_free(w);
    weights_free(late_w);
    close_bench(&b);
    close_bench(&late);
}

static bool same_settings(struct bench *a, struct bench *b)
{
    struct train_settings x = {0}, y = {0};
    a->source.settings(a->source.state, &x);
    b->source.settings(b->source.state, &y);
    return memcmp(&x, &y, sizeof x) == 0;
}

static void other_data_is_noticed(void)
{
    struct bench a, b;
    open_bench(&a, classes, "plain", 2);
    open_bench(&b, classes, "plain", 2);
    CU_ASSERT_TRUE(same_settings(&a, &b));
    b.rows.row[3].id[1]++;
    CU_ASSERT_FALSE(same_settings(&a, &b));
    b.rows.row[3].id[1]--;
    b.data.row[6].label = 0;
    CU_ASSERT_FALSE(same_settings(&a, &b));
    close_bench(&b);
    open_bench(&b, classes, "plain", 3);
    CU_ASSERT_FALSE(same_settings(&a, &b));
    close_bench(&a);
    close_bench(&b);
}

CU_TestInfo suite_finetune[] = {
    {"heads fit the data", heads_fit_the_data},
    {"rows without labels are refused", rows_without_labels_are_refused},
    {"classes are matched by name", classes_are_matched_by_name},
    {"values are regressed", values_are_regressed},
    {"every row once an epoch", every_row_once_an_epoch},
    {"other data is noticed", other_data_is_noticed},
    CU_TEST_INFO_NULL,
};
