/* Tokenizers that do not come from a model directory, and tokenizers that go into one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/outfile.h"
#include "analyzer/model/tokenizer_parts.h"

static int from_vocab(struct tokenizer *t, const char *vocab, size_t n, const char *config, const char *name,
                      struct err *e)
{
    json_t *settings;
    TRY(filemap_copy(&t->file[TOKENIZER_VOCAB], vocab, n, e));
    TRY(filemap_copy(&t->file[TOKENIZER_CONFIG], config, strlen(config), e));
    TRY(tokenizer_parse_text(&settings, config, strlen(config), 0, "the settings of a tokenizer", e));
    int code = tokenizer_read_vocab_text(t, vocab, n, settings, e);
    json_decref(settings);
    return code == 0 ? 0 : err_wrap(e, "%s", name);
}

int tokenizer_from_vocab(struct tokenizer **out, const char *vocab, size_t n, bool lower, const char *name,
                         struct err *e)
{
    struct tokenizer *t;
    *out = NULL;
    TRY(tokenizer_new(&t, e));
    int code = from_vocab(t, vocab, n, lower ? "{\"do_lower_case\": true}" : "{\"do_lower_case\": false}", name, e);
    if (code != 0)
        tokenizer_free(t);
    else
        *out = t;
    return code;
}

/* A special token is a text, or an object with the text as its content. */
static const json_t *plain(const json_t *x)
{
    return json_is_object(x) ? json_object_get(x, "content") : x;
}

/* What other settings say is where the files once lay, or nothing about tokens. */
static void take_settings(json_t *to, const json_t *from)
{
    static const char *const keys[] = {"do_lower_case", "strip_accents", "tokenize_chinese_chars", "tokenizer_class",
                                       "unk_token", "cls_token", "sep_token", "pad_token", "mask_token"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *x = plain(json_object_get(from, keys[i]));
        if (json_is_boolean(x) || json_is_string(x))
            json_object_set(to, keys[i], (json_t *)x);
    }
}

static char *config_text(const struct tokenizer *t, int positions)
{
    const struct filemap *f = &t->file[TOKENIZER_CONFIG];
    json_t *from = f->data ? json_loadb((const char *)f->data, f->size, JSON_DECODE_INT_AS_REAL, NULL) : NULL;
    json_t *to = json_object();
    json_object_set_new(to, "tokenizer_class", json_string("BertTokenizer"));
    if (!t->file[TOKENIZER_JSON].data)
        json_object_set_new(to, "do_lower_case", json_true());
    take_settings(to, from);
    json_object_set_new(to, "model_max_length", json_integer(positions));
    char *text = json_dumps(to, JSON_INDENT(2) | JSON_SORT_KEYS);
    json_decref(from);
    json_decref(to);
    return text;
}

static int save_file(const char *dir, enum tokenizer_file i, const void *bytes, size_t n, struct err *e)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, tokenizer_file_names[i]) >= sizeof path)
        return err_set(e, ERR_IO, "%s: the name is too long", dir);
    return outfile_write(path, bytes, n, e);
}

int tokenizer_save(const struct tokenizer *t, const char *dir, int positions, struct err *e)
{
    for (int i = 0; i < TOKENIZER_CONFIG; i++)
        if (t->file[i].data)
            TRY(save_file(dir, (enum tokenizer_file)i, t->file[i].data, t->file[i].size, e));
    char *text = config_text(t, positions);
    if (!text)
        return err_set(e, ERR_NOMEM, "no memory for the settings of a tokenizer");
    int code = save_file(dir, TOKENIZER_CONFIG, text, strlen(text), e);
    free(text);
    return code;
}
