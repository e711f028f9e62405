#include "analyzer/compress/search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/plan.h"

enum {
    TABLE_PARTS = 10, /* models that a latency table needs, about */
    ONE_SHOT_STEPS = 20,
    ONE_SHOT_HALVINGS = 10,
};

void search_free(struct search *s)
{
    for (int i = 0; i < s->n; i++) {
        trial_free(&s->found[i].trial);
        trial_free(&s->found[i].one_shot);
    }
    s->n = 0;
}

int budget_parse(struct budget *out, const char *text, struct err *e)
{
    static const char *const names[] = {"macs", "latency", "size"};
    const char *equals = strchr(text, '=');
    char *end = NULL;
    for (size_t i = 0; equals && i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == (size_t)(equals - text) && strncmp(names[i], text, strlen(names[i])) == 0) {
            memcpy(out->name, names[i], strlen(names[i]) + 1);
            out->share = strtod(equals + 1, &end);
        }
    if (!end || end == equals + 1 || *end || !(out->share > 0 && out->share < 1))
        return err_set(e, ERR_USAGE, "a budget is macs=, latency= or size= and a share above 0 and below 1, not \"%.40s\"", text);
    return 0;
}

/* ---- one trial ----------------------------------------------------------------------------------------------- */

void search_counts(struct str *out, const struct model *m)
{
    str_addf(out, "search heads=");
    for (int l = 0; l < m->config.layers; l++)
        str_addf(out, "%s%d", l ? "," : "", m->layer[l].heads);
    str_addf(out, " neurons=");
    for (int l = 0; l < m->config.layers; l++)
        str_addf(out, "%s%d", l ? "," : "", m->layer[l].neurons);
}

/* The trial of a recipe, timed for `seconds`; with `counts` its text becomes what is left of each layer. */
static int try_text(struct trial *out, struct original *o, const char *text, bool counts, double seconds, const struct progress *progress,
                    struct err *e)
{
    struct recipe r, named = {0};
    struct changed c = {0};
    struct str said;
    str_init(&said);
    int code = recipe_parse(&r, text, strlen(text), "search", e);
    if (code == 0)
        code = changed_make(&c, o, &r, "search", progress, e);
    if (code == 0 && counts) {
        search_counts(&said, c.model);
        code = recipe_parse(&named, said.text, said.len, "search", e);
    }
    if (code == 0)
        code = trial_init(out, o, counts ? &named : &r, &c, e);
    if (code == 0)
        code = trial_evaluate(out, o, &c, NULL, NULL, progress, e);
    if (code == 0 && seconds > 0)
        code = trial_time(out, o, &c, seconds, progress, e);
    str_free(&said);
    changed_free(&c);
    recipe_free(&named);
    recipe_free(&r);
    return code;
}

/* The share of heads and neurons that must go for at most `macs`, if the same share goes of both. */
static double one_shot_share(const struct original *o, uint64_t macs)
{
    double shrinks = 0, all = (double)plan_macs(o->plan);
    for (int i = 0; i < o->plan->steps; i++) {
        const struct step *s = &o->plan->step[i];
        shrinks += s->layer >= 0 && s->component != COMPONENT_OTHER ? (double)s->macs : 0;
    }
    return fmin(1, (all - (double)macs) / shrinks);
}

struct one_shot {
    double heads, neurons; /* shares that go */
    char text[160];
};

static const char *one_shot_text(struct one_shot *s)
{
    snprintf(s->text, sizeof s->text, "prune-heads fraction=%.4f by=magnitude\nprune-neurons fraction=%.4f by=magnitude scope=all", s->heads,
             s->neurons);
    return s->text;
}

/* What it leaves of the MACs of a pass, without running a row. */
static int one_shot_macs(uint64_t *out, struct one_shot *s, const struct original *o, const struct progress *progress, struct err *e)
{
    struct recipe r;
    struct changed c = {0};
    const char *text = one_shot_text(s);
    int code = recipe_parse(&r, text, strlen(text), "search", e);
    if (code == 0)
        code = changed_make(&c, o, &r, "search", progress, e);
    if (code == 0)
        *out = plan_macs(c.plan);
    changed_free(&c);
    recipe_free(&r);
    return code;
}

/* Rounding to whole heads may leave a little more than the share. */
static int fit_heads(struct one_shot *s, const struct original *o, uint64_t most, const struct progress *progress, struct err *e)
{
    uint64_t macs;
    s->heads = s->neurons = one_shot_share(o, most);
    TRY(one_shot_macs(&macs, s, o, progress, e));
    for (int i = 0; i < ONE_SHOT_STEPS && macs > most && s->heads < 1; i++) {
        s->heads = s->neurons = fmin(1, s->heads + 0.005);
        TRY(one_shot_macs(&macs, s, o, progress, e));
    }
    return 0;
}

/* Or a good deal less: so many neurons are given back that it may keep as much as what it is compared with. */
static int fit_neurons(struct one_shot *s, const struct original *o, uint64_t most, const struct progress *progress, struct err *e)
{
    uint64_t macs;
    double enough = s->neurons, little = 0;
    for (int i = 0; i < ONE_SHOT_HALVINGS; i++) {
        s->neurons = (enough + little) / 2;
        TRY(one_shot_macs(&macs, s, o, progress, e));
        *(macs <= most ? &enough : &little) = s->neurons;
    }
    s->neurons = enough;
    return 0;
}

static int try_one_shot(struct found *f, struct original *o, const struct progress *progress, struct err *e)
{
    struct one_shot s;
    uint64_t most = f->trial.cost.macs;
    TRY(fit_heads(&s, o, most, progress, e));
    TRY(fit_neurons(&s, o, most, progress, e));
    return try_text(&f->one_shot, o, one_shot_text(&s), false, 0, progress, e);
}

/* ---- comparisons --------------------------------------------------------------------------------------------- */

static int largest(const float *x, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        best = x[i] > x[best] ? i : best;
    return best;
}

/* The class of each row [rows]. */
static void answers_of(int *out, const struct original *o, const float *logits)
{
    int outputs = o->model->config.labels;
    for (int i = 0; i < o->data->rows; i++) {
        int answer = largest(logits + (size_t)i * (size_t)outputs, outputs);
        out[i] = o->logits ? answer : o->evaluation.labels.class[answer];
    }
}

static int compare_answers(struct found *f, const struct original *o, int *room, struct err *e)
{
    int n = o->data->rows, *original = room, *first = room + n, *second = first + n;
    answers_of(original, o, original_logits(o));
    answers_of(first, o, f->one_shot.logits);
    answers_of(second, o, f->trial.logits);
    struct scores as_original[] = {{.rows = n, .want = original, .got = first}, {.rows = n, .want = original, .got = second}};
    f->answers = discordant_count(&as_original[0], &as_original[1]);
    f->closer = discordant_difference(&f->answers);
    if (o->logits)
        return 0;
    struct scores labels = evaluation_scores(&o->evaluation), a = labels, b = labels;
    a.got = first;
    b.got = second;
    return paired_compare(&f->quality, o->evaluation.quality.metric[0], &a, &b, o->workload.threads, e);
}

static int compare_values(struct found *f, const struct original *o, struct err *e)
{
    struct scores labels = evaluation_scores(&o->evaluation), a = labels, b = labels;
    a.value = f->one_shot.logits;
    b.value = f->trial.logits;
    return paired_compare(&f->quality, o->evaluation.quality.metric[0], &a, &b, o->workload.threads, e);
}

static int compare(struct found *f, const struct original *o, struct err *e)
{
    if (!o->logits && !o->evaluation.want)
        return compare_values(f, o, e);
    int *room = malloc(3 * (size_t)o->data->rows * sizeof *room + 1);
    if (!room)
        return err_set(e, ERR_NOMEM, "no memory for the answers to %d rows", o->data->rows);
    int code = compare_answers(f, o, room, e);
    free(room);
    return code;
}

/* ---- all budgets --------------------------------------------------------------------------------------------- */

static double cost_of_trial(const struct trial *t)
{
    return t->forecast.timed ? t->forecast.time_ns : (double)t->cost.macs;
}

/* How far the answers are from the original's. */
static double distance(const struct trial *t)
{
    return isfinite(t->fidelity.kl) ? t->fidelity.kl : t->fidelity.largest;
}

static bool keeps(const struct found *f, const struct budget *b)
{
    const struct trial *t = &f->trial;
    double left = strcmp(b->name, "macs") == 0   ? (double)t->cost.macs / (double)t->before.macs
                  : strcmp(b->name, "size") == 0 ? (double)t->cost.bytes / (double)t->before.bytes
                  : t->forecast.timed            ? 1 / t->forecast.speedup
                                                 : 1;
    return left <= b->share || (strcmp(f->budget.name, b->name) == 0 && f->budget.share <= b->share);
}

static bool keeps_all(const struct found *f, const struct budget *b, int budgets)
{
    for (int i = 0; i < budgets; i++)
        if (!keeps(f, &b[i]))
            return false;
    return true;
}

static bool beaten(const struct search *s, int i)
{
    const struct trial *t = &s->found[i].trial;
    for (int k = 0; k < s->n; k++) {
        const struct trial *u = &s->found[k].trial;
        bool less = cost_of_trial(u) < cost_of_trial(t) || distance(u) < distance(t);
        if (k != i && less && cost_of_trial(u) <= cost_of_trial(t) && distance(u) <= distance(t))
            return true;
    }
    return false;
}

static void judge(struct search *s, const struct budget *budget, int budgets)
{
    s->best = -1;
    for (int i = 0; i < s->n; i++) {
        s->found[i].frontier = !beaten(s, i);
        bool better = s->best < 0 || distance(&s->found[i].trial) < distance(&s->found[s->best].trial);
        if (keeps_all(&s->found[i], budget, budgets) && better)
            s->best = i;
    }
}

static int find(struct found *f, struct original *o, const struct budget *b, int seq, double seconds, const struct progress *progress,
                struct err *e)
{
    bool latency = strcmp(b->name, "latency") == 0;
    char text[96];
    f->budget = *b;
    snprintf(text, sizeof text, "search %s=%.10g", b->name, b->share);
    if (strcmp(b->name, "macs") == 0 && seq != 128)
        snprintf(text + strlen(text), sizeof text - strlen(text), " seq=%d", seq);
    TRY(try_text(&f->trial, o, text, latency, seconds, progress, e));
    TRY(try_one_shot(f, o, progress, e));
    return compare(f, o, e);
}

int search_run(struct search *out, struct original *o, const struct budget *budget, int budgets, int seq, double seconds,
               search_fn *on_found, void *payload, const struct progress *progress, struct err *e)
{
    memset(out, 0, sizeof *out);
    int code = seconds > 0 ? latency_extend_shares(&o->latency, o, seconds / TABLE_PARTS, progress, e) : 0;
    for (int i = 0; i < budgets && i < SEARCH_MOST && code == 0; i++) {
        out->n = i + 1;
        code = find(&out->found[i], o, &budget[i], seq, seconds, progress, e);
        if (code != 0)
            break;
        judge(out, budget, budgets);
        if (on_found)
            on_found(payload, out);
    }
    if (code != 0)
        search_free(out);
    return code;
}
