#include "analyzer/train/optimizer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/shared.h"
#include "kernels/kernels.h"

enum { PIECE = 1 << 15 };

/* Some consecutive numbers of one parameter. */
struct piece {
    int param;
    size_t first, n;
    bool decays;
};

struct optimizer_options optimizer_defaults(int threads, uint32_t cpu)
{
    return (struct optimizer_options){0.9f, 0.999f, 1e-8f, 0.01f, 1, threads, cpu};
}

/* Matrices and tables; what is left are biases and LayerNorms. */
static bool decays(const struct param *p)
{
    return p->tensor.ndim == 2;
}

static size_t count_pieces(const struct model *m)
{
    size_t n = 0;
    for (int i = 0; i < m->params; i++)
        n += model_twin(m, i) ? 0 : (tensor_count(&m->param[i].tensor) + PIECE - 1) / PIECE;
    return n;
}

static void cut(struct optimizer *o)
{
    for (int i = 0; i < o->model->params; i++) {
        size_t count = model_twin(o->model, i) ? 0 : tensor_count(&o->model->param[i].tensor);
        for (size_t first = 0; first < count; first += PIECE)
            o->piece[o->pieces++] = (struct piece){i, first, count - first < PIECE ? count - first : PIECE,
                                                   decays(&o->model->param[i])};
    }
}

static int build(struct optimizer *o, struct err *e)
{
    size_t n = count_pieces(o->model);
    o->piece = calloc(n, sizeof *o->piece);
    o->square = calloc(n, sizeof *o->square);
    if (!o->piece || !o->square)
        return err_set(e, ERR_NOMEM, "no memory for an optimizer of %zu pieces", n);
    cut(o);
    TRY(gradients_new(&o->gradients, o->model, e));
    TRY(gradients_new(&o->m, o->model, e));
    return gradients_new(&o->v, o->model, e);
}

int optimizer_new(struct optimizer **out, struct model *m, const struct optimizer_options *options, struct err *e)
{
    *out = NULL;
    struct optimizer *o = calloc(1, sizeof *o);
    if (!o)
        return err_set(e, ERR_NOMEM, "no memory for an optimizer");
    o->model = m;
    o->options = *options;
    int code = build(o, e);
    if (code != 0)
        optimizer_free(o);
    else
        *out = o;
    return code;
}

void optimizer_free(struct optimizer *o)
{
    if (!o)
        return;
    gradients_free(o->gradients);
    gradients_free(o->m);
    gradients_free(o->v);
    free(o->piece);
    free(o->square);
    free(o);
}

static double gradient_norm(struct optimizer *o)
{
    const struct kernel *kernel = kernel_pick(KERNEL_OP_square_sum, KERNEL_F32, o->options.cpu);
    double sum = 0;
#pragma omp parallel for num_threads(o->options.threads) schedule(static)
    for (int i = 0; i < o->pieces; i++) {
        const struct piece *p = &o->piece[i];
        o->square[i] = kernel->fn.square_sum(gradients_of(o->gradients, p->param) + p->first, p->n);
    }
    for (int i = 0; i < o->pieces; i++)
        sum += o->square[i];
    return sqrt(sum);
}

static struct adamw rates(const struct optimizer *o, double lr, double norm)
{
    const struct optimizer_options *s = &o->options;
    double scale = s->clip > 0 && norm > (double)s->clip ? (double)s->clip / norm : 1;
    double t = (double)o->step;
    return (struct adamw){(float)lr, s->beta1, s->beta2, s->eps, 0, (float)(1 - pow((double)s->beta1, t)),
                          (float)(1 - pow((double)s->beta2, t)), (float)scale};
}

double optimizer_step(struct optimizer *o, double lr)
{
    const struct kernel *kernel = kernel_pick(KERNEL_OP_adamw, KERNEL_F32, o->options.cpu);
    double norm = gradient_norm(o);
    if (isfinite(norm)) {
        o->step++;
        struct adamw plain = rates(o, lr, norm), decaying = plain;
        decaying.decay = o->options.decay;
#pragma omp parallel for num_threads(o->options.threads) schedule(static)
        for (int i = 0; i < o->pieces; i++) {
            const struct piece *p = &o->piece[i];
            float *w = model_values(o->model, p->param) + p->first;
            float *g = gradients_of(o->gradients, p->param) + p->first;
            kernel->fn.adamw(w, gradients_of(o->m, p->param) + p->first, gradients_of(o->v, p->param) + p->first, g, p->n,
                             p->decays ? &decaying : &plain);
            memset(g, 0, p->n * sizeof *g); /* while it is in the cache */
        }
    } else {
        gradients_clear(o->gradients, o->options.threads);
    }
    return norm;
}
