#include "analyzer/model/vocab.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "analyzer/base/size.h"
#include "analyzer/base/text.h"

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "not enough memory for the vocabulary");
}

/* Mixes the state of FNV-1a so that its low bits depend on all of it. */
static uint64_t finish(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

uint64_t vocab_hash(const struct vocab *v)
{
    return 0xcbf29ce484222325u ^ v->seed;
}

static uint64_t hash_text(const struct vocab *v, const char *s, size_t n)
{
    uint64_t h = vocab_hash(v);
    for (size_t i = 0; i < n; i++)
        h = vocab_hash_byte(h, s[i]);
    return h;
}

static bool is_entry(const struct vocab *v, int32_t id, const char *head, size_t head_len, const char *tail,
                     size_t tail_len)
{
    const char *text = v->text + v->at[id] - 1;
    return strlen(text) == head_len + tail_len && memcmp(text, head, head_len) == 0 &&
           memcmp(text + head_len, tail, tail_len) == 0;
}

/* The slot of a text, or the free slot where it belongs. `v->slots` > 0. */
static size_t find_slot(const struct vocab *v, uint64_t finished, const char *head, size_t head_len,
                        const char *tail, size_t tail_len)
{
    size_t mask = v->slots - 1, i = (finished >> 32) & mask;
    while (v->slot[i] && (v->slot[i] >> 32 != finished >> 32 ||
                          !is_entry(v, (int32_t)(uint32_t)v->slot[i] - 1, head, head_len, tail, tail_len)))
        i = (i + 1) & mask;
    return i;
}

int32_t vocab_find_hash(const struct vocab *v, uint64_t h, const char *head, size_t head_len,
                        const char *tail, size_t tail_len)
{
    if (v->slots == 0 || head_len + tail_len > v->longest)
        return -1;
    return (int32_t)(uint32_t)v->slot[find_slot(v, finish(h), head, head_len, tail, tail_len)] - 1;
}

int32_t vocab_find(const struct vocab *v, const char *text, size_t n)
{
    return vocab_find_hash(v, hash_text(v, text, n), "", 0, text, n);
}

const char *vocab_text(const struct vocab *v, int32_t id)
{
    return id >= 0 && id < v->ids && v->at[id] ? v->text + v->at[id] - 1 : NULL;
}

static int grow_slots(struct vocab *v, struct err *e)
{
    size_t slots = v->slots ? 2 * v->slots : 1024;
    uint64_t *slot = calloc(slots, sizeof *slot);
    if (!slot)
        return no_memory(e);
    for (size_t i = 0; i < v->slots; i++)
        if (v->slot[i]) {
            size_t k = (v->slot[i] >> 32) & (slots - 1);
            while (slot[k])
                k = (k + 1) & (slots - 1);
            slot[k] = v->slot[i];
        }
    free(v->slot);
    v->slot = slot;
    v->slots = slots;
    return 0;
}

static int grow_ids(struct vocab *v, int32_t id, struct err *e)
{
    if (id >= v->at_cap) {
        int32_t cap = id < VOCAB_MAX_IDS / 2 ? 2 * id + 1024 : VOCAB_MAX_IDS;
        uint32_t *at = realloc(v->at, (size_t)cap * sizeof *at);
        if (!at)
            return no_memory(e);
        v->at = at;
        v->at_cap = cap;
    }
    if (id >= v->ids) {
        memset(v->at + v->ids, 0, (size_t)(id + 1 - v->ids) * sizeof *v->at);
        v->ids = id + 1;
    }
    return 0;
}

static int grow_text(struct vocab *v, size_t more, struct err *e)
{
    size_t need;
    if (!size_add(v->text_len, more, &need) || need >= UINT32_MAX)
        return err_set(e, ERR_UNSUPPORTED, "the vocabulary holds more than 4 GB of text");
    if (need <= v->text_cap)
        return 0;
    size_t cap = 2 * need + 4096;
    char *text = realloc(v->text, cap);
    if (!text)
        return no_memory(e);
    v->text = text;
    v->text_cap = cap;
    return 0;
}

static bool is_ascii(const char *s, size_t n)
{
    unsigned char all = 0;
    for (size_t i = 0; i < n; i++)
        all |= (unsigned char)s[i];
    return all < 0x80;
}

static int check(int32_t id, const char *text, size_t n, struct err *e)
{
    if (id < 0 || id >= VOCAB_MAX_IDS)
        return err_set(e, ERR_FORMAT, "id %d is not between 0 and %d", id, VOCAB_MAX_IDS - 1);
    if (n > VOCAB_MAX_TEXT)
        return err_set(e, ERR_FORMAT, "entry %d has %zu bytes; at most %d are allowed", id, n,
                       VOCAB_MAX_TEXT);
    if (memchr(text, '\0', n))
        return err_set(e, ERR_FORMAT, "entry %d holds a NUL byte", id);
    if (!is_ascii(text, n) && !text_is_utf8(text, n))
        return err_set(e, ERR_FORMAT, "entry %d is not UTF-8", id);
    return 0;
}

int vocab_label(struct vocab *v, int32_t id, const char *text, size_t n, struct err *e)
{
    TRY(check(id, text, n, e));
    const char *old = vocab_text(v, id);
    if (old)
        return err_set(e, ERR_FORMAT, "id %d is given to both '%s' and '%.*s'", id, old, (int)n, text);
    TRY(grow_ids(v, id, e));
    TRY(grow_text(v, n + 1, e));
    memcpy(v->text + v->text_len, text, n);
    v->text[v->text_len + n] = '\0';
    v->at[id] = (uint32_t)v->text_len + 1;
    v->text_len += n + 1;
    return 0;
}

int vocab_add(struct vocab *v, int32_t id, const char *text, size_t n, struct err *e)
{
    if (!v->seed && getrandom(&v->seed, sizeof v->seed, GRND_NONBLOCK) < 0)
        v->seed = (uintptr_t)v; /* better than nothing, early after boot */
    TRY(vocab_label(v, id, text, n, e));
    if (2 * (v->used + 1) > v->slots)
        TRY(grow_slots(v, e));
    uint64_t h = finish(hash_text(v, text, n));
    size_t i = find_slot(v, h, "", 0, text, n);
    if (v->slot[i])
        v->at[(int32_t)(uint32_t)v->slot[i] - 1] = 0;
    else
        v->used++;
    v->slot[i] = h >> 32 << 32 | (uint32_t)(id + 1);
    if (n > v->longest)
        v->longest = n;
    return 0;
}

const char *vocab_line(const char **at, const char *end, size_t *n)
{
    const char *from = *at, *stop = from;
    if (from == end)
        return NULL;
    while (stop < end && *stop != '\n' && *stop != '\r')
        stop++;
    *n = (size_t)(stop - from);
    *at = end - stop >= 2 && stop[0] == '\r' && stop[1] == '\n' ? stop + 2 : stop < end ? stop + 1 : end;
    return from;
}

int vocab_add_lines(struct vocab *v, const char *text, size_t n, struct err *e)
{
    const char *end = n ? text + n : text, *line; /* an empty file has no text to point into */
    size_t len;
    for (int32_t id = 0; (line = vocab_line(&text, end, &len)); id++)
        TRY(vocab_add(v, id, line, len, e));
    return 0;
}

void vocab_free(struct vocab *v)
{
    free(v->text);
    free(v->at);
    free(v->slot);
    *v = (struct vocab){0};
}
