/* What the other files of a directory say, where tokenizer.json is used. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/model/tokenizer_parts.h"

enum { VOCAB_MAX_BYTES = 512 << 20 };

static bool is_same(const struct vocab *v, int32_t id, const char *line, size_t n)
{
    const char *text = vocab_text(v, id);
    if (!text) /* a line that comes again is in the vocabulary once */
        return vocab_find(v, line, n) >= 0;
    return strlen(text) == n && memcmp(text, line, n) == 0;
}

static bool has_entries_from(const struct vocab *v, int32_t id)
{
    for (; id < v->ids; id++)
        if (vocab_text(v, id) && vocab_find(v, vocab_text(v, id), strlen(vocab_text(v, id))) == id)
            return true;
    return false;
}

static void compare_lines(struct tokenizer *t, const char *at, size_t size)
{
    const char *end = at + size, *line;
    size_t n;
    int32_t id = 0;
    for (; (line = vocab_line(&at, end, &n)); id++)
        if (!is_same(&t->vocab, id, line, n)) {
            const char *text = vocab_text(&t->vocab, id);
            tokenizer_remark(
                t, "vocab.txt and tokenizer.json disagree about id %d (%.*s, %s); tokenizer.json is used.",
                (int)id, (int)(n < 100 ? n : 100), line, text ? text : "nothing");
            return;
        }
    if (has_entries_from(&t->vocab, id))
        tokenizer_remark(t, "vocab.txt ends at id %d and tokenizer.json goes on; tokenizer.json is used.",
                         (int)id - 1);
}

static void compare_vocab(struct tokenizer *t, const char *dir)
{
    char path[4096];
    struct filemap m;
    struct err e = {0};
    snprintf(path, sizeof path, "%s/vocab.txt", dir);
    if (access(path, F_OK) != 0)
        return;
    if (tokenizer_map(&m, path, VOCAB_MAX_BYTES, &e) != 0) {
        tokenizer_remark(t, "vocab.txt was not compared with tokenizer.json: %s.", e.text);
        return;
    }
    compare_lines(t, (const char *)m.data, m.size);
    filemap_close(&m);
}

static bool has_step(const struct normalizer *z, enum normalize_kind a, enum normalize_kind b)
{
    for (int i = 0; i < z->steps; i++)
        if (z->step[i].kind == a || z->step[i].kind == b)
            return true;
    return false;
}

static void compare_config(struct tokenizer *t, const char *dir)
{
    static const struct {
        const char *key;
        enum normalize_kind step, or_step;
    } rows[] = {
        {"do_lower_case", NORMALIZE_LOWER, NORMALIZE_LOWER},
        {"strip_accents", NORMALIZE_STRIP_NONSPACING, NORMALIZE_STRIP_MARKS},
        {"tokenize_chinese_chars", NORMALIZE_CJK, NORMALIZE_CJK},
    };
    json_t *config;
    struct err e = {0};
    if (tokenizer_parse_config(&config, dir, &e) != 0)
        tokenizer_remark(t, "tokenizer_config.json was not compared with tokenizer.json: %s.", e.text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool has = has_step(&t->normalizer, rows[i].step, rows[i].or_step);
        if (tokenizer_flag(config, rows[i].key, has) != has)
            tokenizer_remark(
                t,
                "tokenizer_config.json says %s = %s, but tokenizer.json does not; tokenizer.json is "
                "used.",
                rows[i].key, has ? "false" : "true");
    }
    json_decref(config);
}

void tokenizer_compare(struct tokenizer *t, const char *dir)
{
    compare_vocab(t, dir);
    compare_config(t, dir);
}
