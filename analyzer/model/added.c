#include "analyzer/model/added.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/unichar.h"

static int grow(void *array, size_t *cap, size_t used, size_t size, struct err *e)
{
    void **p = array;
    if (used < *cap)
        return 0;
    void *bigger = realloc(*p, (2 * used + 64) * size);
    if (!bigger)
        return err_set(e, ERR_NOMEM, "not enough memory for the added tokens");
    *p = bigger;
    *cap = 2 * used + 64;
    return 0;
}

static int new_node(struct added *a, unsigned char byte, struct err *e)
{
    TRY(grow(&a->node, &a->node_cap, a->nodes, sizeof *a->node, e));
    a->node[a->nodes++] = (struct added_node){.token = -1, .byte = byte};
    return 0;
}

static uint32_t child_of(const struct added *a, uint32_t node, unsigned char byte)
{
    uint32_t k = a->node[node].child;
    while (k && a->node[k].byte != byte)
        k = a->node[k].next;
    return k;
}

int added_put(struct added *a, const char *text, size_t n, const struct added_token *token, struct err *e)
{
    uint32_t at = 0;
    if (a->tokens == ADDED_MAX)
        return err_set(e, ERR_UNSUPPORTED, "there are more than %d added tokens", ADDED_MAX);
    if (a->nodes == 0)
        TRY(new_node(a, 0, e));
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)text[i];
        uint32_t k = child_of(a, at, byte);
        if (!k) {
            k = (uint32_t)a->nodes;
            TRY(new_node(a, byte, e));
            a->node[k].next = a->node[at].child;
            a->node[at].child = k;
        }
        at = k;
    }
    TRY(grow(&a->token, &a->token_cap, a->tokens, sizeof *a->token, e));
    a->node[at].token = (int32_t)a->tokens;
    a->token[a->tokens++] = *token;
    a->first[(unsigned char)text[0]] = true;
    return 0;
}

/* The longest token at the front of `s`: its index and length, or -1. */
static int32_t longest(const struct added *a, const char *s, size_t n, size_t *len)
{
    int32_t best = -1;
    uint32_t at = 0;
    for (size_t i = 0; i < n && (at = child_of(a, at, (unsigned char)s[i])); i++)
        if (a->node[at].token >= 0) {
            best = a->node[at].token;
            *len = i + 1;
        }
    return best;
}

static bool stands_alone(const char *text, size_t n, size_t from, size_t to)
{
    int32_t c;
    if (from > 0 && unichar_is_word(unichar_last(text, from)))
        return false;
    if (to == n)
        return true;
    unichar_decode(text + to, n - to, &c);
    return !unichar_is_word(c);
}

static size_t spaces_start(const char *text, size_t end, size_t least)
{
    while (end > least && unichar_is_space(unichar_last(text, end)))
        do
            end--;
        while (end > least && ((unsigned char)text[end] & 0xc0) == 0x80);
    return end;
}

static size_t spaces_end(const char *text, size_t n, size_t at)
{
    while (at < n) {
        int32_t c;
        size_t len = unichar_decode(text + at, n - at, &c);
        if (!unichar_is_space(c))
            break;
        at += len;
    }
    return at;
}

/* Moves the walk to the next token, if there is one. */
static bool find(const struct added *a, const char *text, size_t n, struct added_walk *w)
{
    while (w->look < n) {
        size_t len = 0, from = w->look;
        int32_t k = a->first[(unsigned char)text[from]] ? longest(a, text + from, n - from, &len) : -1;
        w->look += k < 0 ? 1 : len;
        if (k < 0 || (a->token[k].single_word && !stands_alone(text, n, from, from + len)))
            continue;
        const struct added_token *token = &a->token[k];
        w->id = token->id;
        w->from = token->lstrip ? spaces_start(text, from, w->done < from ? w->done : from) : from;
        w->to = token->rstrip ? spaces_end(text, n, from + len) : from + len;
        return true;
    }
    return false;
}

bool added_next(const struct added *a, const char *text, size_t n, struct added_walk *w, size_t *from,
                size_t *to, int32_t *id)
{
    if (w->to == 0 && !find(a, text, n, w))
        w->from = n;
    *id = -1;
    *from = w->done;
    if (w->done < w->from) {
        *to = w->done = w->from;
        return true;
    }
    if (w->to == 0)
        return false;
    *to = w->done = w->to;
    *id = w->id;
    w->to = 0;
    return true;
}

void added_free(struct added *a)
{
    free(a->node);
    free(a->token);
    *a = (struct added){0};
}
