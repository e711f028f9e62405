/* tokenizer_files: what is read from vocab.txt, tokenizer.json and tokenizer_config.json, and the sentences
 * about files that cannot be used. */
#include "tests/unit/wordbook.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void vocab_lines(void)
{
    const char *dir = unit_temp_dir();
    wordbook_file(dir, "vocab.txt", "[UNK]\r\n[CLS]\r\n[SEP]\n\na\rb\na\r\nlast");
    struct tokenizer *t = wordbook_open(dir);
    CU_ASSERT_EQUAL(tokenizer_vocab(t), 8);
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 0), "[UNK]");
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 3), "");
    CU_ASSERT_PTR_NULL(tokenizer_token(t, 4)); /* came again as 6, which is the one */
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 5), "b");
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 7), "last");
    wordbook_check(t, "a b last", 8, "[CLS] a b last [SEP]");
    tokenizer_free(t);
}

static void notes(void)
{
    const char *dir = unit_temp_dir();
    wordbook_json(dir, ", \"normalizer\": {\"type\": \"BertNormalizer\", \"lowercase\": false}" BERT);
    wordbook_vocab(dir);
    wordbook_file(dir, "tokenizer_config.json", "{\"do_lower_case\": false, \"model_max_length\": 1e30}");
    struct tokenizer *t = wordbook_open(dir);
    CU_ASSERT_PTR_NULL(tokenizer_note(t));
    tokenizer_free(t);
    wordbook_file(dir, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\nother\n");
    wordbook_file(dir, "tokenizer_config.json", "{\"do_lower_case\": true, \"strip_accents\": true}");
    t = wordbook_open(dir);
    CU_ASSERT_STRING_EQUAL(
        tokenizer_note(t),
        "vocab.txt and tokenizer.json disagree about id 3 (other, [SEP]); tokenizer.json is used. "
        "tokenizer_config.json says do_lower_case = true, but tokenizer.json does not; tokenizer.json "
        "is used. tokenizer_config.json says strip_accents = true, but tokenizer.json does not; "
        "tokenizer.json is used.");
    tokenizer_free(t);
    wordbook_file(dir, "vocab.txt", "[PAD]\n[UNK]\n");
    wordbook_file(dir, "tokenizer_config.json", "{}");
    t = wordbook_open(dir);
    CU_ASSERT_STRING_EQUAL(tokenizer_note(t),
                           "vocab.txt ends at id 1 and tokenizer.json goes on; tokenizer.json is used.");
    tokenizer_free(t);
}

struct broken {
    const char *file, *bytes, *sentence; /* %s stands for the directory */
};

static void check_broken(const struct broken *b)
{
    const char *dir = unit_temp_dir();
    struct tokenizer *t;
    struct err e = {0};
    char want[1024];
    snprintf(want, sizeof want, "%s%s", dir, b->sentence);
    wordbook_file(dir, b->file, b->bytes);
    CU_ASSERT_TRUE(tokenizer_open(&t, dir, &e) < 0);
    CU_ASSERT_PTR_NULL(t);
    if (strcmp(e.text, want) != 0)
        printf("\n    %s, not\n    %s\n", e.text, want);
    CU_ASSERT_STRING_EQUAL(e.text, want);
}

static void broken_vocab(void)
{
    static const struct broken cases[] = {
        {"other", "", " has no tokenizer: neither tokenizer.json nor vocab.txt is there"},
        {"vocab.txt", "", ": vocab.txt has no entry [UNK], which is the unk_token"},
        {"vocab.txt", "[UNK]\n[SEP]\n", ": vocab.txt has no entry [CLS], which is the cls_token"},
        {"vocab.txt", "[UNK]\n[CLS]\n", ": vocab.txt has no entry [SEP], which is the sep_token"},
        {"vocab.txt", "[UNK]\na\xff\n", ": vocab.txt: entry 1 is not UTF-8"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check_broken(&cases[i]);
    struct str s;
    str_init(&s);
    str_repeat(&s, 'x', 513);
    struct broken b = {"vocab.txt", s.text, ": vocab.txt: entry 0 has 513 bytes; at most 512 are allowed"};
    check_broken(&b);
    str_free(&s);
    struct err e = {0};
    struct tokenizer *t;
    char path[4096];
    FILE *f;
    snprintf(path, sizeof path, "%s", unit_temp_file("vocab.txt", "a\0b", 3));
    *strrchr(path, '/') = '\0';
    CU_ASSERT_EQUAL(tokenizer_open(&t, path, &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "entry 0 holds a NUL byte"));
    const char *dir = unit_temp_dir();
    wordbook_vocab(dir);
    wordbook_file(dir, "tokenizer_config.json", "{");
    CU_ASSERT_EQUAL(tokenizer_open(&t, dir, &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "tokenizer_config.json is not valid JSON: "));
    snprintf(path, sizeof path, "%s/tokenizer_config.json", dir); /* one byte past what is read */
    CU_ASSERT_PTR_NOT_NULL_FATAL(f = fopen(path, "wb"));
    CU_ASSERT_TRUE(ftruncate(fileno(f), (16 << 20) + 1) == 0 && fclose(f) == 0);
    CU_ASSERT_EQUAL(tokenizer_open(&t, dir, &e), ERR_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(e.text, "tokenizer_config.json has 16777217 bytes; at most 16777216 are read"));
}

static void broken_json(void)
{
#define MODEL(vocab) "\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"u\", \"vocab\": {" vocab "}}"
#define WITH(rest)   "{" MODEL("\"u\": 0, \"c\": 1") ", " rest "}"
#define AT           "/tokenizer.json: "
#define A            "{\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}"
#define B            "{\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}"
#define S            "{\"SpecialToken\": {\"id\": \"s\", \"type_id\": 1}}"
    static const struct broken cases[] = {
        {"tokenizer.json", "{\"model\": ",
         "/tokenizer.json is not valid JSON: unexpected token near end of file "
         "(line 1)"},
        {"tokenizer.json", "[]", "/tokenizer.json is not a JSON object"},
        {"tokenizer.json", "{}", AT "there is no \"model\""},
        {"tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}}}",
         AT "the model is of type BPE; only WordPiece is supported"},
        {"tokenizer.json", "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}}",
         AT "the model is of type Unigram; only WordPiece is supported"},
        {"tokenizer.json", "{\"model\": {\"type\": \"WordPiece\", \"unk_token\": \"u\"}}",
         AT "the model has no \"vocab\" object"},
        {"tokenizer.json", "{" MODEL("\"a\": 0") "}",
         AT "the vocabulary has no entry u, which is the unk_token"},
        {"tokenizer.json", "{" MODEL("\"a\": 1, \"a\": 2") "}", AT "vocabulary entry 'a' comes twice"},
        {"tokenizer.json", "{" MODEL("\"a\": 1, \"b\": 1") "}", AT "id 1 is given to both 'a' and 'b'"},
        {"tokenizer.json", "{" MODEL("\"a\": -1") "}",
         AT "the id of vocabulary entry 'a' is not a whole number below 10000000"},
        {"tokenizer.json", "{" MODEL("\"a\": 10000000") "}",
         AT "the id of vocabulary entry 'a' is not a whole number below 10000000"},
        {"tokenizer.json", "{" MODEL("\"a\": 1.5") "}",
         AT "the id of vocabulary entry 'a' is not a whole number below 10000000"},
        {"tokenizer.json", "{" MODEL("\"a\": \"b\"") "}",
         AT "the id of vocabulary entry 'a' is not a whole number below 10000000"},
        {"tokenizer.json", "{" MODEL("\"a\\u0000\": 1") "}", AT "entry 1 holds a NUL byte"},
        {"tokenizer.json", "{" MODEL("\"a\\q\": 1") "}",
         AT "vocabulary entry 'a\\q' is not valid JSON or has more than "
            "512 bytes"},
        {"tokenizer.json", "{" MODEL("\"\\ud800\": 1") "}",
         AT "vocabulary entry '\\ud800' is not valid JSON or has more "
            "than 512 bytes"},
        {"tokenizer.json", "{" MODEL("\"a\": 1 2") "}", AT "the vocabulary is not valid JSON after entry 1"},
        {"tokenizer.json", "{" MODEL("\"a\": 1, ") "}", AT "the vocabulary is not valid JSON after entry 1"},
        {"tokenizer.json", WITH("\"normalizer\": {\"type\": \"Precompiled\"}"),
         AT "a normalizer of type Precompiled is not supported"},
        {"tokenizer.json",
         WITH("\"normalizer\": {\"type\": \"Replace\", \"pattern\": {\"Regex\": \".\"}, \"content\": \"\"}"),
         AT "a Replace normalizer is supported only with a plain text as its pattern"},
        {"tokenizer.json", WITH("\"pre_tokenizer\": {\"type\": \"ByteLevel\"}"),
         AT "a pre-tokenizer of type ByteLevel is not supported"},
        {"tokenizer.json",
         WITH("\"pre_tokenizer\": {\"type\": \"Punctuation\", \"behavior\": \"MergedWithNext\"}"),
         AT "a Punctuation pre-tokenizer with behavior MergedWithNext is not supported"},
        {"tokenizer.json", WITH("\"post_processor\": {\"type\": \"ByteLevel\"}"),
         AT "a post-processor of type ByteLevel is not supported"},
        {"tokenizer.json", WITH("\"post_processor\": {\"type\": \"BertProcessing\", \"cls\": [\"c\", 7]}"),
         AT "the post-processor names an id that is not in the vocabulary"},
        {"tokenizer.json",
         WITH("\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [" S "]}"),
         AT "the template's token s is not among its special_tokens"},
        {"tokenizer.json",
         WITH("\"post_processor\": {\"type\": \"TemplateProcessing\", \"single\": [" A "," A
              "], \"pair\": [" A "," B "]}"),
         AT "a template must hold each text once"},
        {"tokenizer.json", WITH("\"added_tokens\": [{\"id\": 1, \"content\": \"x\"}]"),
         AT "id 1 is given to both 'c' and 'x'"},
        {"tokenizer.json", WITH("\"added_tokens\": [{\"id\": 99999999, \"content\": \"x\"}]"),
         AT "an added token has no text, or no id below 10000000"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        check_broken(&cases[i]);
}

static void escapes_in_json(void)
{
    const char *dir = unit_temp_dir();
    wordbook_file(
        dir, "tokenizer.json",
        "{ \"version\" : \"1\\\"}\", \"model\" :\n{\"x\": [1, {\"vocab\": 2}], \"vocab\" : { \"[UNK]\":0 ,"
        "\"\\u00E9\": 1, \"\\ud83d\\ude00\" :2, \"\\\\\\/\\\"\": 3, \"\\u007b\":4}, \"unk_token\": "
        "\"[UNK]\"}}");
    struct tokenizer *t = wordbook_open(dir);
    CU_ASSERT_EQUAL(tokenizer_vocab(t), 5);
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 1), "\xc3\xa9");
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 2), "\xf0\x9f\x98\x80");
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 3), "\\/\"");
    CU_ASSERT_STRING_EQUAL(tokenizer_token(t, 4), "{");
    tokenizer_free(t);
}

CU_TestInfo suite_tokenizer_files[] = {
    {"lines of vocab.txt", vocab_lines},
    {"notes", notes},
    {"sentences about vocab.txt", broken_vocab},
    {"sentences about tokenizer.json", broken_json},
    {"escapes in tokenizer.json", escapes_in_json},
    CU_TEST_INFO_NULL,
};
