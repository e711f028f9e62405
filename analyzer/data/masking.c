#include "analyzer/data/masking.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"

static const double share = 0.15, masks = 0.8, words = 0.1;

enum { DRAWS = 3 }; /* for a token: whether, how, which word */

/* ---- the vocabulary ------------------------------------------------------------------------------------------- */

static bool is_special(const char *token)
{
    static const char *const names[] = {"[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(token, names[i]) == 0)
            return true;
    return false;
}

int masking_init(struct masking *out, const struct tokenizer *t, int vocab, struct err *e)
{
    int n = tokenizer_vocab(t) < vocab ? tokenizer_vocab(t) : vocab;
    *out = (struct masking){.mask = -1, .vocab = n};
    out->special = calloc((size_t)n + 1, sizeof *out->special);
    out->word = calloc((size_t)n + 1, sizeof *out->word);
    if (!out->special || !out->word)
        return err_set(e, ERR_NOMEM, "no memory for a vocabulary of %d", n);
    for (int i = 0; i < n; i++) {
        const char *token = tokenizer_token(t, i);
        out->special[i] = !token || is_special(token);
        if (!out->special[i])
            out->word[out->words++] = i;
        if (token && strcmp(token, "[MASK]") == 0)
            out->mask = i;
    }
    if (out->mask < 0 || out->words == 0)
        return err_set(e, ERR_UNSUPPORTED, "the vocabulary has no %s, which masked-language pretraining needs",
                       out->mask < 0 ? "[MASK]" : "words");
    return 0;
}

void masking_free(struct masking *m)
{
    free(m->special);
    free(m->word);
    *m = (struct masking){0};
}

static bool is_candidate(const struct masking *m, int32_t id)
{
    return id >= 0 && id < m->vocab && !m->special[id];
}

int masking_candidates(const struct masking *m, const struct encoding *x)
{
    int n = 0;
    for (int i = 0; i < x->n; i++)
        n += is_candidate(m, x->id[i]);
    return n;
}

int masking_drop_empty(const struct masking *m, struct dataset *d, struct encoded *x, struct err *e)
{
    int kept = 0;
    for (int i = 0; i < x->rows; i++) {
        if (masking_candidates(m, &x->row[i]) > 0) {
            x->row[kept] = x->row[i];
            d->row[kept++] = d->row[i];
            continue;
        }
        x->tokens -= (uint64_t)x->row[i].n;
        x->truncated -= x->row[i].truncated;
        encoding_free(&x->row[i]);
    }
    d->skipped += x->rows - kept;
    d->rows = x->rows = kept;
    return kept > 0 ? 0 : err_set(e, ERR_FORMAT, "%s holds no line with words to be masked", d->name);
}

/* ---- masks ---------------------------------------------------------------------------------------------------- */

/* What stands in the place of a masked token. */
static int32_t replacement(const struct masking *m, int32_t id, uint64_t seed, uint64_t draw)
{
    double u = rng_uniform(seed, draw);
    if (u < masks)
        return m->mask;
    return u < masks + words ? m->word[rng_below(seed, draw + 1, (uint32_t)m->words)] : id;
}

/* Masks the last row of `b`, whose ids are those of `x` so far and which begins at `first` of all tokens. The chosen tokens
 * are a random sample of the candidates: one pass with as many to go as are left (Knuth: The Art of Computer Programming,
 * volume 2, section 3.4.2, algorithm S). */
static void mask_row(struct masked_batch *b, const struct masking *m, const struct encoding *x, int first, uint64_t seed)
{
    int left = masking_candidates(m, x), chosen = (int)(share * left + rng_uniform(seed, 0));
    chosen = chosen > 0 ? chosen : 1;
    for (int i = 0; i < x->n && chosen > 0; i++) {
        uint64_t draw = 1 + DRAWS * (uint64_t)i;
        if (!is_candidate(m, x->id[i]))
            continue;
        if (rng_uniform(seed, draw) * left-- >= chosen)
            continue;
        b->row[b->rows].id[i] = replacement(m, x->id[i], seed, draw + 1);
        b->token[b->masked] = first + i;
        b->label[b->masked++] = x->id[i];
        chosen--;
    }
}

static int reserve(struct masked_batch *b, const struct encoding *x, const int *row, int rows, struct err *e)
{
    size_t tokens = 0;
    for (int i = 0; i < rows; i++)
        tokens += (size_t)x[row[i]].n;
    b->row = calloc((size_t)rows + 1, sizeof *b->row);
    b->id = malloc((3 * tokens + 1) * sizeof *b->id);
    if (!b->row || !b->id)
        return err_set(e, ERR_NOMEM, "no memory for a batch of %zu tokens", tokens);
    b->token = b->id + tokens;
    b->label = b->token + tokens;
    return 0;
}

int masked_batch_make(struct masked_batch *out, const struct masking *m, const struct encoding *x, const int *row,
                      int rows, uint64_t seed, uint64_t step, struct err *e)
{
    *out = (struct masked_batch){0};
    if (reserve(out, x, row, rows, e) != 0) {
        masked_batch_free(out);
        return e ? e->code : ERR_NOMEM;
    }
    for (int first = 0; out->rows < rows; out->rows++) {
        const struct encoding *from = &x[row[out->rows]];
        struct encoding *to = &out->row[out->rows];
        *to = (struct encoding){.id = out->id + first, .type = from->type, .n = from->n};
        memcpy(to->id, from->id, (size_t)from->n * sizeof *to->id);
        mask_row(out, m, from, first, rng_u64(rng_u64(seed, step), (uint64_t)row[out->rows]));
        first += from->n;
    }
    return 0;
}

void masked_batch_free(struct masked_batch *b)
{
    free(b->row);
    free(b->id);
    *b = (struct masked_batch){0};
}
