#include "analyzer/measure/workload.h"

#include <stdlib.h>

#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

bool workload_same(const struct workload *a, const struct workload *b)
{
    return a->batch == b->batch && a->seq == b->seq && a->threads == b->threads && a->format == b->format &&
           a->unfused == b->unfused && a->first == b->first;
}

int workload_check(const struct workload *load, const struct model *m, struct err *e)
{
    if (load->batch < 1 || load->batch > WORKLOAD_MAX_BATCH)
        return err_set(e, ERR_USAGE, "the batch is %d, outside 1..%d", load->batch, WORKLOAD_MAX_BATCH);
    if (load->threads < 1 || load->threads > WORKLOAD_MAX_THREADS)
        return err_set(e, ERR_USAGE, "%d threads are outside 1..%d", load->threads, WORKLOAD_MAX_THREADS);
    if (load->seq < 1 || load->seq > m->config.positions)
        return err_set(e, ERR_USAGE, "a length of %d tokens is outside the model's 1..%d positions", load->seq,
                       m->config.positions);
    if (load->first < 0 || (load->first > 0 && load->first >= load->seq))
        return err_set(e, ERR_USAGE, "a pair of %d tokens cannot begin with a text of %d", load->seq, load->first);
    return 0;
}

static int fill_tokens(struct plan *p, const struct config *c, struct err *e)
{
    int32_t *id = malloc(2 * (size_t)p->tokens * sizeof *id);
    if (!id)
        return err_set(e, ERR_NOMEM, "no memory for %d tokens", p->tokens);
    int32_t *type = id + p->tokens;
    for (int i = 0; i < p->tokens; i++)
        id[i] = (int32_t)((uint32_t)i * 2654435761u % (uint32_t)c->vocab);
    for (int s = 0; s < p->sequences; s++)
        for (int i = p->start[s]; i < p->start[s + 1]; i++)
            type[i] = i - p->start[s] >= p->split[s];
    int code = plan_set_tokens(p, id, c->types > 1 ? type : NULL, e);
    free(id);
    return code;
}

int workload_plan_with(struct plan **out, const struct workload *load, const int *length,
                       const struct plan_options *options, const struct weights *w, struct err *e)
{
    struct plan_options all = *options;
    all.threads = load->threads;
    *out = NULL;
    TRY(workload_check(load, w->model, e));
    int *each = malloc(2 * (size_t)load->batch * sizeof *each);
    if (!each)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %d", load->batch);
    int *split = each + load->batch;
    for (int i = 0; i < load->batch; i++)
        each[i] = length ? length[i] : load->seq;
    for (int i = 0; i < load->batch; i++)
        split[i] = load->first && load->first < each[i] ? load->first : each[i];
    all.split = split;
    int code = plan_build(out, w, each, load->batch, &all, e);
    free(each);
    if (code == 0)
        code = fill_tokens(*out, &w->model->config, e);
    if (code != 0) {
        plan_free(*out);
        *out = NULL;
    }
    return code;
}

int workload_plan(struct plan **out, const struct workload *load, const struct weights *w, struct err *e)
{
    struct plan_options options = {.threads = load->threads, .unfused = load->unfused};
    return workload_plan_with(out, load, NULL, &options, w, e);
}
