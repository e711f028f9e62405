/* The golden BERT under the names and in the files that real checkpoints use: it must stay the same model. */
#include <stdio.h>
#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/run/exec.h"
#include "kernels/cpu.h"
#include "tests/golden/golden.h"

static struct golden golden;
static struct checkpoint weights; /* of the golden model, as it is */

/* ---- writing
 * --------------------------------------------------------------------------------------------------- */

/* A safetensors file that grows tensor by tensor. */
struct writer {
    struct str header, data;
};

static void writer_add(struct writer *w, const char *name, const char *dtype, const size_t *dim, int ndim,
                       const void *data, size_t bytes)
{
    str_addf(&w->header, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", w->header.len ? "," : "{", name, dtype);
    for (int i = 0; i < ndim; i++)
        str_addf(&w->header, "%s%zu", i ? "," : "", dim[i]);
    str_addf(&w->header, "],\"data_offsets\":[%zu,%zu]}", w->data.len, w->data.len + bytes);
    str_add_n(&w->data, data, bytes);
}

static void write_file(const char *dir, const char *name, const void *head, size_t head_bytes,
                       const struct str *a, const struct str *b)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    CU_ASSERT_FATAL(f != NULL);
    size_t n = fwrite(head, 1, head_bytes, f) + fwrite(a->text, 1, a->len, f) + fwrite(b->text, 1, b->len, f);
    CU_ASSERT_EQUAL(n, head_bytes + a->len + b->len);
    CU_ASSERT_EQUAL(fclose(f), 0);
}

static void writer_close(struct writer *w, const char *dir, const char *name)
{
    str_add(&w->header, "}");
    uint64_t n = w->header.len;
    write_file(dir, name, &n, sizeof n, &w->header, &w->data);
    str_free(&w->header);
    str_free(&w->data);
}

static struct writer writer_open(void)
{
    struct writer w;
    str_init(&w.header);
    str_init(&w.data);
    return w;
}

/* ---- variants
 * -------------------------------------------------------------------------------------------------- */

enum storage { AS_IT_IS, F16, F16_VALUES, BF16, BF16_VALUES };

struct variant {
    bool bare;  /* BertModel: names without "bert.", no classifier */
    bool old;   /* LayerNorm.gamma and .beta, and the position_ids buffer */
    int shards; /* files; more than one comes with an index */
    enum storage storage;
};

/* The float nearest to zero that the storage type has: its low bits go. Exact in both types. */
static uint32_t cut(uint32_t bits, enum storage storage)
{
    uint32_t exponent = bits >> 23 & 0xff;
    if (storage == BF16 || storage == BF16_VALUES)
        return bits & 0xffff0000;
    return exponent < 127 - 14
               ? 0
               : bits & 0xffffe000; /* half's subnormals become 0; nothing here is over 65504 */
}

static uint16_t encode(uint32_t bits, enum storage storage)
{
    if (storage == BF16)
        return (uint16_t)(bits >> 16);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    return (uint16_t)(magnitude == 0 ? sign : sign | ((magnitude - ((127u - 15u) << 23)) >> 13));
}

static void add_tensor(struct writer *w, const char *name, const struct tensor *t, enum storage storage)
{
    static const char *const dtypes[] = {"F32", "F16", "F32", "BF16", "F32"};
    size_t n = tensor_count(t);
    struct str bytes;
    str_init(&bytes);
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, (const char *)t->data + i * sizeof bits, sizeof bits);
        bits = storage == AS_IT_IS ? bits : cut(bits, storage);
        uint16_t half = storage == F16 || storage == BF16 ? encode(bits, storage) : 0;
        bool narrow = storage == F16 || storage == BF16;
        str_add_n(&bytes, narrow ? (const char *)&half : (const char *)&bits,
                  narrow ? sizeof half : sizeof bits);
    }
    writer_add(w, name, dtypes[storage], t->dim, t->ndim, bytes.text, bytes.len);
    str_free(&bytes);
}

/* The name in the variant's file; false if the variant leaves the tensor out. */
static bool rename_tensor(const struct variant *v, const char *name, char *out, size_t size)
{
    const char *leaf = strrchr(name, '.');
    if (v->bare && strncmp(name, "bert.", 5) != 0)
        return false;
    snprintf(out, size, "%s", name + (v->bare ? 5 : 0));
    if (v->old && leaf && leaf - name >= 9 && strncmp(leaf - 9, "LayerNorm", 9) == 0)
        snprintf(strrchr(out, '.'), 8, "%s", strcmp(leaf, ".weight") == 0 ? ".gamma" : ".beta");
    return true;
}

static void add_position_ids(struct writer *w)
{
    int64_t ids[40];
    for (int i = 0; i < 40; i++)
        ids[i] = i;
    writer_add(w, "bert.embeddings.position_ids", "I64", (size_t[]){1, 40}, 2, ids, sizeof ids);
}

static void copy_file(const char *dir, const char *name)
{
    char path[128];
    struct filemap map;
    struct str bytes, none;
    struct err e = {0};
    snprintf(path, sizeof path, "tests/golden/bert/%s", name);
    CU_ASSERT_FATAL(filemap_open(&map, unit_source(path), &e) == 0);
    str_init(&bytes);
    str_init(&none);
    str_add_n(&bytes, (const char *)map.data, map.size);
    write_file(dir, name, "", 0, &bytes, &none);
    str_free(&bytes);
    str_free(&none);
    filemap_close(&map);
}

static void write_index(const char *dir, const struct str *entries)
{
    struct str tail;
    str_init(&tail);
    str_add(&tail, "}}");
    write_file(dir, "model.safetensors.index.json", "{\"weight_map\":{", 15, entries, &tail);
    str_free(&tail);
}

/* Writes the variant as a model directory. */
static void write_variant(const struct variant *v, const char *dir)
{
    struct str index;
    str_init(&index);
    for (int shard = 0; shard < v->shards; shard++) {
        struct writer w = writer_open();
        char file[64] = "model.safetensors", name[256];
        if (v->shards > 1)
            snprintf(file, sizeof file, "model-%05d-of-%05d.safetensors", shard + 1, v->shards);
        for (int i = shard; i < weights.entries; i += v->shards)
            if (rename_tensor(v, weights.entry[i].name, name, sizeof name)) {
                add_tensor(&w, name, &weights.entry[i].tensor, v->storage);
                str_addf(&index, "%s\"%s\":\"%s\"", index.len ? "," : "", name, file);
            }
        if (v->old)
            add_position_ids(&w);
        writer_close(&w, dir, file);
    }
    if (v->shards > 1)
        write_index(dir, &index);
    str_free(&index);
    copy_file(dir, "config.json");
    copy_file(dir, "vocab.txt");
}

/* ---- comparing
 * ------------------------------------------------------------------------------------------------- */

/* Runs all inputs in one batch. */
static bool run_inputs(struct run *r, const char *dir)
{
    struct err e = {0};
    if (!run_open(r, dir, NULL, cpu_detect(NULL), KERNEL_F32, golden.length, GOLDEN_INPUTS,
                  &(struct plan_options){.threads = 1}))
        return false;
    CU_ASSERT_EQUAL(plan_set_tokens(r->plan, golden.id, golden.type, &e), 0);
    CU_ASSERT_EQUAL(exec_run(r->plan, NULL, NULL), 0);
    return true;
}

static bool same_output(const struct run *a, const struct run *b, enum plan_output what, int cols)
{
    const float *x = plan_output(a->plan, what, -1), *y = plan_output(b->plan, what, -1);
    return x && y && memcmp(x, y, GOLDEN_INPUTS * (size_t)cols * sizeof *x) == 0;
}

/* Two variants must give the same bits. NULL = the golden model itself. */
static void check_same(const struct variant *v, const struct variant *like)
{
    struct run a, b;
    char dir[256], like_dir[256];
    snprintf(dir, sizeof dir, "%s", unit_temp_dir());
    snprintf(like_dir, sizeof like_dir, "%s", like ? unit_temp_dir() : unit_source("tests/golden/bert"));
    write_variant(v, dir);
    if (like)
        write_variant(like, like_dir);
    if (!run_inputs(&a, dir))
        return;
    if (run_inputs(&b, like_dir)) {
        CU_ASSERT_TRUE(same_output(&a, &b, PLAN_POOLED, a.model->config.hidden));
        CU_ASSERT_EQUAL(model_has_classifier(a.model), !v->bare);
        CU_ASSERT_EQUAL(a.model->unused, 0);
        CU_ASSERT_EQUAL(same_output(&a, &b, PLAN_LOGITS, a.model->config.labels), !v->bare);
        run_close(&b);
    }
    run_close(&a);
}

static void check_variants(const struct variant *v, const struct variant *like)
{
    struct err e = {0};
    if (!golden_open(&golden, "bert"))
        return;
    CU_ASSERT_EQUAL(checkpoint_open(&weights, unit_source("tests/golden/bert/model.safetensors"), &e), 0);
    check_same(v, like);
    checkpoint_close(&weights);
    golden_close(&golden);
}

static void test_bare(void)
{
    check_variants(&(struct variant){.bare = true, .shards = 1}, NULL);
}

static void test_old(void)
{
    check_variants(&(struct variant){.old = true, .shards = 1}, NULL);
}

static void test_sharded(void)
{
    check_variants(&(struct variant){.shards = 3}, NULL);
}

static void test_f16(void)
{
    check_variants(&(struct variant){.shards = 1, .storage = F16},
                   &(struct variant){.shards = 1, .storage = F16_VALUES});
}

static void test_bf16(void)
{
    check_variants(&(struct variant){.shards = 1, .storage = BF16},
                   &(struct variant){.shards = 1, .storage = BF16_VALUES});
}

CU_TestInfo suite_variants[] = {
    {"variants: BertModel, names without prefix", test_bare},
    {"variants: LayerNorm.gamma and .beta, position_ids", test_old},
    {"variants: three shards and an index", test_sharded},
    {"variants: stored as F16", test_f16},
    {"variants: stored as BF16", test_bf16},
    CU_TEST_INFO_NULL,
};
