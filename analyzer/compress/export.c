#include "analyzer/compress/export.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/expand.h"
#include "analyzer/measure/workload.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/save.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"
#include "analyzer/run/weights.h"

enum { SEQUENCES = 4, TOKENS = 24 };

/* What a model gives for the sequences. */
struct outputs {
    float *value; /* [n]; owned */
    int n;
};

static const char *const names[] = {"dense", "compact"};

const char *export_form_name(enum export_form f)
{
    return names[f];
}

int export_form_word(const char *text, enum export_form *out, struct err *e)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum export_form)i;
            return 0;
        }
    return err_set(e, ERR_USAGE, "a model can be exported as dense or compact, not as \"%s\"", text);
}

/* The hidden states of the last layer and the logits, if there are any. */
static int take_outputs(struct outputs *out, const struct plan *p, struct err *e)
{
    const struct config *c = &p->weights->model->config;
    const float *logits = plan_output(p, PLAN_LOGITS, -1), *hidden = plan_output(p, PLAN_HIDDEN, c->layers - 1);
    int hiddens = p->tokens * c->hidden;
    out->n = hiddens + (logits ? p->sequences * c->labels : 0);
    out->value = malloc((size_t)out->n * sizeof *out->value);
    if (!out->value)
        return err_set(e, ERR_NOMEM, "no memory for %d outputs", out->n);
    memcpy(out->value, hidden, (size_t)hiddens * sizeof *hidden);
    if (logits)
        memcpy(out->value + hiddens, logits, (size_t)(out->n - hiddens) * sizeof *logits);
    return 0;
}

static int run_model(struct outputs *out, const struct model *m, int threads, uint32_t cpu, struct err *e)
{
    struct workload load = {.batch = SEQUENCES, .threads = threads, .seq = m->config.positions < TOKENS ? m->config.positions : TOKENS};
    load.first = load.seq / 3; /* pairs, where it matters that they are */
    struct weights_options options = {.cpu = cpu, .threads = threads};
    struct weights *w;
    struct plan *p = NULL;
    TRY(weights_build(&w, m, &options, NULL, e));
    int code = workload_plan(&p, &load, w, e);
    if (code == 0)
        code = exec_run(p, NULL, NULL);
    if (code == 0)
        code = take_outputs(out, p, e);
    plan_free(p);
    weights_free(w);
    return code;
}

static int run_file(struct outputs *out, const char *dir, int threads, uint32_t cpu, struct err *e)
{
    struct model *m;
    TRY(model_open(&m, dir, NULL, NULL, e));
    int code = run_model(out, m, threads, cpu, e);
    model_free(m);
    return code;
}

static int compare(struct exported *out, const struct outputs *want, const struct outputs *got, const char *dir, struct err *e)
{
    out->compared = want->n;
    for (int i = 0; want->n == got->n && i < want->n; i++) {
        out->difference = fmax(out->difference, fabs((double)want->value[i] - (double)got->value[i]));
        out->largest = fmax(out->largest, fabs((double)want->value[i]));
    }
    double allowed = out->form == EXPORT_COMPACT ? 0 : EXPORT_BOUND * out->largest;
    if (want->n == got->n && out->difference <= allowed)
        return 0;
    return err_set(e, ERR_FORMAT, "%s was written, but what it gives differs by %g from what was to be saved: do not use it", dir,
                   out->difference);
}

/* The same numbers without formats. */
static int plain(struct model **out, const struct model *m, struct err *e)
{
    TRY(model_derive(out, m, e));
    for (int i = 0; i < (*out)->params; i++)
        param_set_format(&(*out)->param[i], KERNEL_F32);
    return 0;
}

static int verify(struct exported *out, const struct model *m, const char *dir, int threads, uint32_t cpu, struct err *e)
{
    struct outputs want = {0}, got = {0};
    int code = run_model(&want, m, threads, cpu, e);
    if (code == 0)
        code = run_file(&got, dir, threads, cpu, e);
    if (code == 0)
        code = compare(out, &want, &got, dir, e);
    free(want.value);
    free(got.value);
    return code;
}

static int save(struct exported *out, const struct model *m, const char *dir, const struct progress *progress, struct err *e)
{
    struct save_options options = {.dtype = DTYPE_F32, .compact = out->form == EXPORT_COMPACT, .progress = progress};
    TRY(model_save_bytes(&out->bytes, m, &options, e));
    return model_save(m, dir, &options, e);
}

static int export_dense(struct exported *out, const struct model *m, const char *dir, int threads, uint32_t cpu,
                        const struct progress *progress, struct err *e)
{
    struct model *whole, *same = NULL;
    TRY(model_expand(&whole, m, e));
    int code = save(out, whole, dir, progress, e);
    model_free(whole);
    if (code == 0)
        code = plain(&same, m, e);
    if (code == 0)
        code = verify(out, same, dir, threads, cpu, e);
    model_free(same);
    return code;
}

int export_model(struct exported *out, const struct model *m, const char *dir, enum export_form form, int threads, uint32_t cpu,
                 const struct progress *progress, struct err *e)
{
    *out = (struct exported){.form = form};
    if (form == EXPORT_DENSE)
        return export_dense(out, m, dir, threads, cpu, progress, e);
    TRY(save(out, m, dir, progress, e));
    return verify(out, m, dir, threads, cpu, e);
}
