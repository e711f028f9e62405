/* Looking at examples: the texts of the data set, and one text as the original and the changed model see it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "tui/inputs.h"
#include "tui/job.h"
#include "tui/opened.h"

static int tell_texts(struct job_context *x, struct err *e)
{
    const struct request *q = x->request;
    const struct opened *o = x->opened;
    struct row_texts *t;
    if (!q->look.texts || !o->labelled.data.row)
        return 0;
    TRY(row_texts_make(&t, &o->labelled.data, o->model, q->trial.data, q->trial.task, 0, e));
    if (t->left_out > 0)
        x->log(x->payload, LOG_WARNING, "the texts of the last %d rows are not shown: those before take %zu MB", t->left_out,
               ROW_TEXTS_LIMIT >> 20);
    x->publish_texts(x->payload, t);
    return 0;
}

/* What is looked at, and the tokens that the original makes of it. */
struct looked {
    struct example text;
    struct encoding tokens; /* owned */
    int most;               /* tokens */
};

static int encode(struct encoding *out, const struct looked *x, const struct model *m, struct err *e)
{
    const struct example *t = &x->text;
    return tokenizer_encode(m->tokenizer, t->text, t->text_len, t->pair, t->pair_len, x->most, out, e);
}

/* A typed text: " | " parts it into two. */
static struct example typed_text(const char *text)
{
    const char *bar = strstr(text, " | ");
    return (struct example){.text = text,
                            .text_len = bar ? (size_t)(bar - text) : strlen(text),
                            .pair = bar ? bar + 3 : NULL,
                            .pair_len = bar ? strlen(bar + 3) : 0};
}

static int name_tokens(struct insight *l, const struct model *m, const struct encoding *x, struct err *e)
{
    l->tokens = x->n;
    l->truncated = x->truncated;
    l->token = calloc((size_t)x->n + 1, sizeof *l->token);
    if (!l->token)
        return err_set(e, ERR_NOMEM, "no memory for %d tokens", x->n);
    for (int i = 0; i < x->n; i++) {
        const char *token = tokenizer_token(m->tokenizer, x->id[i]);
        text_escape(l->token[i], sizeof l->token[i], token ? token : "?", token ? strlen(token) : 1);
    }
    return 0;
}

/* Whether both models read the same tokens, under whatever numbers. */
static bool same_tokens(const struct encoding *a, const struct model *m, const struct encoding *b, const struct model *changed)
{
    for (int i = 0; a->n == b->n && i < a->n; i++) {
        const char *first = tokenizer_token(m->tokenizer, a->id[i]), *second = tokenizer_token(changed->tokenizer, b->id[i]);
        if (!first || !second || strcmp(first, second) != 0)
            return false;
    }
    return a->n == b->n;
}

/* The maps of both stand beside one list of tokens, so a changed model that reads others is not shown. */
static int map_changed(struct job_context *x, struct insight *l, const struct changed *changed, const struct looked *text,
                       const struct attention_options *options, struct err *e)
{
    struct encoding tokens = {0};
    int code = encode(&tokens, text, changed->model, e);
    if (code == 0 && same_tokens(&text->tokens, x->opened->model, &tokens, changed->model))
        code = attention_maps(&l->side[INSIGHT_CHANGED], changed->weights, &tokens, options, x->progress, e);
    else if (code == 0)
        snprintf(l->note, sizeof l->note, "with its vocabulary the changed model reads other tokens");
    encoding_free(&tokens);
    return code;
}

/* A recipe that cannot be applied is told, not an error: the original can still be looked at. */
static int look_at_changed(struct job_context *x, struct insight *l, const struct recipe *recipe, const struct looked *text,
                           const struct attention_options *options, struct err *e)
{
    const struct changed *changed;
    if (recipe_steps(recipe) == 0)
        return 0;
    int code = opened_changed(x->opened, recipe, &changed, x->progress, e);
    if (code == ERR_CANCELLED)
        return code;
    if (code != 0) {
        snprintf(l->note, sizeof l->note, "%.*s", INSIGHT_NOTE - 1, e->text);
        return 0;
    }
    return map_changed(x, l, changed, text, options, e);
}

static int look_inside(struct job_context *x, struct insight *l, const struct recipe *recipe, const struct looked *text, struct err *e)
{
    struct attention_options options = {.threads = x->request->profile.workload.threads, .layer = x->request->look.layer};
    TRY(name_tokens(l, x->opened->model, &text->tokens, e));
    TRY(attention_maps(&l->side[INSIGHT_ORIGINAL], x->opened->weights, &text->tokens, &options, x->progress, e));
    return look_at_changed(x, l, recipe, text, &options, e);
}

static struct insight *insight_new(const struct request *q, const struct recipe *recipe, int row, struct err *e)
{
    struct insight *l = calloc(1, sizeof *l);
    if (!l) {
        (void)err_set(e, ERR_NOMEM, "no memory to look at a text");
        return NULL;
    }
    l->era = q->trial.era;
    l->hash = recipe_hash(recipe);
    l->row = row;
    if (row < 0)
        snprintf(l->typed, sizeof l->typed, "%s", q->look.typed);
    return l;
}

/* `row` -1: a text that was typed. */
static int look(struct job_context *x, const struct recipe *recipe, int row, const struct example *text, int most, struct err *e)
{
    struct looked looked = {.text = *text, .most = most};
    struct insight *l = insight_new(x->request, recipe, row, e);
    int code = l ? encode(&looked.tokens, &looked, x->opened->model, e) : ERR_NOMEM;
    if (code == 0)
        code = look_inside(x, l, recipe, &looked, e);
    encoding_free(&looked.tokens);
    if (code == 0)
        x->publish_insight(x->payload, l);
    else
        insight_free(l);
    return code;
}

static int look_at_typed(struct job_context *x, const struct recipe *recipe, struct err *e)
{
    struct example text = typed_text(x->request->look.typed);
    if (!x->request->look.typed[0])
        return 0;
    TRY(inputs_check(x->opened->model, e));
    return look(x, recipe, -1, &text, x->opened->model->config.positions, e);
}

static int look_at_row(struct job_context *x, const struct recipe *recipe, struct err *e)
{
    const struct labelled *labelled = &x->opened->labelled;
    int row = x->request->look.row;
    if (row < 0)
        return 0;
    if (row >= labelled->rows.rows)
        return err_set(e, ERR_USAGE, "the data set has no row %d", row + 1);
    return look(x, recipe, row, &labelled->data.row[row], labelled->rows.max_tokens, e);
}

static int run(struct job_context *x, struct err *e)
{
    struct recipe recipe = {0};
    int code = trial_prepare(x, &recipe, e);
    if (code == 0)
        code = tell_texts(x, e);
    if (code == 0)
        code = look_at_row(x, &recipe, e);
    if (code == 0)
        code = look_at_typed(x, &recipe, e);
    recipe_free(&recipe);
    return code;
}

const struct job job_look = {.doing = "looking at examples", .replaces = JOB_BIT(JOB_LOOK) | JOB_BIT(JOB_MEASURE), .run = run};
