#include "analyzer/compress/quantize.h"

#include <stdlib.h>

#include "analyzer/compress/codebook.h"
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

static int take_table(float *w, size_t count, int bits, struct err *e)
{
    struct codebook c;
    TRY(codebook_fit(&c, w, count, bits, CODEBOOK_ROUNDS, e));
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++)
        w[i] = codebook_nearest(&c, w[i]);
    return 0;
}

int quantize_values(float *w, size_t n, size_t k, enum kernel_format format, int bits, struct err *e)
{
    if (!kernel_format_rounds(format))
        return take_table(w, n * k, bits, e);
#pragma omp parallel for schedule(static)
    for (size_t row = 0; row < n; row++)
        kernel_format_round(format, w + row * k, w + row * k, 1, (int)k);
    return 0;
}

static int quantize_param(struct model *m, int param, enum kernel_format format, int bits, struct err *e)
{
    const size_t *dim = m->param[param].tensor.dim;
    float *w;
    TRY(param_copy(&w, &m->param[param], e));
    int code = quantize_values(w, dim[0], dim[1], format, bits, e);
    if (code != 0) {
        free(w);
        return err_wrap(e, "%s", m->param[param].name);
    }
    model_take(m, param, (size_t[2]){dim[0], dim[1]}, w);
    param_set_format(&m->param[param], format);
    return 0;
}

int quantize_apply(struct model *m, const struct recipe_line *step, enum kernel_format format,
                   const struct progress *progress, struct err *e)
{
    int *param = malloc((size_t)m->params * sizeof *param), n = -1, code = 0;
    int bits = kernel_format_rounds(format) ? 0 : step_int(step, "bits");
    if (param)
        n = quantize_choose(param, m, step, e);
    else
        (void)err_set(e, ERR_NOMEM, "no memory for %d parameters", m->params);
    for (int i = 0; i < n && code == 0; i++) {
        code = progress_step(progress, "rounding weights", i, n, e);
        if (code == 0)
            code = quantize_param(m, param[i], format, bits, e);
    }
    free(param);
    return n < 0 ? e->code : code;
}
