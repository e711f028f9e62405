#include "analyzer/model/shared.h"

#include <string.h>

#include "analyzer/model/derive.h"

static bool same_view(const struct tensor *a, const struct tensor *b)
{
    bool same = a->data == b->data && a->dtype == b->dtype && a->ndim == b->ndim;
    for (int i = 0; same && i < a->ndim; i++)
        same = a->dim[i] == b->dim[i] && a->stride[i] == b->stride[i];
    return same;
}

const struct param *model_twin(const struct model *m, int param)
{
    const struct param *p = &m->param[param];
    for (int i = 0; p->layer >= 0 && i < param; i++)
        if (m->param[i].role == p->role && same_view(&m->param[i].tensor, &p->tensor))
            return &m->param[i];
    return NULL;
}

static bool same_numbers(const struct param *a, const struct param *b)
{
    const struct tensor *t = &a->tensor, *u = &b->tensor;
    const float *x = tensor_f32(t), *y = tensor_f32(u);
    bool same_shape = t->ndim == u->ndim && t->dim[0] == u->dim[0] && (t->ndim < 2 || t->dim[1] == u->dim[1]);
    return x && y && same_shape && memcmp(x, y, tensor_count(t) * sizeof *x) == 0;
}

static void tie_again(struct model *m, int param)
{
    const struct param *p = &m->param[param];
    for (int i = 0; i < param; i++) {
        const struct param *first = &m->param[i];
        if (first->role != p->role || first->shared != p->shared || first->format != p->format || first->input_range != p->input_range ||
            !same_numbers(first, p))
            continue;
        model_tie(m, param, i);
        return;
    }
}

void model_tie_again(struct model *m)
{
    for (int i = 0; i < m->params; i++)
        if (m->param[i].shared && model_replaced(m, i) && !model_twin(m, i))
            tie_again(m, i);
}
