#include "analyzer/data/demo_text.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "analyzer/base/rng.h"

enum { SEED = 1, SPLIT_PARTS = 8 /* of the sentences: one part for dev, one for test, the others for train */ };

enum symbol {
#define SYMBOL(name) SYMBOL_##name,
#include "analyzer/data/demo_symbols.def"
#undef SYMBOL
    SYMBOLS
};

static const char *const symbol_name[SYMBOLS] = {
#define SYMBOL(name) #name,
#include "analyzer/data/demo_symbols.def"
#undef SYMBOL
};

/* What is reviewed; a rule of `any` fits all of them. */
enum place { PLACE_film, PLACE_food, PLACE_phone, PLACE_hotel, PLACE_book, PLACES, PLACE_any = PLACES };

enum verdict { VERDICT_bad, VERDICT_good, VERDICT_both };

struct rule {
    enum symbol symbol;
    enum place place;
    enum verdict verdict;
    unsigned weight;
    const char *text;
};

static const struct rule rules[] = {
#define RULE(symbol, place, verdict, weight, text)                                                           \
    {SYMBOL_##symbol, PLACE_##place, VERDICT_##verdict, weight, text},
#include "analyzer/data/demo_rules.def"
#include "analyzer/data/demo_words.def"
#undef RULE
};

enum { RULES = sizeof rules / sizeof *rules };

const char *const demo_split_name[DEMO_SPLITS] = {"train", "dev", "test"};
const int demo_split_rows[DEMO_SPLITS] = {40000, 2000, 2000};

/* One sentence as it grows. */
struct growth {
    struct str *text;
    uint64_t seed, drawn; /* of the random numbers */
    enum place place;
    bool used[RULES]; /* no rule twice in a sentence, where there is another one */
};

static uint64_t draw(struct growth *g, uint64_t below)
{
    return rng_u64(g->seed, g->drawn++) % below;
}

static unsigned weight_of(const struct growth *g, int i, enum symbol symbol, enum verdict verdict, bool again)
{
    const struct rule *r = &rules[i];
    bool fits = r->symbol == symbol && (r->place == PLACE_any || r->place == g->place) &&
                (r->verdict == VERDICT_both || r->verdict == verdict);
    return fits && (again || !g->used[i]) ? r->weight : 0;
}

static const char *pick(struct growth *g, enum symbol symbol, enum verdict verdict)
{
    unsigned total = 0;
    bool again = false;
    for (int i = 0; i < RULES; i++)
        total += weight_of(g, i, symbol, verdict, again);
    if (total == 0) {
        again = true;
        for (int i = 0; i < RULES; i++)
            total += weight_of(g, i, symbol, verdict, again);
    }
    assert(total > 0);
    uint64_t left = draw(g, total);
    int i = 0;
    for (; left >= weight_of(g, i, symbol, verdict, again); i++)
        left -= weight_of(g, i, symbol, verdict, again);
    g->used[i] = true;
    return rules[i].text;
}

static enum symbol symbol_find(const char *name, size_t n)
{
    int i = 0;
    while (i < SYMBOLS && (strlen(symbol_name[i]) != n || memcmp(symbol_name[i], name, n) != 0))
        i++;
    assert(i < SYMBOLS);
    return (enum symbol)i;
}

/* The slot between `<` and `>`: its symbol, and the verdict to expand it with. */
static enum symbol slot_read(struct growth *g, const char *slot, size_t n, enum verdict *verdict)
{
    char relation = slot[n - 1];
    if (relation == '!')
        *verdict = *verdict == VERDICT_good ? VERDICT_bad : VERDICT_good;
    else if (relation == '?')
        *verdict = (enum verdict)draw(g, 2);
    return symbol_find(slot, n - (strchr("=!?", relation) != NULL));
}

static void grow(struct growth *g, enum symbol symbol, enum verdict verdict)
{
    const char *at = pick(g, symbol, verdict);
    for (const char *open; (open = strchr(at, '<')); at = strchr(open, '>') + 1) {
        enum verdict inner = verdict;
        str_add_n(g->text, at, (size_t)(open - at));
        enum symbol next = slot_read(g, open + 1, strcspn(open + 1, ">"), &inner);
        grow(g, next, inner);
    }
    str_add(g->text, at);
}

/* A capital letter at the beginning and after the end of a sentence. */
static void capitalize(char *text)
{
    bool first = true;
    for (; *text; text++) {
        if (first && isalpha((unsigned char)*text)) {
            *text = (char)toupper((unsigned char)*text);
            first = false;
        }
        first = first || *text == '.' || *text == '?';
    }
}

static enum demo_split split_of(const char *text)
{
    uint64_t hash = 0;
    for (; *text; text++)
        hash = rng_u64(hash, (unsigned char)*text);
    uint64_t part = hash % SPLIT_PARTS;
    return part == 0 ? DEMO_DEV : part == 1 ? DEMO_TEST : DEMO_TRAIN;
}

int demo_row(enum demo_split split, uint64_t i, struct str *text)
{
    uint64_t row = rng_u64(SEED + (uint64_t)split, i);
    enum verdict verdict = (enum verdict)(row & 1);
    for (uint64_t attempt = 0;; attempt++) {
        struct growth g = {.text = text, .seed = rng_u64(row, attempt)};
        g.place = (enum place)draw(&g, PLACES);
        str_clear(text);
        grow(&g, SYMBOL_review, verdict);
        capitalize(text->text);
        if (split_of(text->text) == split)
            return (int)verdict;
    }
}

static const char prefix[] = "demo:";

bool demo_is_named(const char *path)
{
    return strncmp(path, prefix, strlen(prefix)) == 0;
}

int demo_split_find(enum demo_split *out, const char *path, struct err *e)
{
    for (int i = 0; i < DEMO_SPLITS; i++)
        if (demo_is_named(path) && strcmp(path + strlen(prefix), demo_split_name[i]) == 0) {
            *out = (enum demo_split)i;
            return 0;
        }
    return err_set(e, ERR_USAGE, "there is no data %s: the built-in data are demo:train, demo:dev and demo:test", path);
}

void demo_text(enum demo_split split, struct str *out)
{
    struct str row;
    str_init(&row);
    str_add(out, "review\tlabel\n");
    for (int i = 0; i < demo_split_rows[split]; i++) {
        int label = demo_row(split, (uint64_t)i, &row);
        str_addf(out, "%s\t%d\n", row.text, label);
    }
    str_free(&row);
}
