#include "analyzer/compress/gates.h"

#include <stdlib.h>

#include "analyzer/base/str.h"
#include "analyzer/compress/memo.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"

void gates_free(struct gates *g)
{
    head_scores_free(&g->scores);
    free(g->head);
    free(g->neuron);
    *g = (struct gates){.rows = 0};
}

static int make_room(struct gates *g, const struct model *m, int rows, struct err *e)
{
    size_t heads = 0, neurons = 0, n = (size_t)rows;
    for (int l = 0; l < m->config.layers; l++) {
        heads += (size_t)m->layer[l].heads;
        neurons += (size_t)m->layer[l].neurons;
    }
    g->rows = rows;
    g->head = malloc(n * heads * sizeof *g->head + 1);
    g->neuron = malloc(n * neurons * sizeof *g->neuron + 1);
    return g->head && g->neuron ? 0 : err_set(e, ERR_NOMEM, "no memory for the gradients of %zu gates of %d rows", heads + neurons, rows);
}

static int make(struct gates *g, const struct model *m, const struct materials *x, int rows, const struct progress *progress, struct err *e)
{
    struct weights_options options = {.cpu = x->cpu, .threads = x->threads, .gradients = true};
    struct encoded some = *x->rows;
    struct weights *w;
    some.rows = rows;
    TRY(heads_check(m, e));
    TRY(make_room(g, m, rows, e));
    TRY(weights_build(&w, m, &options, progress, e));
    struct heads_options heads = {.threads = x->threads, .unlabelled = x->data->labels == 0, .head_gates = g->head,
                                  .neuron_gates = g->neuron};
    int code = heads_score(&g->scores, w, x->data, &some, &heads, NULL, NULL, progress, e);
    weights_free(w);
    return code;
}

int gates_of(const struct gates **out, struct gates *room, const struct model *m, const struct materials *x, int rows,
             const struct progress *progress, struct err *e)
{
    struct str key;
    *room = (struct gates){.rows = 0};
    if (!x->rows)
        return err_set(e, ERR_USAGE, "this step scores heads and neurons by gradient, which needs rows of data");
    int n = rows < x->rows->rows ? rows : x->rows->rows, code = 0;
    str_init(&key);
    str_addf(&key, "%d\n%s", n, x->before ? x->before : "");
    *out = memo_gates(x->memo, key.text);
    if (!*out) {
        code = make(room, m, x, n, progress, e);
        *out = code == 0 ? memo_keep_gates(x->memo, key.text, room) : NULL;
    }
    str_free(&key);
    return code;
}
