#include "analyzer/model/pretoken.h"

#include "analyzer/model/unichar.h"

/* What a stage makes of a character. Neighbours of one class from CLASS_WORD up stay together. */
enum { CLASS_DROP, CLASS_ALONE, CLASS_WORD, CLASS_OTHER };

int pretoken_add(struct pretoken *p, enum pretoken_kind kind, struct err *e)
{
    if (p->stages == PRETOKEN_MAX_STAGES)
        return err_set(e, ERR_UNSUPPORTED, "the pre-tokenizer has more than %d parts", PRETOKEN_MAX_STAGES);
    p->stage[p->stages++] = kind;
    return 0;
}

bool pretoken_drops_space(const struct pretoken *p)
{
    for (int i = 0; i < p->stages; i++)
        if (p->stage[i] == PRETOKEN_SPACE || p->stage[i] == PRETOKEN_WORD)
            return true;
    return false;
}

static int stage_class(enum pretoken_kind kind, int32_t c)
{
    switch (kind) {
    case PRETOKEN_SPACE:
        return unichar_is_space(c) ? CLASS_DROP : CLASS_WORD;
    case PRETOKEN_PUNCTUATION:
        return unichar_is_punctuation(c) ? CLASS_ALONE : CLASS_WORD;
    case PRETOKEN_NO_PUNCTUATION:
        return unichar_is_punctuation(c) ? CLASS_DROP : CLASS_WORD;
    case PRETOKEN_WORD:
        return unichar_is_word(c) ? CLASS_WORD : unichar_is_space(c) ? CLASS_DROP : CLASS_OTHER;
    }
    return CLASS_WORD;
}

/* The classes of all stages as one number; CLASS_DROP and CLASS_ALONE of one stage win over the others. */
static int joint_class(const struct pretoken *p, int32_t c)
{
    int joint = 1, alone = 0;
    for (int i = 0; i < p->stages; i++) {
        int k = stage_class(p->stage[i], c);
        if (k == CLASS_DROP)
            return CLASS_DROP;
        alone |= k == CLASS_ALONE;
        joint = 4 * joint + k;
    }
    return alone ? CLASS_ALONE : joint + CLASS_WORD;
}

bool pretoken_next(const struct pretoken *p, const char *text, size_t n, size_t *at, size_t *from, size_t *to)
{
    int word = CLASS_DROP;
    while (*at < n) {
        int32_t c;
        size_t len = unichar_decode(text + *at, n - *at, &c);
        int k = joint_class(p, c);
        if (word != CLASS_DROP && (k != word || word == CLASS_ALONE))
            break;
        if (word == CLASS_DROP)
            *from = *at;
        word = k;
        *at += len;
    }
    *to = *at;
    return word != CLASS_DROP;
}
