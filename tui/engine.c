#include "tui/engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/signal_stack.h"
#include "analyzer/base/text.h"
#include "tui/opened.h"
#include "tui/train_session.h"

enum { QUEUE = 8, LINES = 64 };

static const uint64_t quiet_ns = 200000000; /* between two wake-ups while a job runs */

struct engine {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    void (*wake)(void *payload);
    void *payload;
    atomic_bool cancel; /* the running job shall end */

    /* under the lock */
    struct request queue[QUEUE];
    int queued;
    bool stop, replaced; /* replaced: nobody waits for the running job any more */
    struct job_state state;
    struct facts *facts;
    struct profile *profile;
    struct head_study *heads;
    struct sampled *sampled;
    struct counted *counted;
    struct train_status *training;
    struct trial_news *trials;
    struct row_texts *texts;
    struct insight *insight[INSIGHTS];
    struct part_study *parts[2];
    struct log_line line[LINES];
    int lines;

    /* of the engine thread alone */
    struct opened opened;
    struct train_session *session;
    uint64_t next_wake_ns;
};

static void free_heads(struct head_study *s)
{
    if (s)
        head_study_free(s);
    free(s);
}

static void free_training(struct train_status *s)
{
    if (s)
        train_status_free(s);
    free(s);
}

/* ---- what the thread tells ----------------------------------------------------------------------------------- */

static void wake(struct engine *x, bool at_once)
{
    uint64_t now = clock_ns();
    if (!at_once && now < x->next_wake_ns)
        return;
    x->next_wake_ns = now + quiet_ns;
    x->wake(x->payload);
}

static void publish_facts(void *payload, const struct facts *f)
{
    struct engine *x = payload;
    struct facts *copy = malloc(sizeof *copy);
    if (!copy)
        return;
    *copy = *f;
    pthread_mutex_lock(&x->lock);
    free(x->facts);
    profile_delete(x->profile); /* of the model before */
    free_heads(x->heads);
    x->facts = copy;
    x->profile = NULL;
    sampled_delete(x->sampled);
    counted_delete(x->counted);
    row_texts_free(x->texts);
    for (int i = 0; i < INSIGHTS; i++)
        insight_free(x->insight[i]);
    for (int i = 0; i < 2; i++)
        part_study_free(x->parts[i]);
    x->heads = NULL;
    x->sampled = NULL;
    x->counted = NULL;
    x->texts = NULL;
    memset(x->insight, 0, sizeof x->insight);
    memset(x->parts, 0, sizeof x->parts);
    pthread_mutex_unlock(&x->lock);
    wake(x, true);
}

static void publish_profile(void *payload, const struct profile *p)
{
    struct engine *x = payload;
    struct profile *copy = malloc(sizeof *copy), *old;
    struct err e;
    if (!copy || profile_copy(copy, p, &e) != 0) {
        free(copy);
        return;
    }
    pthread_mutex_lock(&x->lock);
    old = x->profile;
    x->profile = copy;
    pthread_mutex_unlock(&x->lock);
    profile_delete(old);
    wake(x, false);
}

static void publish_samples(void *payload, const struct sampled *s)
{
    struct engine *x = payload;
    struct sampled *copy = malloc(sizeof *copy), *old;
    struct err e;
    if (!copy || sampled_copy(copy, s, &e) != 0) {
        free(copy);
        return;
    }
    pthread_mutex_lock(&x->lock);
    old = x->sampled;
    x->sampled = copy;
    pthread_mutex_unlock(&x->lock);
    sampled_delete(old);
    wake(x, false);
}

static void publish_counts(void *payload, const struct counted *c)
{
    struct engine *x = payload;
    struct counted *copy = malloc(sizeof *copy), *old;
    struct err e;
    if (!copy || counted_copy(copy, c, &e) != 0) {
        free(copy);
        return;
    }
    pthread_mutex_lock(&x->lock);
    old = x->counted;
    x->counted = copy;
    pthread_mutex_unlock(&x->lock);
    counted_delete(old);
    wake(x, false);
}

static void publish_heads(void *payload, const struct head_study *s)
{
    struct engine *x = payload;
    struct head_study *copy = malloc(sizeof *copy), *old;
    struct err e;
    if (!copy || head_study_copy(copy, s, &e) != 0) {
        free(copy);
        return;
    }
    pthread_mutex_lock(&x->lock);
    old = x->heads;
    x->heads = copy;
    pthread_mutex_unlock(&x->lock);
    free_heads(old);
    wake(x, false);
}

static void publish_training(void *payload, const struct train_status *s)
{
    struct engine *x = payload;
    struct train_status *copy = malloc(sizeof *copy), *old;
    struct err e;
    if (!copy || train_status_copy(copy, s, &e) != 0) {
        free(copy);
        return;
    }
    pthread_mutex_lock(&x->lock);
    old = x->training;
    x->training = copy;
    pthread_mutex_unlock(&x->lock);
    free_training(old);
    wake(x, false);
}

/* Only the newest of an attempt is kept, in its place. */
static void publish_trial(void *payload, struct trial_news *n)
{
    struct engine *x = payload;
    struct trial_news **at = &x->trials, *old;
    pthread_mutex_lock(&x->lock);
    while (*at && ((*at)->attempt != n->attempt || (*at)->found != n->found || (*at)->era != n->era))
        at = &(*at)->next;
    old = *at;
    n->next = old ? old->next : NULL;
    *at = n;
    pthread_mutex_unlock(&x->lock);
    if (old)
        old->next = NULL;
    trial_news_free(old);
    wake(x, true);
}

static void publish_texts(void *payload, struct row_texts *t)
{
    struct engine *x = payload;
    pthread_mutex_lock(&x->lock);
    struct row_texts *old = x->texts;
    x->texts = t;
    pthread_mutex_unlock(&x->lock);
    row_texts_free(old);
    wake(x, true);
}

static void publish_insight(void *payload, struct insight *l)
{
    struct engine *x = payload;
    pthread_mutex_lock(&x->lock);
    struct insight *old = x->insight[insight_kind(l)];
    x->insight[insight_kind(l)] = l;
    pthread_mutex_unlock(&x->lock);
    insight_free(old);
    wake(x, true);
}

static void publish_parts(void *payload, struct part_study *s)
{
    struct engine *x = payload;
    pthread_mutex_lock(&x->lock);
    struct part_study *old = x->parts[s->cells];
    x->parts[s->cells] = s;
    pthread_mutex_unlock(&x->lock);
    part_study_free(old);
    wake(x, true);
}

/* The oldest line makes room: nobody took them for a long time. */
static void add_line(struct engine *x, const struct log_line *line)
{
    pthread_mutex_lock(&x->lock);
    if (x->lines == LINES)
        memmove(x->line, x->line + 1, (size_t)--x->lines * sizeof x->line[0]);
    x->line[x->lines++] = *line;
    pthread_mutex_unlock(&x->lock);
}

__attribute__((format(printf, 3, 4))) static void write_log(void *payload, enum log_level level, const char *fmt, ...)
{
    char raw[LOG_BYTES];
    struct log_line line = {.level = level, .time = time(NULL)};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    text_escape(line.text, sizeof line.text, raw, strlen(raw));
    add_line(payload, &line);
}

static void report(void *payload, const char *what, double done, double total)
{
    struct engine *x = payload;
    pthread_mutex_lock(&x->lock);
    bool new_phase = strncmp(x->state.what, what, sizeof x->state.what - 1) != 0;
    if (new_phase) {
        x->state.phase_ns = clock_ns();
        snprintf(x->state.what, sizeof x->state.what, "%s", what);
    }
    x->state.done = done;
    x->state.total = total;
    pthread_mutex_unlock(&x->lock);
    wake(x, new_phase);
}

/* ---- the thread ---------------------------------------------------------------------------------------------- */

/* Waits for a request; false when the engine is to stop. */
static bool next_request(struct engine *x, struct request *out)
{
    pthread_mutex_lock(&x->lock);
    while (!x->stop && x->queued == 0)
        pthread_cond_wait(&x->wanted, &x->lock);
    bool found = !x->stop;
    if (found) {
        *out = x->queue[0];
        memmove(x->queue, x->queue + 1, (size_t)--x->queued * sizeof x->queue[0]);
        x->state = (struct job_state){.running = true, .job = out->job, .phase_ns = clock_ns()};
        snprintf(x->state.what, sizeof x->state.what, "%s", job_row(out->job)->doing);
        x->replaced = false;
        atomic_store(&x->cancel, false);
    }
    pthread_mutex_unlock(&x->lock);
    return found;
}

static void end_job(struct engine *x, int code, const struct err *e)
{
    pthread_mutex_lock(&x->lock);
    bool replaced = x->replaced;
    pthread_mutex_unlock(&x->lock);
    if (code != 0 && !(code == ERR_CANCELLED && replaced)) /* before the job is over for those who wait for its end */
        write_log(x, code == ERR_CANCELLED ? LOG_WARNING : LOG_ERROR, "%s", e->text);
    pthread_mutex_lock(&x->lock);
    x->state.running = false;
    pthread_mutex_unlock(&x->lock);
    wake(x, true);
}

static void *run(void *payload)
{
    struct engine *x = payload;
    struct request r;
    struct progress progress = {report, x, &x->cancel};
    signal_stack_begin();
    while (next_request(x, &r)) {
        struct job_context context = {&x->opened, &x->session, &r, &progress, x, publish_facts, publish_profile, publish_samples, publish_counts,
                                      publish_heads, publish_training, publish_trial, publish_texts, publish_insight,
                                      publish_parts, write_log};
        struct err e = {0};
        wake(x, true);
        int code = job_row(r.job)->run(&context, &e);
        end_job(x, code, &e);
    }
    train_session_free(x->session);
    opened_close(&x->opened);
    signal_stack_end();
    return NULL;
}

/* ---- for the other threads ----------------------------------------------------------------------------------- */

/* Signals are the terminal thread's: the engine thread, and the workers it starts, block them. */
static int create_thread(struct engine *x)
{
    sigset_t all, before;
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    sigdelset(&all, SIGABRT);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&x->thread, NULL, run, x);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

int engine_start(struct engine **out, void (*wake_up)(void *payload), void *payload, struct err *e)
{
    struct engine *x = calloc(1, sizeof *x);
    *out = NULL;
    if (!x)
        return err_set(e, ERR_NOMEM, "no memory for the engine");
    x->wake = wake_up;
    x->payload = payload;
    pthread_mutex_init(&x->lock, NULL);
    pthread_cond_init(&x->wanted, NULL);
    int failed = create_thread(x);
    if (failed) {
        pthread_cond_destroy(&x->wanted);
        pthread_mutex_destroy(&x->lock);
        free(x);
        return err_set(e, ERR_NOMEM, "the engine thread could not be started: %s", strerror(failed));
    }
    *out = x;
    return 0;
}

void engine_stop(struct engine *x)
{
    if (!x)
        return;
    pthread_mutex_lock(&x->lock);
    x->stop = true;
    x->replaced = true;
    atomic_store(&x->cancel, true);
    pthread_cond_signal(&x->wanted);
    pthread_mutex_unlock(&x->lock);
    pthread_join(x->thread, NULL);
    pthread_cond_destroy(&x->wanted);
    pthread_mutex_destroy(&x->lock);
    free(x->facts);
    profile_delete(x->profile);
    sampled_delete(x->sampled);
    counted_delete(x->counted);
    free_heads(x->heads);
    free_training(x->training);
    trial_news_free(x->trials);
    row_texts_free(x->texts);
    for (int i = 0; i < INSIGHTS; i++)
        insight_free(x->insight[i]);
    for (int i = 0; i < 2; i++)
        part_study_free(x->parts[i]);
    free(x);
}

/* Takes the jobs of `kinds` out of the queue and cancels the running one if it is among them. */
static void drop(struct engine *x, uint32_t kinds)
{
    int kept = 0;
    for (int i = 0; i < x->queued; i++)
        if (!(kinds & JOB_BIT(x->queue[i].job)))
            x->queue[kept++] = x->queue[i];
    x->queued = kept;
    if (x->state.running && (kinds & JOB_BIT(x->state.job)))
        atomic_store(&x->cancel, true);
}

int engine_submit(struct engine *x, const struct request *r, struct err *e)
{
    uint32_t kinds = job_row(r->job)->replaces;
    pthread_mutex_lock(&x->lock);
    drop(x, kinds);
    x->replaced |= x->state.running && (kinds & JOB_BIT(x->state.job)); /* and stays so when another request follows */
    bool fits = x->queued < QUEUE;
    if (fits)
        x->queue[x->queued++] = *r;
    pthread_cond_signal(&x->wanted);
    pthread_mutex_unlock(&x->lock);
    return fits ? 0 : err_set(e, ERR_USAGE, "%d jobs wait already; cancel them or let one end", QUEUE);
}

void engine_cancel(struct engine *x)
{
    pthread_mutex_lock(&x->lock);
    drop(x, ~0u);
    pthread_mutex_unlock(&x->lock);
}

static struct job_state present_state(const struct engine *x)
{
    struct job_state state = x->state;
    state.waiting = x->queued;
    return state;
}

struct job_state engine_state(struct engine *x)
{
    pthread_mutex_lock(&x->lock);
    struct job_state state = present_state(x);
    pthread_mutex_unlock(&x->lock);
    return state;
}

void engine_take(struct engine *x, struct news *out)
{
    struct log_line *line = malloc(sizeof x->line);
    *out = (struct news){.line = line};
    pthread_mutex_lock(&x->lock);
    out->facts = x->facts;
    out->profile = x->profile;
    out->sampled = x->sampled;
    out->counted = x->counted;
    out->heads = x->heads;
    out->training = x->training;
    out->trials = x->trials;
    out->texts = x->texts;
    memcpy(out->insight, x->insight, sizeof out->insight);
    memcpy(out->parts, x->parts, sizeof out->parts);
    out->job = present_state(x);
    x->facts = NULL;
    x->profile = NULL;
    x->sampled = NULL;
    x->counted = NULL;
    x->heads = NULL;
    x->training = NULL;
    x->trials = NULL;
    x->texts = NULL;
    memset(x->insight, 0, sizeof x->insight);
    memset(x->parts, 0, sizeof x->parts);
    if (line) {
        memcpy(line, x->line, (size_t)x->lines * sizeof *line);
        out->lines = x->lines;
        x->lines = 0;
    }
    pthread_mutex_unlock(&x->lock);
}
