#include "analyzer/run/attention_maps.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/model.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "analyzer/run/rows.h"
#include "analyzer/run/weights.h"

/* ---- heads --------------------------------------------------------------------------------------------------- */

static int number_heads(struct attention_maps *m, const struct model *model, struct err *e)
{
    for (int l = 0; l < model->config.layers; l++)
        m->heads += model->layer[l].heads;
    m->head = calloc((size_t)m->heads + 1, sizeof *m->head);
    if (!m->head)
        return err_set(e, ERR_NOMEM, "no memory for %d heads", m->heads);
    for (int l = 0, at = 0; l < model->config.layers; l++)
        for (int i = 0; i < model->layer[l].heads; i++)
            m->head[at++] = (struct head_number){model->layer[l].number, layer_head(&model->layer[l], i)};
    return 0;
}

/* Decides which heads are kept. */
static int make_room(struct attention_maps *m, const struct attention_options *options, struct err *e)
{
    size_t one = (size_t)m->tokens * (size_t)m->tokens * sizeof *m->map, all;
    size_t limit = options->limit ? options->limit : ATTENTION_LIMIT;
    m->end = m->heads;
    if (!size_mul(one, (size_t)m->heads, &all) || all > limit) {
        while (m->first < m->heads && m->head[m->first].layer != options->layer)
            m->first++;
        m->end = m->first;
        while (m->end < m->heads && m->head[m->end].layer == options->layer)
            m->end++;
    }
    m->map = malloc(one * (size_t)(m->end - m->first) + 1);
    return m->map ? 0 : err_set(e, ERR_NOMEM, "no memory for the attention maps of %d tokens", m->tokens);
}

int attention_maps_find(const struct attention_maps *m, int layer, int head)
{
    for (int i = 0; i < m->heads; i++)
        if (m->head[i].layer == layer && m->head[i].head == head)
            return i;
    return -1;
}

const float *attention_maps_of(const struct attention_maps *m, int place)
{
    size_t one = (size_t)m->tokens * (size_t)m->tokens;
    return place >= m->first && place < m->end ? m->map + (size_t)(place - m->first) * one : NULL;
}

/* ---- the pass ------------------------------------------------------------------------------------------------ */

/* out [tokens] = softmax over the keys of q k^T / sqrt(d). q [d]; keys [tokens, d] with row stride ld. */
static void look(float *out, const float *q, const float *keys, ptrdiff_t ld, int tokens, int d)
{
    double most = -INFINITY, sum = 0, scale = 1 / sqrt(d);
    for (int i = 0; i < tokens; i++) {
        double score = 0;
        for (int k = 0; k < d; k++)
            score += (double)q[k] * (double)keys[i * ld + k];
        out[i] = (float)(score * scale);
        most = fmax(most, (double)out[i]);
    }
    for (int i = 0; i < tokens; i++)
        sum += exp((double)out[i] - most);
    for (int i = 0; i < tokens; i++)
        out[i] = (float)(exp((double)out[i] - most) / sum);
}

/* Row i of a map: what token i looks at, in its own text alone where the layer is decoupled. */
static void look_from(float *map, const struct plan *p, const struct step *s, const float *q, int i)
{
    ptrdiff_t width = (ptrdiff_t)s->heads * s->head_size, ld = 3 * width;
    int split = s->decoupled ? p->split[0] : p->tokens, first = i < split ? 0 : split, end = i < split ? split : p->tokens;
    float *out = map + (size_t)i * (size_t)p->tokens;
    memset(out, 0, (size_t)p->tokens * sizeof *out);
    look(out + first, q + i * ld, q + width + first * ld, ld, end - first, s->head_size);
}

/* Maps of the heads of an attention step that has just run; `place`: its first head among all. */
static int map_step(struct attention_maps *m, const struct plan *p, const struct step *s, int place, const struct progress *progress, struct err *e)
{
    for (int h = 0; h < s->heads; h++) {
        float *out = (float *)(uintptr_t)attention_maps_of(m, place + h);
        const float *q = s->x[0] + (ptrdiff_t)h * s->head_size;
        TRY(progress_step(progress, "looking at attention", place + h, m->heads, e));
        for (int i = 0; out && i < m->tokens; i++)
            look_from(out, p, s, q, i);
    }
    return 0;
}

static int take_logits(struct attention_maps *m, const struct plan *p, struct err *e)
{
    const float *logits = plan_output(p, PLAN_LOGITS, -1);
    if (!logits)
        return 0;
    m->outputs = p->weights->model->config.labels;
    m->logits = malloc((size_t)m->outputs * sizeof *logits + 1);
    if (!m->logits)
        return err_set(e, ERR_NOMEM, "no memory for %d outputs", m->outputs);
    memcpy(m->logits, logits, (size_t)m->outputs * sizeof *logits);
    return 0;
}

/* Queries and keys are there only while their step runs, so the pass stops behind each of them. */
static int run(struct attention_maps *m, const struct plan *p, const struct progress *progress, struct err *e)
{
    const atomic_bool *cancel = progress ? progress->cancel : NULL;
    int done = 0, place = 0;
    for (int i = 0; i <= p->steps; i++) {
        bool stop = i == p->steps || p->step[i].op == &op_attention;
        int end = i < p->steps ? i + 1 : i;
        if (stop && exec_steps(p, done, end, cancel) != 0)
            return err_set(e, ERR_CANCELLED, "cancelled while looking at attention");
        done = stop ? end : done;
        if (stop && i < p->steps) {
            TRY(map_step(m, p, &p->step[i], place, progress, e));
            place += p->step[i].heads;
        }
    }
    return take_logits(m, p, e);
}

int attention_maps(struct attention_maps *out, const struct weights *w, const struct encoding *x, const struct attention_options *options,
                   const struct progress *progress, struct err *e)
{
    struct plan_options plan_options = {.threads = options->threads};
    struct plan *p;
    *out = (struct attention_maps){.tokens = x->n};
    TRY(number_heads(out, w->model, e));
    TRY(make_room(out, options, e));
    TRY(rows_plan(&p, w, x, NULL, 1, &plan_options, e));
    int code = run(out, p, progress, e);
    plan_free(p);
    return code;
}

void attention_maps_free(struct attention_maps *m)
{
    free(m->head);
    free(m->map);
    free(m->logits);
    *m = (struct attention_maps){0};
}
