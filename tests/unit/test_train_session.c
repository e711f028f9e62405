/* Trainings of the interactive program on a tiny model: pausing, stopping, saving; and as jobs of the engine. */
#include "tests/unit/unit.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/outfile.h"
#include "analyzer/base/str.h"
#include "tui/engine.h"
#include "tui/train_session.h"

enum { ROWS = 48, BATCH = 8, EPOCHS = 2, PATIENCE_S = 120 };

static char data_path[4200];

/* Rows whose label is a word in them. */
static void write_data(void)
{
    struct str s;
    str_init(&s);
    for (int i = 0; i < ROWS; i++)
        str_addf(&s, "%d\tthe film of day %c is %s and %s\n", i % 2, 'a' + i % 13, i % 2 ? "good" : "bad", i % 3 ? "long" : "short");
    snprintf(data_path, sizeof data_path, "%s/train-session.tsv", unit_temp_dir());
    CU_ASSERT_EQUAL_FATAL(outfile_write(data_path, s.text, s.len, NULL), 0);
    str_free(&s);
}

/* Cancels when so many steps were reported. */
struct canceller {
    atomic_bool cancel;
    int reports, at;
};

static void count(void *payload, const char *what, double done, double total)
{
    struct canceller *c = payload;
    (void)done;
    (void)total;
    if (strncmp(what, "training", 8) == 0 && ++c->reports == c->at)
        atomic_store(&c->cancel, true);
}

static struct train_session *session(const char *model, bool fresh)
{
    struct train_wish w = {.model = model, .data = data_path, .dev = data_path, .task = "plain", .choice = train_choice_usual(), .threads = 1};
    struct train_session *x;
    struct err e = {0};
    w.choice.epochs = EPOCHS;
    w.choice.batch_rows = BATCH;
    w.choice.fresh = fresh;
    int code = train_session_new(&x, &w, NULL, &e);
    if (code != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    return x;
}

/* Runs until it was cancelled after `at` more steps; 0 = to the end. */
static int run(struct train_session *x, int at)
{
    struct canceller c = {.at = at};
    struct progress p = {count, &c, &c.cancel};
    struct err e = {0};
    return train_session_run(x, &p, &e);
}

static bool same_parameters(struct model *a, struct model *b)
{
    bool same = a->params == b->params;
    for (int i = 0; same && i < a->params; i++)
        same = memcmp(model_values(a, i), model_values(b, i), tensor_bytes(&a->param[i].tensor)) == 0;
    return same;
}

static bool is_best(struct train_session *x)
{
    bool same = true;
    for (int i = 0; i < x->run.model->params; i++)
        same = same && memcmp(model_values(x->run.model, i), gradients_of(x->run.training.best_values, i),
                              tensor_bytes(&x->run.model->param[i].tensor)) == 0;
    return same;
}

static bool same_curves(const struct train_status *a, const struct train_status *b)
{
    bool same = a->points == b->points && a->best == b->best && a->losses == b->losses && a->losses == a->steps &&
                memcmp(a->loss, b->loss, (size_t)a->losses * sizeof *a->loss) == 0;
    for (int i = 0; same && i < a->points; i++) {
        struct curve_point p = a->curve[i], q = b->curve[i];
        p.seconds = q.seconds = 0;
        same = memcmp(&p, &q, sizeof p) == 0;
    }
    return same;
}

static void pausing_changes_no_bit(void)
{
    write_data();
    struct train_session *straight = session("preset:bert-tiny", false), *paused = session("preset:bert-tiny", false);
    CU_ASSERT_EQUAL(run(straight, 0), 0);
    CU_ASSERT_EQUAL(straight->status.state, TRAIN_FINISHED);
    CU_ASSERT_EQUAL(straight->status.steps, EPOCHS * ROWS / BATCH);
    static const int stops[] = {1, 2, 3};
    int64_t steps = 0;
    for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        CU_ASSERT_EQUAL(run(paused, stops[i]), ERR_CANCELLED);
        CU_ASSERT_EQUAL(paused->status.state, TRAIN_PAUSED);
        steps += stops[i];
        CU_ASSERT_EQUAL(paused->status.step, steps); /* the step under way counts for nothing */
        CU_ASSERT_EQUAL(paused->status.losses, steps);
    }
    CU_ASSERT_EQUAL(run(paused, 0), 0);
    CU_ASSERT_TRUE(same_parameters(straight->run.model, paused->run.model));
    CU_ASSERT_TRUE(same_curves(&straight->status, &paused->status));
    train_session_free(straight);
    train_session_free(paused);
}

/* Cancels after so long, wherever the training is. */
struct alarm {
    atomic_bool cancel;
    long ns;
};

static void *ring(void *payload)
{
    struct alarm *a = payload;
    struct timespec wait = {0, a->ns};
    nanosleep(&wait, NULL);
    atomic_store(&a->cancel, true);
    return NULL;
}

/* In the middle of a step, forward or backward: what it left behind goes. */
static void pausing_anywhere_changes_no_bit(void)
{
    enum { PAUSES = 40 };
    write_data();
    struct train_session *straight = session("preset:bert-tiny", false), *paused = session("preset:bert-tiny", false);
    CU_ASSERT_EQUAL(run(straight, 0), 0);
    for (int i = 0; i < PAUSES && paused->trainer; i++) {
        struct alarm a = {.ns = 100000 + i * 1370000L % 4000000};
        struct progress p = {.cancel = &a.cancel};
        struct err e = {0};
        pthread_t thread;
        CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, ring, &a), 0);
        int code = train_session_run(paused, &p, &e);
        CU_ASSERT(code == 0 || code == ERR_CANCELLED);
        pthread_join(thread, NULL);
    }
    if (paused->trainer)
        CU_ASSERT_EQUAL(run(paused, 0), 0);
    CU_ASSERT_TRUE(same_parameters(straight->run.model, paused->run.model));
    CU_ASSERT_TRUE(same_curves(&straight->status, &paused->status));
    train_session_free(straight);
    train_session_free(paused);
}

static void stopping_keeps_the_best(void)
{
    char dir[4300];
    struct err e = {0};
    write_data();
    struct train_session *x = session("preset:bert-tiny", false);
    snprintf(dir, sizeof dir, "%s/trained", unit_temp_dir());
    CU_ASSERT_EQUAL(train_session_save(x, dir, NULL, &e), ERR_USAGE);
    CU_ASSERT_EQUAL(run(x, 5), ERR_CANCELLED);
    CU_ASSERT_FATAL(x->status.best >= 0 && x->status.curve[x->status.best].step < x->status.step);
    CU_ASSERT_FALSE(is_best(x)); /* or the next check would say nothing */
    train_session_stop(x);
    CU_ASSERT_EQUAL(x->status.state, TRAIN_STOPPED);
    CU_ASSERT_TRUE(is_best(x));
    CU_ASSERT_EQUAL(run(x, 0), ERR_USAGE);
    CU_ASSERT_EQUAL(train_session_save(x, dir, NULL, &e), 0);
    /* what was written is a model that can be trained again, with its weights or with others */
    struct train_session *again = session(dir, false), *other = session(dir, true);
    CU_ASSERT_TRUE(same_parameters(x->run.model, again->run.model));
    CU_ASSERT_FALSE(same_parameters(x->run.model, other->run.model));
    CU_ASSERT_DOUBLE_EQUAL(again->status.choice.lr, 5e-5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(other->status.choice.lr, 5e-4, 1e-12);
    train_session_free(again);
    train_session_free(other);
    train_session_free(x);
}

/* ---- as jobs ------------------------------------------------------------------------------------------------- */

static sem_t woken;
static struct engine *engine;
static struct {
    struct train_status training;
    struct job_state job;
    int profiles;
    struct log log;
} told;

static void wake(void *payload)
{
    sem_post(payload);
}

static void take(void)
{
    struct news n;
    engine_take(engine, &n);
    told.job = n.job;
    told.profiles += n.profile && n.profile->finished;
    if (n.training) {
        train_status_free(&told.training);
        told.training = *n.training;
        *n.training = (struct train_status){0};
    }
    for (int i = 0; i < n.lines; i++)
        log_append(&told.log, &n.line[i]);
    news_free(&n);
}

static bool wait_for(bool (*reached)(void))
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    for (take(); !reached(); take())
        if (sem_timedwait(&woken, &end) != 0)
            return false;
    return true;
}

static bool is_idle(void)
{
    return !told.job.running && told.job.waiting == 0;
}

static bool has_steps(void)
{
    return told.training.state == TRAIN_RUNNING && told.training.step >= 2;
}

static bool is_paused(void)
{
    return told.training.state == TRAIN_PAUSED;
}

static void submit(enum job_id job, enum train_order order, const char *data)
{
    struct request r = {.job = job, .spec = "preset:bert-tiny",
                        .profile = {.workload = {.batch = 1, .seq = 16, .threads = 1, .format = KERNEL_F32}, .budget_s = 0.2}};
    r.train = (struct train_request){.order = order, .choice = train_choice_usual(), .task = "plain"};
    r.train.choice.epochs = 100000;
    r.train.choice.batch_rows = BATCH;
    snprintf(r.train.data, sizeof r.train.data, "%s", data);
    CU_ASSERT_EQUAL(engine_submit(engine, &r, NULL), 0);
}

static void begin(void)
{
    memset(&told, 0, sizeof told);
    sem_init(&woken, 0, 0);
    CU_ASSERT_EQUAL_FATAL(engine_start(&engine, wake, &woken, NULL), 0);
}

static void end(void)
{
    engine_stop(engine);
    train_status_free(&told.training);
}

static void jobs(void)
{
    write_data();
    begin();
    submit(JOB_OPEN, 0, "");
    submit(JOB_TRAIN, TRAIN_START, data_path);
    CU_ASSERT(wait_for(has_steps));
    submit(JOB_MEASURE, 0, ""); /* waits: nothing is measured while a model learns */
    int64_t step = told.training.step;
    while (told.training.step < step + 3 && told.training.state == TRAIN_RUNNING && wait_for(has_steps))
        sem_wait(&woken);
    CU_ASSERT(told.profiles == 0 && told.job.waiting == 1);
    submit(JOB_TRAIN, TRAIN_PAUSE, "");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT(is_paused());
    CU_ASSERT_EQUAL(told.profiles, 1);
    step = told.training.step;
    submit(JOB_TRAIN, TRAIN_GO_ON, "");
    CU_ASSERT(wait_for(has_steps));
    submit(JOB_OPEN, 0, ""); /* another model pauses it, and changes nothing about it */
    CU_ASSERT(wait_for(is_paused));
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT(told.training.step >= step);
    submit(JOB_TRAIN, TRAIN_STOP, "");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.training.state, TRAIN_STOPPED);
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_ERROR));
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_WARNING));
    end();
}

static void failures(void)
{
    begin();
    submit(JOB_TRAIN, TRAIN_START, "nowhere.tsv");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(strstr(log_last(&told.log, LOG_ERROR)->text, "no model that could be trained"));
    submit(JOB_TRAIN, TRAIN_SAVE, "");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(strstr(log_last(&told.log, LOG_ERROR)->text, "nothing was trained yet"));
    submit(JOB_TRAIN, TRAIN_STOP, "");
    submit(JOB_TRAIN, TRAIN_GO_ON, "");
    submit(JOB_OPEN, 0, "");
    submit(JOB_TRAIN, TRAIN_START, "-");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_PTR_NOT_NULL(strstr(log_last(&told.log, LOG_ERROR)->text, "standard input is the keyboard here"));
    submit(JOB_TRAIN, TRAIN_START, "nowhere.tsv");
    CU_ASSERT(wait_for(is_idle));
    CU_ASSERT_EQUAL(told.training.state, TRAIN_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(told.training.note, "nowhere.tsv"));
    end();
}

CU_TestInfo suite_train_session[] = {
    {"pausing changes no bit", pausing_changes_no_bit},
    {"pausing anywhere changes no bit", pausing_anywhere_changes_no_bit},
    {"stopping keeps the best", stopping_keeps_the_best},
    {"jobs of the engine", jobs},
    {"failures", failures},
    CU_TEST_INFO_NULL,
};
