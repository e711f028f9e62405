#include "tui/inputs.h"

#include <stdlib.h>

#include "analyzer/base/str.h"

enum { WORDS_BEFORE_TEXTS = 1 };

/* Words of the command line are lines, so that a pair can be given with a tab. */
static int read_words(struct lines *out, const struct settings *s, struct err *e)
{
    struct str all;
    str_init(&all);
    for (int i = WORDS_BEFORE_TEXTS; i < s->arg_count; i++)
        str_addf(&all, "%s\n", s->args[i]);
    int code = lines_split(out, all.text, all.len, "the command line", e);
    str_free(&all);
    return code;
}

static int read_lines(struct lines *out, const struct settings *s, struct err *e)
{
    bool words = s->arg_count > WORDS_BEFORE_TEXTS;
    if (words && s->data)
        return err_set(e, ERR_USAGE, "give texts or --data, not both");
    return words ? read_words(out, s, e) : lines_read(out, s->data ? s->data : "-", e);
}

static int encode_all(struct inputs *out, const struct lines *l, const struct model *m, struct err *e)
{
    out->encoding = calloc((size_t)l->n + 1, sizeof *out->encoding);
    if (!out->encoding)
        return err_set(e, ERR_NOMEM, "no memory for %d inputs", l->n);
    for (; out->n < l->n; out->n++) {
        const struct line *line = &l->line[out->n];
        if (tokenizer_encode(m->tokenizer, line->text, line->text_len, line->pair, line->pair_len, m->config.positions,
                             &out->encoding[out->n], e) != 0)
            return err_wrap(e, "input %d", out->n + 1);
    }
    return 0;
}

int inputs_read(struct inputs *out, const struct settings *s, const struct model *m, struct err *e)
{
    struct lines l;
    *out = (struct inputs){0};
    if (!m->tokenizer)
        return err_set(e, ERR_UNSUPPORTED, "%s cannot be given texts: %s", m->name, m->tokenizer_missing);
    TRY(read_lines(&l, s, e));
    int code = encode_all(out, &l, m, e);
    lines_free(&l);
    if (code != 0)
        inputs_free(out);
    return code;
}

void inputs_free(struct inputs *x)
{
    for (int i = 0; i < x->n; i++)
        encoding_free(&x->encoding[i]);
    free(x->encoding);
    *x = (struct inputs){0};
}
