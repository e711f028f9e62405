#include "analyzer/model/tokenizer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/unichar.h"

enum { CHUNK_BYTES = 16384 };

/* One text on its way to tokens. */
struct run {
    const struct tokenizer *t;
    struct token_list *out;
    size_t stop;     /* enough tokens: more would change nothing */
    struct str text; /* the normalized piece */
    struct normalize_scratch scratch;
    struct err *e;
};

static bool is_done(const struct run *r)
{
    return r->out->n >= r->stop;
}

static int encode_words(struct run *r, const char *text, size_t n)
{
    const struct tokenizer *t = r->t;
    size_t at = 0, from = 0, to = 0;
    while (!is_done(r) && pretoken_next(&t->pretoken, text, n, &at, &from, &to))
        TRY(wordpiece_encode(&t->wordpiece, &t->vocab, text + from, to - from, r->out, r->e));
    return 0;
}

static int encode_chunk(struct run *r, const char *text, size_t n)
{
    struct added_walk walk = {0};
    size_t from, to;
    int32_t id;
    TRY(normalizer_run(&r->t->normalizer, text, n, &r->text, &r->scratch, r->e));
    while (!is_done(r) && added_next(&r->t->normalized, r->text.text, r->text.len, &walk, &from, &to, &id))
        if (id >= 0)
            TRY(token_list_push(r->out, id, r->e));
        else
            TRY(encode_words(r, r->text.text + from, to - from));
    return 0;
}

static bool is_ascii_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* How much of a text to take at once: about CHUNK_BYTES, up to white space. */
static size_t chunk(const struct tokenizer *t, const char *text, size_t n)
{
    size_t i = CHUNK_BYTES;
    if (!t->cuttable || n <= CHUNK_BYTES)
        return n;
    while (i > 0 && !is_ascii_space(text[i]))
        i--;
    if (i == 0)
        for (i = CHUNK_BYTES; i < n && !is_ascii_space(text[i]);)
            i++;
    return i;
}

static int encode_plain(struct run *r, const char *text, size_t n)
{
    while (n > 0 && !is_done(r)) {
        size_t take = chunk(r->t, text, n);
        TRY(encode_chunk(r, text, take));
        text += take;
        n -= take;
    }
    return 0;
}

static int encode_raw(struct run *r, const char *text, size_t n)
{
    struct added_walk walk = {0};
    size_t from, to;
    int32_t id;
    while (!is_done(r) && added_next(&r->t->raw, text, n, &walk, &from, &to, &id))
        if (id >= 0)
            TRY(token_list_push(r->out, id, r->e));
        else
            TRY(encode_plain(r, text + from, to - from));
    return 0;
}

/* The tokens of one text without those of the template; ends early with `stop` or some more of them. */
static int encode_text(const struct tokenizer *t, const char *text, size_t n, size_t stop,
                       struct token_list *out, struct err *e)
{
    struct run r = {.t = t, .out = out, .stop = stop, .e = e};
    str_init(&r.text);
    int code = encode_raw(&r, text, n);
    str_free(&r.text);
    normalize_scratch_free(&r.scratch);
    return code;
}

/* How many tokens of a pair fit into `room`: the longer text loses first, then both get one half; the one
 * that was longer (the second, if equal) gets the odd one. This is the reference's "longest first", which
 * reads each text only up to max_tokens to see which one is longer (tokenizers 0.23). */
static void share(size_t room, size_t *a, size_t *b)
{
    size_t *less = *a > *b ? b : a, *more = *a > *b ? a : b;
    if (*less + *more <= room)
        return;
    *more = *less <= room && room - *less > *less ? room - *less : *less;
    if (*less + *more > room) {
        *less = room / 2;
        *more = room / 2 + room % 2;
    }
}

static int reserve(struct encoding *x, size_t n, struct err *e)
{
    if (n <= (size_t)x->cap)
        return 0;
    int32_t *id = realloc(x->id, n * sizeof *id);
    if (id)
        x->id = id;
    int32_t *type = id ? realloc(x->type, n * sizeof *type) : NULL;
    if (!type)
        return err_set(e, ERR_NOMEM, "not enough memory for %zu tokens", n);
    x->type = type;
    x->cap = (int)n;
    return 0;
}

static void emit(struct encoding *x, const int32_t *id, size_t n, int32_t type)
{
    for (size_t i = 0; i < n; i++) {
        x->id[x->n] = id[i];
        x->type[x->n++] = type;
    }
}

static int assemble(const struct template *p, const struct token_list *a, const struct token_list *b,
                    int max_tokens, struct encoding *out, struct err *e)
{
    size_t na = a->n, nb = b->n;
    share((size_t)(max_tokens - p->tokens), &na, &nb);
    TRY(reserve(out, na + nb + (size_t)p->tokens, e));
    out->n = 0;
    out->truncated = na < a->n || nb < b->n;
    for (int i = 0; i < p->pieces; i++) {
        const struct template_piece *k = &p->piece[i];
        const int32_t *id = k->kind == TEMPLATE_TOKEN ? &k->id : k->kind == TEMPLATE_A ? a->id : b->id;
        emit(out, id, k->kind == TEMPLATE_TOKEN ? 1 : k->kind == TEMPLATE_A ? na : nb, k->type);
    }
    return 0;
}

int tokenizer_encode(const struct tokenizer *t, const char *text, size_t text_len, const char *pair,
                     size_t pair_len, int max_tokens, struct encoding *out, struct err *e)
{
    const struct template *p = pair ? &t->pair : &t->single;
    if (max_tokens < p->tokens)
        return err_set(e, ERR_USAGE, "at most %d tokens were asked for, but [CLS] and [SEP] alone are %d",
                       max_tokens, p->tokens);
    size_t room = (size_t)(max_tokens - p->tokens), stop = (size_t)max_tokens + (p->tokens == 0);
    struct token_list a = {.limit = room}, b = {.limit = room};
    int code = encode_text(t, text, text_len, stop, &a, e);
    if (code == 0 && pair)
        code = encode_text(t, pair, pair_len, stop, &b, e);
    if (code == 0)
        code = assemble(p, &a, &b, max_tokens, out, e);
    token_list_free(&a);
    token_list_free(&b);
    return code;
}

void encoding_free(struct encoding *x)
{
    free(x->id);
    free(x->type);
    *x = (struct encoding){0};
}

void template_add(struct template *p, int kind, int32_t id, int32_t type)
{
    p->piece[p->pieces++] = (struct template_piece){.kind = kind, .id = id, .type = type};
    p->tokens += kind == TEMPLATE_TOKEN;
}

void tokenizer_bert_template(struct tokenizer *t, int32_t cls, int32_t sep)
{
    for (int pair = 0; pair < 2; pair++) {
        struct template *p = pair ? &t->pair : &t->single;
        *p = (struct template){0};
        template_add(p, TEMPLATE_TOKEN, cls, 0);
        template_add(p, TEMPLATE_A, 0, 0);
        template_add(p, TEMPLATE_TOKEN, sep, 0);
    }
    template_add(&t->pair, TEMPLATE_B, 0, 1);
    template_add(&t->pair, TEMPLATE_TOKEN, sep, 1);
}

void tokenizer_remark(struct tokenizer *t, const char *fmt, ...)
{
    va_list ap;
    if (t->note.len)
        str_add(&t->note, " ");
    va_start(ap, fmt);
    str_vaddf(&t->note, fmt, ap);
    va_end(ap);
}

static bool holds_space(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_ascii_space(s[i]))
            return true;
    return false;
}

static int put_normalized(struct tokenizer *t, const char *text, size_t n, const struct added_token *token,
                          struct str *s, struct err *e)
{
    struct normalize_scratch scratch = {0};
    int code = normalizer_run(&t->normalizer, text, n, s, &scratch, e);
    normalize_scratch_free(&scratch);
    if (code || s->len == 0)
        return code;
    if (holds_space(s->text, s->len))
        t->cuttable = false;
    return added_put(&t->normalized, s->text, s->len, token, e);
}

int tokenizer_put_added(struct tokenizer *t, const char *text, size_t n, const struct added_token *token,
                        bool normalized, struct err *e)
{
    if (n == 0)
        return 0;
    if (!normalized)
        return added_put(&t->raw, text, n, token, e);
    struct str s;
    str_init(&s);
    int code = put_normalized(t, text, n, token, &s, e);
    str_free(&s);
    return code;
}

static bool has_file(const char *dir, const char *name)
{
    char path[4096];
    return snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path && access(path, F_OK) == 0;
}

const char *const tokenizer_file_names[TOKENIZER_FILES] = {"tokenizer.json", "vocab.txt", "tokenizer_config.json"};

static int read_dir(struct tokenizer *t, const char *dir, struct err *e)
{
    if (has_file(dir, "tokenizer.json"))
        return tokenizer_read_json(t, dir, e);
    if (has_file(dir, "vocab.txt"))
        return tokenizer_read_vocab(t, dir, e);
    return err_set(e, ERR_IO, "%s has no tokenizer: neither tokenizer.json nor vocab.txt is there", dir);
}

/* Keeps the files, so that they can be saved with a model that is built on them. */
static int keep_files(struct tokenizer *t, const char *dir, struct err *e)
{
    for (int i = 0; i < TOKENIZER_FILES; i++) {
        char path[4096];
        if (has_file(dir, tokenizer_file_names[i])) {
            snprintf(path, sizeof path, "%s/%s", dir, tokenizer_file_names[i]);
            TRY(filemap_open(&t->file[i], path, e));
        }
    }
    return 0;
}

int tokenizer_new(struct tokenizer **out, struct err *e)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return err_set(e, ERR_NOMEM, "not enough memory for a tokenizer");
    str_init(&(*out)->note);
    return 0;
}

int tokenizer_open(struct tokenizer **out, const char *dir, struct err *e)
{
    struct tokenizer *t;
    *out = NULL;
    TRY(tokenizer_new(&t, e));
    int code = read_dir(t, dir, e);
    if (code == 0)
        code = keep_files(t, dir, e);
    if (code)
        tokenizer_free(t);
    else
        *out = t;
    return code;
}

void tokenizer_free(struct tokenizer *t)
{
    if (!t)
        return;
    for (int i = 0; i < TOKENIZER_FILES; i++)
        filemap_close(&t->file[i]);
    vocab_free(&t->vocab);
    added_free(&t->raw);
    added_free(&t->normalized);
    str_free(&t->note);
    free(t);
}

const char *tokenizer_token(const struct tokenizer *t, int32_t id)
{
    return vocab_text(&t->vocab, id);
}

int tokenizer_vocab(const struct tokenizer *t)
{
    return t->vocab.ids;
}

const char *tokenizer_note(const struct tokenizer *t)
{
    return t->note.len ? t->note.text : NULL;
}
