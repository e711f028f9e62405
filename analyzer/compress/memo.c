#include "analyzer/compress/memo.h"

#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 64, NORMS = 8 };

struct entry {
    char *key;
    struct head_scores scores;
};

struct norms {
    char *key;
    double *value; /* [n] */
    int n;
};

struct memo {
    struct entry entry[ENTRIES];
    int added;
    char *gates_key;
    struct gates gates;
    struct norms norms[NORMS];
    int norms_added;
};

struct memo *memo_new(void)
{
    return calloc(1, sizeof(struct memo));
}

static void entry_free(struct entry *x)
{
    free(x->key);
    head_scores_free(&x->scores);
    *x = (struct entry){0};
}

static void norms_free(struct norms *x)
{
    free(x->key);
    free(x->value);
    *x = (struct norms){0};
}

void memo_free(struct memo *x)
{
    for (int i = 0; x && i < NORMS; i++)
        norms_free(&x->norms[i]);
    for (int i = 0; x && i < ENTRIES; i++)
        entry_free(&x->entry[i]);
    if (x) {
        free(x->gates_key);
        gates_free(&x->gates);
    }
    free(x);
}

const struct head_scores *memo_find(const struct memo *x, const char *key)
{
    for (int i = 0; x && i < ENTRIES; i++)
        if (x->entry[i].key && strcmp(x->entry[i].key, key) == 0)
            return &x->entry[i].scores;
    return NULL;
}

void memo_add(struct memo *x, const char *key, const struct head_scores *s)
{
    struct entry fresh = {.key = x ? strdup(key) : NULL};
    struct err ignored = {0};
    if (!fresh.key)
        return;
    if (head_scores_copy(&fresh.scores, s, &ignored) != 0) {
        free(fresh.key);
        return;
    }
    entry_free(&x->entry[x->added % ENTRIES]);
    x->entry[x->added++ % ENTRIES] = fresh;
}

const struct gates *memo_gates(const struct memo *x, const char *key)
{
    return x && x->gates_key && strcmp(x->gates_key, key) == 0 ? &x->gates : NULL;
}

const struct gates *memo_keep_gates(struct memo *x, const char *key, struct gates *g)
{
    char *copy = x ? strdup(key) : NULL;
    if (!copy)
        return g;
    free(x->gates_key);
    gates_free(&x->gates);
    x->gates_key = copy;
    x->gates = *g;
    *g = (struct gates){.rows = 0};
    return &x->gates;
}

const double *memo_norms(const struct memo *x, const char *key, int n)
{
    for (int i = 0; x && i < NORMS; i++)
        if (x->norms[i].key && x->norms[i].n == n && strcmp(x->norms[i].key, key) == 0)
            return x->norms[i].value;
    return NULL;
}

void memo_keep_norms(struct memo *x, const char *key, const double *norm, int n)
{
    if (!x)
        return;
    struct norms fresh = {strdup(key), malloc((size_t)n * sizeof *norm + 1), n};
    if (!fresh.key || !fresh.value) {
        norms_free(&fresh);
        return;
    }
    memcpy(fresh.value, norm, (size_t)n * sizeof *norm);
    norms_free(&x->norms[x->norms_added % NORMS]);
    x->norms[x->norms_added++ % NORMS] = fresh;
}
