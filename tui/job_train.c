/* Training a copy of the open model: start, go on, pause, stop, save. Pausing is done by the order itself: it replaces the
 * job that runs, which then keeps its state. */
#include <stdio.h>
#include <string.h>

#include "tui/job.h"
#include "tui/kept_training.h"
#include "tui/opened.h"
#include "tui/train_session.h"

static void on_change(void *payload, const struct train_status *s)
{
    const struct job_context *x = payload;
    x->publish_training(x->payload, s);
}

/* What came of it, in the log. */
static void log_state(const struct job_context *x, const struct train_session *t)
{
    const struct train_status *s = &t->status;
    long long step = (long long)s->step, steps = (long long)s->steps;
    if (s->state == TRAIN_PAUSED)
        x->log(x->payload, LOG_INFO, "the training is paused after step %lld of %lld (8 Train: p goes on, s stops)", step, steps);
    else if (s->best >= 0)
        x->log(x->payload, LOG_DONE, "the training is %s after step %lld of %lld; %s %.4f at step %lld is kept (:save-trained DIR)",
               train_state_name(s->state), step, steps, s->metric, s->curve[s->best].metric.value,
               (long long)s->curve[s->best].step);
    else
        x->log(x->payload, LOG_DONE, "the training is %s after step %lld of %lld; its last parameters are kept (:save-trained DIR)",
               train_state_name(s->state), step, steps);
}

/* A checkpoint that could not be written is no failure of the training. */
static void log_not_kept(const struct job_context *x, const struct train_session *t)
{
    if (t->status.note[0])
        x->log(x->payload, LOG_WARNING, "leaving the program now would lose the training: %s", t->status.note);
}

/* The session outlives the job that it tells about itself. */
static void listen(struct job_context *x)
{
    (*x->training)->on_change = on_change;
    (*x->training)->payload = x;
}

/* Runs on; that it was paused is no failure. */
static int go_on(struct job_context *x, struct err *e)
{
    struct train_session *t = *x->training;
    listen(x);
    int code = train_session_run(t, x->progress, e);
    if (code != 0 && code != ERR_CANCELLED)
        return code;
    log_state(x, t);
    log_not_kept(x, t);
    return 0;
}

/* What the screen shows of a training that could not begin. */
static int not_begun(struct job_context *x, int code, struct err *e)
{
    struct train_status *s = &(*x->training)->status;
    s->state = code == ERR_CANCELLED ? TRAIN_NONE : TRAIN_FAILED;
    snprintf(s->note, sizeof s->note, "%s", e->text);
    x->publish_training(x->payload, s);
    train_session_free(*x->training);
    *x->training = NULL;
    return code;
}

/* A place for checkpoints; without one it is trained all the same. */
static struct kept_training *place(const struct job_context *x)
{
    struct kept_training *kept = NULL;
    struct err why = {0};
    if (x->request->train.keep && kept_training_new(&kept, &why) != 0)
        x->log(x->payload, LOG_WARNING, "leaving the program will lose the training: %s", why.text);
    return kept;
}

static int start(struct job_context *x, struct err *e)
{
    const struct train_request *want = &x->request->train;
    const struct model *m = x->opened->model;
    if (!m)
        return err_set(e, ERR_USAGE, "there is no model that could be trained; open one first");
    if (strcmp(want->data, "-") == 0 || strcmp(want->dev, "-") == 0)
        return err_set(e, ERR_USAGE, "standard input is the keyboard here; give the rows as files (:data FILE TASK, :dev FILE)");
    struct train_wish wish = {.model = m->name, .data = want->data, .dev = want->dev[0] ? want->dev : NULL,
                              .task = want->task[0] ? want->task : NULL, .choice = want->choice,
                              .threads = x->request->profile.workload.threads, .kept = place(x),
                              .checkpoint_s = want->checkpoint_s, .on_change = on_change, .payload = x};
    train_session_forget(*x->training);
    train_session_free(*x->training);
    int code = train_session_new(x->training, &wish, x->progress, e);
    if (!*x->training)
        return code;
    return code != 0 ? not_begun(x, code, e) : go_on(x, e);
}

/* The training that a program before this one left, paused, or finished if it was. */
static int take_up(struct job_context *x, struct err *e)
{
    struct train_note n;
    struct kept_training *kept;
    struct err none;
    if (*x->training || kept_training_newest(&kept, &n, &none) != 0)
        return 0;
    struct train_wish wish = {.model = n.model, .data = n.data, .dev = n.dev[0] ? n.dev : NULL, .task = n.task[0] ? n.task : NULL,
                              .choice = n.choice, .threads = n.threads, .kept = kept, .resume = true,
                              .checkpoint_s = x->request->train.checkpoint_s, .on_change = on_change, .payload = x};
    int code = train_session_new(x->training, &wish, x->progress, e);
    if (!*x->training)
        return code;
    if (code != 0)
        return not_begun(x, code, e);
    if (trainer_is_done((*x->training)->trainer))
        return go_on(x, e);
    log_state(x, *x->training);
    return 0;
}

static int stop(struct job_context *x)
{
    struct train_session *t = *x->training;
    if (!t || !t->trainer)
        return 0;
    listen(x);
    train_session_stop(t);
    log_state(x, t);
    return 0;
}

static int save(struct job_context *x, struct err *e)
{
    struct train_session *t = *x->training;
    if (!t)
        return err_set(e, ERR_USAGE, "nothing was trained yet, so there is nothing to save");
    TRY(train_session_save(t, x->request->train.dir, x->progress, e));
    x->log(x->payload, LOG_DONE, "wrote the trained model to %s", x->request->train.dir);
    return 0;
}

static int run(struct job_context *x, struct err *e)
{
    const struct train_session *t = *x->training;
    switch (x->request->train.order) {
    case TRAIN_START:
        return start(x, e);
    case TRAIN_TAKE_UP:
        return take_up(x, e);
    case TRAIN_GO_ON:
        return t && t->trainer ? go_on(x, e) : 0;
    case TRAIN_STOP:
        return stop(x);
    case TRAIN_SAVE:
        return save(x, e);
    case TRAIN_PAUSE:
        break; /* it is: the job was replaced by this one */
    }
    return 0;
}

const struct job job_train = {.doing = "preparing the training", .replaces = JOB_BIT(JOB_TRAIN), .run = run};
