#include "tui/train_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/text.h"
#include "analyzer/model/save.h"
#include "tui/kept_training.h"
#include "tui/trainee.h"

static const uint64_t tell_ns = 200000000; /* between two copies of the status */

/* ---- what is told -------------------------------------------------------------------------------------------- */

static void take_curve(struct train_session *x)
{
    struct train_status *s = &x->status;
    const struct training *t = &x->run.training;
    if (t->points > s->points) {
        struct curve_point *more = realloc(s->curve, (size_t)t->points * sizeof *more);
        if (!more)
            return;
        s->curve = more;
        memcpy(more, t->curve, (size_t)t->points * sizeof *more);
    }
    s->points = t->points;
    s->best = t->best;
}

static void tell(struct train_session *x, bool at_once)
{
    struct train_status *s = &x->status;
    const struct training *t = &x->run.training;
    uint64_t now = clock_ns();
    if (!at_once && now - x->told_ns < tell_ns)
        return;
    x->told_ns = now;
    s->step = t->step;
    s->losses = t->step < s->losses ? t->step : s->losses;
    s->epoch = x->run.source.batches > 0 ? (double)t->step / (double)x->run.source.batches : 0;
    s->tokens = t->tokens;
    s->seconds = t->seconds;
    s->tokens_per_second = t->step_seconds > 0 ? (double)t->step_tokens / t->step_seconds : 0;
    take_curve(x);
    if (x->on_change)
        x->on_change(x->payload, s);
}

static void enter(struct train_session *x, enum train_state state)
{
    x->status.state = state;
    tell(x, true);
}

/* The steps of the present run, so that what is left is estimated from the time they took. */
static void on_progress(void *payload, const char *what, double done, double total)
{
    struct train_session *x = payload;
    char text[64];
    (void)what;
    tell(x, false);
    snprintf(text, sizeof text, "training");
    if (x->first > 0)
        snprintf(text, sizeof text, "training on from step %" PRId64, x->first);
    if (x->progress && x->progress->report)
        x->progress->report(x->progress->payload, text, done - (double)x->first, total - (double)x->first);
}

static double note_loss(void *state, const struct plan *p)
{
    struct train_session *x = state;
    double loss = x->inner.loss(x->inner.state, p);
    (void)train_status_add_loss(&x->status, x->run.training.step, loss); /* without memory the curve has a gap */
    return loss;
}

static int make_plan(void *state, struct plan **out, const struct weights *w, const struct plan_options *options,
                     int64_t step, struct err *e)
{
    struct train_session *x = state;
    return x->inner.plan(x->inner.state, out, w, options, step, e);
}

static int evaluate_point(void *state, struct curve_point *p, const struct weights *w, const struct progress *progress,
                          struct err *e)
{
    struct train_session *x = state;
    return x->inner.evaluate(x->inner.state, p, w, progress, e);
}

static void collect(void *state, struct train_settings *s)
{
    struct train_session *x = state;
    x->inner.settings(x->inner.state, s);
}

/* ---- beginning ----------------------------------------------------------------------------------------------- */

static void name_parts(struct train_session *x, const struct train_wish *w)
{
    struct train_status *s = &x->status;
    text_escape(s->model, sizeof s->model, w->model, strlen(w->model));
    text_escape(s->data, sizeof s->data, w->data, strlen(w->data));
    if (w->dev)
        text_escape(s->dev, sizeof s->dev, w->dev, strlen(w->dev));
    s->choice = w->choice;
    s->best = -1;
    x->kept = w->kept;
    x->on_change = w->on_change;
    x->payload = w->payload;
    enter(x, TRAIN_PREPARING);
}

/* Where checkpoints go, and what they say of the training. */
static int keep(struct train_session *x, const struct train_wish *w, struct err *e)
{
    struct train_note n = {.choice = w->choice, .threads = x->run.options.threads};
    if (!x->kept)
        return 0;
    snprintf(n.model, sizeof n.model, "%s", w->model);
    snprintf(n.data, sizeof n.data, "%s", w->data);
    snprintf(n.dev, sizeof n.dev, "%s", w->dev ? w->dev : "");
    snprintf(n.task, sizeof n.task, "%s", w->task ? w->task : "");
    x->note = train_note_text(&n);
    if (!x->note)
        return err_set(e, ERR_NOMEM, "no memory for the note of a training");
    x->run.options.checkpoint = kept_training_path(x->kept);
    x->run.options.note = x->note;
    x->run.options.lenient = true;
    return 0;
}

/* Where the checkpoint was. */
static int restore(struct train_session *x, struct err *e)
{
    const struct training *t = &x->run.training;
    take_curve(x);
    if (x->status.points < t->points || !train_status_restore_losses(&x->status, t->loss_steps, t->loss_sum))
        return err_set(e, ERR_NOMEM, "no memory for the curves of a training");
    enter(x, TRAIN_PAUSED);
    return 0;
}

static int begin(struct train_session *x, const struct train_wish *w, const struct progress *progress, struct err *e)
{
    const struct train_choice *c = &w->choice;
    struct settings s = {.args = &w->model, .arg_count = 1, .data = w->data, .dev = w->dev, .task = w->task, .seed = c->seed,
                         .threads = w->threads, .epochs = c->epochs, .batch_rows = c->batch_rows, .dropout = c->dropout,
                         .attention_dropout = c->attention_dropout, .lr = c->lr, .format = c->format,
                         .checkpoint_s = w->checkpoint_s, .resume = w->resume,
                         .given = OPTION_BIT(dropout) | (c->lr > 0 ? OPTION_BIT(lr) : 0) |
                                  (c->attention_dropout >= 0 ? OPTION_BIT(attention_dropout) : 0) |
                                  (w->checkpoint_s >= 0 ? OPTION_BIT(checkpoint) : 0)};
    TRY(train_run_open(&x->run, &s, c->fresh, progress, e));
    TRY(train_run_prepare(&x->run, &s, c->fresh, progress, e));
    x->inner = x->run.source;
    x->run.source = (struct train_source){x, x->inner.batches, x->inner.metric, x->inner.by_loss, make_plan, note_loss,
                                            evaluate_point, collect};
    x->status.metric = x->inner.metric;
    x->status.steps = x->run.options.steps;
    x->status.choice.lr = x->run.options.lr;
    x->status.choice.fresh = c->fresh || trainee_is_fresh(&s);
    TRY(keep(x, w, e));
    TRY(trainer_new(&x->trainer, &x->run.training, x->run.model, &x->run.source, &x->run.options, progress, e));
    return w->resume ? restore(x, e) : 0;
}

static int failed(struct train_session *x, int code, const struct err *e)
{
    snprintf(x->status.note, sizeof x->status.note, "%s", e->text);
    enter(x, TRAIN_FAILED);
    return code;
}

int train_session_new(struct train_session **out, const struct train_wish *w, const struct progress *progress, struct err *e)
{
    struct train_session *x = *out = calloc(1, sizeof *x);
    if (!x) {
        kept_training_free(w->kept);
        return err_set(e, ERR_NOMEM, "no memory for a training");
    }
    x->run.training.best = -1;
    name_parts(x, w);
    return begin(x, w, progress, e);
}

/* ---- going on and ending ------------------------------------------------------------------------------------- */

/* What was learned is on the disk, or the status says why not. */
static void make_sure(struct train_session *x)
{
    struct err why = {0};
    x->status.note[0] = '\0';
    if (x->kept && x->run.training.step > 0 && !x->run.training.saved && trainer_save(x->trainer, &why) != 0)
        snprintf(x->status.note, sizeof x->status.note, "%s", why.text);
}

int train_session_run(struct train_session *x, const struct progress *progress, struct err *e)
{
    struct progress mine = {on_progress, x, progress ? progress->cancel : NULL};
    if (!x->trainer)
        return err_set(e, ERR_USAGE, "this training is over; start another one");
    x->progress = progress;
    x->first = x->run.training.step;
    enter(x, TRAIN_RUNNING);
    int code = trainer_run(x->trainer, &mine, e);
    x->progress = NULL;
    if (code == 0 || code == ERR_CANCELLED)
        make_sure(x);
    if (code == ERR_CANCELLED) {
        enter(x, TRAIN_PAUSED);
        return code;
    }
    train_session_stop(x);
    if (code != 0)
        return failed(x, code, e);
    enter(x, TRAIN_FINISHED);
    return 0;
}

void train_session_stop(struct train_session *x)
{
    if (!x->trainer)
        return;
    trainer_use_best(x->trainer);
    trainer_free(x->trainer);
    x->trainer = NULL;
    train_run_end(&x->run);
    enter(x, TRAIN_STOPPED);
}

int train_session_save(struct train_session *x, const char *dir, const struct progress *progress, struct err *e)
{
    struct save_options options = {.dtype = DTYPE_F32, .compact = model_is_compact(x->run.model), .progress = progress};
    if (x->status.state != TRAIN_STOPPED && x->status.state != TRAIN_FINISHED)
        return err_set(e, ERR_USAGE, "only a training that is stopped or finished can be saved; this one is %s",
                       train_state_name(x->status.state));
    TRY(model_save(x->run.model, dir, &options, e));
    train_session_forget(x);
    return 0;
}

void train_session_forget(struct train_session *x)
{
    if (x && x->kept)
        kept_training_drop(x->kept);
}

void train_session_free(struct train_session *x)
{
    if (!x)
        return;
    trainer_free(x->trainer);
    train_run_free(&x->run);
    train_status_free(&x->status);
    kept_training_free(x->kept);
    free(x->note);
    free(x);
}
