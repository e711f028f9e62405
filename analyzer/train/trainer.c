#include "analyzer/train/trainer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/model/model.h"
#include "analyzer/model/values.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/weights.h"
#include "analyzer/train/optimizer.h"
#include "analyzer/train/resume.h"
#include "analyzer/train/schedule.h"
#include "analyzer/train/settings.h"

enum { DROPOUT_STREAM = 0x64726f70 }; /* keeps the numbers of dropout apart from those of batches and heads */

/* A training under way. */
struct trainer {
    struct training *t;
    struct model *m;
    const struct train_source *source;
    const struct train_options *o;
    const struct progress *progress;
    struct schedule schedule;
    struct train_settings settings;
    struct optimizer *optimizer;
    struct weights *weights;
    struct arena room; /* that one plan hands on to the next */
    uint64_t began_ns; /* of this run, moved back by the seconds of the runs before */
    uint64_t saved_ns; /* when the last checkpoint was written */
};

/* ---- the curve ------------------------------------------------------------------------------------------------ */

/* More is better. */
static double score(const struct training *t, const struct curve_point *p)
{
    return t->by_loss ? -p->dev_loss : p->metric.value;
}

static bool is_best(const struct training *t, const struct curve_point *p)
{
    double now = score(t, p);
    return !isnan(now) && (t->best < 0 || now > score(t, &t->curve[t->best]));
}

bool training_add_point(struct training *t, const struct curve_point *p)
{
    if (t->points == t->curve_cap) {
        int cap = t->curve_cap ? 2 * t->curve_cap : 16;
        struct curve_point *more = realloc(t->curve, (size_t)cap * sizeof *more);
        if (!more)
            return false;
        t->curve = more;
        t->curve_cap = cap;
    }
    t->curve[t->points] = *p;
    if (is_best(t, p))
        t->best = t->points;
    t->points++;
    t->loss_sum = 0;
    t->loss_steps = 0;
    return true;
}

void training_free(struct training *t)
{
    gradients_free(t->best_values);
    free(t->curve);
    *t = (struct training){0};
}

/* ---- settings ------------------------------------------------------------------------------------------------- */

static uint64_t model_fingerprint(struct model *m)
{
    uint64_t hash = 0;
    for (int i = 0; i < m->params; i++)
        hash = fingerprint(hash, model_values(m, i), tensor_bytes(&m->param[i].tensor));
    return hash;
}

static void collect_settings(struct trainer *r)
{
    const struct train_options *o = r->o;
    struct train_settings *s = &r->settings;
    settings_add(s, "number of parameters", "%" PRIu64, model_param_total(r->m));
    settings_add(s, "first parameters", "%016" PRIx64, model_fingerprint(r->m));
    settings_add(s, "steps", "%" PRId64, o->steps);
    settings_add(s, "steps between evaluations", "%" PRId64, o->eval_every);
    settings_add(s, "patience", "%d", o->patience);
    settings_add(s, "learning rate", "%.9g", o->lr);
    settings_add(s, "warm-up", "%.9g", o->warmup);
    settings_add(s, "weight decay", "%.9g", (double)o->decay);
    settings_add(s, "gradient clipping", "%.9g", (double)o->clip);
    settings_add(s, "dropout", "%.9g", (double)o->dropout);
    settings_add(s, "attention dropout", "%.9g", (double)o->attention_dropout);
    settings_add(s, "seed", "%" PRIu64, o->seed);
    settings_add(s, "format", "%s", kernel_format_name(o->format));
    settings_add(s, "threads", "%d", o->threads);
    settings_add(s, "instructions", "%#" PRIx32, o->cpu);
    r->source->settings(r->source->state, s);
}

/* ---- one step ------------------------------------------------------------------------------------------------- */

/* Adds the time since *ns and moves it on. */
static void add_time(double *seconds, uint64_t *ns)
{
    uint64_t now = clock_ns();
    *seconds += (double)(now - *ns) / 1e9;
    *ns = now;
}

static int cancelled(const struct trainer *r, struct err *e)
{
    return err_set(e, ERR_CANCELLED, "stopped after step %" PRId64 " of %" PRId64, r->t->step, r->o->steps);
}

static int change_parameters(struct trainer *r, double loss, struct err *e)
{
    double lr = schedule_lr(&r->schedule, r->t->step);
    double norm = optimizer_step(r->optimizer, lr);
    if (!isfinite(norm) || !isfinite(loss))
        return err_set(e, ERR_UNSUPPORTED, "the loss or its gradient is no finite number in step %" PRId64 "; a lower "
                                           "learning rate or a longer warm-up may help", r->t->step + 1);
    weights_refresh(r->weights, r->o->threads);
    return 0;
}

/* Passes and step on one plan. */
static int run_plan(struct trainer *r, struct plan *p, struct err *e)
{
    const atomic_bool *cancel = r->progress ? r->progress->cancel : NULL;
    plan_set_seed(p, rng_u64(r->o->seed ^ DROPOUT_STREAM, (uint64_t)r->t->step));
    if (exec_run(p, NULL, cancel) != 0)
        return cancelled(r, e);
    double loss = r->source->loss(r->source->state, p);
    if (exec_backward(p, cancel) != 0)
        return cancelled(r, e);
    TRY(change_parameters(r, loss, e));
    r->t->step++;
    r->t->saved = false;
    r->t->tokens += (uint64_t)p->tokens;
    r->t->step_tokens += (uint64_t)p->tokens;
    r->t->loss_sum += loss;
    r->t->loss_steps++;
    return 0;
}

static int one_step(struct trainer *r, struct err *e)
{
    struct plan_options options = {.threads = r->o->threads, .dropout = r->o->dropout,
                                   .attention_dropout = r->o->attention_dropout, .gradients = PLAN_ALL_GRADIENTS,
                                   .into = r->optimizer->gradients, .room = &r->room, .memory_limit = r->o->memory_limit};
    struct plan *p;
    uint64_t ns = clock_ns();
    TRY(r->source->plan(r->source->state, &p, r->weights, &options, r->t->step, e));
    int code = run_plan(r, p, e);
    plan_free(p);
    add_time(&r->t->step_seconds, &ns);
    r->t->seconds = (double)(ns - r->began_ns) / 1e9;
    return code;
}

static int tell(const struct trainer *r, struct err *e)
{
    const struct training *t = r->t;
    double speed = (double)t->step_tokens / t->step_seconds;
    double left = t->seconds / (double)t->step * (double)(r->o->steps - t->step);
    struct str s;
    str_init(&s);
    str_addf(&s, "step %" PRId64 " of %" PRId64, t->step, r->o->steps);
    if (t->loss_steps > 0)
        str_addf(&s, ", loss %.3f", t->loss_sum / (double)t->loss_steps);
    if (t->points > 0 && !isnan(t->curve[t->points - 1].metric.value))
        str_addf(&s, ", %s %.3f", r->source->metric, t->curve[t->points - 1].metric.value);
    str_addf(&s, ", %.0f tokens/s, %d:%02d left,", speed, (int)(left / 60), (int)left % 60);
    int code = progress_step(r->progress, s.text, (double)t->step, (double)r->o->steps, e);
    str_free(&s);
    return code == 0 ? 0 : cancelled(r, e);
}

/* ---- evaluations ---------------------------------------------------------------------------------------------- */

static void copy_values(struct gradients *to, struct model *from)
{
    for (int i = 0; i < from->params; i++)
        memcpy(gradients_of(to, i), model_values(from, i), tensor_bytes(&from->param[i].tensor));
}

static int keep_best(struct trainer *r, struct err *e)
{
    if (!r->t->best_values)
        TRY(gradients_new(&r->t->best_values, r->m, e));
    copy_values(r->t->best_values, r->m);
    return 0;
}

static int add_point(struct trainer *r, struct err *e)
{
    struct training *t = r->t;
    struct curve_point p = {.step = t->step, .epoch = (double)t->step / (double)r->source->batches, .tokens = t->tokens,
                            .loss = t->loss_sum / (double)t->loss_steps, .metric = {(double)NAN, (double)NAN, (double)NAN},
                            .dev_loss = (double)NAN, .lr = schedule_lr(&r->schedule, t->step - 1)};
    if (r->source->metric)
        TRY(r->source->evaluate(r->source->state, &p, r->weights, r->progress, e));
    p.seconds = t->seconds = (double)(clock_ns() - r->began_ns) / 1e9;
    if (!training_add_point(t, &p))
        return err_set(e, ERR_NOMEM, "no memory for a point of the curve");
    if (t->best == t->points - 1)
        TRY(keep_best(r, e));
    if (r->o->on_point)
        r->o->on_point(r->o->payload, &p);
    return 0;
}

static bool out_of_patience(const struct trainer *r)
{
    return r->o->patience > 0 && r->t->best >= 0 && r->t->points - 1 - r->t->best >= r->o->patience;
}

/* ---- checkpoints ---------------------------------------------------------------------------------------------- */

/* Without progress, so that a cancelled training can still be saved. */
int trainer_save(struct trainer *r, struct err *e)
{
    if (!r->o->checkpoint)
        return 0;
    TRY(resume_write(r->o->checkpoint, r->t, r->optimizer, &r->settings, r->o->note, e));
    r->t->saved = true;
    r->saved_ns = clock_ns();
    return 0;
}

static int save_if_due(struct trainer *r, bool point, struct err *e)
{
    double since = (double)(clock_ns() - r->saved_ns) / 1e9;
    bool due = since >= (point ? r->o->checkpoint_s / 2 : r->o->checkpoint_s);
    if (!due || r->t->step == 0)
        return 0;
    int code = trainer_save(r, e);
    r->saved_ns = clock_ns();
    return r->o->lenient ? 0 : code;
}

static int resume(struct trainer *r, struct err *e)
{
    if (!r->o->resume || !r->o->checkpoint || access(r->o->checkpoint, F_OK) != 0)
        return 0;
    TRY(resume_read(r->o->checkpoint, r->t, r->optimizer, &r->settings, e));
    if (r->t->step > r->o->steps)
        return err_set(e, ERR_FORMAT, "%s is at step %" PRId64 " of %" PRId64, r->o->checkpoint, r->t->step, r->o->steps);
    weights_refresh(r->weights, r->o->threads);
    r->t->resumed = r->t->step;
    r->t->saved = true;
    return 0;
}

/* ---- all of it ------------------------------------------------------------------------------------------------ */

static int prepare(struct trainer *r, struct err *e)
{
    const struct train_options *o = r->o;
    struct optimizer_options optimizer = optimizer_defaults(o->threads, o->cpu);
    struct weights_options weights = {.cpu = o->cpu, .threads = o->threads, .format = o->format, .gradients = true};
    optimizer.decay = o->decay;
    optimizer.clip = o->clip;
    TRY(model_own(r->m, r->progress, e));
    TRY(optimizer_new(&r->optimizer, r->m, &optimizer, e));
    TRY(weights_build(&r->weights, r->m, &weights, r->progress, e));
    collect_settings(r);
    TRY(resume(r, e));
    r->saved_ns = clock_ns();
    return 0;
}

/* A point that is due and was not made yet: after one there is nothing to average a loss over. */
static bool point_due(const struct trainer *r)
{
    const struct training *t = r->t;
    return t->loss_steps > 0 && (t->step % r->o->eval_every == 0 || t->step == r->o->steps);
}

bool trainer_is_done(const struct trainer *r)
{
    return !point_due(r) && (r->t->step == r->o->steps || out_of_patience(r));
}

static int run_steps(struct trainer *r, struct err *e)
{
    struct training *t = r->t;
    for (;;) {
        bool point = point_due(r);
        if (point)
            TRY(add_point(r, e));
        t->stopped = out_of_patience(r);
        if (t->stopped || t->step == r->o->steps)
            return 0;
        TRY(save_if_due(r, point, e));
        TRY(one_step(r, e));
        TRY(tell(r, e));
    }
}

/* A training that was cancelled can go on, if it has a checkpoint. */
static int finish(struct trainer *r, int code, struct err *e)
{
    struct err why = {0};
    if (code != ERR_CANCELLED || r->t->step == 0)
        return code;
    if (trainer_save(r, &why) != 0)
        return err_set(e, code, "stopped after step %" PRId64 ", and the checkpoint was not written: %s", r->t->step,
                       why.text);
    return code;
}

int trainer_new(struct trainer **out, struct training *t, struct model *m, const struct train_source *source,
                const struct train_options *o, const struct progress *progress, struct err *e)
{
    struct trainer *r = calloc(1, sizeof *r);
    *out = NULL;
    *t = (struct training){.best = -1, .by_loss = source->by_loss};
    if (!r)
        return err_set(e, ERR_NOMEM, "no memory for a training");
    *r = (struct trainer){.t = t, .m = m, .source = source, .o = o, .progress = progress};
    r->schedule = (struct schedule){o->lr, (int64_t)(o->warmup * (double)o->steps), o->steps};
    int code = prepare(r, e);
    if (code != 0)
        trainer_free(r);
    else
        *out = r;
    return code;
}

int trainer_run(struct trainer *r, const struct progress *progress, struct err *e)
{
    r->progress = progress;
    r->began_ns = clock_ns() - (uint64_t)(r->t->seconds * 1e9);
    gradients_clear(r->optimizer->gradients, r->o->threads); /* of a step that was cancelled */
    return finish(r, run_steps(r, e), e);
}

void trainer_use_best(struct trainer *r)
{
    for (int i = 0; r->t->best_values && i < r->m->params; i++)
        memcpy(model_values(r->m, i), gradients_of(r->t->best_values, i), tensor_bytes(&r->m->param[i].tensor));
    values_round(r->m);
}

void trainer_free(struct trainer *r)
{
    if (!r)
        return;
    optimizer_free(r->optimizer);
    weights_free(r->weights);
    arena_free(&r->room);
    free(r);
}

int train(struct training *out, struct model *m, const struct train_source *source, const struct train_options *o,
          const struct progress *progress, struct err *e)
{
    struct trainer *r;
    TRY(trainer_new(&r, out, m, source, o, progress, e));
    int code = trainer_run(r, progress, e);
    if (code == 0)
        trainer_use_best(r);
    trainer_free(r);
    return code;
}
