#include "analyzer/compress/quantize.h"

#include <stdlib.h>

#include "analyzer/model/derive.h"

/* Linear layers inside the encoder, and the tables of the embedding. */
static bool is_matrix(const struct param *p)
{
    return p->tensor.ndim == 2 && (p->layer >= 0 || p->component == COMPONENT_EMBEDDING);
}

int quantize_choose(int *out, const struct model *m, const struct recipe_line *step, struct err *e)
{
    bool layer[CONFIG_MAX_LAYERS], component[COMPONENTS];
    int n = 0;
    TRY(step_layers(step, "layers", m, layer, e));
    step_components(step, "components", component);
    for (int i = 0; i < m->params; i++) {
        const struct param *p = &m->param[i];
        if (is_matrix(p) && component[p->component] && (p->layer < 0 || layer[p->layer]))
            out[n++] = i;
    }
    return n;
}

static int quantize_param(struct model *m, int param, enum kernel_format format, struct err *e)
{
    const size_t *dim = m->param[param].tensor.dim;
    float *w;
    TRY(param_copy(&w, &m->param[param], e));
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < dim[0]; row++)
        kernel_format_round(format, w + row * dim[1], w + row * dim[1], 1, (int)dim[1]);
    model_take(m, param, (size_t[2]){dim[0], dim[1]}, w);
    m->param[param].format = format;
    return 0;
}

int quantize_apply(struct model *m, const struct recipe_line *step, enum kernel_format format,
                   const struct progress *progress, struct err *e)
{
    int *param = malloc((size_t)m->params * sizeof *param), n = -1, code = 0;
    if (param)
        n = quantize_choose(param, m, step, e);
    else
        (void)err_set(e, ERR_NOMEM, "no memory for %d parameters", m->params);
    for (int i = 0; i < n && code == 0; i++) {
        code = progress_step(progress, "rounding weights", i, n, e);
        if (code == 0)
            code = quantize_param(m, param[i], format, e);
    }
    free(param);
    return n < 0 ? e->code : code;
}
