#include "tests/unit/fixture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

void fixture_safetensors(struct str *out, const struct fixture_tensor *t, int n)
{
    struct str header;
    size_t at = 0;
    str_init(&header);
    str_add(&header, "{");
    for (int i = 0; i < n; i++) {
        size_t bytes = 4 * t[i].rows * (t[i].cols ? t[i].cols : 1);
        str_addf(&header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%zu", i ? "," : "", t[i].name, t[i].rows);
        if (t[i].cols)
            str_addf(&header, ",%zu", t[i].cols);
        str_addf(&header, "],\"data_offsets\":[%zu,%zu]}", at, at + bytes);
        at += bytes;
    }
    str_add(&header, "}");
    uint64_t size = header.len;
    str_init(out);
    str_add_n(out, (const char *)&size, sizeof size);
    str_add_n(out, header.text, header.len);
    for (size_t i = 0; i < at; i++)
        str_add_n(out, "", 1);
    str_free(&header);
}

int fixture_bert(struct fixture_tensor *t, const char *prefix, int layers)
{
    static const struct fixture_tensor base[] = {
        {"embeddings.word_embeddings.weight", 11, 8},   {"embeddings.position_embeddings.weight", 6, 8},
        {"embeddings.token_type_embeddings.weight", 2, 8}, {"embeddings.LayerNorm.weight", 8, 0},
        {"embeddings.LayerNorm.bias", 8, 0},            {"pooler.dense.weight", 8, 8},
        {"pooler.dense.bias", 8, 0}};
    static const struct fixture_tensor layer[] = {
        {"attention.self.query.weight", 8, 8}, {"attention.self.query.bias", 8, 0},
        {"attention.self.key.weight", 8, 8},   {"attention.self.key.bias", 8, 0},
        {"attention.self.value.weight", 8, 8}, {"attention.self.value.bias", 8, 0},
        {"attention.output.dense.weight", 8, 8}, {"attention.output.dense.bias", 8, 0},
        {"attention.output.LayerNorm.weight", 8, 0}, {"attention.output.LayerNorm.bias", 8, 0},
        {"intermediate.dense.weight", 16, 8},  {"intermediate.dense.bias", 16, 0},
        {"output.dense.weight", 8, 16},        {"output.dense.bias", 8, 0},
        {"output.LayerNorm.weight", 8, 0},     {"output.LayerNorm.bias", 8, 0}};
    static char name[64][128];
    int n = 0;
    for (size_t i = 0; i < sizeof base / sizeof *base; i++) {
        snprintf(name[n], sizeof name[n], "%s%s", prefix, base[i].name);
        t[n] = (struct fixture_tensor){name[n], base[i].rows, base[i].cols};
        n++;
    }
    for (int l = 0; l < layers; l++)
        for (size_t i = 0; i < sizeof layer / sizeof *layer; i++) {
            snprintf(name[n], sizeof name[n], "%sencoder.layer.%d.%s", prefix, l, layer[i].name);
            t[n] = (struct fixture_tensor){name[n], layer[i].rows, layer[i].cols};
            n++;
        }
    t[n++] = (struct fixture_tensor){"classifier.weight", 2, 8};
    t[n++] = (struct fixture_tensor){"classifier.bias", 2, 0};
    return n;
}

const char *fixture_config(int layers, const char *extra)
{
    static char json[1024];
    snprintf(json, sizeof json,
             "{\"model_type\": \"bert\", \"hidden_size\": 8, \"num_hidden_layers\": %d, \"num_attention_heads\": 2, "
             "\"intermediate_size\": 16, \"vocab_size\": 11, \"max_position_embeddings\": 6%s}",
             layers, extra);
    return json;
}

static void write_file(const char *dir, const char *name, const char *bytes, size_t n)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
}

const char *fixture_directory(const char *config, const struct fixture_tensor *t, int n)
{
    const char *dir = unit_temp_dir();
    if (config)
        write_file(dir, "config.json", config, strlen(config));
    if (t) {
        struct str file;
        fixture_safetensors(&file, t, n);
        write_file(dir, "model.safetensors", file.text, file.len);
        str_free(&file);
    }
    return dir;
}
