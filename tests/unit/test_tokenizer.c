/* tokenizer: tables of small cases with a vocabulary written here. */
#include "tests/unit/wordbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void uncased_rows(void)
{
    static const struct row rows[] = {
        {"", "[CLS] [SEP]"},
        {"a", "[CLS] a [SEP]"},
        {"A  b\tab", "[CLS] a b a ##b [SEP]"},
        {"cafe caf\xc3\xa9 cafe\xcc\x81 CAF\xc3\x89s", "[CLS] cafe cafe cafe cafe ##s [SEP]"},
        {"a\xe4\xb8\xad"
         "b",
         "[CLS] a \xe4\xb8\xad b [SEP]"},
        {"\xf0\x9f\x98\x80", "[CLS] [UNK] [SEP]"},
        {"a!b.a-b$", "[CLS] a ! b . a - b $ [SEP]"},
        {"a\xe2\x80\x94"
         "b",
         "[CLS] a \xe2\x80\x94 b [SEP]"}, /* P* beyond ASCII */
        {"a_b", "[CLS] a _ b [SEP]"},
        {"a\x01\x7f"
         "b",
         "[CLS] a ##b [SEP]"}, /* Cc */
        {"a\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf\xc2\xad"
         "b",
         "[CLS] a ##b [SEP]"}, /* Cf, zero-width */
        {"a\xc2\x85"
         "b",
         "[CLS] a ##b [SEP]"}, /* U+0085 is Cc first */
        {"a\xc2\xa0"
         "b\xe3\x80\x80"
         "a\xe2\x80\xa8"
         "b",
         "[CLS] a b a b [SEP]"}, /* Zs, Zl */
        {"a\xee\x80\x80"
         "b",
         "[CLS] a ##b [SEP]"}, /* Co */
        {"a\xcd\xb8"
         "b",
         "[CLS] [UNK] [SEP]"}, /* U+0378 is not assigned and stays */
        {"a\xe2\xb9\x83"
         "b",
         "[CLS] [UNK] [SEP]"}, /* U+2E43: punctuation since Unicode 9.0 */
        {"a\xe1\x99\xad"
         "b",
         "[CLS] a [UNK] b [SEP]"}, /* U+166D: punctuation until Unicode 12.0 */
        {"a\xe0\xa3\xa2"
         "b",
         "[CLS] [UNK] [SEP]"}, /* U+08E2: Cf since Unicode 9.0 */
        {"a\xe0\xa2\x98"
         "b",
         "[CLS] [UNK] [SEP]"}, /* U+0898: Mn since Unicode 14.0 */
        {"unaffable unaffablex unaff\xc3\xa4"
         "ble",
         "[CLS] un ##aff ##able un ##aff ##able ##x un ##aff ##able [SEP]"},
        {"unknown", "[CLS] [UNK] [SEP]"},
        {"\xce\xa3 \xcf\x83 \xce\x91\xce\xa3", "[CLS] \xcf\x83 \xcf\x83 [UNK] [SEP]"}, /* no final sigma */
        {"\xc4\xb0", "[CLS] i [SEP]"},
        {"\xc3\x9f", "[CLS] \xc3\x9f [SEP]"},
        {"\xea\xb0\x80", "[CLS] \xe1\x84\x80\xe1\x85\xa1 [SEP]"}, /* Hangul is decomposed */
        {"a [MASK] b", "[CLS] a [MASK] b [SEP]"},
        {"a[MASK]b", "[CLS] a [MASK] b [SEP]"},
        {"[mask] [CLS]", "[CLS] [UNK] [UNK] [UNK] [CLS] [SEP]"},
    };
    struct tokenizer *t = wordbook_open_vocab(NULL);
    wordbook_check_rows(t, rows, COUNT(rows));
    tokenizer_free(t);
}

static void cased_rows(void)
{
    static const struct row rows[] = {
        {"A a I", "[CLS] A a I [SEP]"},
        {"\xc3\xa9 e\xcc\x81", "[CLS] \xc3\xa9 [UNK] [SEP]"}, /* nothing composes them */
        {"\xc4\xb0 \xea\xb0\x80", "[CLS] \xc4\xb0 \xea\xb0\x80 [SEP]"},
    };
    struct tokenizer *t = wordbook_open_vocab("{\"do_lower_case\": false, \"model_max_length\": "
                                              "1000000000000000019884624838656}");
    wordbook_check_rows(t, rows, COUNT(rows));
    tokenizer_free(t);
}

static void config_rows(void)
{
    static const struct {
        const char *config;
        struct row row;
    } cases[] = {
        {"{\"strip_accents\": false}", {"\xc3\x89", "[CLS] \xc3\xa9 [SEP]"}},
        {"{\"strip_accents\": false}", {"\xc4\xb0", "[CLS] i ##\xcc\x87 [SEP]"}}, /* two characters */
        {"{\"do_lower_case\": false, \"strip_accents\": true}", {"\xc3\x84 \xc3\xa4", "[CLS] A a [SEP]"}},
        {"{\"tokenize_chinese_chars\": false}", {"a\xe4\xb8\xad", "[CLS] [UNK] [SEP]"}},
        {"{\"cls_token\": \"foo\", \"unk_token\": {\"content\": \"x\"}}", {"zz foo", "foo x foo [SEP]"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tokenizer *t = wordbook_open_vocab(cases[i].config);
        wordbook_check_rows(t, &cases[i].row, 1);
        tokenizer_free(t);
    }
    struct tokenizer *t = wordbook_open_vocab("{\"never_split\": [\"foo\"]}");
    CU_ASSERT_STRING_EQUAL(tokenizer_note(t),
                           "never_split of tokenizer_config.json is ignored, as the fast reference "
                           "tokenizer does.");
    tokenizer_free(t);
}

/* 100 characters are a word, 101 are not; characters, not bytes. */
static void long_words(void)
{
    struct tokenizer *t = wordbook_open_vocab("{\"do_lower_case\": false}");
    struct encoding x = {0};
    struct err e = {0};
    struct str s;
    str_init(&s);
    for (int n = 99; n <= 101; n++) {
        str_clear(&s);
        str_repeat(&s, 'x', n);
        CU_ASSERT_EQUAL(tokenizer_encode(t, s.text, s.len, NULL, 0, 512, &x, &e), 0);
        CU_ASSERT_EQUAL(x.n, n <= 100 ? n + 2 : 3);
    }
    str_clear(&s);
    str_add(&s, "un");
    for (int i = 0; i < 49; i++)
        str_add(&s, "\xcc\x87\xcc\x87");
    CU_ASSERT_EQUAL(tokenizer_encode(t, s.text, s.len, NULL, 0, 512, &x, &e), 0);
    CU_ASSERT_EQUAL(x.n, 1 + 98 + 2); /* 100 characters, 198 bytes */
    encoding_free(&x);
    str_free(&s);
    tokenizer_free(t);
}

/* A part that could have begun a character is one U+FFFD, which cleaning removes and which is a word
 * otherwise. */
static void invalid_utf8(void)
{
    static const struct {
        const char *text;
        size_t n;
        const char *cleaned, *kept;
    } cases[] = {
#define BYTES(s) s, sizeof s - 1
#define R        "\xef\xbf\xbd"
        {BYTES("a\xff"
               "b"),
         "[CLS] a ##b [SEP]", "[CLS] a " R " b [SEP]"},
        {BYTES("\xc3"), "[CLS] [SEP]", "[CLS] " R " [SEP]"},
        {BYTES("\xe4\xb8"
               "b"),
         "[CLS] b [SEP]", "[CLS] " R " b [SEP]"},
        {BYTES("\xf0\x9f\x98"
               "b"),
         "[CLS] b [SEP]", "[CLS] " R " b [SEP]"},
        {BYTES("\xf0\x9f\x98"), "[CLS] [SEP]", "[CLS] " R " [SEP]"},
        {BYTES("\xc0\x80"), "[CLS] [SEP]", "[CLS] " R " " R " [SEP]"},           /* overlong */
        {BYTES("\xed\xa0\x80"), "[CLS] [SEP]", "[CLS] " R " " R " " R " [SEP]"}, /* surrogate */
        {BYTES("\xf4\x90\x80\x80"), "[CLS] [SEP]", "[CLS] " R " " R " " R " " R " [SEP]"},
        {BYTES("\x80\x80"), "[CLS] [SEP]", "[CLS] " R " " R " [SEP]"},
        {BYTES("\xe4\xe4\xb8\xad"), "[CLS] \xe4\xb8\xad [SEP]", "[CLS] " R " \xe4\xb8\xad [SEP]"},
        {BYTES("a\0b"), "[CLS] a ##b [SEP]", "[CLS] [UNK] [SEP]"},
    };
    struct tokenizer *clean = wordbook_open_vocab(NULL);
    /* U+FFFD is a symbol, so each run of them is cut into words by a replacement with spaces */
    struct tokenizer *keep =
        wordbook_open_json(", \"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [{\"type\": "
                           "\"BertNormalizer\", \"clean_text\": "
                           "false}, {\"type\": \"Replace\", \"pattern\": {\"String\": \"" R
                           "\"}, \"content\": \" " R " \"}]}" BERT);
    for (size_t i = 0; i < COUNT(cases); i++) {
        wordbook_check(clean, cases[i].text, cases[i].n, cases[i].cleaned);
        wordbook_check(keep, cases[i].text, cases[i].n, cases[i].kept);
    }
    tokenizer_free(clean);
    tokenizer_free(keep);
#undef BYTES
}

static void truncation(void)
{
    static const struct {
        const char *text, *pair;
        int max;
        const char *tokens;
    } cases[] = {
        {"a b a b", NULL, 3, "[CLS] a [SEP]"},
        {"unaffable", NULL, 4, "[CLS] un ##aff [SEP]"},
        {"a", NULL, 2, "[CLS] [SEP]"},
        {"a b", "x", 6, "[CLS] a b [SEP] |x |[SEP]"},
        {"a b a", "x", 6, "[CLS] a b [SEP] |x |[SEP]"},
        {"a", "x x x x", 6, "[CLS] a [SEP] |x |x |[SEP]"},
        {"a a a", "x x x", 6, "[CLS] a [SEP] |x |x |[SEP]"}, /* equal: the second gets the odd one */
        {"a a a a", "x x x", 6, "[CLS] a a [SEP] |x |[SEP]"},
        {"a a a a a a a", "x x x x x x", 6, "[CLS] a [SEP] |x |x |[SEP]"}, /* both past the limit are equal */
        {"a", "x", 3, "[CLS] [SEP] |[SEP]"},
        {"", "", 9, "[CLS] [SEP] |[SEP]"},
        {"a", "x", 2, "at most 2 tokens were asked for, but [CLS] and [SEP] alone are 3"},
        {"a", NULL, -1, "at most -1 tokens were asked for, but [CLS] and [SEP] alone are 2"},
    };
    struct tokenizer *t = wordbook_open_vocab(NULL);
    struct str got;
    str_init(&got);
    for (size_t i = 0; i < COUNT(cases); i++) {
        wordbook_encode(t, cases[i].text, strlen(cases[i].text), cases[i].pair, cases[i].max, &got);
        CU_ASSERT_STRING_EQUAL(got.text, cases[i].tokens);
    }
    str_free(&got);
    struct encoding x = {0};
    CU_ASSERT_TRUE(tokenizer_encode(t, "a b", 3, NULL, 0, 4, &x, NULL) == 0 && !x.truncated);
    CU_ASSERT_TRUE(tokenizer_encode(t, "a b a", 5, NULL, 0, 4, &x, NULL) == 0 && x.truncated);
    CU_ASSERT_TRUE(tokenizer_encode(t, "a", 1, "a b", 3, 6, &x, NULL) == 0 && !x.truncated);
    CU_ASSERT_TRUE(tokenizer_encode(t, "a", 1, "a b a", 5, 6, &x, NULL) == 0 && x.truncated);
    encoding_free(&x);
    tokenizer_free(t);
}

/* The parts that a long text is cut into do not show. */
static void long_texts(void)
{
    static const char *const pieces[] = {
        "unaffable ", "\xe4\xb8\xad", "caf\xc3\xa9\n", "b[MASK]", "a\xff", "\xcc\x81", " x"};
    struct tokenizer *t = wordbook_open_vocab(NULL);
    struct encoding whole = {0}, part = {0};
    struct err e = {0};
    struct str s;
    str_init(&s);
    for (unsigned i = 0; s.len < 200000; i++)
        str_add(&s, pieces[(i * 2654435761u >> 8) % COUNT(pieces)]);
    CU_ASSERT_EQUAL(tokenizer_encode(t, s.text, s.len, NULL, 0, 1 << 20, &whole, &e), 0);
    size_t stop = s.len / 2;
    while (s.text[stop] != '\n')
        stop++;
    CU_ASSERT_EQUAL(tokenizer_encode(t, s.text, stop, NULL, 0, 1 << 20, &part, &e), 0);
    CU_ASSERT_EQUAL(memcmp(whole.id, part.id, (size_t)(part.n - 1) * sizeof *part.id), 0);
    int first = part.n - 1;
    CU_ASSERT_EQUAL(tokenizer_encode(t, s.text + stop, s.len - stop, NULL, 0, 1 << 20, &part, &e), 0);
    CU_ASSERT_EQUAL(first + part.n - 1, whole.n);
    CU_ASSERT_EQUAL(memcmp(whole.id + first, part.id + 1, (size_t)(part.n - 1) * sizeof *part.id), 0);
    CU_ASSERT_EQUAL(tokenizer_encode(t, s.text, s.len, NULL, 0, 128, &part, &e), 0);
    CU_ASSERT_TRUE(part.n == 128 && memcmp(whole.id, part.id, 127 * sizeof *part.id) == 0);
    str_clear(&s);
    str_repeat(&s, 'x', 100000); /* nowhere to cut */
    wordbook_check(t, s.text, s.len, "[CLS] [UNK] [SEP]");
    encoding_free(&whole);
    encoding_free(&part);
    str_free(&s);
    tokenizer_free(t);
}

static void normalizers(void)
{
#define NORM(list) ", \"normalizer\": {\"type\": \"Sequence\", \"normalizers\": [" list "]}"
#define SPACE      ", \"pre_tokenizer\": {\"type\": \"WhitespaceSplit\"}" POST
#define WORD       ", \"pre_tokenizer\": {\"type\": \"Whitespace\"}" POST
#define TYPE(name) "{\"type\": \"" name "\"}"
    static const struct {
        const char *json;
        struct row row;
    } cases[] = {
        {NORM(TYPE("Lowercase")) SPACE, {"A I a!", "[CLS] a i [UNK] [SEP]"}},
        {NORM(TYPE("NFD") "," TYPE("StripAccents")) SPACE, {"\xc3\xa4 \xc3\x84", "[CLS] a A [SEP]"}},
        {NORM(TYPE("NFC")) SPACE,
         {"e\xcc\x81 \xe1\x84\x80\xe1\x85\xa1", "[CLS] \xc3\xa9 \xea\xb0\x80 [SEP]"}},
        {NORM(TYPE("NFKC")) SPACE, {"\xef\xbd\x81 \xef\xbc\x81", "[CLS] a ! [SEP]"}},
        {NORM(TYPE("NFKD")) SPACE, {"\xef\xbd\x81\xef\xbd\x82", "[CLS] a ##b [SEP]"}},
        {NORM(TYPE("Strip")) POST, {" \t ab\n", "[CLS] a ##b [SEP]"}},
        {NORM("{\"type\": \"Strip\", \"strip_right\": false}") POST, {" a ", "[CLS] [UNK] [SEP]"}},
        {NORM("{\"type\": \"Replace\", \"pattern\": {\"String\": \"yy\"}, \"content\": \"b a\"}") SPACE,
         {"ayyb", "[CLS] a ##b a ##b [SEP]"}},
        {", \"normalizer\": null" WORD, {"a.! b$", "[CLS] a [UNK] b $ [SEP]"}},
        {", \"normalizer\": null" BERT, {"a.! b$", "[CLS] a . ! b $ [SEP]"}},
        {", \"pre_tokenizer\": {\"type\": \"Sequence\", \"pretokenizers\": [" TYPE(
             "WhitespaceSplit") ", {\"type\": "
                                "\"Punctuation\", \"behavior\": \"Removed\"}]}" POST,
         {"a.! b$", "[CLS] a b [SEP]"}},
        {BERT, {"a \xf0\x9f\x84\xb0", "[CLS] a [UNK] [SEP]"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tokenizer *t = wordbook_open_json(cases[i].json);
        wordbook_check_rows(t, &cases[i].row, 1);
        tokenizer_free(t);
    }
}

/* Marks are put into canonical order, however many there are: only then equal ones are neighbours and go. */
static void order_of_marks(void)
{
#define WITHOUT(text) "{\"type\": \"Replace\", \"pattern\": {\"String\": \"" text "\"}, \"content\": \"\"}"
    struct tokenizer *t = wordbook_open_json(
        NORM(TYPE("NFD") "," WITHOUT("\xcc\xa7\xcc\xa7") "," WITHOUT("\xcc\x81\xcc\x81")) SPACE);
    struct str s;
    str_init(&s);
    for (int marks = 4; marks <= 200000; marks *= 10) {
        str_clear(&s);
        str_add(&s, "b a");
        for (int i = 0; i < marks; i++)
            str_add(&s, i % 2 ? "\xcc\x81" : "\xcc\xa7");
        wordbook_check(t, s.text, s.len, "[CLS] b a [SEP]");
    }
    str_free(&s);
    tokenizer_free(t);
}

static void added_tokens(void)
{
#define ADDED(list)           ", \"added_tokens\": [" list "]"
#define TOKEN(id, text, more) "{\"id\": " #id ", \"content\": \"" text "\"" more "}"
    static const struct {
        const char *json;
        struct row row;
    } cases[] = {
        {ADDED(TOKEN(4, "[MASK]", ", \"special\": true")) BERT,
         {"a[MASK]b [mask]", "[CLS] a [MASK] b [UNK] [UNK] [UNK] [SEP]"}},
        {ADDED(TOKEN(40, "Foo Bar", "")) NORM(TYPE("Lowercase")) BERT,
         {"a FOO baRx", "[CLS] a Foo Bar x [SEP]"}},
        {ADDED(TOKEN(40, "Foo", ", \"normalized\": false")) NORM(TYPE("Lowercase")) BERT,
         {"Foo FOO", "[CLS] Foo foo [SEP]"}},
        {ADDED(TOKEN(40, "xa", ", \"single_word\": true")) BERT,
         {"xa axa (xa) xa", "[CLS] xa [UNK] [UNK] xa [UNK] xa [SEP]"}},
        {ADDED(TOKEN(40, "xa", "") "," TOKEN(41, "xab", "")) BERT,
         {"xabxa", "[CLS] xab xa [SEP]"}}, /* longest */
        {ADDED(TOKEN(40, "<e>", ", \"lstrip\": true, \"rstrip\": true")) POST,
         {"a <e> b", "[CLS] a <e> b [SEP]"}},
        {ADDED(TOKEN(40, "<e>", "")) POST, {"a <e>b", "[CLS] [UNK] <e> b [SEP]"}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tokenizer *t = wordbook_open_json(cases[i].json);
        wordbook_check_rows(t, &cases[i].row, 1);
        tokenizer_free(t);
    }
    struct tokenizer *t = wordbook_open_json(ADDED(TOKEN(40, "<e>", "")) BERT);
    CU_ASSERT_EQUAL(tokenizer_vocab(t), 41);
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 40), "<e>");
    CU_ASSERT_PTR_NULL(tokenizer_token(t, 39));
    CU_ASSERT_PTR_NULL(tokenizer_token(t, 41));
    CU_ASSERT_PTR_NULL(tokenizer_token(t, -1));
    tokenizer_free(t);
}

static void templates(void)
{
#define TEMPLATE(single, pair)                                                                               \
    ", \"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [" single "], \"pair\": [" pair    \
    "], "                                                                                                    \
    "\"special_tokens\": {\"s\": {\"id\": \"s\", \"ids\": [21, 5], \"tokens\": [\"x\", \"a\"]}}}"
#define A "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}"
#define B "{\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}"
#define S "{\"SpecialToken\": {\"id\": \"s\", \"type_id\": 1}}"
    struct tokenizer *t = wordbook_open_json(TEMPLATE(A "," S, B "," S "," A));
    struct str got;
    str_init(&got);
    wordbook_encode(t, "foo", 3, NULL, 64, &got);
    CU_ASSERT_STRING_EQUAL(got.text, "foo |x |a");
    wordbook_encode(t, "foo", 3, "un", 64, &got);
    CU_ASSERT_STRING_EQUAL(got.text, "|un |x |a foo");
    tokenizer_free(t);
    t = wordbook_open_json("");
    wordbook_encode(t, "foo", 3, "un", 64, &got);
    CU_ASSERT_STRING_EQUAL(got.text, "foo |un");
    CU_ASSERT_STRING_EQUAL(tokenizer_note(t),
                           "tokenizer.json has no post_processor, so no [CLS] and [SEP] are put "
                           "around a text.");
    str_free(&got);
    tokenizer_free(t);
}

CU_TestInfo suite_tokenizer[] = {
    {"uncased", uncased_rows},
    {"cased", cased_rows},
    {"tokenizer_config.json", config_rows},
    {"words of 99 to 101 characters", long_words},
    {"bytes that are not UTF-8", invalid_utf8},
    {"truncation", truncation},
    {"long texts", long_texts},
    {"normalizers and pre-tokenizers", normalizers},
    {"order of marks", order_of_marks},
    {"added tokens", added_tokens},
    {"templates", templates},
    CU_TEST_INFO_NULL,
};
