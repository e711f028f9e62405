#include "tui/opened.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

int opened_init(struct opened *out, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct model_options options = {.seed = (uint64_t)s->seed};
    *out = (struct opened){0};
    TRY(machine_detect(&out->machine, e));
    return model_open(&out->model, settings_model(s), &options, progress, e);
}

static int pack(struct opened *o, const struct weights_options *options, const struct progress *progress, struct err *e)
{
    if (o->weights && o->weights->format == options->format && (o->weights->transposed || !options->gradients))
        return 0;
    if (o->weights && o->weights->format != options->format)
        original_free(&o->original);
    changed_free(&o->kept); /* it borrows from the weights */
    o->original.weights = NULL;
    weights_free(o->weights);
    o->weights = NULL;
    return weights_build(&o->weights, o->model, options, progress, e);
}

int opened_pack(struct opened *o, int threads, enum kernel_format format, const struct progress *progress,
                struct err *e)
{
    struct weights_options options = {.cpu = machine_bits(&o->machine), .threads = threads, .format = format};
    return pack(o, &options, progress, e);
}

int opened_pack_gradients(struct opened *o, int threads, enum kernel_format format, const struct progress *progress,
                          struct err *e)
{
    struct weights_options options = {.cpu = machine_bits(&o->machine), .threads = threads, .format = format, .gradients = true};
    return pack(o, &options, progress, e);
}

static void forget_data(struct opened *o)
{
    changed_free(&o->kept);
    original_free(&o->original);
    labelled_free(&o->labelled);
    head_study_free(&o->heads);
    free(o->data_path);
    free(o->data_task);
    o->labelled = (struct labelled){0};
    o->data_path = o->data_task = NULL;
}

static int read_data(struct opened *o, const struct settings *s, int threads, const struct progress *progress,
                     struct err *e)
{
    TRY(labelled_check(s, e));
    TRY(labelled_read(&o->labelled, s, o->model, threads, progress, e));
    const char *name = o->labelled.data.name;
    text_escape(o->heads.data, sizeof o->heads.data, name, strlen(name));
    o->data_path = strdup(s->data);
    o->data_task = strdup(s->task ? s->task : "");
    return o->data_path && o->data_task ? 0 : err_set(e, ERR_NOMEM, "no memory for the name of a data set");
}

int opened_data(struct opened *o, const struct settings *s, int threads, const struct progress *progress, struct err *e)
{
    const char *task = s->task ? s->task : "";
    if (o->data_path && strcmp(o->data_path, s->data) == 0 && strcmp(o->data_task, task) == 0)
        return 0;
    forget_data(o);
    int code = read_data(o, s, threads, progress, e);
    if (code != 0)
        forget_data(o);
    return code;
}

int opened_original(struct opened *o, const struct workload *load, const struct progress *progress, struct err *e)
{
    const struct labelled *rows = &o->labelled;
    struct original *x = &o->original;
    const struct workload pairs = labelled_workload(rows, load);
    TRY(opened_pack(o, load->threads, load->format, progress, e));
    if (x->plan && x->weights == o->weights && workload_same(&x->workload, &pairs))
        return 0;
    changed_free(&o->kept);
    int code = x->plan ? original_rebase(x, o->weights, &pairs, e)
                       : original_init(x, o->model, o->weights, &pairs, rows->data.row ? &rows->data : NULL,
                                       rows->data.row ? &rows->rows : NULL, e);
    if (code != 0)
        original_free(x);
    return code;
}

int opened_changed(struct opened *o, const struct recipe *r, const struct changed **out, const struct progress *progress, struct err *e)
{
    if (!o->kept.model || o->kept_hash != recipe_hash(r)) {
        changed_free(&o->kept);
        TRY(changed_make(&o->kept, &o->original, r, "the recipe", progress, e));
        o->kept_hash = recipe_hash(r);
    }
    *out = &o->kept;
    return 0;
}

void opened_close(struct opened *o)
{
    forget_data(o);
    weights_free(o->weights);
    model_free(o->model);
    *o = (struct opened){0};
}
