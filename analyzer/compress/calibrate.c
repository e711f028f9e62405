#include "analyzer/compress/calibrate.h"

#include "analyzer/data/batches.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/measure/row_loss.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/predict.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

enum { BATCH_TOKENS = 512 };

struct calibration {
    const struct materials *x;
    const struct weights *weights;
    struct gradients *into;
    bool gradients;
    struct row_loss loss;
    struct arena room;
    calibrate_fn *on_batch;
    void *payload;
    const atomic_bool *cancel;
};

static int run_plan(struct calibration *c, const struct plan *p, const int *row, struct err *e)
{
    int code = exec_run(p, NULL, c->cancel);
    if (code == 0 && c->gradients) {
        gradients_clear(c->into, c->x->threads);
        (void)row_loss_run(&c->loss, p, row);
        code = exec_backward(p, c->cancel);
    }
    return code == 0 ? c->on_batch(c->payload, p, c->into, e) : err_set(e, ERR_CANCELLED, "the calibration was cancelled");
}

/* The plan has gradients in both cases: it then keeps what its linear layers read. */
static int run_batch(struct calibration *c, const int *row, int rows, struct err *e)
{
    struct plan_options options = {.threads = c->x->threads, .gradients = PLAN_ALL_GRADIENTS, .losses = PLAN_BIT(PLAN_LOGITS),
                                   .into = c->into, .room = &c->room};
    struct plan *p;
    TRY(rows_plan(&p, c->weights, c->x->rows->row, row, rows, &options, e));
    int code = run_plan(c, p, row, e);
    plan_free(p);
    return code;
}

static int run_batches(struct calibration *c, int rows, const struct progress *progress, struct err *e)
{
    const struct model *m = c->weights->model;
    const struct materials *x = c->x;
    struct batches b;
    TRY(batches_by_tokens(&b, x->rows->row, rows, BATCH_TOKENS, e));
    int code = row_loss_init(&c->loss, m, x->data, x->data->labels > 0 && m->config.labels > 1, b.most_rows, e);
    for (int i = 0; i < b.n && code == 0; i++) {
        code = progress_step(progress, "calibrating", b.start[i], rows, e);
        if (code == 0)
            code = run_batch(c, b.row + b.start[i], batch_rows(&b, i), e);
    }
    row_loss_free(&c->loss);
    batches_free(&b);
    return code;
}

int calibrate(const struct model *m, const struct materials *x, int rows, bool gradients, calibrate_fn *on_batch, void *payload,
              const struct progress *progress, struct err *e)
{
    struct weights_options options = {.cpu = x->cpu, .threads = x->threads, .gradients = true};
    struct weights *w = NULL;
    if (!x->rows)
        return err_set(e, ERR_USAGE, "this step looks at what the model computes, which needs rows of data");
    if (x->rows->rows == 0)
        return err_set(e, ERR_FORMAT, "%s has no rows", x->data->name);
    struct calibration c = {.x = x, .gradients = gradients, .on_batch = on_batch, .payload = payload,
                            .cancel = progress ? progress->cancel : NULL};
    TRY(predict_check(m, e));
    int code = weights_build(&w, m, &options, progress, e);
    c.weights = w;
    if (code == 0)
        code = gradients_new(&c.into, m, e);
    if (code == 0)
        code = run_batches(&c, rows && rows < x->rows->rows ? rows : x->rows->rows, progress, e);
    gradients_free(c.into);
    arena_free(&c.room);
    weights_free(w);
    return code;
}
