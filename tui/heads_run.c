#include "tui/heads_run.h"

#include <stdlib.h>

/* The study as it is shown while one of its parts is being measured: that part is borrowed from a snapshot. */
static void show(const struct heads_run *r, const struct head_study *s)
{
    if (r->on_snapshot)
        r->on_snapshot(r->payload, s);
}

static void on_scores(void *payload, const struct head_scores *scores)
{
    const struct heads_run *r = payload;
    struct head_study s = r->opened->heads;
    s.scores = (struct head_scores *)scores;
    show(r, &s);
}

static int score(const struct heads_run *r, const struct progress *progress, struct err *e)
{
    struct opened *o = r->opened;
    struct heads_options options = {.threads = r->threads, .unlabelled = r->unlabelled};
    struct head_scores *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return err_set(e, ERR_NOMEM, "no memory for scores");
    int code = opened_pack_gradients(o, r->threads, r->format, progress, e);
    if (code == 0)
        code = heads_score(fresh, o->weights, &o->labelled.data, &o->labelled.rows, &options, on_scores, (void *)r, progress, e);
    if (code != 0) {
        free(fresh);
        return code;
    }
    if (o->heads.scores)
        head_scores_free(o->heads.scores);
    free(o->heads.scores);
    o->heads.scores = fresh;
    return 0;
}

/* What a snapshot of an ablation belongs to. */
struct ablation_run {
    const struct heads_run *run;
    struct head_study shown; /* borrows everything */
    struct ablation **at;    /* the member of `shown` that is being measured */
};

static void on_ablation(void *payload, const struct ablation *a)
{
    struct ablation_run *x = payload;
    *x->at = (struct ablation *)a;
    show(x->run, &x->shown);
}

static void replace(struct ablation **at, struct ablation *fresh)
{
    if (*at)
        ablation_free(*at);
    free(*at);
    *at = fresh;
}

/* Runs `fresh`, which is owned from here on, and puts it at `index` of the study: a mode, or HEAD_MODES for the curve. */
static int ablate(const struct heads_run *r, struct ablation *fresh, int index, enum head_mode order,
                  const struct progress *progress, struct err *e)
{
    struct opened *o = r->opened;
    struct ablation_options options = {.threads = r->threads};
    struct ablation_run x = {.run = r, .shown = o->heads};
    x.at = index == HEAD_MODES ? &x.shown.curve : &x.shown.ablation[index];
    if (index == HEAD_MODES)
        x.shown.curve_order = order;
    int code = opened_pack(o, r->threads, r->format, progress, e);
    if (code == 0)
        code = ablation_run(fresh, o->weights, &o->labelled.data, &o->labelled.rows, &options, on_ablation, &x, progress, e);
    if (code != 0) {
        ablation_free(fresh);
        free(fresh);
        return code;
    }
    replace(index == HEAD_MODES ? &o->heads.curve : &o->heads.ablation[index], fresh);
    if (index == HEAD_MODES)
        o->heads.curve_order = order;
    return 0;
}

static struct ablation *ablation_new(struct err *e)
{
    struct ablation *a = calloc(1, sizeof *a);
    if (!a)
        err_set(e, ERR_NOMEM, "no memory for an ablation");
    return a;
}

static int ablate_mode(const struct heads_run *r, enum head_mode mode, const struct progress *progress, struct err *e)
{
    struct head_grid g;
    struct ablation *fresh = ablation_new(e);
    int code = fresh ? head_grid_init(&g, r->opened->model, e) : ERR_NOMEM;
    if (code == 0) {
        code = mode == HEADS_REMOVED ? ablation_removed(fresh, &g, e) : ablation_kept(fresh, &g, e);
        head_grid_free(&g);
    }
    if (code == 0)
        return ablate(r, fresh, (int)mode, mode, progress, e);
    free(fresh);
    return code;
}

int heads_run_mode(const struct heads_run *r, enum head_mode mode, const struct progress *progress, struct err *e)
{
    TRY(heads_check(r->opened->model, e));
    return mode == HEADS_GRADIENT ? score(r, progress, e) : ablate_mode(r, mode, progress, e);
}

int heads_run_curve(const struct heads_run *r, enum head_mode order, bool normalize, const struct progress *progress,
                    struct err *e)
{
    const struct head_study *s = &r->opened->heads;
    if (!head_study_has(s, order))
        TRY(heads_run_mode(r, order, progress, e));
    const struct head_grid *g = head_study_grid(s);
    int *heads = malloc((size_t)head_grid_heads(g) * sizeof *heads + 1);
    struct ablation *fresh = ablation_new(e);
    int code = heads && fresh ? head_study_order(s, order, normalize, heads, e) : err_set(e, ERR_NOMEM, "no memory for an order");
    if (code == 0)
        code = ablation_curve(fresh, g, heads, e);
    free(heads);
    if (code == 0)
        return ablate(r, fresh, HEAD_MODES, order, progress, e);
    free(fresh);
    return code;
}
