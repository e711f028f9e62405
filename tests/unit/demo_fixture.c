#include "tests/unit/demo_fixture.h"

#include <CUnit/CUnit.h>

#include "kernels/cpu.h"

void demo_open(struct demo *d, const struct demo_options *options)
{
    struct weights_options packed = {.cpu = cpu_detect(NULL), .threads = 2};
    struct workload load = {.batch = 1, .seq = options->seq, .threads = 2};
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(model_open(&d->model, "demo", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(dataset_read(&d->data, "demo:dev", NULL, &e), 0);
    dataset_cut(&d->data, options->rows);
    int longest = options->longest ? options->longest : d->model->config.positions;
    CU_ASSERT_EQUAL_FATAL(encode_dataset(&d->rows, d->model->tokenizer, &d->data, longest, 2, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(weights_build(&d->weights, d->model, &packed, NULL, &e), 0);
    CU_ASSERT_EQUAL_FATAL(original_init(&d->original, d->model, d->weights, &load, &d->data, &d->rows, &e), 0);
    CU_ASSERT_EQUAL_FATAL(original_evaluate(&d->original, options->hidden, NULL, NULL, NULL, &e), 0);
}

void demo_close(struct demo *d)
{
    original_free(&d->original);
    weights_free(d->weights);
    encoded_free(&d->rows);
    dataset_free(&d->data);
    model_free(d->model);
}
