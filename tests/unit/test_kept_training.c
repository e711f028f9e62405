/* Trainings of the interactive program that outlive it: left while they are paused or finished, and killed; each ends in the
 * bits of one that was left alone. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/str.h"
#include "tests/unit/app_fixture.h"
#include "tui/kept_training.h"
#include "tui/train_session.h"

enum { ROWS = 24, BATCH = 8, EPOCHS = 3, STEPS = EPOCHS * ROWS / BATCH };

static char dir[64], folder[128], data_path[160];

static void begin(void)
{
    struct str s;
    strcpy(dir, "/tmp/bertscope-kept-XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
    setenv("XDG_STATE_HOME", dir, 1);
    snprintf(folder, sizeof folder, "%s/bertscope", dir);
    snprintf(data_path, sizeof data_path, "%s/rows.tsv", dir);
    str_init(&s);
    for (int i = 0; i < ROWS; i++)
        str_addf(&s, "%d\tday %c is %s\n", i % 2, 'a' + i % 13, i % 2 ? "good" : "bad");
    CU_ASSERT_EQUAL_FATAL(outfile_write(data_path, s.text, s.len, NULL), 0);
    str_free(&s);
}

/* How many files there are, all of which go. */
static int clean(void)
{
    DIR *d = opendir(folder);
    int n = 0;
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
        if (entry->d_name[0] != '.') {
            char path[512];
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            remove(path);
            n++;
        }
    if (d)
        closedir(d);
    return n;
}

static void end(void)
{
    clean();
    rmdir(folder);
    remove(data_path);
    rmdir(dir);
    unsetenv("XDG_STATE_HOME");
}

/* Cancels when so many steps were reported. */
struct canceller {
    atomic_bool cancel;
    int reports, at;
};

static void count(void *payload, const char *what, double done, double total)
{
    struct canceller *c = payload;
    (void)done, (void)total;
    if (strncmp(what, "training", 8) == 0 && ++c->reports == c->at)
        atomic_store(&c->cancel, true);
}

/* Runs until it was cancelled after `at` more steps; 0 = to the end. */
static int run(struct train_session *x, int at)
{
    struct canceller c = {.at = at};
    struct progress p = {count, &c, &c.cancel};
    struct err e = {0};
    return train_session_run(x, &p, &e);
}

static struct train_session *open_wish(struct train_wish w)
{
    struct train_session *x;
    struct err e = {0};
    int code = train_session_new(&x, &w, NULL, &e);
    if (code != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    return x;
}

static struct train_session *session(struct kept_training *kept, double checkpoint_s)
{
    struct train_wish w = {.model = "preset:bert-tiny", .data = data_path, .dev = data_path, .task = "plain", .choice = train_choice_usual(),
                           .threads = 1, .kept = kept, .checkpoint_s = checkpoint_s};
    w.choice.epochs = EPOCHS;
    w.choice.batch_rows = BATCH;
    w.choice.seed = 5;
    return open_wish(w);
}

static struct kept_training *place(void)
{
    struct kept_training *kept;
    CU_ASSERT_EQUAL_FATAL(kept_training_new(&kept, NULL), 0);
    return kept;
}

/* What a program before this one left, as the engine takes it up. */
static struct train_session *take_up(void)
{
    struct kept_training *kept;
    struct train_note n;
    CU_ASSERT_EQUAL_FATAL(kept_training_newest(&kept, &n, NULL), 0);
    CU_ASSERT_STRING_EQUAL(n.model, "preset:bert-tiny");
    CU_ASSERT_STRING_EQUAL(n.data, data_path);
    return open_wish((struct train_wish){.model = n.model, .data = n.data, .dev = n.dev, .task = n.task, .choice = n.choice,
                                         .threads = n.threads, .kept = kept, .resume = true, .checkpoint_s = -1});
}

static bool is_there(void)
{
    struct kept_training *kept;
    struct train_note n;
    struct err e = {0};
    if (kept_training_newest(&kept, &n, &e) != 0)
        return false;
    kept_training_free(kept);
    return true;
}

/* Parameters and curve; losses of single steps from step `from` on. */
static bool same(const struct train_session *a, const struct train_session *b, int64_t from)
{
    const struct train_status *s = &a->status, *t = &b->status;
    bool good = s->points == t->points && s->best == t->best && s->losses == STEPS && t->losses == STEPS &&
                memcmp(s->loss + from, t->loss + from, (size_t)(STEPS - from) * sizeof *s->loss) == 0;
    for (int i = 0; good && i < s->points; i++)
        good = s->curve[i].loss == t->curve[i].loss && s->curve[i].metric.value == t->curve[i].metric.value &&
               s->curve[i].tokens == t->curve[i].tokens;
    for (int i = 0; good && i < a->run.model->params; i++)
        good = memcmp(model_values(a->run.model, i), model_values(b->run.model, i), tensor_bytes(&a->run.model->param[i].tensor)) == 0;
    return good;
}

static void left_while_paused(void)
{
    begin();
    struct train_session *straight = session(NULL, -1), *x = session(place(), -1);
    CU_ASSERT_EQUAL(run(straight, 0), 0);
    CU_ASSERT_FALSE(is_there());
    CU_ASSERT_EQUAL(run(x, 4), ERR_CANCELLED);
    CU_ASSERT_STRING_EQUAL(x->status.note, "");
    CU_ASSERT_FALSE(is_there()); /* this program has it */
    train_session_free(x);
    x = take_up();
    CU_ASSERT_EQUAL(x->status.state, TRAIN_PAUSED);
    CU_ASSERT_EQUAL(x->status.step, 4);
    CU_ASSERT_EQUAL(x->status.losses, 4);
    CU_ASSERT_EQUAL(x->status.choice.seed, 5);
    CU_ASSERT_FALSE(trainer_is_done(x->trainer));
    double mean = 0, means = 0;
    for (int i = 0; i < 4; i++) {
        mean += (double)straight->status.loss[i] / 4;
        means += (double)x->status.loss[i] / 4;
    }
    CU_ASSERT_DOUBLE_EQUAL(mean, means, 1e-6);
    CU_ASSERT_EQUAL(run(x, 2), ERR_CANCELLED);
    train_session_free(x);
    x = take_up();
    CU_ASSERT_EQUAL(run(x, 0), 0);
    CU_ASSERT_TRUE(same(straight, x, 6));
    train_session_free(x);
    train_session_free(straight);
    end();
}

static void left_when_finished(void)
{
    char out[128];
    struct err e = {0};
    begin();
    struct train_session *x = session(place(), -1);
    CU_ASSERT_EQUAL(run(x, 0), 0);
    struct train_session *straight = session(NULL, -1);
    CU_ASSERT_EQUAL(run(straight, 0), 0);
    train_session_free(x);
    x = take_up();
    CU_ASSERT_TRUE(trainer_is_done(x->trainer));
    CU_ASSERT_EQUAL(run(x, 0), 0);
    CU_ASSERT_EQUAL(x->status.state, TRAIN_FINISHED);
    CU_ASSERT_TRUE(same(straight, x, STEPS));
    snprintf(out, sizeof out, "%s/trained", dir);
    CU_ASSERT_EQUAL(train_session_save(x, out, NULL, &e), 0);
    train_session_free(x);
    CU_ASSERT_FALSE(is_there()); /* there is nothing to lose any more */
    CU_ASSERT_EQUAL(clean(), 0);
    snprintf(out, sizeof out, "rm -r %s/trained", dir);
    CU_ASSERT_EQUAL(system(out), 0);
    train_session_free(straight);
    end();
}

/* What a kill after step 5 would leave behind: the checkpoint as it is then, under the name of another program. */
static void copy_checkpoint(void *payload, const struct train_status *s)
{
    const char *from = payload;
    char to[256];
    struct filemap m;
    if (s->state != TRAIN_RUNNING || s->step != 5 || access(from, F_OK) != 0)
        return;
    snprintf(to, sizeof to, "%s/training-1.checkpoint", folder);
    CU_ASSERT_EQUAL_FATAL(filemap_open(&m, from, NULL), 0);
    CU_ASSERT_EQUAL(outfile_write(to, m.data, m.size, NULL), 0);
    filemap_close(&m);
}

static void killed(void)
{
    char path[256];
    begin();
    struct kept_training *kept = place();
    struct train_session *x = session(kept, 0); /* a checkpoint before each step */
    snprintf(path, sizeof path, "%s", kept_training_path(kept));
    x->on_change = copy_checkpoint;
    x->payload = path;
    for (int i = 0; i < 6; i++)
        CU_ASSERT_EQUAL(run(x, 1), ERR_CANCELLED); /* it tells where it is at once when it goes on */
    x->on_change = NULL;
    train_session_forget(x);
    CU_ASSERT_EQUAL(run(x, 0), 0);
    train_session_forget(x);
    struct train_session *other = take_up();
    CU_ASSERT_EQUAL(other->status.state, TRAIN_PAUSED);
    CU_ASSERT_EQUAL(other->status.step, 5);
    CU_ASSERT_EQUAL(run(other, 0), 0);
    CU_ASSERT_TRUE(same(x, other, 5));
    train_session_free(other);
    train_session_free(x);
    end();
}

/* Files that are none, and a place that is gone. */
static void what_cannot_be_kept(void)
{
    char path[256];
    begin();
    struct train_session *x = session(place(), -1);
    snprintf(path, sizeof path, "%s/training-9.checkpoint", folder);
    CU_ASSERT_EQUAL(outfile_write(path, "nothing", 7, NULL), 0);
    CU_ASSERT_FALSE(is_there());
    clean();
    CU_ASSERT_EQUAL(rmdir(folder), 0);
    CU_ASSERT_EQUAL(run(x, 2), ERR_CANCELLED);
    CU_ASSERT_EQUAL(x->status.state, TRAIN_PAUSED);
    CU_ASSERT_PTR_NOT_NULL(strstr(x->status.note, "training-"));
    CU_ASSERT_EQUAL(run(x, 0), 0); /* it learns all the same */
    CU_ASSERT_EQUAL(x->status.state, TRAIN_FINISHED);
    train_session_free(x);
    end();
}

static void notes(void)
{
    static const char *const bad[] = {"", "[]", "{}", "{\"model\":1}"};
    struct train_note n = {.model = "a \"b\"", .data = "c", .task = "sst2", .threads = 3, .choice = train_choice_usual()}, back;
    n.choice.lr = 0.1 + 0.2;
    n.choice.format = KERNEL_BF16;
    char *text = train_note_text(&n);
    CU_ASSERT_TRUE_FATAL(text && train_note_parse(&back, text));
    CU_ASSERT_STRING_EQUAL(back.model, n.model);
    CU_ASSERT_STRING_EQUAL(back.dev, "");
    CU_ASSERT(back.threads == 3 && back.choice.lr == n.choice.lr && back.choice.format == KERNEL_BF16 && back.choice.epochs == 3);
    char *format = strstr(text, "bf16");
    CU_ASSERT_PTR_NOT_NULL_FATAL(format);
    memcpy(format, "int8", 4);
    CU_ASSERT_FALSE(train_note_parse(&back, text));
    free(text);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(train_note_parse(&back, bad[i]));
}

/* --resume without a session: the model of the training is opened, and then the training is taken up. */
static void resumed_by_the_program(void)
{
    struct app app;
    struct fixture_host host;
    struct err e = {0};
    begin();
    struct train_session *x = session(place(), -1);
    CU_ASSERT_EQUAL(run(x, 1), ERR_CANCELLED);
    train_session_free(x);
    app_fixture_start(&app, &host, "other");
    CU_ASSERT_EQUAL(app_resume(&app, &e), 0);
    CU_ASSERT_STRING_EQUAL(app.spec, "preset:bert-tiny");
    CU_ASSERT_STRING_EQUAL(app.data, data_path);
    CU_ASSERT_EQUAL(app.screen, SCREEN_TRAIN);
    CU_ASSERT_EQUAL(app.choice.seed, 5);
    int before = host.submitted;
    app_news(&app, &(struct news){.facts = fixture_facts()});
    CU_ASSERT_EQUAL(host.submitted, before + 2); /* and a measurement behind it */
    CU_ASSERT_EQUAL(host.last.job, JOB_MEASURE);
    CU_ASSERT_FALSE(app.takes_up);
    app_free(&app);
    app_fixture_start(&app, &host, "other");
    clean();
    CU_ASSERT_EQUAL(app_resume(&app, &e), ERR_USAGE);
    app_free(&app);
    end();
}

CU_TestInfo suite_kept_training[] = {
    {"left while paused", left_while_paused},
    {"left when finished", left_when_finished},
    {"killed", killed},
    {"what cannot be kept", what_cannot_be_kept},
    {"notes", notes},
    {"resumed by the program", resumed_by_the_program},
    CU_TEST_INFO_NULL,
};
