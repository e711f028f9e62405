#include "tui/inputs.h"

#include "analyzer/base/str.h"
#include "analyzer/data/demo_text.h"

enum { WORDS_BEFORE_TEXTS = 1 };

int inputs_check(const struct model *m, struct err *e)
{
    if (m->tokenizer)
        return 0;
    return err_set(e, ERR_UNSUPPORTED, "%s cannot be given texts: %s", m->name, m->tokenizer_missing);
}

/* Words of the command line are lines, so that a pair can be given with a tab. */
static int read_words(struct dataset *out, const struct settings *s, const struct task *lines, struct err *e)
{
    struct str all;
    str_init(&all);
    for (int i = WORDS_BEFORE_TEXTS; i < s->arg_count; i++)
        str_addf(&all, "%s\n", s->args[i]);
    int code = dataset_from_text(out, all.text, all.len, "the command line", lines, e);
    str_free(&all);
    return code;
}

static int read_texts(struct dataset *out, const struct settings *s, struct err *e)
{
    const struct task *lines;
    bool words = s->arg_count > WORDS_BEFORE_TEXTS;
    if (words && s->data)
        return err_set(e, ERR_USAGE, "give texts or --data, not both");
    TRY(task_word("lines", &lines, e));
    if (s->data && demo_is_named(s->data))
        lines = NULL; /* it has labels, which are not asked for here */
    return words ? read_words(out, s, lines, e) : dataset_read(out, s->data ? s->data : "-", lines, e);
}

int inputs_read(struct encoded *out, const struct settings *s, const struct model *m, int threads,
                const struct progress *progress, struct err *e)
{
    struct dataset d;
    TRY(inputs_check(m, e));
    TRY(read_texts(&d, s, e));
    int code = encode_dataset(out, m->tokenizer, &d, m->config.positions, threads, progress, e);
    dataset_free(&d);
    return code;
}
