#include "analyzer/measure/row_loss.h"

#include <stdlib.h>

#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/train/loss.h"

int row_loss_init(struct row_loss *out, const struct model *m, const struct dataset *d, bool labelled, int most_rows, struct err *e)
{
    *out = (struct row_loss){.data = d, .labelled = labelled};
    if (labelled)
        TRY(label_map_make(&out->labels, d, &m->config, e));
    out->label = malloc((size_t)most_rows * sizeof *out->label + 1);
    out->value = malloc((size_t)most_rows * sizeof *out->value + 1);
    return out->label && out->value ? 0 : err_set(e, ERR_NOMEM, "no memory for the targets of %d rows", most_rows);
}

void row_loss_free(struct row_loss *x)
{
    label_map_free(&x->labels);
    free(x->label);
    free(x->value);
    *x = (struct row_loss){0};
}

static int largest(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

double row_loss_run(struct row_loss *x, const struct plan *p, const int *row)
{
    int labels = p->weights->model->config.labels;
    const float *logits = plan_output(p, PLAN_LOGITS, -1);
    struct loss_target target = {x->label, x->value};
    for (int i = 0; i < p->sequences; i++) {
        const struct example *from = &x->data->row[row[i]];
        x->label[i] = labels == 1   ? -1
                      : x->labelled ? x->labels.output[from->label]
                                    : largest(logits + (size_t)i * (size_t)labels, labels);
        x->value[i] = from->target;
    }
    return (labels == 1 ? &loss_mse : &loss_cross_entropy)
        ->run(plan_gradient(p, PLAN_LOGITS, -1), logits, &target, &(struct loss_options){.temperature = 1}, 1, p->sequences,
              labels);
}
