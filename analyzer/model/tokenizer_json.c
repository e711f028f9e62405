/* The newer file form: tokenizer.json of the `tokenizers` library, as far as BERT-like models use it. */
#include <stdio.h>
#include <string.h>

#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/vocab_json.h"

enum { JSON_MAX_BYTES = 512 << 20 };

static const char *type_of(const json_t *x)
{
    const char *type = json_string_value(json_object_get(x, "type"));
    return type ? type : "(none)";
}

/* ---- model ---- */

static int read_prefix(struct wordpiece *w, const json_t *model, struct err *e)
{
    const json_t *prefix = json_object_get(model, "continuing_subword_prefix");
    const char *text = prefix ? json_string_value(prefix) : "##";
    if (!text || strlen(text) >= sizeof w->prefix)
        return err_set(e, ERR_FORMAT, "continuing_subword_prefix is not a text of less than %zu bytes",
                       sizeof w->prefix);
    strcpy(w->prefix, text);
    w->prefix_len = strlen(text);
    return 0;
}

static int read_model(struct tokenizer *t, const json_t *root, const char *json,
                      const struct json_range *entries, struct err *e)
{
    const json_t *model = json_object_get(root, "model");
    const json_t *limit = json_object_get(model, "max_input_chars_per_word");
    const char *unk = json_string_value(json_object_get(model, "unk_token"));
    if (!json_is_object(model))
        return err_set(e, ERR_FORMAT, "there is no \"model\"");
    if (json_object_get(model, "type") ? strcmp(type_of(model), "WordPiece") != 0 : !unk)
        return err_set(e, ERR_UNSUPPORTED, "the model is of type %s; only WordPiece is supported",
                       type_of(model));
    if (!entries)
        return err_set(e, ERR_FORMAT, "the model has no \"vocab\" object");
    if (limit && (!json_is_integer(limit) || json_integer_value(limit) < 0))
        return err_set(e, ERR_FORMAT, "max_input_chars_per_word is not a whole number");
    TRY(vocab_json_read(&t->vocab, json, *entries, e));
    TRY(read_prefix(&t->wordpiece, model, e));
    unk = unk ? unk : "[UNK]";
    t->wordpiece.max_chars = limit ? (size_t)json_integer_value(limit) : 100;
    t->wordpiece.unk = vocab_find(&t->vocab, unk, strlen(unk));
    if (t->wordpiece.unk < 0)
        return err_set(e, ERR_FORMAT, "the vocabulary has no entry %s, which is the unk_token", unk);
    return 0;
}

/* ---- normalizer ---- */

static int read_bert_normalizer(struct tokenizer *t, const json_t *x, struct err *e)
{
    bool lower = tokenizer_flag(x, "lowercase", true);
    return normalizer_add_bert(&t->normalizer, tokenizer_flag(x, "clean_text", true),
                               tokenizer_flag(x, "handle_chinese_chars", true),
                               tokenizer_flag(x, "strip_accents", lower), lower, e);
}

static int read_strip(struct tokenizer *t, const json_t *x, struct err *e)
{
    if (tokenizer_flag(x, "strip_left", true))
        TRY(normalizer_add(&t->normalizer, NORMALIZE_STRIP_LEFT, e));
    return tokenizer_flag(x, "strip_right", true) ? normalizer_add(&t->normalizer, NORMALIZE_STRIP_RIGHT, e)
                                                  : 0;
}

static int read_replace(struct tokenizer *t, const json_t *x, struct err *e)
{
    const char *pattern = json_string_value(json_object_get(json_object_get(x, "pattern"), "String"));
    const char *content = json_string_value(json_object_get(x, "content"));
    if (!pattern || !content)
        return err_set(e, ERR_UNSUPPORTED,
                       "a Replace normalizer is supported only with a plain text as its pattern");
    return normalizer_add_replace(&t->normalizer, pattern, content, e);
}

static int read_normalizer(struct tokenizer *t, const json_t *x, struct err *e)
{
    static const struct {
        const char *type;
        enum normalize_kind kind;
    } simple[] = {
        {"Lowercase", NORMALIZE_LOWER}, {"StripAccents", NORMALIZE_STRIP_MARKS},
        {"NFD", NORMALIZE_NFD},         {"NFC", NORMALIZE_NFC},
        {"NFKD", NORMALIZE_NFKD},       {"NFKC", NORMALIZE_NFKC},
    };
    static const struct {
        const char *type;
        int (*read)(struct tokenizer *t, const json_t *x, struct err *e);
    } others[] = {
        {"BertNormalizer", read_bert_normalizer},
        {"Strip", read_strip},
        {"Replace", read_replace},
    };
    if (!x || json_is_null(x))
        return 0;
    const char *type = type_of(x);
    if (strcmp(type, "Sequence") == 0) {
        const json_t *list = json_object_get(x, "normalizers");
        for (size_t i = 0; i < json_array_size(list); i++)
            TRY(read_normalizer(t, json_array_get(list, i), e));
        return 0;
    }
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        if (strcmp(type, simple[i].type) == 0)
            return normalizer_add(&t->normalizer, simple[i].kind, e);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(type, others[i].type) == 0)
            return others[i].read(t, x, e);
    return err_set(e, ERR_UNSUPPORTED, "a normalizer of type %s is not supported", type);
}

/* ---- pre-tokenizer ---- */

static int read_punctuation(struct tokenizer *t, const json_t *x, struct err *e)
{
    const json_t *behavior = json_object_get(x, "behavior");
    const char *name = behavior ? json_string_value(behavior) : "Isolated";
    if (name && strcmp(name, "Isolated") == 0)
        return pretoken_add(&t->pretoken, PRETOKEN_PUNCTUATION, e);
    if (name && strcmp(name, "Removed") == 0)
        return pretoken_add(&t->pretoken, PRETOKEN_NO_PUNCTUATION, e);
    return err_set(e, ERR_UNSUPPORTED, "a Punctuation pre-tokenizer with behavior %s is not supported",
                   name ? name : "(none)");
}

static int read_pretokenizer(struct tokenizer *t, const json_t *x, struct err *e)
{
    if (!x || json_is_null(x))
        return 0;
    const char *type = type_of(x);
    if (strcmp(type, "Sequence") == 0) {
        const json_t *list = json_object_get(x, "pretokenizers");
        for (size_t i = 0; i < json_array_size(list); i++)
            TRY(read_pretokenizer(t, json_array_get(list, i), e));
        return 0;
    }
    if (strcmp(type, "Whitespace") == 0)
        return pretoken_add(&t->pretoken, PRETOKEN_WORD, e);
    if (strcmp(type, "Punctuation") == 0)
        return read_punctuation(t, x, e);
    bool bert = strcmp(type, "BertPreTokenizer") == 0;
    if (!bert && strcmp(type, "WhitespaceSplit") != 0)
        return err_set(e, ERR_UNSUPPORTED, "a pre-tokenizer of type %s is not supported", type);
    TRY(pretoken_add(&t->pretoken, PRETOKEN_SPACE, e));
    return bert ? pretoken_add(&t->pretoken, PRETOKEN_PUNCTUATION, e) : 0;
}

/* ---- post-processor ---- */

static int read_id(const struct tokenizer *t, const json_t *x, int32_t *id, struct err *e)
{
    json_int_t n = json_integer_value(x);
    if (!json_is_integer(x) || n < 0 || n >= t->vocab.ids || !vocab_text(&t->vocab, (int32_t)n))
        return err_set(e, ERR_FORMAT, "the post-processor names an id that is not in the vocabulary");
    *id = (int32_t)n;
    return 0;
}

static int add_piece(struct template *p, int kind, int32_t id, int32_t type, struct err *e)
{
    if (p->pieces == TEMPLATE_MAX_PIECES)
        return err_set(e, ERR_UNSUPPORTED, "a template has more than %d pieces", TEMPLATE_MAX_PIECES);
    template_add(p, kind, id, type);
    return 0;
}

/* A special token may stand for several ids. */
static int add_special(const struct tokenizer *t, struct template *p, const json_t *specials,
                       const json_t *piece, int32_t type, struct err *e)
{
    const char *name = json_string_value(json_object_get(piece, "id"));
    const json_t *ids = json_object_get(json_object_get(specials, name ? name : ""), "ids");
    if (json_array_size(ids) == 0)
        return err_set(e, ERR_FORMAT, "the template's token %s is not among its special_tokens",
                       name ? name : "?");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        int32_t id;
        TRY(read_id(t, json_array_get(ids, i), &id, e));
        TRY(add_piece(p, TEMPLATE_TOKEN, id, type, e));
    }
    return 0;
}

static int read_template(const struct tokenizer *t, struct template *p, const json_t *list,
                         const json_t *specials, bool pair, struct err *e)
{
    int count[3] = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *token = json_object_get(json_array_get(list, i), "SpecialToken");
        const json_t *text = json_object_get(json_array_get(list, i), "Sequence");
        const json_t *type = json_object_get(token ? token : text, "type_id");
        const char *name = json_string_value(json_object_get(text, "id"));
        int kind = token ? TEMPLATE_TOKEN : name && name[0] == 'B' ? TEMPLATE_B : TEMPLATE_A;
        json_int_t n = json_integer_value(type);
        if ((!token && !name) || n < 0 || n > 255)
            return err_set(e, ERR_FORMAT,
                           "a template has a piece that is neither a token nor a text, or a type "
                           "above 255");
        if (token)
            TRY(add_special(t, p, specials, token, (int32_t)n, e));
        else
            TRY(add_piece(p, kind, 0, (int32_t)n, e));
        count[kind]++;
    }
    if (count[TEMPLATE_A] != 1 || count[TEMPLATE_B] != pair)
        return err_set(e, ERR_UNSUPPORTED, "a template must hold each text once");
    return 0;
}

static int read_bert_processing(struct tokenizer *t, const json_t *x, struct err *e)
{
    int32_t cls, sep;
    TRY(read_id(t, json_array_get(json_object_get(x, "cls"), 1), &cls, e));
    TRY(read_id(t, json_array_get(json_object_get(x, "sep"), 1), &sep, e));
    tokenizer_bert_template(t, cls, sep);
    return 0;
}

static int read_postprocessor(struct tokenizer *t, const json_t *x, struct err *e)
{
    if (!x || json_is_null(x)) {
        template_add(&t->single, TEMPLATE_A, 0, 0);
        template_add(&t->pair, TEMPLATE_A, 0, 0);
        template_add(&t->pair, TEMPLATE_B, 0, 1);
        tokenizer_remark(
            t, "tokenizer.json has no post_processor, so no [CLS] and [SEP] are put around a text.");
        return 0;
    }
    if (strcmp(type_of(x), "BertProcessing") == 0)
        return read_bert_processing(t, x, e);
    if (strcmp(type_of(x), "TemplateProcessing") != 0)
        return err_set(e, ERR_UNSUPPORTED, "a post-processor of type %s is not supported", type_of(x));
    const json_t *specials = json_object_get(x, "special_tokens");
    TRY(read_template(t, &t->single, json_object_get(x, "single"), specials, false, e));
    return read_template(t, &t->pair, json_object_get(x, "pair"), specials, true, e);
}

/* ---- added tokens ---- */

static int read_added(struct tokenizer *t, const json_t *x, struct err *e)
{
    const json_t *content = json_object_get(x, "content"), *id = json_object_get(x, "id");
    const char *text = json_string_value(content);
    size_t n = json_string_length(content);
    json_int_t want = json_integer_value(id);
    if (!text || !json_is_integer(id) || want < 0 || want >= VOCAB_MAX_IDS)
        return err_set(e, ERR_FORMAT, "an added token has no text, or no id below %d", VOCAB_MAX_IDS);
    int32_t have = vocab_find(&t->vocab, text, n);
    struct added_token token = {
        .id = have >= 0 ? have : (int32_t)want,
        .single_word = tokenizer_flag(x, "single_word", false),
        .lstrip = tokenizer_flag(x, "lstrip", false),
        .rstrip = tokenizer_flag(x, "rstrip", false),
    };
    if (have >= 0 && have != want)
        tokenizer_remark(t,
                         "The added token %s has id %d in the vocabulary, which is used, and %lld beside it.",
                         text, (int)have, (long long)want);
    if (have < 0)
        TRY(vocab_label(&t->vocab, (int32_t)want, text, n, e));
    return tokenizer_put_added(t, text, n, &token,
                               tokenizer_flag(x, "normalized", !tokenizer_flag(x, "special", false)), e);
}

static int read_all_added(struct tokenizer *t, const json_t *list, struct err *e)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        TRY(read_added(t, json_array_get(list, i), e));
    return 0;
}

static int read_rest(struct tokenizer *t, const json_t *root, struct err *e)
{
    TRY(read_normalizer(t, json_object_get(root, "normalizer"), e));
    TRY(read_pretokenizer(t, json_object_get(root, "pre_tokenizer"), e));
    t->cuttable = normalizer_is_local(&t->normalizer) && pretoken_drops_space(&t->pretoken);
    TRY(read_all_added(t, json_object_get(root, "added_tokens"), e));
    return read_postprocessor(t, json_object_get(root, "post_processor"), e);
}

int tokenizer_parse_json(json_t **root, const char *json, size_t n, const struct json_range *entries, const char *path,
                         struct err *e)
{
    if (!entries)
        return tokenizer_parse_text(root, json, n, JSON_REJECT_DUPLICATES, path, e);
    struct str s;
    str_init(&s);
    str_add_n(&s, json, entries->from);
    str_add(&s, "{}");
    str_add_n(&s, json + entries->to, n - entries->to);
    int code = tokenizer_parse_text(root, s.text, s.len, JSON_REJECT_DUPLICATES, path, e);
    str_free(&s);
    return code;
}

int tokenizer_read_json_text(struct tokenizer *t, const char *json, size_t n, const char *name, struct err *e)
{
    json_t *root;
    struct json_range range;
    const struct json_range *entries = vocab_json_find(json, n, &range) ? &range : NULL;
    TRY(tokenizer_parse_json(&root, json, n, entries, name, e));
    int code = read_model(t, root, json, entries, e);
    if (code == 0)
        code = read_rest(t, root, e);
    json_decref(root);
    return code ? err_wrap(e, "%s", name) : 0;
}

int tokenizer_read_json(struct tokenizer *t, const char *dir, struct err *e)
{
    char path[4096];
    struct filemap m;
    snprintf(path, sizeof path, "%s/tokenizer.json", dir);
    TRY(tokenizer_map(&m, path, JSON_MAX_BYTES, e));
    int code = tokenizer_read_json_text(t, (const char *)m.data, m.size, path, e);
    filemap_close(&m);
    if (code == 0)
        tokenizer_compare(t, dir);
    return code;
}
