/* evaluate: the logits are those of each row alone, and what is said about them is what they say. */
#include "tests/unit/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/measure/evaluate.h"
#include "analyzer/model/model.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/weights.h"
#include "kernels/cpu.h"

enum { ROWS = 120, LABELS = 3, POSITIONS = 40 };

static const char *const names[LABELS] = {"low", "middle", "high"}; /* of the outputs, in tests/golden/bert */

static struct model *model;
static struct weights *weights;
static struct dataset data;
static struct encoded rows;

static uint32_t cpu = UINT32_MAX; /* cap */

static void pack(enum kernel_format format)
{
    struct err e = {0};
    struct weights_options options = {.cpu = cpu_detect(NULL) & cpu, .threads = 2, .format = format};
    CU_ASSERT_EQUAL_FATAL(weights_build(&weights, model, &options, NULL, &e), 0);
}

/* A text of 1 to 30 words of the vocabulary. */
static void add_text(struct str *out, uint64_t row)
{
    static const char *const words[] = {"the", "a", "model", "is", "small", "fast", "slow", "good", "bad", "very", "not", "it"};
    int n = 1 + (int)rng_below(11, 100 * row, 30);
    for (int i = 0; i < n; i++)
        str_addf(out, "%s%s", i ? " " : "", words[rng_below(11, 100 * row + 1 + (uint64_t)i, 12)]);
}

static void read_rows(const char *text, size_t n, const char *task_name)
{
    const struct task *task = NULL;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(task_word(task_name, &task, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_from_text(&data, text, n, "f", task, &e), 0);
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&rows, model->tokenizer, &data, POSITIONS, 2, NULL, &e), 0);
}

/* The golden model, and rows with any label. With `task` plain-values the model gets one output. */
static void setup(const char *task, enum kernel_format format)
{
    struct err e = {0};
    struct str text;
    bool values = strcmp(task, "plain-values") == 0;
    CU_ASSERT_EQUAL_FATAL(model_open(&model, unit_source("tests/golden/bert"), NULL, NULL, &e), 0);
    if (values)
        CU_ASSERT_EQUAL_FATAL(model_set_labels(model, 1, NULL, 1, &e), 0);
    pack(format);
    str_init(&text);
    for (uint64_t i = 0; i < ROWS; i++) {
        if (values)
            str_addf(&text, "%.2f\t", rng_uniform(5, i));
        else
            str_addf(&text, "%s\t", names[rng_below(5, i, LABELS)]);
        add_text(&text, i);
        str_add(&text, "\n");
    }
    read_rows(text.text, text.len, task);
    str_free(&text);
}

static void teardown(void)
{
    encoded_free(&rows);
    dataset_free(&data);
    weights_free(weights);
    model_free(model);
}

static void check_alone(const struct evaluation *x)
{
    float alone[LABELS];
    struct predict_options options = {.threads = 1};
    for (int i = 0; i < ROWS; i++) {
        CU_ASSERT_EQUAL_FATAL(predict_logits(alone, weights, &rows.row[i], 1, &options, NULL, NULL), 0);
        CU_ASSERT_EQUAL(memcmp(alone, x->logits + i * x->outputs, (size_t)x->outputs * sizeof *alone), 0);
    }
}

/* In any batch, with any threads, a row has the logits it has alone; and so have the metrics. */
static void check_batches(enum kernel_format format)
{
    static const struct evaluate_options options[] = {{.threads = 1, .batch_tokens = 1}, {.threads = 1, .batch_tokens = 100},
                                                      {.threads = 2}, {.threads = 3, .batch_tokens = 500}};
    struct evaluation x, first;
    setup("plain", format);
    CU_ASSERT_EQUAL_FATAL(evaluate(&first, weights, &data, &rows, &options[0], NULL, NULL), 0);
    check_alone(&first);
    for (size_t i = 1; i < sizeof options / sizeof *options; i++) {
        CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options[i], NULL, NULL), 0);
        CU_ASSERT_EQUAL(memcmp(x.logits, first.logits, ROWS * LABELS * sizeof *x.logits), 0);
        CU_ASSERT_EQUAL(memcmp(x.quality.value, first.quality.value, 2 * sizeof *x.quality.value), 0);
        CU_ASSERT_EQUAL(x.quality.loss, first.quality.loss);
        CU_ASSERT_TRUE(x.quality.tokens == rows.tokens && x.quality.rows == ROWS);
        evaluation_free(&x);
    }
    evaluation_free(&first);
    teardown();
}

static void rows_are_those_alone(void)
{
    for (int i = 0; cpu_cap_name(i); i++) {
        CU_ASSERT_TRUE_FATAL(cpu_cap_parse(cpu_cap_name(i), &cpu));
        for (int f = 0; f < KERNEL_FORMATS; f++)
            if (kernel_format_rounds((enum kernel_format)f))
                check_batches((enum kernel_format)f);
    }
    cpu = UINT32_MAX;
}

/* Counted again from the logits: which output is largest, whether its name is the label of the row, and minus the log of its
 * share of the exponentials. */
static void figures_are_those_of_the_logits(void)
{
    struct evaluation x;
    struct evaluate_options options = {.threads = 2};
    setup("plain", KERNEL_F32);
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    double right = 0, loss = 0;
    for (int i = 0; i < ROWS; i++) {
        const float *logit = x.logits + i * LABELS;
        const char *wanted = data.label[data.row[i].label];
        int best = 0;
        double sum = 0, own = 0;
        for (int k = 0; k < LABELS; k++) {
            best = logit[k] > logit[best] ? k : best;
            sum += exp((double)logit[k]);
            own += strcmp(names[k], wanted) == 0 ? (double)logit[k] : 0;
        }
        right += strcmp(names[best], wanted) == 0;
        loss += log(sum) - own;
        CU_ASSERT_EQUAL(x.got[i] == x.want[i], strcmp(names[best], wanted) == 0);
    }
    CU_ASSERT_EQUAL(x.quality.match, LABELS_BY_NAME);
    CU_ASSERT_EQUAL(x.quality.metric[0], &metric_accuracy);
    CU_ASSERT_DOUBLE_EQUAL(x.quality.value[0].value, right / ROWS, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(x.quality.loss, loss / ROWS, 1e-12);
    evaluation_free(&x);
    teardown();
}

/* Adds to the bias of every output; the model is then its own. */
static void add_bias(const float *more)
{
    CU_ASSERT_EQUAL_FATAL(model_own(model, NULL, NULL), 0);
    for (int i = 0; i < model->params; i++)
        for (int k = 0; model->param[i].role == ROLE_CLASSIFIER_BIAS && k < LABELS; k++)
            model_values(model, i)[k] += more[k];
    weights_free(weights);
    pack(KERNEL_F32);
}

/* Makes the outputs about as large as each other over the rows, so that each is the largest of some. */
static void balance(const struct evaluate_options *options)
{
    struct evaluation x;
    float mean[LABELS] = {0};
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, options, NULL, NULL), 0);
    for (int i = 0; i < ROWS * LABELS; i++)
        mean[i % LABELS] -= x.logits[i] / ROWS;
    evaluation_free(&x);
    add_bias(mean);
}

/* Rows with the label that the model gives: all are right, though classes (by name) and outputs are numbered differently. */
static void names_decide_which_class_is_which(void)
{
    struct evaluation x;
    struct evaluate_options options = {.threads = 2};
    struct str text;
    setup("plain", KERNEL_F32);
    balance(&options);
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    str_init(&text);
    for (int i = 0; i < ROWS; i++) {
        str_addf(&text, "%s\t", names[x.labels.output[x.got[i]]]);
        str_add_n(&text, data.row[i].text, data.row[i].text_len);
        str_add(&text, "\n");
    }
    evaluation_free(&x);
    encoded_free(&rows);
    dataset_free(&data);
    read_rows(text.text, text.len, "plain");
    CU_ASSERT_EQUAL_FATAL(data.labels, LABELS);
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(x.quality.value[0].value, 1);
    evaluation_free(&x);
    str_free(&text);
    teardown();
}

static void regressions_have_one_output(void)
{
    struct evaluation x;
    struct evaluate_options options = {.threads = 2, .batch_tokens = 100};
    double loss = 0, correlation;
    setup("plain-values", KERNEL_F32);
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    CU_ASSERT_TRUE(x.outputs == 1 && !x.got && x.quality.match == LABELS_NONE);
    check_alone(&x);
    for (int i = 0; i < ROWS; i++) {
        double off = (double)x.logits[i] - (double)data.row[i].target;
        loss += off * off / ROWS;
        CU_ASSERT_EQUAL(x.target[i], data.row[i].target);
    }
    CU_ASSERT_DOUBLE_EQUAL(x.quality.loss, loss, 1e-12);
    struct scores s = evaluation_scores(&x);
    CU_ASSERT_EQUAL_FATAL(metric_value(&correlation, &metric_pearson, &s, NULL), 0);
    CU_ASSERT_TRUE(x.quality.metric[0] == &metric_pearson && x.quality.value[0].value == correlation);
    evaluation_free(&x);
    teardown();
}

static struct quality told[ROWS + 1];
static int tellings;

static void on_batch(void *payload, const struct quality *q)
{
    (void)payload;
    if (tellings <= ROWS)
        told[tellings] = *q;
    tellings++;
}

static void tells_what_is_known_so_far(void)
{
    struct evaluation x;
    struct evaluate_options options = {.threads = 1, .batch_tokens = 100, .on_batch = on_batch};
    setup("plain", KERNEL_F32);
    tellings = 0;
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    CU_ASSERT_TRUE_FATAL(tellings >= 2 && tellings <= ROWS);
    CU_ASSERT_TRUE(told[0].rows >= 1 && told[0].rows <= 100 / 3);
    for (int i = 0; i < tellings; i++) {
        const struct quality *q = &told[i];
        CU_ASSERT_TRUE(q->rows_total == ROWS && (i == 0 || q->rows > told[i - 1].rows));
        CU_ASSERT_TRUE(q->value[0].low <= q->value[0].value && q->value[0].value <= q->value[0].high);
        CU_ASSERT_TRUE(isfinite(q->loss) && q->loss > 0 && q->tokens > 0 && q->seconds > 0);
    }
    CU_ASSERT_EQUAL(memcmp(&told[tellings - 1], &x.quality, sizeof x.quality), 0);
    evaluation_free(&x);
    options.batch_tokens = 1 << 20; /* the first batch is also the last */
    tellings = 0;
    CU_ASSERT_EQUAL_FATAL(evaluate(&x, weights, &data, &rows, &options, NULL, NULL), 0);
    CU_ASSERT_EQUAL(tellings, 1);
    evaluation_free(&x);
    teardown();
}

static void can_be_cancelled(void)
{
    struct evaluation x;
    struct err e = {0};
    struct evaluate_options options = {.threads = 2};
    atomic_bool cancel = true;
    struct progress progress = {.cancel = &cancel};
    setup("plain", KERNEL_F32);
    CU_ASSERT_EQUAL(evaluate(&x, weights, &data, &rows, &options, &progress, &e), ERR_CANCELLED);
    CU_ASSERT_TRUE(!x.logits && !x.got);
    teardown();
}

static void outputs_that_are_no_numbers_are_told(void)
{
    static const float bad[LABELS] = {0, NAN, 0};
    struct evaluation x;
    struct err e = {0};
    struct evaluate_options options = {.threads = 1};
    setup("plain", KERNEL_F32);
    add_bias(bad);
    dataset_cut(&data, 1);
    CU_ASSERT_EQUAL(evaluate(&x, weights, &data, &rows, &options, NULL, &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "f: line 1: output 1 of the model is not a number");
    teardown();
}

static void says_what_does_not_fit(void)
{
    struct model *headless;
    struct err e = {0};
    setup("plain", KERNEL_F32);
    CU_ASSERT_EQUAL(evaluate_check(model, &data, &e), 0);
    CU_ASSERT_EQUAL_FATAL(model_open(&headless, "preset:bert-tiny", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL(evaluate_check(headless, &data, &e), ERR_UNSUPPORTED);
    model_free(headless);
    teardown();
}

CU_TestInfo suite_evaluate[] = {
    {"rows are those alone", rows_are_those_alone},
    {"figures are those of the logits", figures_are_those_of_the_logits},
    {"names decide which class is which", names_decide_which_class_is_which},
    {"regressions have one output", regressions_have_one_output},
    {"tells what is known so far", tells_what_is_known_so_far},
    {"can be cancelled", can_be_cancelled},
    {"outputs that are no numbers are told", outputs_that_are_no_numbers_are_told},
    {"says what does not fit", says_what_does_not_fit},
    CU_TEST_INFO_NULL,
};
