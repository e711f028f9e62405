#include "analyzer/model/model.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/base/str.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/bind.h"
#include "analyzer/model/compact.h"
#include "analyzer/model/demo.h"
#include "analyzer/model/preset.h"
#include "analyzer/model/shared.h"
#include "analyzer/model/tokenizer.h"
#include "analyzer/model/values.h"

static int take_text(char **out, const char *text, struct err *e)
{
    *out = strdup(text);
    return *out ? 0 : err_set(e, ERR_NOMEM, "no memory to open a model");
}

/* The layer takes the numbers of its heads over. */
static void take_compact(struct layer_shape *l, struct compact_layer *from)
{
    *l = (struct layer_shape){from->heads, from->neurons, from->number, from->head, from->decoupled};
    from->head = NULL;
}

static int init_layers(struct model *m, struct err *e)
{
    const struct config *c = &m->config;
    m->layer = calloc((size_t)c->layers, sizeof *m->layer);
    if (!m->layer)
        return err_set(e, ERR_NOMEM, "no memory for %d layers", c->layers);
    for (int i = 0; i < c->layers; i++) {
        m->layer[i] = (struct layer_shape){c->heads - (c->pruned ? c->pruned[i] : 0), c->ffn, i, NULL, false};
        if (c->compact)
            take_compact(&m->layer[i], &c->compact->layer[i]);
    }
    return 0;
}

/* Random weights for the config that is there. */
static int make(struct model *m, uint64_t seed, const struct progress *progress, struct err *e)
{
    m->random = true;
    TRY(init_layers(m, e));
    return values_fill(m, VALUES_ALL, seed, progress, e);
}

static int open_preset(struct model *m, const char *name, const struct model_options *options,
                       const struct progress *progress, struct err *e)
{
    struct str origin;
    TRY(preset_config(&m->config, name, e));
    TRY(make(m, options->seed, progress, e));
    str_init(&origin);
    str_addf(&origin, "preset: the published shape of %s with random weights (seed %llu)", name,
             (unsigned long long)options->seed);
    m->origin = origin.text;
    TRY(take_text(&m->tokenizer_missing, "a preset has no vocabulary", e));
    return take_text(&m->note, "random weights: parameters, MACs and times mean something, outputs do not; no "
                               "classification head", e);
}

static int describe_files(struct model *m, const char *dir, struct err *e)
{
    struct str s;
    size_t bytes = 0;
    for (int i = 0; i < m->checkpoint.maps; i++)
        bytes += m->checkpoint.map[i].size;
    str_init(&s);
    str_addf(&s, "%s: %s, %d tensors, %.1f MB", dir, m->checkpoint.format, m->checkpoint.entries,
             (double)bytes / 1e6);
    if (m->unused > 0)
        str_addf(&s, "; %d of them are not part of the encoder or its classifier", m->unused);
    m->origin = s.text;
    (void)e;
    return 0;
}

static int describe_demo(struct model *m, size_t bytes, struct err *e)
{
    struct str s;
    str_init(&s);
    str_addf(&s, "built in: trained by this project on generated sentences; %s, %d tensors, %.1f MB",
             m->checkpoint.format, m->checkpoint.entries, (double)bytes / 1e6);
    m->origin = s.text;
    if (m->note) /* of bind.h: there is no head */
        return 0;
    return take_text(&m->note, "it knows the reviews that this program generates (demo:train, demo:dev, demo:test) and "
                               "nothing else", e);
}

static int read_config(struct model *m, const char *dir, const struct model_options *options, struct err *e)
{
    if (options->config) {
        m->config = *options->config;
        return 0;
    }
    struct str path;
    struct stat st;
    str_init(&path);
    str_addf(&path, "%s/config.json", dir);
    int code = stat(path.text, &st) != 0 && errno == ENOENT
                   ? err_set(e, ERR_IO, "%s has no config.json, so it is not a model directory", dir)
                   : config_read(&m->config, path.text, e);
    str_free(&path);
    return code;
}

static int open_directory(struct model *m, const char *dir, const struct model_options *options, struct err *e)
{
    struct stat st;
    if (stat(dir, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", dir, strerror(errno));
    if (!S_ISDIR(st.st_mode) && !options->config)
        return err_set(e, ERR_IO, "%s is not a directory; a model is a directory with config.json and its weights",
                       dir);
    TRY(read_config(m, dir, options, e));
    TRY(init_layers(m, e));
    TRY(checkpoint_open(&m->checkpoint, dir, e));
    TRY(bind_checkpoint(m, dir, options, e));
    compact_free(m->config.compact);
    m->config.compact = NULL;
    struct err why = {0};
    if (tokenizer_open(&m->tokenizer, dir, &why) != 0)
        TRY(take_text(&m->tokenizer_missing, why.text, e));
    return describe_files(m, dir, e);
}

/* The files of the built-in model, read as those of a directory are. */
static int open_demo(struct model *m, const struct model_options *options, struct err *e)
{
    size_t config_size, weights_size, vocab_size;
    const char *config = (const char *)demo_file(DEMO_CONFIG, &config_size);
    const char *vocab = (const char *)demo_file(DEMO_VOCAB, &vocab_size);
    const unsigned char *weights = demo_file(DEMO_WEIGHTS, &weights_size);
    if (options->config)
        m->config = *options->config;
    else
        TRY(config_parse(&m->config, config, config_size, "the built-in config.json", e));
    TRY(init_layers(m, e));
    TRY(checkpoint_from_memory(&m->checkpoint, weights, weights_size, "the built-in model.safetensors", e));
    TRY(bind_checkpoint(m, "the built-in model", options, e));
    TRY(tokenizer_from_vocab(&m->tokenizer, vocab, vocab_size, true, "the built-in vocab.txt", e));
    return describe_demo(m, weights_size, e);
}

static int open_spec(struct model *m, const char *spec, const struct model_options *options,
                     const struct progress *progress, struct err *e)
{
    TRY(take_text(&m->name, spec, e));
    if (strcmp(spec, "demo") == 0)
        return open_demo(m, options, e);
    if (strncmp(spec, "preset:", 7) == 0)
        return open_preset(m, spec + 7, options, progress, e);
    return open_directory(m, spec, options, e);
}

int model_open(struct model **out, const char *spec, const struct model_options *options,
               const struct progress *progress, struct err *e)
{
    static const struct model_options none;
    *out = NULL;
    struct model *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(e, ERR_NOMEM, "no memory to open a model");
    int code = open_spec(m, spec, options ? options : &none, progress, e);
    if (options && options->config)
        m->config.label = NULL, m->config.pruned = NULL, m->config.compact = NULL, m->config.label_count = 0; /* borrowed */
    if (code != 0) {
        model_free(m);
        return code;
    }
    *out = m;
    return 0;
}

static int make_from(struct model *m, const struct config *c, uint64_t seed, const struct progress *progress,
                     struct err *e)
{
    struct str origin;
    TRY(config_copy(&m->config, c, e));
    TRY(make(m, seed, progress, e));
    str_init(&origin);
    str_addf(&origin, "random weights (seed %llu)", (unsigned long long)seed);
    m->origin = origin.text;
    TRY(take_text(&m->tokenizer_missing, "it was made without a vocabulary", e));
    return take_text(&m->name, c->arch->name, e);
}

int model_make(struct model **out, const struct config *c, uint64_t seed, const struct progress *progress, struct err *e)
{
    *out = NULL;
    struct model *m = calloc(1, sizeof *m);
    if (!m)
        return err_set(e, ERR_NOMEM, "no memory to make a model");
    int code = make_from(m, c, seed, progress, e);
    if (code != 0)
        model_free(m);
    else
        *out = m;
    return code;
}

bool model_is_owned(const struct model *m)
{
    return m->values.base != NULL;
}

int model_own(struct model *m, const struct progress *progress, struct err *e)
{
    return model_is_owned(m) ? 0 : values_fill(m, VALUES_NONE, 0, progress, e);
}

float *model_values(struct model *m, int param)
{
    assert(model_is_owned(m));
    return (float *)(uintptr_t)m->param[param].tensor.data;
}

int model_set_masked_head(struct model *m, uint64_t seed, struct err *e)
{
    TRY(values_fill(m, VALUES_MASKED_HEAD, seed, NULL, e));
    free(m->note);
    m->note = NULL;
    return 0;
}

int model_set_labels(struct model *m, int labels, const char *const *names, uint64_t seed, struct err *e)
{
    struct config before = m->config;
    TRY(config_copy(&m->config, &before, e));
    int code = config_set_labels(&m->config, labels, names, e);
    if (code == 0)
        code = values_fill(m, VALUES_HEAD, seed, NULL, e);
    config_free(code == 0 ? &before : &m->config);
    if (code != 0) {
        m->config = before;
        return code;
    }
    free(m->note);
    m->note = NULL;
    return 0;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    if (!m->base || m->tokenizer != m->base->tokenizer)
        tokenizer_free(m->tokenizer);
    for (int i = 0; m->own && i < m->params; i++)
        free(m->own[i]);
    for (int i = 0; m->layer && i < m->config.layers; i++)
        free(m->layer[i].head);
    free(m->own);
    for (int i = 0; i < m->addeds; i++)
        free(m->added[i]);
    free(m->added);
    checkpoint_close(&m->checkpoint);
    arena_free(&m->values);
    config_free(&m->config);
    free(m->param);
    free(m->layer);
    free(m->tokenizer_missing);
    free(m->note);
    free(m->origin);
    free(m->name);
    free(m);
}

int layer_head(const struct layer_shape *l, int i)
{
    return l->head ? l->head[i] : i;
}

const struct param *model_param(const struct model *m, enum role role, int layer)
{
    for (int i = 0; i < m->params; i++)
        if (m->param[i].role == role && m->param[i].layer == layer)
            return &m->param[i];
    return NULL;
}

bool model_has_classifier(const struct model *m)
{
    return model_param(m, ROLE_CLASSIFIER_WEIGHT, -1) != NULL;
}

bool model_has_masked_head(const struct model *m)
{
    return model_param(m, ROLE_MASKED_BIAS, -1) != NULL;
}

/* The numbers of parameter i that no parameter before it has counted. */
static uint64_t count_of(const struct model *m, int i)
{
    return model_twin(m, i) ? 0 : tensor_count(&m->param[i].tensor);
}

uint64_t model_param_count(const struct model *m, enum component c)
{
    uint64_t n = 0;
    for (int i = 0; i < m->params; i++)
        if (m->param[i].component == c)
            n += count_of(m, i);
    return n;
}

uint64_t model_layer_param_count(const struct model *m, enum component c, int layer)
{
    uint64_t n = 0;
    for (int i = 0; i < m->params; i++)
        if (m->param[i].component == c && m->param[i].layer == layer)
            n += count_of(m, i);
    return n;
}

uint64_t model_param_total(const struct model *m)
{
    uint64_t n = 0;
    for (int i = 0; i < m->params; i++)
        n += count_of(m, i);
    return n;
}

void model_label(const struct model *m, int i, char *out, size_t size)
{
    const char *known = i < m->config.label_count ? m->config.label[i] : NULL;
    if (known)
        snprintf(out, size, "%s", known);
    else
        snprintf(out, size, "LABEL_%d", i);
}
