#include "analyzer/model/normalize.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "analyzer/base/size.h"
#include "analyzer/model/unichar.h"

enum { LONGEST_DECOMPOSITION = 32 /* Unicode's is 18 (U+FDFA) */ };

int normalizer_add(struct normalizer *z, enum normalize_kind kind, struct err *e)
{
    if (z->steps == NORMALIZE_MAX_STEPS)
        return err_set(e, ERR_UNSUPPORTED, "the normalizer has more than %d steps", NORMALIZE_MAX_STEPS);
    z->step[z->steps++].kind = kind;
    return 0;
}

int normalizer_add_replace(struct normalizer *z, const char *pattern, const char *content, struct err *e)
{
    if (!*pattern || strlen(pattern) > NORMALIZE_MAX_REPLACE || strlen(content) > NORMALIZE_MAX_REPLACE)
        return err_set(e, ERR_UNSUPPORTED,
                       "a Replace normalizer needs a pattern of 1 to %d bytes and at most as "
                       "much to put in its place",
                       NORMALIZE_MAX_REPLACE);
    TRY(normalizer_add(z, NORMALIZE_REPLACE, e));
    strcpy(z->step[z->steps - 1].pattern, pattern);
    strcpy(z->step[z->steps - 1].content, content);
    return 0;
}

int normalizer_add_bert(struct normalizer *z, bool clean, bool cjk, bool strip_accents, bool lower,
                        struct err *e)
{
    if (clean)
        TRY(normalizer_add(z, NORMALIZE_CLEAN, e));
    if (cjk)
        TRY(normalizer_add(z, NORMALIZE_CJK, e));
    if (strip_accents) {
        TRY(normalizer_add(z, NORMALIZE_NFD, e));
        TRY(normalizer_add(z, NORMALIZE_STRIP_NONSPACING, e));
    }
    return lower ? normalizer_add(z, NORMALIZE_LOWER, e) : 0;
}

bool normalizer_is_local(const struct normalizer *z)
{
    for (int i = 0; i < z->steps; i++)
        if (z->step[i].kind >= NORMALIZE_STRIP_LEFT)
            return false;
    return true;
}

static int reserve(struct runes *r, size_t more, struct err *e)
{
    size_t need, bytes;
    if (!size_add(r->n, more, &need) || !size_mul(need, 2 * sizeof *r->c, &bytes))
        return err_set(e, ERR_NOMEM, "the text is too long");
    if (need <= r->cap)
        return 0;
    int32_t *c = realloc(r->c, bytes);
    if (!c)
        return err_set(e, ERR_NOMEM, "not enough memory for a text of %zu characters", need);
    r->c = c;
    r->cap = 2 * need;
    return 0;
}

static int32_t highest(const struct runes *r)
{
    int32_t high = 0;
    for (size_t i = 0; i < r->n; i++)
        high = r->c[i] > high ? r->c[i] : high;
    return high;
}

/* Keeps the characters that `drop` does not want. */
static void filter(struct runes *r, bool (*drop)(int32_t c))
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        if (!drop(r->c[i]))
            r->c[n++] = r->c[i];
    r->n = n;
}

static bool is_dirt(int32_t c)
{
    return c == UNICHAR_REPLACEMENT || (unichar_is_control(c) && c != '\t' && c != '\n' && c != '\r');
}

static void clean(struct runes *r)
{
    filter(r, is_dirt);
    for (size_t i = 0; i < r->n; i++)
        if (unichar_is_space(r->c[i]))
            r->c[i] = ' ';
}

static int space_cjk(const struct runes *in, struct runes *out, struct err *e)
{
    for (size_t i = 0; i < in->n; i++) {
        TRY(reserve(out, 3, e));
        bool cjk = unichar_is_cjk(in->c[i]);
        if (cjk)
            out->c[out->n++] = ' ';
        out->c[out->n++] = in->c[i];
        if (cjk)
            out->c[out->n++] = ' ';
    }
    return 0;
}

static int combining_class(int32_t c)
{
    return c < 0x300 ? 0 : utf8proc_get_property(c)->combining_class;
}

/* Sorts a run of marks by combining class and keeps the order within a class; `spare` holds n. Counting,
 * because a text may be nothing but marks. */
static void sort_marks(int32_t *c, size_t n, int32_t *spare)
{
    size_t start[257] = {0};
    for (size_t i = 0; i < n; i++)
        start[combining_class(c[i]) + 1]++;
    for (int k = 0; k < 256; k++)
        start[k + 1] += start[k];
    for (size_t i = 0; i < n; i++)
        spare[start[combining_class(c[i])]++] = c[i];
    memcpy(c, spare, n * sizeof *c);
}

/* The canonical ordering (UAX 15): every run of characters with a combining class other than 0 is sorted. */
static int order(struct runes *r, struct runes *spare, struct err *e)
{
    for (size_t i = 0; i < r->n; i++) {
        size_t from = i;
        while (i < r->n && combining_class(r->c[i]))
            i++;
        if (i - from < 2)
            continue;
        spare->n = 0;
        TRY(reserve(spare, i - from, e));
        sort_marks(r->c + from, i - from, spare->c);
    }
    return 0;
}

static int decompose(const struct runes *in, struct runes *out, bool compatible, struct err *e)
{
    utf8proc_option_t how = UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
    for (size_t i = 0; i < in->n; i++) {
        int boundary;
        TRY(reserve(out, LONGEST_DECOMPOSITION, e));
        if (!unichar_decomposes(in->c[i])) {
            out->c[out->n++] = in->c[i];
            continue;
        }
        utf8proc_ssize_t n =
            utf8proc_decompose_char(in->c[i], out->c + out->n, LONGEST_DECOMPOSITION, how, &boundary);
        if (n < 0 || n > LONGEST_DECOMPOSITION)
            return err_set(e, ERR_UNSUPPORTED, "U+%04X cannot be decomposed", (unsigned)in->c[i]);
        out->n += (size_t)n;
    }
    return 0;
}

static int lower(const struct runes *in, struct runes *out, struct err *e)
{
    for (size_t i = 0; i < in->n; i++) {
        TRY(reserve(out, 2, e));
        out->n += (size_t)unichar_lower(in->c[i], out->c + out->n);
    }
    return 0;
}

static void strip_left(struct runes *r)
{
    size_t i = 0;
    while (i < r->n && unichar_is_space(r->c[i]))
        i++;
    r->n -= i;
    if (r->n)
        memmove(r->c, r->c + i, r->n * sizeof *r->c);
}

static void strip_right(struct runes *r)
{
    while (r->n && unichar_is_space(r->c[r->n - 1]))
        r->n--;
}

static size_t decode(const char *s, size_t n, int32_t *c)
{
    size_t count = 0;
    for (size_t i = 0; i < n; count++)
        i += unichar_decode(s + i, n - i, c + count);
    return count;
}

static int replace(const struct normalize_step *s, const struct runes *in, struct runes *out, struct err *e)
{
    int32_t from[NORMALIZE_MAX_REPLACE], to[NORMALIZE_MAX_REPLACE];
    size_t from_n = decode(s->pattern, strlen(s->pattern), from);
    size_t to_n = decode(s->content, strlen(s->content), to);
    for (size_t i = 0; i < in->n;) {
        bool hit = from_n <= in->n - i && memcmp(in->c + i, from, from_n * sizeof *from) == 0;
        const int32_t *piece = hit ? to : in->c + i;
        size_t piece_n = hit ? to_n : 1;
        TRY(reserve(out, piece_n, e));
        memcpy(out->c + out->n, piece, piece_n * sizeof *piece);
        out->n += piece_n;
        i += hit ? from_n : 1;
    }
    return 0;
}

/* A normalization form of UAX 15, from s->now to s->now. */
static int normal_form(struct normalize_scratch *s, enum normalize_kind kind, struct err *e)
{
    bool compatible = kind == NORMALIZE_NFKD || kind == NORMALIZE_NFKC;
    s->next.n = 0;
    TRY(decompose(&s->now, &s->next, compatible, e));
    TRY(order(&s->next, &s->now, e));
    struct runes old = s->now;
    s->now = s->next;
    s->next = old;
    if (kind == NORMALIZE_NFC || kind == NORMALIZE_NFKC)
        s->now.n = (size_t)utf8proc_normalize_utf32(s->now.c, (utf8proc_ssize_t)s->now.n,
                                                    UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return 0;
}

/* The steps that write to another place. */
static int rewrite(struct normalize_scratch *s, const struct normalize_step *step, struct err *e)
{
    s->next.n = 0;
    if (step->kind == NORMALIZE_CJK)
        TRY(space_cjk(&s->now, &s->next, e));
    else if (step->kind == NORMALIZE_LOWER)
        TRY(lower(&s->now, &s->next, e));
    else
        TRY(replace(step, &s->now, &s->next, e));
    struct runes old = s->now;
    s->now = s->next;
    s->next = old;
    return 0;
}

static int apply(struct normalize_scratch *s, const struct normalize_step *step, bool ascii, struct err *e)
{
    switch (step->kind) {
    case NORMALIZE_CLEAN:
        clean(&s->now);
        return 0;
    case NORMALIZE_NFD:
    case NORMALIZE_NFC:
    case NORMALIZE_NFKD:
    case NORMALIZE_NFKC:
        return ascii ? 0 : normal_form(s, step->kind, e);
    case NORMALIZE_STRIP_NONSPACING:
        filter(&s->now, unichar_is_nonspacing);
        return 0;
    case NORMALIZE_STRIP_MARKS:
        filter(&s->now, unichar_is_mark);
        return 0;
    case NORMALIZE_STRIP_LEFT:
        strip_left(&s->now);
        return 0;
    case NORMALIZE_STRIP_RIGHT:
        strip_right(&s->now);
        return 0;
    case NORMALIZE_CJK:
        return ascii ? 0 : rewrite(s, step, e);
    case NORMALIZE_LOWER:
    case NORMALIZE_REPLACE:
        return rewrite(s, step, e);
    }
    return 0;
}

int normalizer_run(const struct normalizer *z, const char *text, size_t n, struct str *out,
                   struct normalize_scratch *s, struct err *e)
{
    s->now.n = 0;
    TRY(reserve(&s->now, n, e));
    s->now.n = decode(text, n, s->now.c);
    for (int i = 0; i < z->steps; i++) {
        TRY(apply(s, &z->step[i], highest(&s->now) < 0x80, e));
        if (s->now.n / NORMALIZE_MAX_GROWTH > n)
            return err_set(e, ERR_UNSUPPORTED, "the normalizer makes a text more than %d times longer",
                           NORMALIZE_MAX_GROWTH);
    }
    str_clear(out);
    for (size_t i = 0; i < s->now.n; i++) {
        char bytes[4];
        str_add_n(out, bytes, unichar_encode(bytes, s->now.c[i]));
    }
    return 0;
}

void normalize_scratch_free(struct normalize_scratch *s)
{
    free(s->now.c);
    free(s->next.c);
    *s = (struct normalize_scratch){0};
}
