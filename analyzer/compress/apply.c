#include "analyzer/compress/apply.h"

#include "analyzer/data/encoded.h"
#include "analyzer/model/derive.h"
#include "analyzer/model/shared.h"

enum method_needs recipe_needs(const struct recipe *r)
{
    enum method_needs most = METHOD_NEEDS_NOTHING;
    for (int i = 0; i < r->lines; i++) {
        const struct recipe_line *l = &r->line[i];
        enum method_needs needs = l->method && !l->off && l->method->needs ? l->method->needs(l) : METHOD_NEEDS_NOTHING;
        most = needs > most ? needs : most;
    }
    return most;
}

/* The materials of the next step. */
struct supply {
    struct materials x;
    const struct tokenizer *by; /* who made x.rows */
    struct encoded own;         /* x.rows, if they had to be made anew */
};

/* A step may have given the model another vocabulary; the rows follow. */
static int follow(struct supply *s, const struct model *m, const struct progress *progress, struct err *e)
{
    struct encoded rows;
    if (!s->x.rows || m->tokenizer == s->by)
        return 0;
    TRY(encode_again(&rows, s->x.rows, m->tokenizer, s->x.data, s->x.threads, progress, e));
    encoded_free(&s->own);
    s->own = rows;
    s->x.rows = &s->own;
    s->by = m->tokenizer;
    return 0;
}

static int apply_line(struct model *m, const struct recipe *r, int line, struct supply *s, const struct progress *progress, struct err *e)
{
    const struct recipe_line *l = &r->line[line];
    struct materials here = s->x;
    struct str before;
    str_init(&before);
    recipe_print_steps(r, line, &before);
    here.before = before.text;
    int code = l->method->apply(m, l, &here, progress, e);
    str_free(&before);
    return code == 0 ? follow(s, m, progress, e) : code;
}

static int apply_lines(struct model *m, const struct recipe *r, const char *name, struct supply *s, const struct progress *progress,
                       struct err *e)
{
    for (int i = 0; i < r->lines; i++) {
        if (!r->line[i].method || r->line[i].off)
            continue;
        int code = apply_line(m, r, i, s, progress, e);
        if (code != 0)
            return code == ERR_CANCELLED ? code : err_wrap(e, "%s: line %d: %s", name, i + 1, r->line[i].method->name);
        model_tie_again(m);
    }
    return 0;
}

int recipe_apply(struct model **out, const struct model *base, const struct recipe *r, const char *name,
                 const struct materials *x, const struct progress *progress, struct err *e)
{
    struct supply s = {.x = *x, .by = base->tokenizer};
    TRY(model_derive(out, base, e));
    int code = apply_lines(*out, r, name, &s, progress, e);
    encoded_free(&s.own);
    if (code != 0) {
        model_free(*out);
        *out = NULL;
    }
    return code;
}
