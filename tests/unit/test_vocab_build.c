/* vocab_build: WordPiece vocabularies made from text. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/rng.h"
#include "analyzer/base/str.h"
#include "analyzer/data/demo_text.h"
#include "analyzer/data/lines.h"
#include "analyzer/model/tokenizer_parts.h"
#include "analyzer/model/unichar.h"
#include "analyzer/model/vocab_build.h"

static int build(struct str *out, const struct lines *l, int size, bool lower, struct err *e)
{
    const char **line = calloc((size_t)l->n + 1, sizeof *line);
    size_t *len = calloc((size_t)l->n + 1, sizeof *len);
    CU_ASSERT_FATAL(line && len);
    for (int i = 0; i < l->n; i++) {
        line[i] = l->line[i].text;
        len[i] = l->line[i].len;
    }
    str_init(out);
    int code = vocab_build(out, line, len, l->n, size, lower, NULL, e);
    free(line);
    free(len);
    return code;
}

static int build_text(struct str *out, const char *text, int size, bool lower, struct err *e)
{
    struct lines l;
    CU_ASSERT_EQUAL_FATAL(lines_split(&l, text, strlen(text), "t", NULL), 0);
    int code = build(out, &l, size, lower, e);
    lines_free(&l);
    return code;
}

#define SPECIALS "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"

/* The words of Sennrich et al. 2016, figure 1, with "lower" twice. By hand: (##e ##s) and (##s ##t) stand 9 times, and ##e
 * comes first; then (##es ##t); l, o, w 7 times from the left; of 6: (n ##e) 9+16, (##w ##est) 22+24 before (ne ##w)
 * 27+22; and so on. */
static const char sennrich[] = "low low low low low\nlower lower\nnewest newest newest newest newest newest\n"
                               "widest widest widest";
static const char sennrich_chars[] = SPECIALS "d\ne\ni\nl\nn\no\nr\ns\nt\nw\n##d\n##e\n##i\n##o\n##r\n##s\n##t\n##w\n";
static const char *const sennrich_merges[] = {"##es", "##est", "lo", "low", "ne", "##west", "newest", "wi", "##dest",
                                              "widest", "##er", "lower"};

static void merges_as_by_hand(void)
{
    enum { CHARS = 23, MERGES = sizeof sennrich_merges / sizeof *sennrich_merges };
    for (int size = CHARS; size < CHARS + MERGES + 3; size++) {
        struct str got, want;
        str_init(&want);
        str_add(&want, sennrich_chars);
        for (int i = 0; i < size - CHARS && i < MERGES; i++)
            str_addf(&want, "%s\n", sennrich_merges[i]);
        CU_ASSERT_EQUAL(build_text(&got, sennrich, size, true, NULL), 0);
        CU_ASSERT_STRING_EQUAL(got.text, want.text);
        str_free(&got);
        str_free(&want);
    }
}

static void small_texts(void)
{
    static const struct {
        const char *text;
        bool lower;
        int size;
        const char *vocab; /* behind the special tokens */
    } cases[] = {
        {"", true, 5, ""},
        {" \t\n", true, 99, ""},
        {"a", true, 6, "a\n"},
        {"Ab \xc3\x84" "b", true, 99, "a\nb\n##b\nab\n"},          /* lower case, accents */
        {"Ab ab", false, 99, "A\na\nb\n##b\n"},                     /* two words, once each */
        {"aaaa aaaa", true, 99, "a\n##a\n##aa\naaa\naaaa\n"},       /* pairs that overlap */
        {"a,a", true, 99, ",\na\n"},                                /* punctuation stands alone */
        {"\xe4\xb8\xad\xe6\x96\x87", true, 99, "\xe4\xb8\xad\n\xe6\x96\x87\n"}, /* and so do ideographs */
        {"abc xbc abc xbc", true, 99, "a\nb\nc\nx\n##b\n##c\n##bc\nabc\nxbc\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got;
        CU_ASSERT_EQUAL(build_text(&got, cases[i].text, cases[i].size, cases[i].lower, NULL), 0);
        CU_ASSERT_TRUE_FATAL(strncmp(got.text, SPECIALS, strlen(SPECIALS)) == 0);
        CU_ASSERT_STRING_EQUAL(got.text + strlen(SPECIALS), cases[i].vocab);
        str_free(&got);
    }
}

static void refuses_a_size_below_the_characters(void)
{
    struct str got;
    struct err e = {0};
    CU_ASSERT_EQUAL(build_text(&got, sennrich, 22, true, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(
        e.text, "a vocabulary of 22 is too small for this text: its characters and the special tokens are 23");
    CU_ASSERT_EQUAL(got.len, 0);
    str_free(&got);
}

static void a_long_word_is_left_out(void)
{
    struct str text, got;
    str_init(&text);
    str_repeat(&text, 'x', 101);
    CU_ASSERT_EQUAL(build_text(&got, text.text, 99, true, NULL), 0);
    CU_ASSERT_STRING_EQUAL(got.text, SPECIALS);
    str_free(&got);
    str_clear(&text);
    str_repeat(&text, 'x', 100);
    CU_ASSERT_EQUAL(build_text(&got, text.text, 99, true, NULL), 0);
    CU_ASSERT_STRING_EQUAL(got.text, SPECIALS "x\n##x\n##xx\n##xxxx\n##xxxxxxxx\n##xxxxxxxxxxxxxxxx\n"
                                              "##xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
                                              "##xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    str_free(&got);
    str_free(&text);
}

static void rare_characters_have_no_entry(void)
{
    struct str text, got;
    str_init(&text);
    for (int32_t c = 0x4e00; c < 0x4e00 + VOCAB_MAX_CHARS; c++) {
        char bytes[4];
        size_t n = unichar_encode(bytes, c);
        str_add_n(&text, bytes, n);
        str_add_n(&text, bytes, n);
    }
    str_add(&text, "q"); /* once, so it is the rarest */
    CU_ASSERT_EQUAL(build_text(&got, text.text, 2 * VOCAB_MAX_CHARS, true, NULL), 0);
    CU_ASSERT_PTR_NULL(strstr(got.text, "\nq\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(got.text, "\n\xe4\xb8\x80\n"));
    str_free(&got);
    str_free(&text);
}

/* ---- the same, counted anew for every merge ------------------------------- */

enum { SLOW_WORDS = 40, SLOW_PIECES = 12, SLOW_TEXT = 20, SLOW_ENTRIES = 120, SLOW_LETTERS = 3 };

/* Words over few letters, so that pairs overlap and merge in several ways; each stands once. */
struct slow {
    char entry[SLOW_ENTRIES][SLOW_TEXT];
    int entries;
    int word[SLOW_WORDS][SLOW_PIECES], pieces[SLOW_WORDS];
};

static int slow_entry(struct slow *s, const char *text)
{
    for (int i = 0; i < s->entries; i++)
        if (strcmp(s->entry[i], text) == 0)
            return i;
    CU_ASSERT_FATAL(s->entries < SLOW_ENTRIES);
    strcpy(s->entry[s->entries], text);
    return s->entries++;
}

static int slow_count(const struct slow *s, int a, int b)
{
    int n = 0;
    for (int i = 0; i < SLOW_WORDS; i++)
        for (int k = 0; k + 1 < s->pieces[i]; k++)
            n += s->word[i][k] == a && s->word[i][k + 1] == b;
    return n;
}

static int slow_best(const struct slow *s, int *a, int *b)
{
    int most = 0;
    for (int i = 0; i < s->entries; i++)
        for (int k = 0; k < s->entries; k++)
            if (slow_count(s, i, k) > most) {
                most = slow_count(s, i, k);
                *a = i;
                *b = k;
            }
    return most;
}

static void slow_merge(struct slow *s, int a, int b)
{
    char text[2 * SLOW_TEXT];
    snprintf(text, sizeof text, "%s%s", s->entry[a], s->entry[b] + 2);
    int id = slow_entry(s, text);
    for (int i = 0; i < SLOW_WORDS; i++)
        for (int k = 0; k + 1 < s->pieces[i]; k++)
            if (s->word[i][k] == a && s->word[i][k + 1] == b) {
                s->word[i][k] = id;
                for (int j = k + 1; j + 1 < s->pieces[i]; j++)
                    s->word[i][j] = s->word[i][j + 1];
                s->pieces[i]--;
            }
}

/* Words of random length, and the text that holds them. */
static void slow_words(struct slow *s, struct str *text, uint64_t seed)
{
    static const char *const entries[] = {"a", "b", "c", "##a", "##b", "##c"};
    *s = (struct slow){0};
    for (int i = 0; i < 2 * SLOW_LETTERS; i++)
        (void)slow_entry(s, entries[i]);
    for (int i = 0; i < SLOW_WORDS; i++) {
        s->pieces[i] = i == 0 ? SLOW_PIECES : 1 + (int)(rng_u64(seed, (uint64_t)i) % SLOW_PIECES);
        for (int k = 0; k < s->pieces[i]; k++) {
            int letter = i == 0 ? k % SLOW_LETTERS : (int)(rng_u64(seed + 1, (uint64_t)(i * SLOW_PIECES + k)) >> 40) % 9;
            letter = letter < SLOW_LETTERS ? letter : 0; /* mostly a */
            s->word[i][k] = letter + (k > 0 ? SLOW_LETTERS : 0);
            str_add(text, s->entry[letter]);
        }
        str_add(text, " ");
    }
    str_add(text, "b c"); /* every letter also begins a word, as the entries say */
}

static void agrees_with_the_slow_way(void)
{
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct slow s;
        struct str text, got, want;
        int a = 0, b = 0;
        str_init(&text);
        str_init(&want);
        slow_words(&s, &text, 1000 * seed);
        while (s.entries < SLOW_ENTRIES - 1 && slow_best(&s, &a, &b) >= VOCAB_MIN_COUNT)
            slow_merge(&s, a, b);
        str_add(&want, SPECIALS);
        for (int i = 0; i < s.entries; i++)
            str_addf(&want, "%s\n", s.entry[i]);
        CU_ASSERT_EQUAL(build_text(&got, text.text, 5 + SLOW_ENTRIES - 1, true, NULL), 0);
        CU_ASSERT_STRING_EQUAL(got.text, want.text);
        str_free(&text);
        str_free(&got);
        str_free(&want);
    }
}

/* ---- laws ----------------------------------------------------------------- */

/* A tokenizer with the vocabulary knows every word of the text it was made from. */
static void check_no_unknown(const struct lines *l, const struct str *vocab)
{
    struct tokenizer *t;
    struct encoding x = {0};
    int unknown = 0;
    CU_ASSERT_EQUAL_FATAL(tokenizer_new(&t, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(tokenizer_read_vocab_text(t, vocab->text, vocab->len, NULL, NULL), 0);
    for (int i = 0; i < l->n; i++) {
        CU_ASSERT_EQUAL_FATAL(tokenizer_encode(t, l->line[i].text, l->line[i].len, NULL, 0, 4096, &x, NULL), 0);
        for (int k = 0; k < x.n; k++)
            unknown += x.id[k] == 1;
    }
    CU_ASSERT_EQUAL(unknown, 0);
    encoding_free(&x);
    tokenizer_free(t);
}

static int count_lines(const struct str *s)
{
    int n = 0;
    for (size_t i = 0; i < s->len; i++)
        n += s->text[i] == '\n';
    return n;
}

static void check_laws(const struct lines *l, const int *size, int sizes)
{
    for (int i = 0; i < sizes; i++) {
        struct str got, again;
        CU_ASSERT_EQUAL_FATAL(build(&got, l, size[i], true, NULL), 0);
        CU_ASSERT_EQUAL_FATAL(build(&again, l, size[i], true, NULL), 0);
        CU_ASSERT_STRING_EQUAL(got.text, again.text);
        CU_ASSERT_EQUAL(count_lines(&got), size[i]);
        check_no_unknown(l, &got);
        str_free(&got);
        str_free(&again);
    }
}

static void laws_on_the_demo_text(void)
{
    static const int size[] = {80, 300, 600};
    struct str text;
    struct lines l;
    str_init(&text);
    demo_text(DEMO_DEV, &text);
    CU_ASSERT_EQUAL_FATAL(lines_split(&l, text.text, text.len, "demo", NULL), 0);
    check_laws(&l, size, 3);
    lines_free(&l);
    str_free(&text);
}

static void laws_on_sst2(void)
{
    static const int size[] = {8000};
    const char *path = unit_data("glue/SST-2/train.tsv");
    struct lines l;
    if (!path)
        return;
    CU_ASSERT_EQUAL_FATAL(lines_read(&l, path, NULL), 0);
    check_laws(&l, size, 1);
    lines_free(&l);
}

CU_TestInfo suite_vocab_build[] = {
    {"merges as worked out by hand", merges_as_by_hand},
    {"small texts", small_texts},
    {"a size below the characters is refused", refuses_a_size_below_the_characters},
    {"a word too long for the tokenizer is left out", a_long_word_is_left_out},
    {"rare characters have no entry", rare_characters_have_no_entry},
    {"agrees with counting anew for every merge", agrees_with_the_slow_way},
    {"demo text: size, same bytes, no unknown word", laws_on_the_demo_text},
    {"SST-2: size, same bytes, no unknown word", laws_on_sst2},
    CU_TEST_INFO_NULL,
};
