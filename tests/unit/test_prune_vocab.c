/* prune_vocab: a vocabulary that has lost tokens is what a model opened again has, and what is left computes the same bits. */
#include "tests/unit/demo_fixture.h"
#include "tests/unit/wordbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/apply.h"
#include "analyzer/compress/export.h"
#include "analyzer/compress/trial.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/save.h"
#include "analyzer/run/predict.h"

/* ---- tokenizers ------------------------------------------------------------------------------------------------ */

static const char *const texts[] = {"", "a", "A b ab!", "cafe caf\xc3\xa9s", "unaffable unaffablex", "[MASK] foo_bar x", "foofoo", "\xe4\xb8\xad ab \xea\xb0\x80.",
                                    "unaff", "never <e1>seen<e2> [CLS]"};

/* The tokenizer saved and opened again. */
static struct tokenizer *reopened(const struct tokenizer *t)
{
    static int n;
    char dir[4200], command[4300];
    struct err e = {0};
    snprintf(dir, sizeof dir, "%s/saved%d", unit_temp_dir(), n++);
    snprintf(command, sizeof command, "mkdir -p %s", dir);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    CU_ASSERT_EQUAL(tokenizer_save(t, dir, 128, &e), 0);
    return wordbook_open(dir);
}

static void encode(const struct tokenizer *t, const char *text, struct encoding *out)
{
    CU_ASSERT_EQUAL_FATAL(tokenizer_encode(t, text, strlen(text), "b", 1, 64, out, NULL), 0);
}

static void check_same_ids(const struct tokenizer *t, const struct tokenizer *again)
{
    CU_ASSERT_EQUAL(tokenizer_vocab(t), tokenizer_vocab(again));
    CU_ASSERT_PTR_NULL(tokenizer_note(again));
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct encoding x = {0}, y = {0};
        encode(t, texts[i], &x);
        encode(again, texts[i], &y);
        CU_ASSERT_EQUAL_FATAL(x.n, y.n);
        CU_ASSERT_EQUAL(memcmp(x.id, y.id, (size_t)x.n * sizeof *x.id), 0);
        CU_ASSERT_EQUAL(memcmp(x.type, y.type, (size_t)x.n * sizeof *x.type), 0);
        encoding_free(&x);
        encoding_free(&y);
    }
}

/* Without the tokens of `gone` (NULL at the end). */
static struct tokenizer *without(const struct tokenizer *t, const char *const *gone)
{
    bool keep[200];
    struct tokenizer *less = NULL;
    struct err e = {0};
    for (int id = 0; id < tokenizer_vocab(t); id++) {
        keep[id] = true;
        for (int i = 0; gone[i]; i++)
            keep[id] &= !tokenizer_token(t, id) || strcmp(tokenizer_token(t, id), gone[i]) != 0;
    }
    tokenizer_keep_basic(t, keep);
    if (tokenizer_keep(&less, t, keep, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(less);
    return less;
}

/* Every id has a text, in the old order. */
static void check_order(const struct tokenizer *less, const struct tokenizer *t)
{
    int at = 0;
    for (int id = 0; id < tokenizer_vocab(less); id++, at++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(tokenizer_token(less, id));
        while (!tokenizer_token(t, at) || strcmp(tokenizer_token(t, at), tokenizer_token(less, id)) != 0)
            CU_ASSERT_FATAL(++at < tokenizer_vocab(t));
    }
}

static const char *const gone[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b", "cafe", "##able", "foo", "\xea\xb0\x80", NULL};

static void check_without(struct tokenizer *t, int left)
{
    static const struct row rows[] = {
        {"a b ab x", "[CLS] a b a ##b x [SEP]"}, /* single characters stay */
        {"unaff", "[CLS] un ##aff [SEP]"},
        {"unaffable", "[CLS] [UNK] [SEP]"},
        {"cafe!", "[CLS] [UNK] ! [SEP]"},
        {"foo", "[CLS] [UNK] [SEP]"},
    };
    struct tokenizer *less = without(t, gone), *again = reopened(less);
    CU_ASSERT_EQUAL(tokenizer_vocab(less), left);
    wordbook_check_rows(less, rows, COUNT(rows));
    check_order(less, t);
    check_same_ids(less, again);
    tokenizer_free(again);
    tokenizer_free(less);
    tokenizer_free(t);
}

static void from_lines(void)
{
    check_without(wordbook_open_vocab(NULL), 34 - 3);
    check_without(wordbook_open_vocab("{\"do_lower_case\": true, \"model_max_length\": 1e30}"), 34 - 3);
}

/* With tokens beside the vocabulary, one of which is in no template and in no text. */
static void from_json(void)
{
    static const char template[] =
        ", \"normalizer\": {\"type\": \"BertNormalizer\"}, \"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, "
        "\"padding\": {\"pad_id\": 29, \"pad_token\": \"foo\"}, "
        "\"added_tokens\": [{\"id\": 60, \"content\": \"<e1>\", \"special\": true}, {\"id\": 4, \"content\": \"[MASK]\", \"special\": true}, "
        "{\"id\": 45, \"content\": \"<e2>\", \"normalized\": true}], "
        "\"post_processor\": {\"type\": \"TemplateProcessing\", "
        "\"single\": [{\"SpecialToken\": {\"id\": \"c\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, "
        "{\"SpecialToken\": {\"id\": \"s\", \"type_id\": 0}}], "
        "\"pair\": [{\"SpecialToken\": {\"id\": \"c\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"A\", \"type_id\": 0}}, "
        "{\"SpecialToken\": {\"id\": \"s\", \"type_id\": 0}}, {\"Sequence\": {\"id\": \"B\", \"type_id\": 1}}], "
        "\"special_tokens\": {\"c\": {\"id\": \"c\", \"ids\": [2], \"tokens\": [\"[CLS]\"]}, "
        "\"s\": {\"id\": \"s\", \"ids\": [3], \"tokens\": [\"[SEP]\"]}, \"f\": {\"id\": \"f\", \"ids\": [29], \"tokens\": [\"foo\"]}}}";
    check_without(wordbook_open_json(", \"normalizer\": {\"type\": \"BertNormalizer\"}" BERT), 34 - 5); /* [PAD] and [MASK] are not special there */
    check_without(wordbook_open_json(template), 34 - 4 + 2);
    struct tokenizer *t = wordbook_open_json(template), *less = without(t, gone);
    wordbook_check(less, "a<e1>b <e2> [MASK]", 18, "[CLS] a <e1> b <e2> [MASK] [SEP]");
    tokenizer_free(less);
    tokenizer_free(t);
}

/* A line that comes twice is one entry, and both files stay one. */
static void from_both(void)
{
    const char *dir = unit_temp_dir();
    wordbook_json(dir, ", \"normalizer\": {\"type\": \"BertNormalizer\"}" BERT);
    wordbook_vocab(dir);
    check_without(wordbook_open(dir), 34 - 5);
    dir = unit_temp_dir();
    wordbook_file(dir, "vocab.txt", "a\n[UNK]\n[CLS]\nfoo\n[SEP]\na\nbar\nb\n");
    struct tokenizer *t = wordbook_open(dir), *less = without(t, (const char *const[]){"foo", NULL}), *again = reopened(less);
    CU_ASSERT_EQUAL(tokenizer_vocab(less), 6);
    CU_ASSERT_STRING_EQUAL(tokenizer_token(less, 3), "a");
    check_same_ids(less, again);
    tokenizer_free(again);
    tokenizer_free(less);
    tokenizer_free(t);
}

/* ---- models ---------------------------------------------------------------------------------------------------- */

enum { ROWS = 20, LABELS = 2 };

static struct demo demo;

static void setup(void)
{
    demo_open(&demo, &(struct demo_options){.rows = ROWS, .longest = 24, .seq = 16});
}

static void teardown(void)
{
    demo_close(&demo);
}

static struct changed changed_by(const char *text, struct trial *t)
{
    struct changed c;
    struct recipe r;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, text, strlen(text), "r", &e), 0);
    if (changed_make(&c, &demo.original, &r, "r", NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c.model);
    CU_ASSERT_EQUAL_FATAL(trial_init(t, &demo.original, &r, &c, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(trial_evaluate(t, &demo.original, &c, NULL, NULL, NULL, NULL), 0);
    recipe_free(&r);
    return c;
}

/* Each id of the original that the rows use, at the place of the same token now. */
static void check_rows(const struct changed *c)
{
    const struct encoded *now = changed_encoded(c, &demo.original);
    for (int row = 0; row < ROWS; row++) {
        CU_ASSERT_EQUAL_FATAL(now->row[row].n, demo.rows.row[row].n);
        for (int i = 0; i < demo.rows.row[row].n; i++)
            CU_ASSERT_STRING_EQUAL(tokenizer_token(c->model->tokenizer, now->row[row].id[i]), tokenizer_token(demo.model->tokenizer, demo.rows.row[row].id[i]));
    }
}

static void same_bits(void)
{
    struct trial t;
    setup();
    struct changed c = changed_by("prune-vocab", &t);
    uint64_t lost = (uint64_t)(demo.model->config.vocab - c.model->config.vocab);
    CU_ASSERT(c.model->config.vocab < demo.model->config.vocab / 2);
    CU_ASSERT_EQUAL(tokenizer_vocab(c.model->tokenizer), c.model->config.vocab);
    CU_ASSERT_STRING_EQUAL(tokenizer_token(c.model->tokenizer, c.model->config.pad_id), "[PAD]");
    CU_ASSERT_EQUAL(t.before.params - t.cost.params, lost * (uint64_t)demo.model->config.hidden);
    CU_ASSERT(t.before.bytes - t.cost.bytes >= lost * (uint64_t)demo.model->config.hidden * 2);
    CU_ASSERT_EQUAL(t.before.macs, t.cost.macs);
    check_rows(&c);
    CU_ASSERT_EQUAL(memcmp(t.logits, original_logits(&demo.original), ROWS * LABELS * sizeof *t.logits), 0);
    CU_ASSERT_EQUAL(t.quality.loss, demo.original.evaluation.quality.loss);
    trial_free(&t);
    changed_free(&c);
    teardown();
}

/* Texts that lost tokens are read in pieces, and every form of the model says so. */
static void exported_by(const char *steps)
{
    struct trial t;
    setup();
    struct changed c = changed_by(steps, &t);
    CU_ASSERT(changed_encoded(&c, &demo.original)->tokens > demo.rows.tokens);
    CU_ASSERT_EQUAL(changed_encoded(&c, &demo.original)->max_tokens, 24);
    for (int form = 0; form < 2; form++) {
        struct exported out;
        struct model *again = NULL;
        struct encoded x;
        struct err e = {0};
        char dir[4200];
        snprintf(dir, sizeof dir, "%s/model", unit_temp_dir());
        CU_ASSERT_EQUAL(export_model(&out, c.model, dir, (enum export_form)form, 2, demo.weights->cpu, NULL, &e), 0);
        CU_ASSERT_EQUAL(model_open(&again, dir, NULL, NULL, &e), 0);
        CU_ASSERT_PTR_NOT_NULL_FATAL(again);
        CU_ASSERT_EQUAL(again->config.vocab, c.model->config.vocab);
        CU_ASSERT_EQUAL(again->config.pad_id, c.model->config.pad_id);
        CU_ASSERT_EQUAL_FATAL(encode_again(&x, &demo.rows, again->tokenizer, &demo.data, 1, NULL, &e), 0);
        for (int row = 0; row < ROWS; row++) {
            const struct encoding *a = &x.row[row], *b = &changed_encoded(&c, &demo.original)->row[row];
            CU_ASSERT_EQUAL_FATAL(a->n, b->n);
            CU_ASSERT_EQUAL(memcmp(a->id, b->id, (size_t)a->n * sizeof *a->id), 0);
        }
        encoded_free(&x);
        model_free(again);
    }
    trial_free(&t);
    changed_free(&c);
    teardown();
}

static void exported_with_its_vocabulary(void)
{
    exported_by("prune-vocab min-count=3\nprune-heads fraction=0.2\nint8 components=ffn\nprune-vocab min-count=4");
    exported_by("low-rank components=embedding rank=16\nprune-vocab min-count=4");
    exported_by("prune-vocab min-count=4\nshare groups=2\nlow-rank components=embedding rank=8");
}

/* The decoder of a masked-language head and its bias lose the same rows. */
static void masked_head(void)
{
    const char step[] = "prune-vocab";
    struct recipe r;
    struct model *m = NULL;
    struct err e = {0};
    setup();
    CU_ASSERT_EQUAL_FATAL(model_set_masked_head(demo.model, 1, &e), 0);
    struct materials x = {.data = &demo.data, .rows = &demo.rows, .threads = 1, .cpu = demo.weights->cpu};
    const struct param *had = model_param(demo.model, ROLE_MASKED_BIAS, -1);
    for (int id = 0; id < demo.model->config.vocab; id++)
        model_values(demo.model, (int)(had - demo.model->param))[id] = (float)id;
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, step, strlen(step), "r", &e), 0);
    CU_ASSERT_EQUAL_FATAL(recipe_apply(&m, demo.model, &r, "r", &x, NULL, &e), 0);
    const struct param *bias = model_param(m, ROLE_MASKED_BIAS, -1);
    CU_ASSERT_EQUAL_FATAL((int)bias->tensor.dim[0], m->config.vocab);
    for (int id = 0; id < m->config.vocab; id++) {
        float old;
        tensor_read_f32(&bias->tensor, (size_t)id, 1, &old);
        CU_ASSERT_STRING_EQUAL(tokenizer_token(m->tokenizer, id), tokenizer_token(demo.model->tokenizer, (int)old));
    }
    model_free(m);
    recipe_free(&r);
    teardown();
}

static void refused(void)
{
    struct recipe r;
    struct model *m = NULL, *preset;
    struct err e = {0};
    setup();
    struct materials x = {.threads = 1, .cpu = demo.weights->cpu};
    CU_ASSERT_EQUAL_FATAL(recipe_parse(&r, "prune-vocab", 11, "r", &e), 0);
    CU_ASSERT_EQUAL(recipe_apply(&m, demo.model, &r, "r", &x, NULL, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "r: line 1: prune-vocab: this step keeps the tokens that are used, which needs rows of data");
    e = (struct err){0};
    CU_ASSERT_EQUAL_FATAL(model_open(&preset, "preset:bert-tiny", NULL, NULL, &e), 0);
    CU_ASSERT_EQUAL(recipe_apply(&m, preset, &r, "r", &x, NULL, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "r: line 1: prune-vocab: there is no vocabulary to take tokens from: a preset has no vocabulary");
    CU_ASSERT_PTR_NULL(m);
    model_free(preset);
    recipe_free(&r);
    teardown();
}

CU_TestInfo suite_prune_vocab[] = {
    {"vocab.txt", from_lines},
    {"tokenizer.json", from_json},
    {"both files, and lines that come twice", from_both},
    {"texts of kept tokens give the same bits", same_bits},
    {"exported with its vocabulary", exported_with_its_vocabulary},
    {"the masked-language head", masked_head},
    {"refused", refused},
    CU_TEST_INFO_NULL,
};
