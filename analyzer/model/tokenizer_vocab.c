/* The older file form: vocab.txt, with tokenizer_config.json beside it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/model/tokenizer_parts.h"

enum { CONFIG_MAX_BYTES = 16 << 20 };

int tokenizer_parse_text(json_t **out, const char *text, size_t n, size_t flags, const char *path,
                         struct err *e)
{
    json_error_t why;
    *out = json_loadb(n ? text : "", n, flags, &why);
    if (!*out)
        return err_set(e, ERR_FORMAT, "%s is not valid JSON: %s (line %d)", path, why.text, why.line);
    if (!json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        return err_set(e, ERR_FORMAT, "%s is not a JSON object", path);
    }
    return 0;
}

bool tokenizer_flag(const json_t *object, const char *key, bool fallback)
{
    const json_t *v = json_object_get(object, key);
    return json_is_boolean(v) ? json_is_true(v) : fallback;
}

int tokenizer_map(struct filemap *m, const char *path, size_t max, struct err *e)
{
    TRY(filemap_open(m, path, e));
    size_t size = m->size;
    if (size <= max)
        return 0;
    filemap_close(m);
    return err_set(e, ERR_FORMAT, "%s has %zu bytes; at most %zu are read", path, size, max);
}

int tokenizer_parse_config(json_t **out, const char *dir, struct err *e)
{
    char path[4096];
    struct filemap m;
    *out = NULL;
    snprintf(path, sizeof path, "%s/tokenizer_config.json", dir);
    if (access(path, F_OK) != 0)
        return 0;
    TRY(tokenizer_map(&m, path, CONFIG_MAX_BYTES, e));
    int code = tokenizer_parse_text(out, (const char *)m.data, m.size, JSON_DECODE_INT_AS_REAL, path, e);
    filemap_close(&m);
    return code;
}

/* The text of a special token in tokenizer_config.json, which is a string or an object. */
static const char *special_name(const json_t *config, const char *key, const char *fallback)
{
    const json_t *x = json_object_get(config, key);
    const char *name = json_string_value(json_is_object(x) ? json_object_get(x, "content") : x);
    return name ? name : fallback;
}

/* Finds a special token, which is then matched in texts, too; *id is -1 if the vocabulary does not have it.
 */
static int put_special(struct tokenizer *t, const json_t *config, const char *key, const char *fallback,
                       int32_t *id, struct err *e)
{
    const char *name = special_name(config, key, fallback);
    struct added_token token = {.id = vocab_find(&t->vocab, name, strlen(name))};
    *id = token.id;
    return token.id < 0 ? 0 : tokenizer_put_added(t, name, strlen(name), &token, false, e);
}

static int put_needed(struct tokenizer *t, const json_t *config, const char *key, const char *fallback,
                      int32_t *id, struct err *e)
{
    TRY(put_special(t, config, key, fallback, id, e));
    if (*id < 0)
        return err_set(e, ERR_FORMAT, "vocab.txt has no entry %s, which is the %s",
                       special_name(config, key, fallback), key);
    return 0;
}

static int put_specials(struct tokenizer *t, const json_t *config, struct err *e)
{
    int32_t unk, cls, sep, other;
    TRY(put_needed(t, config, "unk_token", "[UNK]", &unk, e));
    TRY(put_needed(t, config, "cls_token", "[CLS]", &cls, e));
    TRY(put_needed(t, config, "sep_token", "[SEP]", &sep, e));
    TRY(put_special(t, config, "pad_token", "[PAD]", &other, e));
    TRY(put_special(t, config, "mask_token", "[MASK]", &other, e));
    t->wordpiece = (struct wordpiece){.prefix = TOKENIZER_PREFIX,
                                      .prefix_len = strlen(TOKENIZER_PREFIX),
                                      .unk = unk,
                                      .max_chars = TOKENIZER_MAX_CHARS};
    tokenizer_bert_template(t, cls, sep);
    return 0;
}

int tokenizer_bert_stages(struct normalizer *z, struct pretoken *p, bool cjk, bool strip_accents, bool lower,
                          struct err *e)
{
    TRY(normalizer_add_bert(z, true, cjk, strip_accents, lower, e));
    TRY(pretoken_add(p, PRETOKEN_SPACE, e));
    return pretoken_add(p, PRETOKEN_PUNCTUATION, e);
}

static int apply_config(struct tokenizer *t, const json_t *config, struct err *e)
{
    bool lower = tokenizer_flag(config, "do_lower_case", true);
    TRY(tokenizer_bert_stages(&t->normalizer, &t->pretoken, tokenizer_flag(config, "tokenize_chinese_chars", true),
                              tokenizer_flag(config, "strip_accents", lower), lower, e));
    t->cuttable = true;
    if (json_array_size(json_object_get(config, "never_split")) > 0)
        tokenizer_remark(
            t, "never_split of tokenizer_config.json is ignored, as the fast reference tokenizer does.");
    return put_specials(t, config, e);
}

int tokenizer_read_vocab_text(struct tokenizer *t, const char *vocab, size_t n, const json_t *config,
                              struct err *e)
{
    if (vocab_add_lines(&t->vocab, vocab, n, e) != 0)
        return err_wrap(e, "vocab.txt");
    return apply_config(t, config, e);
}

int tokenizer_read_vocab(struct tokenizer *t, const char *dir, struct err *e)
{
    char path[4096];
    json_t *config;
    struct filemap m;
    TRY(tokenizer_parse_config(&config, dir, e));
    snprintf(path, sizeof path, "%s/vocab.txt", dir);
    int code = filemap_open(&m, path, e);
    if (code == 0) {
        code = tokenizer_read_vocab_text(t, (const char *)m.data, m.size, config, e);
        filemap_close(&m);
        if (code)
            err_wrap(e, "%s", dir);
    }
    json_decref(config);
    return code;
}
