#include "analyzer/model/vocab_build.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/unichar.h"
#include "analyzer/model/vocab_pairs.h"

static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

enum { SPECIALS = sizeof special / sizeof *special, STEP_LINES = 1024, STEP_MERGES = 256 };

/* A different word of the text. */
struct word {
    int64_t count;
    int at, pieces; /* its pieces in builder.piece */
};

/* A different character of the text. */
struct letter {
    int32_t c;
    int64_t count;
    bool inside; /* of a word, behind the first character */
};

struct builder {
    struct vocab words; /* text of word i; the same order as `word` */
    struct word *word;
    int word_cap;
    struct letter *letter; /* sorted by character */
    int letters, letter_cap;
    int32_t *piece; /* owned */
    struct vocab vocab;
    struct vocab_pairs pairs;
    const struct progress *progress;
    struct err *e;
};

static int no_memory(struct err *e)
{
    return err_set(e, ERR_NOMEM, "no memory to build a vocabulary");
}

/* ---- words --------------------------------------------------------------- */

static int count_word(struct builder *b, const char *text, size_t n)
{
    int32_t i = vocab_find(&b->words, text, n);
    if (i < 0) {
        i = b->words.ids;
        if (i >= b->word_cap) {
            int cap = 2 * b->word_cap + 1024;
            struct word *p = realloc(b->word, (size_t)cap * sizeof *p);
            if (!p)
                return no_memory(b->e);
            b->word = p;
            b->word_cap = cap;
        }
        TRY(vocab_add(&b->words, i, text, n, b->e));
        b->word[i] = (struct word){0};
    }
    b->word[i].count++;
    return 0;
}

static size_t count_chars(const char *text, size_t n)
{
    size_t chars = 0;
    int32_t c;
    for (size_t i = 0; i < n; chars++)
        i += unichar_decode(text + i, n - i, &c);
    return chars;
}

static int count_words(struct builder *b, const char *const *line, const size_t *len, int lines, bool lower_case)
{
    struct normalizer normalizer = {0};
    struct normalize_scratch scratch = {0};
    struct pretoken pretoken = {0};
    struct str text;
    str_init(&text);
    int code = tokenizer_bert_stages(&normalizer, &pretoken, true, lower_case, lower_case, b->e);
    for (int i = 0; code == 0 && i < lines; i++) {
        size_t at = 0, from = 0, to = 0;
        if (i % STEP_LINES == 0)
            code = progress_step(b->progress, "counting the words", i, lines, b->e);
        if (code == 0)
            code = normalizer_run(&normalizer, line[i], len[i], &text, &scratch, b->e);
        while (code == 0 && pretoken_next(&pretoken, text.text, text.len, &at, &from, &to))
            if (count_chars(text.text + from, to - from) <= TOKENIZER_MAX_CHARS)
                code = count_word(b, text.text + from, to - from);
    }
    normalize_scratch_free(&scratch);
    str_free(&text);
    return code;
}

/* ---- characters ---------------------------------------------------------- */

static int letter_find(const struct builder *b, int32_t c)
{
    int low = 0, high = b->letters;
    while (low < high) {
        int mid = low + (high - low) / 2;
        if (b->letter[mid].c < c)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int count_letter(struct builder *b, int32_t c, int64_t count, bool inside)
{
    int i = letter_find(b, c);
    if (i == b->letters || b->letter[i].c != c) {
        if (b->letters == b->letter_cap) {
            int cap = 2 * b->letter_cap + 256;
            struct letter *p = realloc(b->letter, (size_t)cap * sizeof *p);
            if (!p)
                return no_memory(b->e);
            b->letter = p;
            b->letter_cap = cap;
        }
        memmove(b->letter + i + 1, b->letter + i, (size_t)(b->letters - i) * sizeof *b->letter);
        b->letter[i] = (struct letter){.c = c};
        b->letters++;
    }
    b->letter[i].count += count;
    b->letter[i].inside |= inside;
    return 0;
}

static int count_letters(struct builder *b)
{
    for (int i = 0; i < b->words.ids; i++) {
        const char *text = vocab_text(&b->words, i);
        size_t n = strlen(text);
        int32_t c;
        for (size_t at = 0, from = 0; at < n; from = at) {
            at += unichar_decode(text + at, n - at, &c);
            TRY(count_letter(b, c, b->word[i].count, from > 0));
        }
    }
    return 0;
}

static int compare_letters_by_count(const void *a, const void *b)
{
    const struct letter *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return (x->c > y->c) - (x->c < y->c);
}

static int compare_letters(const void *a, const void *b)
{
    const struct letter *x = a, *y = b;
    return (x->c > y->c) - (x->c < y->c);
}

static void drop_rare_letters(struct builder *b)
{
    if (b->letters <= VOCAB_MAX_CHARS)
        return;
    qsort(b->letter, (size_t)b->letters, sizeof *b->letter, compare_letters_by_count);
    b->letters = VOCAB_MAX_CHARS;
    qsort(b->letter, (size_t)b->letters, sizeof *b->letter, compare_letters);
}

static int add_letter(struct builder *b, const struct letter *l, const char *prefix)
{
    char text[8];
    size_t n = strlen(prefix);
    memcpy(text, prefix, n);
    n += unichar_encode(text + n, l->c);
    return vocab_add(&b->vocab, b->vocab.ids, text, n, b->e);
}

static int add_alphabet(struct builder *b, int size)
{
    int need = SPECIALS + b->letters;
    for (int i = 0; i < b->letters; i++)
        need += b->letter[i].inside;
    if (need > size)
        return err_set(b->e, ERR_USAGE,
                       "a vocabulary of %d is too small for this text: its characters and the special tokens are %d", size,
                       need);
    for (int i = 0; i < SPECIALS; i++)
        TRY(vocab_add(&b->vocab, i, special[i], strlen(special[i]), b->e));
    for (int i = 0; i < b->letters; i++)
        TRY(add_letter(b, &b->letter[i], ""));
    for (int i = 0; i < b->letters; i++)
        if (b->letter[i].inside)
            TRY(add_letter(b, &b->letter[i], TOKENIZER_PREFIX));
    return 0;
}

/* ---- pieces -------------------------------------------------------------- */

/* The entry of a character; -1 if it was too rare to have one. */
static int32_t letter_piece(const struct builder *b, const char *c, size_t n, bool inside)
{
    char text[8] = TOKENIZER_PREFIX;
    size_t prefix = inside ? strlen(TOKENIZER_PREFIX) : 0;
    memcpy(text + prefix, c, n);
    return vocab_find(&b->vocab, text, prefix + n);
}

/* Cuts word i into characters; a word with a character that has no entry gets no pieces. */
static void cut_word(struct builder *b, int i, int at)
{
    const char *text = vocab_text(&b->words, i);
    size_t n = strlen(text), len;
    int32_t c;
    b->word[i].at = at;
    for (size_t from = 0; from < n; from += len) {
        len = unichar_decode(text + from, n - from, &c);
        int32_t id = letter_piece(b, text + from, len, from > 0);
        if (id < 0) {
            b->word[i].pieces = 0;
            return;
        }
        b->piece[at + b->word[i].pieces++] = id;
    }
}

static int cut_words(struct builder *b)
{
    size_t chars = 0;
    for (int i = 0; i < b->words.ids; i++) {
        const char *text = vocab_text(&b->words, i);
        chars += count_chars(text, strlen(text));
    }
    if (chars > INT_MAX || !(b->piece = malloc((chars + 1) * sizeof *b->piece)))
        return no_memory(b->e);
    for (int i = 0, at = 0; i < b->words.ids; at += b->word[i++].pieces)
        cut_word(b, i, at);
    return 0;
}

static int add_pairs(struct builder *b, int i)
{
    const struct word *w = &b->word[i];
    for (int k = 0; k + 1 < w->pieces; k++)
        TRY(vocab_pairs_add(&b->pairs, b->piece[w->at + k], b->piece[w->at + k + 1], w->count, i, b->e));
    return 0;
}

static bool holds_pair(const struct builder *b, const struct word *w, int32_t first, int32_t second)
{
    for (int k = 0; k + 1 < w->pieces; k++)
        if (b->piece[w->at + k] == first && b->piece[w->at + k + 1] == second)
            return true;
    return false;
}

/* Puts `id` where the pair stands in word i, from left to right. */
static int merge_word(struct builder *b, int i, int32_t first, int32_t second, int32_t id)
{
    struct word *w = &b->word[i];
    int32_t *piece = b->piece + w->at;
    int n = 0;
    if (!holds_pair(b, w, first, second))
        return 0;
    for (int k = 0; k + 1 < w->pieces; k++)
        vocab_pairs_remove(&b->pairs, piece[k], piece[k + 1], w->count);
    for (int k = 0; k < w->pieces; k++) {
        bool here = k + 1 < w->pieces && piece[k] == first && piece[k + 1] == second;
        piece[n++] = here ? id : piece[k];
        k += here;
    }
    w->pieces = n;
    return add_pairs(b, i);
}

/* Adds what two pieces make together. No other pair has made it before: what became of the characters inside a piece never
 * depended on their neighbours outside, or one of these would be in the piece. */
static int add_joined(struct builder *b, int32_t first, int32_t second)
{
    char text[VOCAB_MAX_TEXT + 1];
    const char *head = vocab_text(&b->vocab, first), *tail = vocab_text(&b->vocab, second) + strlen(TOKENIZER_PREFIX);
    size_t n = strlen(head), m = strlen(tail);
    assert(n + m <= VOCAB_MAX_TEXT); /* a word has at most TOKENIZER_MAX_CHARS characters */
    memcpy(text, head, n);
    memcpy(text + n, tail, m);
    assert(vocab_find(&b->vocab, text, n + m) < 0);
    return vocab_add(&b->vocab, b->vocab.ids, text, n + m, b->e);
}

static int merge_pair(struct builder *b, const struct vocab_pair *best)
{
    int32_t first = (int32_t)(best->key >> 32), second = (int32_t)(best->key & UINT32_MAX), id = b->vocab.ids;
    int words = best->words;
    int *word = malloc((size_t)words * sizeof *word); /* `best` moves when the table grows */
    if (!word)
        return no_memory(b->e);
    memcpy(word, best->word, (size_t)words * sizeof *word);
    int code = add_joined(b, first, second);
    for (int k = 0; code == 0 && k < words; k++)
        code = merge_word(b, word[k], first, second, id);
    free(word);
    return code;
}

static int merge_pairs(struct builder *b, int size)
{
    for (int i = 0; i < b->words.ids; i++)
        TRY(add_pairs(b, i));
    for (int i = 0; b->vocab.ids < size; i++) {
        const struct vocab_pair *best;
        if (i % STEP_MERGES == 0)
            TRY(progress_step(b->progress, "merging pieces", b->vocab.ids, size, b->e));
        TRY(vocab_pairs_best(&b->pairs, &best, b->e));
        if (!best || best->count < VOCAB_MIN_COUNT)
            return 0;
        TRY(merge_pair(b, best));
    }
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

static int build(struct builder *b, int size)
{
    TRY(count_letters(b));
    drop_rare_letters(b);
    TRY(add_alphabet(b, size));
    TRY(cut_words(b));
    return merge_pairs(b, size);
}

int vocab_build(struct str *out, const char *const *line, const size_t *len, int lines, int size, bool lower_case,
                const struct progress *progress, struct err *e)
{
    struct builder b = {.progress = progress, .e = e};
    int code = count_words(&b, line, len, lines, lower_case);
    if (code == 0)
        code = build(&b, size);
    for (int32_t i = 0; code == 0 && i < b.vocab.ids; i++)
        str_addf(out, "%s\n", vocab_text(&b.vocab, i));
    vocab_pairs_free(&b.pairs);
    vocab_free(&b.vocab);
    vocab_free(&b.words);
    free(b.piece);
    free(b.letter);
    free(b.word);
    return code;
}
