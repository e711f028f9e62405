#include <stdlib.h>

#include "analyzer/compress/recipe.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/encoded.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/tokenizer.h"

static int check(const struct model *m, const struct materials *x, struct err *e)
{
    if (!m->tokenizer)
        return err_set(e, ERR_UNSUPPORTED, "there is no vocabulary to take tokens from: %s", m->tokenizer_missing);
    if (!model_param(m, ROLE_WORD_EMBEDDING, -1))
        return err_set(e, ERR_UNSUPPORTED, "%s has no embeddings", m->name);
    if (!x->rows)
        return err_set(e, ERR_USAGE, "this step keeps the tokens that are used, which needs rows of data");
    return 0;
}

/* [ids]: how often the rows use each token. */
static void count_tokens(uint64_t *count, int ids, const struct encoded *rows)
{
    for (int row = 0; row < rows->rows; row++)
        for (int i = 0; i < rows->row[row].n; i++)
            if (rows->row[row].id[i] < ids)
                count[rows->row[row].id[i]]++;
}

/* keep [ids], of which those from `rows` on have no row in the embedding. */
static int choose(bool *keep, const struct model *m, const struct recipe_line *step, const struct materials *x, struct err *e)
{
    int ids = tokenizer_vocab(m->tokenizer), least = step_int(step, "min-count");
    uint64_t *count = calloc((size_t)ids + 1, sizeof *count);
    if (!count)
        return err_set(e, ERR_NOMEM, "no memory to count %d tokens", ids);
    count_tokens(count, ids, x->rows);
    for (int id = 0; id < ids; id++)
        keep[id] = count[id] >= (uint64_t)least || id == m->config.pad_id;
    free(count);
    tokenizer_keep_basic(m->tokenizer, keep);
    for (int id = 0; id < ids; id++)
        if (keep[id] && id >= m->config.vocab && tokenizer_token(m->tokenizer, id))
            return err_set(e, ERR_SHAPE, "the token %s has id %d, but the embedding has %d rows", tokenizer_token(m->tokenizer, id), id,
                           m->config.vocab);
    return 0;
}

/* The rows of the tables that stay, in their order; returns how many. */
static int list(int *from, const struct tokenizer *t, const bool *keep)
{
    int n = 0;
    for (int id = 0; id < tokenizer_vocab(t); id++)
        if (keep[id] && tokenizer_token(t, id))
            from[n++] = id;
    return n;
}

static int shrink(struct model *m, const bool *keep, int *from, struct err *e)
{
    struct tokenizer *less;
    TRY(tokenizer_keep(&less, m->tokenizer, keep, e));
    int code = model_take_vocab(m, less, from, list(from, m->tokenizer, keep), e);
    if (code != 0)
        tokenizer_free(less);
    return code;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    (void)progress;
    if (step_int(step, "min-count") == 0)
        return 0;
    TRY(check(m, x, e));
    size_t ids = (size_t)tokenizer_vocab(m->tokenizer);
    bool *keep = calloc(ids + 1, sizeof *keep);
    int *from = malloc((ids + 1) * sizeof *from);
    int code = keep && from ? choose(keep, m, step, x, e) : err_set(e, ERR_NOMEM, "no memory for %zu tokens", ids);
    if (code == 0)
        code = shrink(m, keep, from, e);
    free(keep);
    free(from);
    return code;
}

static enum method_needs needs(const struct recipe_line *step)
{
    return step_int(step, "min-count") > 0 ? METHOD_NEEDS_ROWS : METHOD_NEEDS_NOTHING;
}

static const struct method_option options[] = {
    {"min-count", VALUE_INT, "1", 0, 1000000000, NULL, "how often the rows of --data must use a token for it to stay; 0 keeps all"},
};

const struct method method_prune_vocab = {
    .name = "prune-vocab",
    .family = "prune",
    .summary = "tokens that the rows do not use leave the vocabulary; special tokens and single characters stay",
    .effect = "size only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = needs,
    .apply = apply,
};
