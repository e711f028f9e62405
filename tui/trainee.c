#include "tui/trainee.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/data/lines.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/tokenizer.h"
#include "analyzer/model/vocab_build.h"

enum { DEFAULT_VOCAB = 8000, FFN_PER_HIDDEN = 4 };

static const char prefix[] = "preset:";

bool trainee_is_fresh(const struct settings *s)
{
    return strncmp(settings_model(s), prefix, strlen(prefix)) == 0;
}

/* ---- the vocabulary ------------------------------------------------------------------------------------------- */

/* Texts that a vocabulary is made from; all borrowed. */
struct texts {
    const char **text;
    size_t *len;
    int n;
};

static int texts_new(struct texts *out, int most, struct err *e)
{
    *out = (struct texts){calloc((size_t)most + 1, sizeof *out->text), calloc((size_t)most + 1, sizeof *out->len), 0};
    return out->text && out->len ? 0 : err_set(e, ERR_NOMEM, "no memory for %d texts", most);
}

static void texts_free(struct texts *t)
{
    free(t->text);
    free(t->len);
}

static void add_text(struct texts *t, const char *text, size_t n)
{
    t->text[t->n] = text;
    t->len[t->n++] = n;
}

static int build(struct str *out, const struct texts *t, const struct settings *s, const struct progress *progress,
                 struct err *e)
{
    return vocab_build(out, t->text, t->len, t->n, s->vocab_size ? s->vocab_size : DEFAULT_VOCAB, !s->cased, progress, e);
}

static int build_from_rows(struct str *out, const struct dataset *d, const struct settings *s,
                           const struct progress *progress, struct err *e)
{
    struct texts t;
    int code = texts_new(&t, 2 * d->rows, e);
    for (int i = 0; code == 0 && i < d->rows; i++) {
        add_text(&t, d->row[i].text, d->row[i].text_len);
        if (d->row[i].pair)
            add_text(&t, d->row[i].pair, d->row[i].pair_len);
    }
    if (code == 0)
        code = build(out, &t, s, progress, e);
    texts_free(&t);
    return code;
}

static int build_from_file(struct str *out, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct lines l;
    struct texts t;
    TRY(lines_read(&l, s->vocab_from, e));
    int code = texts_new(&t, l.n, e);
    for (int i = 0; code == 0 && i < l.n; i++)
        add_text(&t, l.line[i].text, l.line[i].len);
    if (code == 0)
        code = build(out, &t, s, progress, e);
    texts_free(&t);
    lines_free(&l);
    return code;
}

static int read_vocab(struct tokenizer **out, const struct settings *s, struct err *e)
{
    struct filemap m;
    TRY(filemap_open(&m, s->vocab, e));
    int code = tokenizer_from_vocab(out, (const char *)m.data, m.size, !s->cased, s->vocab, e);
    filemap_close(&m);
    return code;
}

static int make_vocab(struct tokenizer **out, const struct settings *s, const struct dataset *d,
                      const struct progress *progress, struct err *e)
{
    struct str vocab;
    if (s->vocab)
        return read_vocab(out, s, e);
    str_init(&vocab);
    int code = s->vocab_from ? build_from_file(&vocab, s, progress, e) : build_from_rows(&vocab, d, s, progress, e);
    if (code == 0)
        code = tokenizer_from_vocab(out, vocab.text, vocab.len, !s->cased, "the vocabulary made from the texts", e);
    str_free(&vocab);
    return code;
}

/* ---- the model ------------------------------------------------------------------------------------------------ */

static int shape(struct config *out, const struct settings *s, struct err *e)
{
    TRY(preset_config(out, settings_model(s) + strlen(prefix), e));
    out->layers = s->layers ? s->layers : out->layers;
    out->heads = s->heads ? s->heads : out->heads;
    out->positions = s->positions ? s->positions : out->positions;
    out->ffn = s->ffn ? s->ffn : s->hidden ? FFN_PER_HIDDEN * s->hidden : out->ffn;
    out->hidden = s->hidden ? s->hidden : out->hidden;
    return config_check(out, settings_model(s), e);
}

static int make(struct model **out, const struct settings *s, const struct dataset *data,
                const struct progress *progress, struct err *e)
{
    struct config c;
    struct tokenizer *t;
    if (s->vocab && (s->vocab_from || s->vocab_size))
        return err_set(e, ERR_USAGE, "--vocab names a vocabulary that is there; --vocab-from and --vocab-size make one");
    TRY(shape(&c, s, e));
    TRY(make_vocab(&t, s, data, progress, e));
    c.vocab = tokenizer_vocab(t);
    if (model_make(out, &c, (uint64_t)s->seed, progress, e) != 0) {
        tokenizer_free(t);
        return e->code;
    }
    (*out)->tokenizer = t;
    return 0;
}

static int check_no_shape(const struct settings *s, struct err *e)
{
    option_set shape = OPTION_BIT(layers) | OPTION_BIT(hidden) | OPTION_BIT(heads) | OPTION_BIT(ffn) | OPTION_BIT(positions);
    option_set vocab = OPTION_BIT(vocab) | OPTION_BIT(vocab_from) | OPTION_BIT(vocab_size) | OPTION_BIT(cased);
    if (s->given & shape)
        return err_set(e, ERR_USAGE, "%s has a shape of its own; --layers, --hidden, --heads, --ffn and --positions are for "
                                     "preset:NAME", settings_model(s));
    if (s->given & vocab)
        return err_set(e, ERR_USAGE, "%s has a vocabulary of its own; --vocab, --vocab-from, --vocab-size and --cased are for "
                                     "preset:NAME", settings_model(s));
    return 0;
}

int trainee_open(struct model **out, const struct settings *s, const struct dataset *data,
                 const struct progress *progress, struct err *e)
{
    *out = NULL;
    if (trainee_is_fresh(s))
        return make(out, s, data, progress, e);
    struct model_options options = {.masked_head = data->task->masked};
    TRY(check_no_shape(s, e));
    return model_open(out, settings_model(s), &options, progress, e);
}

int trainee_begin_again(struct model **m, uint64_t seed, const struct progress *progress, struct err *e)
{
    struct model *fresh, *old = *m;
    TRY(model_make(&fresh, &old->config, seed, progress, e));
    fresh->tokenizer = old->tokenizer;
    old->tokenizer = NULL;
    model_free(old);
    *m = fresh;
    return 0;
}
