#include "analyzer/model/vocab_pairs.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/base/rng.h"

/* Makes room for one more item of `size` bytes in a growing array. */
static int room(void **array, size_t n, size_t *cap, size_t size, struct err *e)
{
    if (n < *cap)
        return 0;
    size_t more = 2 * *cap + 64;
    void *p = realloc(*array, more * size);
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory to count the pairs of a vocabulary");
    *array = p;
    *cap = more;
    return 0;
}

/* ---- the table ----------------------------------------------------------- */

static uint64_t key_of(int32_t a, int32_t b)
{
    return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

/* The slot of a key, or the free one where it would be. */
static struct vocab_pair *slot_of(struct vocab_pair *pair, size_t slots, uint64_t key)
{
    size_t i = rng_u64(0, key) & (slots - 1);
    while (pair[i].words > 0 && pair[i].key != key)
        i = (i + 1) & (slots - 1);
    return &pair[i];
}

static int enlarge(struct vocab_pairs *p, struct err *e)
{
    size_t slots = p->slots ? 2 * p->slots : 1024;
    struct vocab_pair *pair = calloc(slots, sizeof *pair);
    if (!pair)
        return err_set(e, ERR_NOMEM, "no memory to count %zu pairs of a vocabulary", slots);
    for (size_t i = 0; i < p->slots; i++)
        if (p->pair[i].words > 0)
            *slot_of(pair, slots, p->pair[i].key) = p->pair[i];
    free(p->pair);
    p->pair = pair;
    p->slots = slots;
    return 0;
}

static int note_word(struct vocab_pair *x, int word, struct err *e)
{
    if (x->words > 0 && x->word[x->words - 1] == word)
        return 0;
    size_t cap = (size_t)x->word_cap;
    void *list = x->word;
    TRY(room(&list, (size_t)x->words, &cap, sizeof *x->word, e));
    x->word = list;
    x->word_cap = (int)cap;
    x->word[x->words++] = word;
    return 0;
}

static int note_growth(struct vocab_pairs *p, uint64_t key, struct err *e)
{
    void *list = p->grown;
    TRY(room(&list, p->growns, &p->grown_cap, sizeof *p->grown, e));
    p->grown = list;
    p->grown[p->growns++] = key;
    return 0;
}

int vocab_pairs_add(struct vocab_pairs *p, int32_t a, int32_t b, int64_t count, int word, struct err *e)
{
    uint64_t key = key_of(a, b);
    if (2 * (p->used + 1) > p->slots)
        TRY(enlarge(p, e));
    struct vocab_pair *x = slot_of(p->pair, p->slots, key);
    bool fresh = x->words == 0;
    TRY(note_word(x, word, e));
    x->key = key;
    p->used += fresh;
    x->count += count;
    return x->count > x->queued ? note_growth(p, key, e) : 0;
}

void vocab_pairs_remove(struct vocab_pairs *p, int32_t a, int32_t b, int64_t count)
{
    struct vocab_pair *x = slot_of(p->pair, p->slots, key_of(a, b));
    assert(x->words > 0 && x->count >= count);
    x->count -= count;
}

/* ---- the heap ------------------------------------------------------------ */

static bool is_before(const struct vocab_queued *a, const struct vocab_queued *b)
{
    return a->count != b->count ? a->count > b->count : a->key < b->key;
}

static void swap(struct vocab_queued *a, struct vocab_queued *b)
{
    struct vocab_queued t = *a;
    *a = *b;
    *b = t;
}

static int push(struct vocab_pairs *p, struct vocab_pair *x, struct err *e)
{
    void *list = p->heap;
    TRY(room(&list, p->heaped, &p->heap_cap, sizeof *p->heap, e));
    p->heap = list;
    size_t i = p->heaped++;
    p->heap[i] = (struct vocab_queued){x->count, x->key};
    for (; i > 0 && is_before(&p->heap[i], &p->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(&p->heap[i], &p->heap[(i - 1) / 2]);
    x->queued = x->count;
    return 0;
}

static void pop(struct vocab_pairs *p)
{
    p->heap[0] = p->heap[--p->heaped];
    for (size_t i = 0, low;; i = low) {
        low = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < p->heaped; child++)
            if (is_before(&p->heap[child], &p->heap[low]))
                low = child;
        if (low == i)
            return;
        swap(&p->heap[i], &p->heap[low]);
    }
}

static int queue_grown(struct vocab_pairs *p, struct err *e)
{
    for (size_t i = 0; i < p->growns; i++) {
        struct vocab_pair *x = slot_of(p->pair, p->slots, p->grown[i]);
        if (x->count > x->queued)
            TRY(push(p, x, e));
    }
    p->growns = 0;
    return 0;
}

int vocab_pairs_best(struct vocab_pairs *p, const struct vocab_pair **out, struct err *e)
{
    *out = NULL;
    TRY(queue_grown(p, e));
    while (p->heaped > 0) {
        struct vocab_queued top = p->heap[0];
        struct vocab_pair *x = slot_of(p->pair, p->slots, top.key);
        if (top.count == x->queued && top.count == x->count) {
            *out = x->count > 0 ? x : NULL;
            return 0;
        }
        pop(p);
        if (top.count == x->queued)
            TRY(push(p, x, e));
    }
    return 0;
}

void vocab_pairs_free(struct vocab_pairs *p)
{
    for (size_t i = 0; i < p->slots; i++)
        free(p->pair[i].word);
    free(p->pair);
    free(p->heap);
    free(p->grown);
    *p = (struct vocab_pairs){0};
}
