/* A tokenizer with fewer entries. Its files are written in memory and read like those of a directory, so that it is what somebody who
 * opens the saved model will have. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/unichar.h"

static bool is_character(const char *s, size_t n)
{
    int32_t c;
    return n > 0 && unichar_decode(s, n, &c) == n;
}

static bool is_single(const struct wordpiece *w, const char *text)
{
    size_t n = strlen(text);
    bool continues = n > w->prefix_len && memcmp(text, w->prefix, w->prefix_len) == 0;
    return is_character(text, n) || (continues && is_character(text + w->prefix_len, n - w->prefix_len));
}

static void keep_added(const struct added *a, bool *keep)
{
    for (size_t i = 0; i < a->tokens; i++)
        keep[a->token[i].id] = true;
}

static void keep_template(const struct template *p, bool *keep)
{
    for (int i = 0; i < p->pieces; i++)
        if (p->piece[i].kind == TEMPLATE_TOKEN)
            keep[p->piece[i].id] = true;
}

void tokenizer_keep_basic(const struct tokenizer *t, bool *keep)
{
    keep[t->wordpiece.unk] = true;
    keep_added(&t->raw, keep);
    keep_added(&t->normalized, keep);
    keep_template(&t->single, keep);
    keep_template(&t->pair, keep);
    for (int32_t id = 0; id < t->vocab.ids; id++)
        if (vocab_text(&t->vocab, id) && is_single(&t->wordpiece, vocab_text(&t->vocab, id)))
            keep[id] = true;
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* What ids become. */
struct renumbering {
    const struct tokenizer *t;
    int32_t *to; /* [vocab.ids] -1 = gone; owned */
};

static int renumber(struct renumbering *r, const struct tokenizer *t, const bool *keep, struct err *e)
{
    int32_t n = 0;
    *r = (struct renumbering){t, malloc((size_t)t->vocab.ids * sizeof *r->to + 1)};
    if (!r->to)
        return err_set(e, ERR_NOMEM, "no memory for %d ids", t->vocab.ids);
    for (int32_t id = 0; id < t->vocab.ids; id++)
        r->to[id] = keep[id] && vocab_text(&t->vocab, id) ? n++ : -1;
    return 0;
}

/* Of an id that a file names, which may be any. */
static int32_t new_id(const struct renumbering *r, const json_t *id)
{
    json_int_t x = json_is_integer(id) ? json_integer_value(id) : -1;
    return x >= 0 && x < r->t->vocab.ids ? r->to[x] : -1;
}

/* ---- vocab.txt ------------------------------------------------------------------------------------------------- */

static void write_lines(struct str *out, const struct renumbering *r)
{
    for (int32_t id = 0; id < r->t->vocab.ids; id++)
        if (r->to[id] >= 0)
            str_addf(out, "%s\n", vocab_text(&r->t->vocab, id));
}

/* ---- tokenizer.json -------------------------------------------------------------------------------------------- */

/* Entries that are looked for; added tokens beside the vocabulary have an id, and are none. */
static bool is_entry(const struct vocab *v, int32_t id)
{
    const char *text = vocab_text(v, id);
    return text && vocab_find(v, text, strlen(text)) == id;
}

static bool renumber_entries(const struct renumbering *r, json_t *root)
{
    json_t *vocab = json_object();
    bool ok = vocab != NULL;
    for (int32_t id = 0; ok && id < r->t->vocab.ids; id++)
        if (r->to[id] >= 0 && is_entry(&r->t->vocab, id))
            ok = json_object_set_new(vocab, vocab_text(&r->t->vocab, id), json_integer(r->to[id])) == 0;
    return json_object_set_new(json_object_get(root, "model"), "vocab", vocab) == 0 && ok;
}

/* Of a text that is in the vocabulary the id there counts, whatever is said beside it. */
static bool renumber_added(const struct renumbering *r, json_t *root)
{
    json_t *list = json_object_get(root, "added_tokens");
    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *x = json_array_get(list, i), *content = json_object_get(x, "content");
        int32_t have = vocab_find(&r->t->vocab, json_string_value(content), json_string_length(content));
        int32_t id = have >= 0 ? r->to[have] : new_id(r, json_object_get(x, "id"));
        if (id < 0)
            json_array_remove(list, i);
        else if (json_object_set_new(x, "id", json_integer(id)) != 0)
            return false;
    }
    return true;
}

/* All ids of a list; false if one of them is gone. */
static bool renumber_list(const struct renumbering *r, json_t *ids)
{
    bool ok = true;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        int32_t id = new_id(r, json_array_get(ids, i));
        ok = id >= 0 && json_array_set_new(ids, i, json_integer(id)) == 0 && ok;
    }
    return ok;
}

/* Of a template: a token that it does not use may be gone. */
static void renumber_specials(const struct renumbering *r, json_t *specials)
{
    void *next;
    const char *name;
    json_t *x;
    json_object_foreach_safe(specials, next, name, x)
        if (!renumber_list(r, json_object_get(x, "ids")))
            json_object_del(specials, name);
}

static bool renumber_pair(const struct renumbering *r, json_t *pair)
{
    return !pair || json_array_set_new(pair, 1, json_integer(new_id(r, json_array_get(pair, 1)))) == 0;
}

static bool renumber_post(const struct renumbering *r, json_t *root)
{
    json_t *post = json_object_get(root, "post_processor");
    renumber_specials(r, json_object_get(post, "special_tokens"));
    return renumber_pair(r, json_object_get(post, "cls")) && renumber_pair(r, json_object_get(post, "sep"));
}

/* Filling up is not for this program, but others read the file. */
static bool renumber_padding(const struct renumbering *r, json_t *root)
{
    json_t *padding = json_object_get(root, "padding");
    int32_t id = new_id(r, json_object_get(padding, "pad_id"));
    if (!json_is_object(padding))
        return true;
    return id >= 0 ? json_object_set_new(padding, "pad_id", json_integer(id)) == 0
                   : json_object_set_new(root, "padding", json_null()) == 0;
}

static int write_json(struct str *out, const struct renumbering *r, struct err *e)
{
    const struct filemap *f = &r->t->file[TOKENIZER_JSON];
    const char *json = (const char *)f->data;
    struct json_range range;
    json_t *root;
    TRY(tokenizer_parse_json(&root, json, f->size, vocab_json_find(json, f->size, &range) ? &range : NULL, "tokenizer.json", e));
    bool ok = renumber_entries(r, root) && renumber_added(r, root) && renumber_post(r, root) && renumber_padding(r, root);
    char *text = ok ? json_dumps(root, JSON_INDENT(2)) : NULL;
    if (text)
        str_addf(out, "%s\n", text);
    json_decref(root);
    free(text);
    return text ? 0 : err_set(e, ERR_NOMEM, "no memory for tokenizer.json");
}

/* ---- the tokenizer --------------------------------------------------------------------------------------------- */

static int put_file(struct tokenizer *t, enum tokenizer_file i, const struct str *s, struct err *e)
{
    return filemap_copy(&t->file[i], s->text, s->len, e);
}

static int write_files(struct tokenizer *t, const struct renumbering *r, struct err *e)
{
    const struct filemap *had = r->t->file;
    struct str s;
    int code = 0;
    str_init(&s);
    if (had[TOKENIZER_VOCAB].data) {
        write_lines(&s, r);
        code = put_file(t, TOKENIZER_VOCAB, &s, e);
    }
    str_clear(&s);
    if (code == 0 && had[TOKENIZER_JSON].data) {
        code = write_json(&s, r, e);
        if (code == 0)
            code = put_file(t, TOKENIZER_JSON, &s, e);
    }
    str_free(&s);
    if (code == 0 && had[TOKENIZER_CONFIG].data)
        code = filemap_copy(&t->file[TOKENIZER_CONFIG], had[TOKENIZER_CONFIG].data, had[TOKENIZER_CONFIG].size, e);
    return code;
}

static int read_files(struct tokenizer *t, struct err *e)
{
    const struct filemap *json = &t->file[TOKENIZER_JSON], *vocab = &t->file[TOKENIZER_VOCAB], *config = &t->file[TOKENIZER_CONFIG];
    json_t *settings = NULL;
    if (json->data)
        return tokenizer_read_json_text(t, (const char *)json->data, json->size, "tokenizer.json", e);
    if (config->data)
        TRY(tokenizer_parse_text(&settings, (const char *)config->data, config->size, JSON_DECODE_INT_AS_REAL, "tokenizer_config.json",
                                 e));
    int code = tokenizer_read_vocab_text(t, (const char *)vocab->data, vocab->size, settings, e);
    json_decref(settings);
    return code;
}

int tokenizer_keep(struct tokenizer **out, const struct tokenizer *t, const bool *keep, struct err *e)
{
    struct renumbering r;
    struct tokenizer *less = NULL;
    *out = NULL;
    int code = renumber(&r, t, keep, e);
    if (code == 0)
        code = tokenizer_new(&less, e);
    if (code == 0)
        code = write_files(less, &r, e);
    if (code == 0)
        code = read_files(less, e);
    free(r.to);
    if (code != 0)
        tokenizer_free(less);
    else
        *out = less;
    return code == 0 ? 0 : err_wrap(e, "the smaller vocabulary");
}
