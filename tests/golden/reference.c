#include "tests/golden/reference.h"

#include <CUnit/CUnit.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "kernels/half.h"

static double *room(size_t n)
{
    double *p = calloc(n, sizeof *p);
    CU_ASSERT_FATAL(p != NULL);
    return p;
}

static bool is_linear_weight(const struct param *p)
{
    return p->tensor.ndim == 2 && p->component != COMPONENT_EMBEDDING;
}

static double rounded(float x, enum kernel_format format)
{
    return format == KERNEL_F16 ? f32_from_f16(f16_from_f32(x)) : x;
}

static double *read_param(const struct param *p, enum kernel_format format)
{
    size_t n = tensor_count(&p->tensor);
    double *out = room(n);
    for (size_t i = 0; i < n; i++) {
        float x;
        tensor_read_f32(&p->tensor, i, 1, &x);
        out[i] = is_linear_weight(p) ? rounded(x, format) : x;
    }
    return out;
}

static double *ones(size_t n)
{
    double *p = room(n);
    for (size_t i = 0; i < n; i++)
        p[i] = 1;
    return p;
}

void reference_open(struct reference *r, const struct model *m, enum kernel_format format)
{
    const struct config *c = &m->config;
    size_t layers = (size_t)c->layers, hidden = (size_t)c->hidden, ffn = (size_t)c->ffn;
    CU_ASSERT_FATAL(c->labels <= REFERENCE_LABELS && c->hidden <= REFERENCE_HIDDEN && c->act == ACT_GELU);
    *r = (struct reference){.model = m};
    r->param = calloc((size_t)m->params, sizeof *r->param);
    CU_ASSERT_FATAL(r->param != NULL);
    for (int i = 0; i < m->params; i++)
        r->param[i] = read_param(&m->param[i], format);
    r->head_gate = ones(layers * (size_t)c->heads);
    r->neuron_gate = ones(layers * ffn);
    r->hidden = room((layers + 1) * REFERENCE_TOKENS * hidden);
    r->pooled = room(hidden);
    r->room = room(REFERENCE_TOKENS * (6 * hidden + ffn));
}

void reference_close(struct reference *r)
{
    for (int i = 0; r->param && i < r->model->params; i++)
        free(r->param[i]);
    free(r->param);
    free(r->head_gate);
    free(r->neuron_gate);
    free(r->hidden);
    free(r->pooled);
    free(r->room);
    *r = (struct reference){0};
}

static const double *values(const struct reference *r, enum role role, int layer)
{
    return r->param[model_param(r->model, role, layer) - r->model->param];
}

/* y[m,n] = x[m,k] w[n,k]^T + b[n]; the role of b follows that of w. */
static void linear(const struct reference *r, double *y, const double *x, enum role role, int layer, int m, int n, int k)
{
    const double *w = values(r, role, layer), *b = values(r, (enum role)(role + 1), layer);
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
#pragma omp simd reduction(+ : sum)
            for (int l = 0; l < k; l++)
                sum += x[i * k + l] * w[j * k + l];
            y[i * n + j] = sum + b[j];
        }
}

/* y = LayerNorm(x + residual); residual may be NULL. */
static void layernorm(const struct reference *r, double *y, const double *x, const double *residual, enum role role, int layer,
                      int m)
{
    int n = r->model->config.hidden;
    const double *gamma = values(r, role, layer), *beta = values(r, (enum role)(role + 1), layer);
    for (int i = 0; i < m; i++) {
        double mean = 0, variance = 0, z[REFERENCE_HIDDEN];
        for (int j = 0; j < n; j++)
            mean += (z[j] = x[i * n + j] + (residual ? residual[i * n + j] : 0)) / n;
        for (int j = 0; j < n; j++)
            variance += (z[j] - mean) * (z[j] - mean) / n;
        for (int j = 0; j < n; j++)
            y[i * n + j] = (z[j] - mean) / sqrt(variance + (double)r->model->config.eps) * gamma[j] + beta[j];
    }
}

/* One query of one head: y[size] = sum of the values, weighted by softmax of the scores. */
static void attend(double *y, const double *q, const double *k, const double *v, int n, int stride, int size, double gate)
{
    double weight[REFERENCE_TOKENS], most = -INFINITY, total = 0;
    for (int j = 0; j < n; j++) {
        weight[j] = 0;
        for (int l = 0; l < size; l++)
            weight[j] += q[l] * k[j * stride + l] / sqrt(size);
        most = fmax(most, weight[j]);
    }
    for (int j = 0; j < n; j++)
        total += weight[j] = exp(weight[j] - most);
    for (int l = 0; l < size; l++) {
        y[l] = 0;
        for (int j = 0; j < n; j++)
            y[l] += gate * weight[j] / total * v[j * stride + l];
    }
}

static void attention(const struct reference *r, double *y, const double *x, int layer, int n, double *q)
{
    const struct config *c = &r->model->config;
    double *k = q + n * c->hidden, *v = k + n * c->hidden;
    linear(r, q, x, ROLE_QUERY_WEIGHT, layer, n, c->hidden, c->hidden);
    linear(r, k, x, ROLE_KEY_WEIGHT, layer, n, c->hidden, c->hidden);
    linear(r, v, x, ROLE_VALUE_WEIGHT, layer, n, c->hidden, c->hidden);
    for (int i = 0; i < n; i++)
        for (int h = 0; h < c->heads; h++) {
            int at = h * c->head_size;
            attend(y + i * c->hidden + at, q + i * c->hidden + at, k + at, v + at, n, c->hidden, c->head_size,
                   r->head_gate[layer * c->heads + h]);
        }
}

static void run_layer(const struct reference *r, double *y, const double *x, int layer, int n)
{
    const struct config *c = &r->model->config;
    double *context = r->room, *a = context + n * c->hidden, *middle = a + n * c->hidden, *q = middle + n * c->hidden,
           *up = q; /* room for query, key, value, or for the feed-forward */
    attention(r, context, x, layer, n, q);
    linear(r, a, context, ROLE_ATTENTION_OUTPUT_WEIGHT, layer, n, c->hidden, c->hidden);
    layernorm(r, middle, a, x, ROLE_ATTENTION_NORM_GAMMA, layer, n);
    linear(r, up, middle, ROLE_FFN_UP_WEIGHT, layer, n, c->ffn, c->hidden);
    for (int i = 0; i < n * c->ffn; i++)
        up[i] *= 0.5 * (1 + erf(up[i] * sqrt(0.5))) * r->neuron_gate[layer * c->ffn + i % c->ffn];
    linear(r, a, up, ROLE_FFN_DOWN_WEIGHT, layer, n, c->hidden, c->ffn);
    layernorm(r, y, a, middle, ROLE_FFN_NORM_GAMMA, layer, n);
}

static void embed(const struct reference *r, double *y, const int32_t *id, const int32_t *type, int n)
{
    const struct config *c = &r->model->config;
    const double *word = values(r, ROLE_WORD_EMBEDDING, -1), *position = values(r, ROLE_POSITION_EMBEDDING, -1);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < c->hidden; j++) {
            y[i * c->hidden + j] = word[id[i] * c->hidden + j] + position[i * c->hidden + j];
            if (c->types > 0)
                y[i * c->hidden + j] += values(r, ROLE_TYPE_EMBEDDING, -1)[type[i] * c->hidden + j];
        }
    layernorm(r, y, y, NULL, ROLE_EMBEDDING_NORM_GAMMA, -1, n);
}

void reference_run(struct reference *r, const int32_t *id, const int32_t *type, int n)
{
    const struct config *c = &r->model->config;
    size_t states = (size_t)REFERENCE_TOKENS * (size_t)c->hidden;
    CU_ASSERT_FATAL(n <= REFERENCE_TOKENS);
    embed(r, r->hidden, id, type, n);
    for (int layer = 0; layer < c->layers; layer++)
        run_layer(r, r->hidden + (size_t)(layer + 1) * states, r->hidden + (size_t)layer * states, layer, n);
    linear(r, r->pooled, r->hidden + (size_t)c->layers * states, ROLE_POOLER_WEIGHT, -1, 1, c->hidden, c->hidden);
    for (int j = 0; j < c->hidden; j++)
        r->pooled[j] = c->arch->pooler_act == ACT_TANH ? tanh(r->pooled[j]) : fmax(r->pooled[j], 0);
    linear(r, r->logits, r->pooled, ROLE_CLASSIFIER_WEIGHT, -1, 1, c->labels, c->hidden);
}

double reference_loss(struct reference *r, const int32_t *id, const int32_t *type, int n, int label)
{
    double total = 0, most = -INFINITY;
    reference_run(r, id, type, n);
    for (int j = 0; j < r->model->config.labels; j++)
        most = fmax(most, r->logits[j]);
    for (int j = 0; j < r->model->config.labels; j++)
        total += exp(r->logits[j] - most);
    return log(total) + most - r->logits[label];
}
