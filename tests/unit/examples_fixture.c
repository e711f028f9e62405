#include "tests/unit/examples_fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/dataset.h"
#include "analyzer/data/task.h"
#include "analyzer/model/model.h"

enum { OUTPUTS = 2, LAYERS = 4, HEADS = 12, TOKENS = 9 };

/* label, what the original and the trial give class 1 before the softmax (class 0 has 0), text */
static const struct {
    int label;
    float first, second;
    const char *text;
} rows[EXAMPLES_ROWS] = {
    {1, 3.1f, 2.9f, "a warm and funny film"},
    {0, -2.5f, -2.8f, "the plot goes nowhere"},
    {1, 0.4f, -0.9f, "not bad at all , and now and then even brilliant , if one forgives the first twenty minutes in which nothing happens"},
    {0, 0.3f, -0.2f, "it could have been worse"},
    {0, -1.5f, -1.1f, "日本の映画 is what it wants to be"},
    {1, 2.2f, 0.6f, "caf\xc3\xa9 society without the society"},
    {1, -0.7f, -0.9f, "an odd bell \x07 rings through it"},
    {0, -0.1f, 0.8f, "hardly a masterpiece"},
    {1, 1.9f, 2.4f, "worth every minute"},
    {1, 0.2f, -0.1f, "slow , strange and beautiful"},
    {0, -3.0f, -2.2f, "dull"},
    {1, 1.0f, 1.0f, "a film about films"},
};

/* Pairs with a value, of which the model gives another one. */
static const char pairs[] = "5.0\ta man plays\ta man is playing\n0.5\ta dog runs\tthe stock fell\n2.5\ta red car\ta blue car\n";
enum { PAIRS = 3 };

static const struct task *task_of(const char *name)
{
    const struct task *t;
    if (task_word(name, &t, NULL) != 0)
        abort();
    return t;
}

static struct row_texts *texts_of(const char *bytes, const char *task, char **names, int outputs)
{
    struct model m = {.config = {.labels = outputs, .label = names, .label_count = names ? outputs : 0}};
    struct dataset d;
    struct row_texts *t;
    if (dataset_from_text(&d, bytes, strlen(bytes), "dev.tsv", task_of(task), NULL) != 0 || row_texts_make(&t, &d, &m, "dev.tsv", "", 0, NULL) != 0)
        abort();
    dataset_free(&d);
    return t;
}

static struct row_texts *fixture_texts(bool values)
{
    char *names[OUTPUTS] = {"negative", "positive"}, all[4000] = "";
    if (values)
        return texts_of(pairs, "plain-values", NULL, 1);
    for (int i = 0; i < EXAMPLES_ROWS; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%d\t%s\n", rows[i].label, rows[i].text);
    return texts_of(all, "plain", names, OUTPUTS);
}

/* ---- trials -------------------------------------------------------------------------------------------------- */

static void give_answers(struct trial *t, bool second, bool values)
{
    int n = values ? PAIRS : EXAMPLES_ROWS, outputs = values ? 1 : OUTPUTS;
    t->evaluated = true;
    t->fidelity = (struct fidelity){.rows = n, .outputs = outputs};
    t->logits = calloc((size_t)(n * outputs), sizeof *t->logits);
    t->right = values ? NULL : calloc((size_t)n, 1);
    for (int i = 0; i < n; i++) {
        float x = second ? rows[i].second : rows[i].first;
        if (values) {
            t->logits[i] = x;
        } else {
            t->logits[i * OUTPUTS + 1] = x;
            t->right[i] = (x > 0) == (rows[i].label == 1);
        }
    }
}

static void tell_trial(struct app *a, int attempt, enum attempt_stage stage, bool answers, bool values)
{
    struct trial_news *n = calloc(1, sizeof *n);
    if (!n)
        abort();
    *n = (struct trial_news){.era = a->bench.era, .attempt = attempt, .stage = stage};
    n->trial = (struct trial){.recipe = strdup(stage == ATTEMPT_FAILED ? "int8\n" : a->bench.attempt[attempt].recipe), .hash = (uint64_t)attempt + 1,
                              .workload = a->workload};
    if (stage == ATTEMPT_FAILED)
        snprintf(n->note, sizeof n->note, "the recipe: line 1: prune-heads: there is no layer 12 (any more)");
    if (stage == ATTEMPT_RUNNING) {
        n->trial.evaluated = true;
        n->trial.quality = (struct quality){.task = task_of("sst2"), .rows = 4, .rows_total = EXAMPLES_ROWS};
    }
    if (answers)
        give_answers(&n->trial, attempt > 0, values);
    app_news(a, &(struct news){.trials = n});
}

void app_fixture_examples(struct app *a, struct fixture_host *host, enum examples_state state)
{
    struct err e;
    bool values = state == EXAMPLES_VALUES, ready = state >= EXAMPLES_VALUES;
    app_fixture_heads(a, host, true);
    if (values)
        a->facts->labels = 1;
    if (state != EXAMPLES_SAME && workbench_insert(&a->bench, 0, "prune-heads fraction=0.25", &e) != 0)
        abort();
    app_news(a, &(struct news){.texts = fixture_texts(values)});
    if (state == EXAMPLES_ARRIVING)
        tell_trial(a, 1, ATTEMPT_RUNNING, false, false);
    if (state == EXAMPLES_SESSION)
        tell_trial(a, 1, ATTEMPT_DONE, false, false);
    if (state == EXAMPLES_FAILED)
        tell_trial(a, 1, ATTEMPT_FAILED, false, false);
    if (ready || state == EXAMPLES_SAME)
        tell_trial(a, 0, ATTEMPT_DONE, true, values);
    if (ready)
        tell_trial(a, 1, ATTEMPT_DONE, true, values);
    if (state == EXAMPLES_ARRIVING)
        a->job = (struct job_state){.running = true, .job = JOB_TRIAL, .what = "evaluating", .done = 4, .total = EXAMPLES_ROWS, .phase_ns = a->now_ns};
}

/* ---- looks --------------------------------------------------------------------------------------------------- */

/* Every head but those that are gone; a head looks mostly at one token ahead, further with its number. */
static void fill_maps(struct attention_maps *m, bool changed)
{
    *m = (struct attention_maps){.tokens = TOKENS, .outputs = OUTPUTS};
    m->head = calloc(LAYERS * HEADS, sizeof *m->head);
    m->map = calloc((size_t)LAYERS * HEADS * TOKENS * TOKENS, sizeof *m->map);
    m->logits = calloc(OUTPUTS, sizeof *m->logits);
    for (int i = 0; i < LAYERS * HEADS; i++)
        if (!changed || i % HEADS >= 3)
            m->head[m->heads++] = (struct head_number){i / HEADS, i % HEADS};
    m->end = m->heads;
    m->logits[1] = changed ? -0.8f : 0.6f;
    for (int h = 0; h < m->heads; h++)
        for (int i = 0; i < TOKENS; i++)
            for (int k = 0; k < TOKENS; k++) {
                int ahead = (k - i - m->head[h].head - (changed ? 1 : 0) + 2 * TOKENS * HEADS) % TOKENS;
                static const float share[TOKENS] = {0.55f, 0.21f, 0.1f, 0.05f, 0.03f, 0.02f, 0.02f, 0.01f, 0.01f};
                m->map[(h * TOKENS + i) * TOKENS + k] = share[ahead];
            }
}

static struct insight *insight_of(const struct app *a, const struct request *r, int row)
{
    static const char *const tokens[TOKENS] = {"[CLS]", "not", "bad", "at", "all", "bril", "##liant", "映画", "[SEP]"};
    struct insight *l = calloc(1, sizeof *l);
    if (!l || !(l->token = calloc(TOKENS, sizeof *l->token)))
        abort();
    l->era = r->trial.era;
    l->hash = recipe_hash(&a->bench.recipe);
    l->row = row;
    l->tokens = TOKENS;
    snprintf(l->typed, sizeof l->typed, "%s", row < 0 ? r->look.typed : "");
    for (int i = 0; i < TOKENS; i++)
        snprintf(l->token[i], sizeof l->token[i], "%s", tokens[i]);
    fill_maps(&l->side[INSIGHT_ORIGINAL], false);
    if (recipe_steps(&a->bench.recipe) > 0)
        fill_maps(&l->side[INSIGHT_CHANGED], true);
    return l;
}

void fixture_answer_look(struct app *a, struct fixture_host *host)
{
    const struct request *r = &host->last;
    struct news n = {.facts = NULL};
    if (r->job != JOB_LOOK || (r->look.row < 0 && !r->look.typed[0]))
        return;
    if (r->look.row >= 0)
        n.insight[INSIGHT_ROW] = insight_of(a, r, r->look.row);
    if (r->look.typed[0])
        n.insight[INSIGHT_TYPED] = insight_of(a, r, -1);
    host->last.job = JOBS; /* answered */
    app_news(a, &n);
}
