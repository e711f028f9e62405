#include "analyzer/model/wordpiece.h"

#include <stdlib.h>

int token_list_push(struct token_list *l, int32_t id, struct err *e)
{
    if (l->n < l->limit) {
        if (l->n == l->cap) {
            size_t cap = 2 * l->cap + 64;
            int32_t *p = realloc(l->id, cap * sizeof *p);
            if (!p)
                return err_set(e, ERR_NOMEM, "not enough memory for %zu tokens", cap);
            l->id = p;
            l->cap = cap;
        }
        l->id[l->n] = id;
    }
    l->n++;
    return 0;
}

void token_list_free(struct token_list *l)
{
    free(l->id);
    *l = (struct token_list){0};
}

static int starts_char(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t count_chars(const char *s, size_t n)
{
    size_t chars = 0;
    for (size_t i = 0; i < n; i++)
        chars += (size_t)starts_char(s[i]);
    return chars;
}

/* The longest entry that `prefix` and the front of `s` make: its id, and in `len` the bytes taken from `s`;
 * -1 if there is none. The hash of each front is kept on the way up and tried on the way down. Entries are
 * whole characters, so a front that ends inside one never matches. */
static int32_t longest_piece(const struct vocab *v, const char *prefix, size_t prefix_len, const char *s,
                             size_t n, size_t *len)
{
    uint64_t hash[VOCAB_MAX_TEXT + 1];
    uint64_t h = vocab_hash(v);
    if (prefix_len > v->longest)
        return -1;
    if (n > v->longest - prefix_len)
        n = v->longest - prefix_len;
    for (size_t i = 0; i < prefix_len; i++)
        h = vocab_hash_byte(h, prefix[i]);
    for (size_t i = 0; i < n; i++)
        hash[i + 1] = h = vocab_hash_byte(h, s[i]);
    for (*len = n; *len > 0; --*len) {
        int32_t id = vocab_find_hash(v, hash[*len], prefix, prefix_len, s, *len);
        if (id >= 0)
            return id;
    }
    return -1;
}

int wordpiece_encode(const struct wordpiece *w, const struct vocab *v, const char *word, size_t n,
                     struct token_list *out, struct err *e)
{
    size_t before = out->n;
    if (n > w->max_chars && count_chars(word, n) > w->max_chars)
        return token_list_push(out, w->unk, e);
    for (size_t i = 0, len = 0; i < n; i += len) {
        int32_t id = longest_piece(v, w->prefix, i ? w->prefix_len : 0, word + i, n - i, &len);
        if (id < 0) {
            out->n = before;
            return token_list_push(out, w->unk, e);
        }
        TRY(token_list_push(out, id, e));
    }
    return 0;
}
