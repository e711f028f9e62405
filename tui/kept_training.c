#include "tui/kept_training.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/measure/workload.h"
#include "analyzer/train/resume.h"
#include "tui/state_folder.h"

#define PREFIX "training-"
#define SUFFIX ".checkpoint"

struct kept_training {
    char path[STATE_PATH], lock_path[STATE_PATH + 8];
    int lock;
};

/* ---- the note ------------------------------------------------------------------------------------------------ */

char *train_note_text(const struct train_note *n)
{
    const struct train_choice *c = &n->choice;
    json_t *x = json_pack("{s:s,s:s,s:s,s:s,s:f,s:i,s:i,s:i,s:f,s:f,s:b,s:s,s:i}", "model", n->model, "data", n->data, "dev", n->dev,
                          "task", n->task, "lr", c->lr, "epochs", c->epochs, "batch_rows", c->batch_rows, "seed", c->seed,
                          "dropout", c->dropout, "attention_dropout", c->attention_dropout, "fresh", c->fresh,
                          "format", kernel_format_name(c->format), "threads", n->threads);
    char *text = x ? json_dumps(x, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(x);
    return text;
}

static bool text_of(const json_t *x, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(x, key));
    return text && (size_t)snprintf(out, size, "%s", text) < size;
}

static bool int_of(const json_t *x, const char *key, int low, int high, int *out)
{
    const json_t *v = json_object_get(x, key);
    json_int_t n = json_integer_value(v);
    *out = n >= low && n <= high ? (int)n : low;
    return json_is_integer(v) && n == *out;
}

static bool real_of(const json_t *x, const char *key, double low, double high, double *out)
{
    const json_t *v = json_object_get(x, key);
    *out = json_number_value(v);
    return json_is_number(v) && *out >= low && *out <= high;
}

static bool read_choice(struct train_choice *c, const json_t *x)
{
    char format[16];
    c->fresh = json_is_true(json_object_get(x, "fresh"));
    return text_of(x, "format", format, sizeof format) && kernel_format_parse(format, &c->format) && train_choice_computes(c->format) &&
           real_of(x, "lr", 0, 1, &c->lr) && real_of(x, "dropout", 0, 0.9, &c->dropout) &&
           real_of(x, "attention_dropout", -1, 0.9, &c->attention_dropout) &&
           int_of(x, "epochs", 1, 100000, &c->epochs) && int_of(x, "batch_rows", 1, WORKLOAD_MAX_BATCH, &c->batch_rows) &&
           int_of(x, "seed", 0, INT32_MAX, &c->seed);
}

bool train_note_parse(struct train_note *out, const char *text)
{
    json_t *x = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool good = text_of(x, "model", out->model, sizeof out->model) && text_of(x, "data", out->data, sizeof out->data) &&
                text_of(x, "dev", out->dev, sizeof out->dev) && text_of(x, "task", out->task, sizeof out->task) &&
                int_of(x, "threads", 1, WORKLOAD_MAX_THREADS, &out->threads) && read_choice(&out->choice, x);
    json_decref(x);
    return good;
}

/* ---- files --------------------------------------------------------------------------------------------------- */

/* Takes the lock of k->path; frees `k` after a failure. */
static int lock(struct kept_training *k, struct err *e)
{
    snprintf(k->lock_path, sizeof k->lock_path, "%s.lock", k->path);
    int code = state_folder_lock(&k->lock, k->lock_path, O_CREAT, e);
    if (code != 0)
        free(k);
    return code;
}

int kept_training_new(struct kept_training **out, struct err *e)
{
    struct kept_training *k = calloc(1, sizeof *k);
    *out = NULL;
    if (!k)
        return err_set(e, ERR_NOMEM, "no memory for the place of a training");
    int code = state_folder_new(k->path, PREFIX, SUFFIX, e);
    if (code != 0) {
        free(k);
        return code;
    }
    TRY(lock(k, e));
    *out = k;
    return 0;
}

/* The one at `path`, if no other program has it and it says what it is. */
static bool take(struct kept_training **out, struct train_note *note, const char *path)
{
    struct kept_training *k = calloc(1, sizeof *k);
    struct str text;
    struct err ignored;
    if (!k)
        return false;
    snprintf(k->path, sizeof k->path, "%s", path);
    if (lock(k, &ignored) != 0)
        return false;
    str_init(&text);
    bool good = resume_note(path, &text, &ignored) == 0 && train_note_parse(note, text.text);
    str_free(&text);
    if (good)
        *out = k;
    else
        kept_training_free(k);
    return good;
}

int kept_training_newest(struct kept_training **out, struct train_note *note, struct err *e)
{
    char path[STATE_PATH];
    long long when = INT64_MAX;
    *out = NULL;
    while (state_folder_newest(path, PREFIX, SUFFIX, &when))
        if (take(out, note, path))
            return 0;
    return err_set(e, ERR_USAGE, "there is no training to go on with");
}

const char *kept_training_path(const struct kept_training *k)
{
    return k->path;
}

void kept_training_drop(struct kept_training *k)
{
    unlink(k->path);
}

/* The lock is of use only beside a checkpoint. */
void kept_training_free(struct kept_training *k)
{
    if (!k)
        return;
    if (access(k->path, F_OK) != 0)
        unlink(k->lock_path);
    close(k->lock);
    free(k);
}
