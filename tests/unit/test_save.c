/* model in memory, and saved: what is written is what was there, for every form of model. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/save.h"
#include "analyzer/model/tokenizer.h"
#include "kernels/half.h"
#include "tests/unit/fixture.h"

static struct model *opened(const char *spec)
{
    struct model *m;
    struct err e = {0};
    if (model_open(&m, spec, NULL, NULL, &e) != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return m;
}

static void saved(const struct model *m, const char *dir, enum dtype dtype)
{
    struct save_options o = {.dtype = dtype};
    struct err e = {0};
    int code = model_save(m, dir, &o, &e);
    if (code != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
}

/* A path that is not there, in a fresh directory. */
static const char *fresh_path(char out[4200])
{
    snprintf(out, 4200, "%s/saved", unit_temp_dir());
    return out;
}

static float *values_of(const struct param *p)
{
    size_t n = tensor_count(&p->tensor);
    float *x = malloc(n * sizeof *x);
    tensor_read_f32(&p->tensor, 0, n, x);
    return x;
}

static float rounded(float x, enum dtype dtype)
{
    return dtype == DTYPE_F16 ? f32_from_f16(f16_from_f32(x)) : dtype == DTYPE_BF16 ? f32_from_bf16(bf16_from_f32(x)) : x;
}

/* Every parameter of b is that of a, rounded to dtype, bit for bit. */
static void same_values(const struct model *a, const struct model *b, enum dtype dtype)
{
    CU_ASSERT_EQUAL_FATAL(a->params, b->params);
    for (int i = 0; i < a->params; i++) {
        const struct param *p = &a->param[i], *q = model_param(b, p->role, p->layer);
        CU_ASSERT_PTR_NOT_NULL_FATAL(q);
        CU_ASSERT_EQUAL_FATAL(tensor_count(&p->tensor), tensor_count(&q->tensor));
        float *x = values_of(p), *y = values_of(q);
        size_t n = tensor_count(&p->tensor), bad = 0;
        for (size_t k = 0; k < n; k++) {
            float want = rounded(x[k], dtype);
            bad += memcmp(&want, &y[k], sizeof want) != 0;
        }
        CU_ASSERT_EQUAL(bad, 0);
        free(x);
        free(y);
    }
}

static void same_config(const struct config *a, const struct config *b)
{
    char head[80];
    CU_ASSERT_PTR_EQUAL(a->arch, b->arch);
    CU_ASSERT_TRUE(a->vocab == b->vocab && a->hidden == b->hidden && a->layers == b->layers && a->heads == b->heads);
    CU_ASSERT_TRUE(a->ffn == b->ffn && a->positions == b->positions && a->types == b->types && a->pad_id == b->pad_id);
    CU_ASSERT_TRUE(a->eps == b->eps && a->act == b->act && a->head_size == b->head_size);
    snprintf(head, sizeof head, "%s%s", b->arch->class_name, b->labels ? "ForSequenceClassification" : "Model");
    CU_ASSERT_STRING_EQUAL(b->head, head);
}

static void same_labels(const struct model *a, const struct model *b)
{
    CU_ASSERT_EQUAL_FATAL(a->config.labels, b->config.labels);
    for (int i = 0; i < a->config.labels; i++) {
        char x[64], y[64];
        model_label(a, i, x, sizeof x);
        model_label(b, i, y, sizeof y);
        CU_ASSERT_STRING_EQUAL(x, y);
    }
}

static void same_tokens(const struct model *a, const struct model *b)
{
    static const char *const texts[] = {"The model is FAST, not slow!", "h\xc3\xa9llo \xe4\xb8\xad", "", "[MASK] good"};
    CU_ASSERT_EQUAL_FATAL(a->tokenizer != NULL, b->tokenizer != NULL);
    for (size_t i = 0; a->tokenizer && i < sizeof texts / sizeof *texts; i++) {
        struct encoding x = {0}, y = {0};
        CU_ASSERT_EQUAL(tokenizer_encode(a->tokenizer, texts[i], strlen(texts[i]), NULL, 0, 16, &x, NULL), 0);
        CU_ASSERT_EQUAL(tokenizer_encode(b->tokenizer, texts[i], strlen(texts[i]), NULL, 0, 16, &y, NULL), 0);
        CU_ASSERT_TRUE(x.n == y.n && memcmp(x.id, y.id, (size_t)x.n * sizeof *x.id) == 0);
        encoding_free(&x);
        encoding_free(&y);
    }
    if (a->tokenizer)
        CU_ASSERT_PTR_NULL(tokenizer_note(b->tokenizer));
}

static void round_trip(const char *spec, enum dtype dtype)
{
    char path[4200];
    struct model *m = opened(spec);
    saved(m, fresh_path(path), dtype);
    struct model *back = opened(path);
    same_values(m, back, dtype);
    if (model_has_classifier(m)) {
        same_config(&m->config, &back->config);
        same_labels(m, back);
    }
    same_tokens(m, back);
    CU_ASSERT_EQUAL(back->unused, 0);
    CU_ASSERT_EQUAL(back->param[0].tensor.dtype, dtype);
    model_free(back);
    model_free(m);
}

static void every_form_round_trips(void)
{
    static const enum dtype dtypes[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16};
    char bert[4096], distilbert[4096];
    snprintf(bert, sizeof bert, "%s", unit_source("tests/golden/bert"));
    snprintf(distilbert, sizeof distilbert, "%s", unit_source("tests/golden/distilbert"));
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        round_trip(bert, dtypes[i]);
        round_trip(distilbert, dtypes[i]);
        round_trip("preset:bert-tiny", dtypes[i]);
    }
    const char *data = unit_data("hf-tiny-bert");
    if (data)
        round_trip(data, DTYPE_F32);
}

static void file_bytes(struct filemap *out, const char *dir, const char *name)
{
    char path[4300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    CU_ASSERT_EQUAL_FATAL(filemap_open(out, path, NULL), 0);
}

static bool same_file(const char *a, const char *b, const char *name)
{
    struct filemap x, y;
    file_bytes(&x, a, name);
    file_bytes(&y, b, name);
    bool same = x.size == y.size && memcmp(x.data, y.data, x.size) == 0;
    filemap_close(&x);
    filemap_close(&y);
    return same;
}

static void bytes_are_repeatable_and_aligned(void)
{
    char one[4200], two[4200];
    struct model *m = opened(unit_source("tests/golden/bert"));
    saved(m, fresh_path(one), DTYPE_F32);
    CU_ASSERT_EQUAL(model_own(m, NULL, NULL), 0);
    saved(m, fresh_path(two), DTYPE_F32);
    CU_ASSERT_TRUE(same_file(one, two, "config.json") && same_file(one, two, "model.safetensors"));
    CU_ASSERT_TRUE(same_file(one, two, "vocab.txt") && same_file(one, two, "tokenizer_config.json"));
    CU_ASSERT_TRUE(same_file(one, unit_source("tests/golden/bert"), "vocab.txt"));
    struct filemap f;
    file_bytes(&f, one, "model.safetensors");
    CU_ASSERT_TRUE(f.data[0] % 8 == 0 && memcmp(f.data + 8, "{\"__metadata__\":{\"format\":\"pt\"}", 31) == 0);
    CU_ASSERT_PTR_NOT_NULL(memmem(f.data, f.size, "\"bert.pooler.dense.weight\"", 26));
    CU_ASSERT_PTR_NOT_NULL(memmem(f.data, f.size, "\"classifier.weight\"", 19));
    filemap_close(&f);
    file_bytes(&f, one, "config.json");
    CU_ASSERT_PTR_NOT_NULL(memmem(f.data, f.size, "\"layer_norm_eps\": 1e-12", 23));
    filemap_close(&f);
    model_free(m);
}

/* Names that other programs look for are written, however the file that was read called them. */
static void old_names_become_new(void)
{
    struct fixture_tensor t[64];
    char path[4200];
    int n = fixture_bert(t, "", 1);
    t[3].name = "embeddings.LayerNorm.gamma";
    t[4].name = "embeddings.LayerNorm.beta";
    struct model *m = opened(fixture_directory(fixture_config(1, ", \"pruned_heads\": {}"), t, n));
    saved(m, fresh_path(path), DTYPE_F32);
    struct filemap f;
    file_bytes(&f, path, "model.safetensors");
    CU_ASSERT_PTR_NOT_NULL(memmem(f.data, f.size, "\"bert.embeddings.LayerNorm.weight\"", 34));
    filemap_close(&f);
    model_free(m);
}

static void pruned_models_stay_pruned(void)
{
    struct fixture_tensor t[64];
    char path[4200];
    int n = fixture_bert(t, "", 1);
    for (int i = 7; i < 13; i++)
        t[i].rows = 4;
    t[13].cols = 4;
    struct model *m = opened(fixture_directory(fixture_config(1, ", \"pruned_heads\": {\"0\": [1]}"), t, n));
    saved(m, fresh_path(path), DTYPE_F32);
    struct model *back = opened(path);
    CU_ASSERT_TRUE(back->layer[0].heads == 1 && back->config.pruned && back->config.pruned[0] == 1);
    same_values(m, back, DTYPE_F32);
    model_free(back);
    m->layer[0].neurons = 15;
    struct save_options o = {.dtype = DTYPE_F32};
    struct err e = {0};
    CU_ASSERT_EQUAL(model_save(m, path, &o, &e), ERR_UNSUPPORTED);
    CU_ASSERT_STRING_EQUAL(e.text, "layer 0 has 15 neurons and the others 16, which config.json cannot say");
    model_free(m);
}

/* ---- what is there already ---- */

static int entries_of(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void replaces_models_only(void)
{
    char path[4200], parent[4200], other[4300];
    struct err e = {0};
    struct save_options o = {.dtype = DTYPE_F32};
    struct model *m = opened(unit_source("tests/golden/bert"));
    saved(m, fresh_path(path), DTYPE_F32);
    saved(m, path, DTYPE_BF16);
    snprintf(parent, sizeof parent, "%.*s", (int)(strlen(path) - strlen("/saved")), path);
    CU_ASSERT_EQUAL(entries_of(parent), 1);
    struct model *back = opened(path);
    CU_ASSERT_EQUAL(back->param[0].tensor.dtype, DTYPE_BF16);
    snprintf(other, sizeof other, "%s/notes.txt", path);
    CU_ASSERT_EQUAL_FATAL(outfile_write(other, "mine", 4, NULL), 0);
    CU_ASSERT_EQUAL(model_save(m, path, &o, &e), ERR_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "/saved would be replaced, but it holds notes.txt, which would be lost"));
    CU_ASSERT_TRUE(access(other, R_OK) == 0 && entries_of(parent) == 1);
    unlink(other);
    CU_ASSERT_EQUAL_FATAL(mkdir(other, 0700), 0);
    CU_ASSERT_EQUAL(model_save(m, path, &o, &e), ERR_IO);
    snprintf(other, sizeof other, "%s/config.json", path);
    CU_ASSERT_EQUAL(model_save(m, other, &o, &e), ERR_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "/config.json is there and is no directory"));
    CU_ASSERT_EQUAL(model_save(m, "/nonexistent/a", &o, &e), ERR_IO);
    CU_ASSERT_STRING_EQUAL(e.text, "/nonexistent/a cannot be written: No such file or directory");
    model_free(back);
    model_free(m);
}

static void cancelled_leaves_what_was_there(void)
{
    char path[4200], parent[4200];
    atomic_bool cancel = true;
    struct progress p = {.cancel = &cancel};
    struct save_options o = {.dtype = DTYPE_F32, .progress = &p};
    struct err e = {0};
    struct model *m = opened(unit_source("tests/golden/bert"));
    fresh_path(path);
    snprintf(parent, sizeof parent, "%.*s", (int)(strlen(path) - strlen("/saved")), path);
    CU_ASSERT_EQUAL(model_save(m, path, &o, &e), ERR_CANCELLED);
    CU_ASSERT_EQUAL(entries_of(parent), 0);
    saved(m, path, DTYPE_F16);
    CU_ASSERT_EQUAL(model_save(m, path, &o, &e), ERR_CANCELLED);
    CU_ASSERT_EQUAL(entries_of(parent), 1);
    struct model *back = opened(path);
    CU_ASSERT_EQUAL(back->param[0].tensor.dtype, DTYPE_F16);
    model_free(back);
    model_free(m);
}

/* ---- parameters in memory ---- */

static void owned_values_can_be_changed(void)
{
    struct model *m = opened(unit_source("tests/golden/distilbert")), *same = opened(unit_source("tests/golden/distilbert"));
    CU_ASSERT_FALSE(model_is_owned(m));
    CU_ASSERT_EQUAL_FATAL(model_own(m, NULL, NULL), 0);
    CU_ASSERT_TRUE(model_is_owned(m) && m->checkpoint.maps == 0);
    same_values(same, m, DTYPE_F32);
    model_values(m, 3)[1] = 42;
    CU_ASSERT_EQUAL(tensor_f32(&m->param[3].tensor)[1], 42);
    model_free(same);
    model_free(m);
}

static void heads_are_given(void)
{
    static const char *const names[] = {"no", "maybe", "yes"};
    struct fixture_tensor t[64];
    char path[4200];
    int n = fixture_bert(t, "", 1);
    n -= 2; /* neither classifier nor pooler */
    t[5] = t[--n];
    t[6] = t[--n];
    const char *dir = fixture_directory(fixture_config(1, ", \"architectures\": [\"BertModel\"]"), t, n);
    struct model *bare = opened(dir), *m = opened(dir);
    CU_ASSERT_PTR_NULL(model_param(m, ROLE_POOLER_WEIGHT, -1));
    CU_ASSERT_EQUAL_FATAL(model_set_labels(m, 3, names, 7, NULL), 0);
    CU_ASSERT_TRUE(model_has_classifier(m) && m->config.labels == 3 && !m->note);
    CU_ASSERT_EQUAL(m->params, bare->params + 4);
    saved(m, fresh_path(path), DTYPE_F32);
    struct model *back = opened(path);
    same_values(m, back, DTYPE_F32);
    same_labels(m, back);
    const float *w = tensor_f32(&model_param(back, ROLE_CLASSIFIER_WEIGHT, -1)->tensor);
    CU_ASSERT_TRUE(w[0] != 0 && w[0] != w[1]);
    CU_ASSERT_EQUAL(tensor_f32(&model_param(back, ROLE_CLASSIFIER_BIAS, -1)->tensor)[2], 0);
    model_free(back);
    model_free(bare);
    model_free(m);
}

static void a_new_head_leaves_the_rest(void)
{
    struct model *m = opened(unit_source("tests/golden/bert")), *same = opened(unit_source("tests/golden/bert"));
    CU_ASSERT_EQUAL_FATAL(model_set_labels(m, 2, NULL, 0, NULL), 0);
    CU_ASSERT_EQUAL(m->params, same->params);
    for (int i = 0; i < m->params; i++) {
        const struct param *p = &m->param[i];
        float *x = values_of(p), *y = values_of(model_param(same, p->role, p->layer));
        bool head = p->role == ROLE_CLASSIFIER_WEIGHT || p->role == ROLE_CLASSIFIER_BIAS;
        CU_ASSERT_EQUAL(memcmp(x, y, tensor_count(&p->tensor) * sizeof *x) != 0, head);
        free(x);
        free(y);
    }
    char label[16];
    model_label(m, 1, label, sizeof label);
    CU_ASSERT_STRING_EQUAL(label, "LABEL_1");
    model_free(same);
    model_free(m);
}

/* A model of one's own sizes, and a preset, are made in one way; what a seed gives never changes. */
static void made_models(void)
{
    struct config c;
    struct model *m, *preset = opened("preset:bert-tiny");
    CU_ASSERT_EQUAL_FATAL(preset_config(&c, "bert-tiny", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 0, NULL, NULL), 0);
    same_values(preset, m, DTYPE_F32);
    model_free(m);
    uint64_t hash = 0xcbf29ce484222325u;
    for (int i = 0; i < preset->params; i++) {
        const unsigned char *x = preset->param[i].tensor.data;
        for (size_t k = 0; k < tensor_bytes(&preset->param[i].tensor); k++)
            hash = (hash ^ x[k]) * 0x100000001b3u;
    }
    CU_ASSERT_EQUAL(hash, 0x37ee61a4a2ed829fu);
    model_free(preset);
    c.vocab = 100, c.layers = 1, c.labels = 2;
    CU_ASSERT_EQUAL_FATAL(model_make(&m, &c, 3, NULL, NULL), 0);
    CU_ASSERT_TRUE(model_has_classifier(m) && m->random && model_is_owned(m));
    model_free(m);
}

static void vocabularies_become_tokenizers(void)
{
    static const char vocab[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nAb\nab\n##c\n";
    char path[4200];
    struct err e = {0};
    for (int lower = 0; lower < 2; lower++) {
        struct model *m = opened("preset:bert-tiny");
        CU_ASSERT_EQUAL_FATAL(tokenizer_from_vocab(&m->tokenizer, vocab, strlen(vocab), lower, "a test", &e), 0);
        saved(m, fresh_path(path), DTYPE_F16);
        struct model *back = opened(path);
        same_tokens(m, back);
        struct encoding x = {0};
        CU_ASSERT_EQUAL(tokenizer_encode(back->tokenizer, "Abc", 3, NULL, 0, 8, &x, &e), 0);
        CU_ASSERT_TRUE(x.n == 4 && x.id[1] == 5 + lower && x.id[2] == 7);
        encoding_free(&x);
        model_free(back);
        model_free(m);
    }
    struct tokenizer *t;
    CU_ASSERT_EQUAL(tokenizer_from_vocab(&t, "a\nb\n", 4, true, "words.txt", &e), ERR_FORMAT);
    CU_ASSERT_STRING_EQUAL(e.text, "words.txt: vocab.txt has no entry [UNK], which is the unk_token");
}

CU_TestInfo suite_save[] = {
    {"every form round trips", every_form_round_trips},
    {"bytes are repeatable and aligned", bytes_are_repeatable_and_aligned},
    {"old names become new", old_names_become_new},
    {"pruned models stay pruned", pruned_models_stay_pruned},
    {"replaces models only", replaces_models_only},
    {"cancelled leaves what was there", cancelled_leaves_what_was_there},
    {"owned values can be changed", owned_values_can_be_changed},
    {"heads are given", heads_are_given},
    {"a new head leaves the rest", a_new_head_leaves_the_rest},
    {"made models", made_models},
    {"vocabularies become tokenizers", vocabularies_become_tokenizers},
    CU_TEST_INFO_NULL,
};
