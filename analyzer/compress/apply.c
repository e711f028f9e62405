#include "analyzer/compress/apply.h"

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

static int apply_line(struct model *m, const struct recipe *r, int line, const struct materials *x, const struct progress *progress,
                      struct err *e)
{
    const struct recipe_line *l = &r->line[line];
    struct materials here = *x;
    struct str before;
    str_init(&before);
    recipe_print_steps(r, line, &before);
    here.before = before.text;
    int code = l->method->apply(m, l, &here, progress, e);
    str_free(&before);
    return code;
}

int recipe_apply(struct model **out, const struct model *base, const struct recipe *r, const char *name,
                 const struct materials *x, const struct progress *progress, struct err *e)
{
    TRY(model_derive(out, base, e));
    for (int i = 0; i < r->lines; i++) {
        if (!r->line[i].method || r->line[i].off)
            continue;
        int code = apply_line(*out, r, i, x, progress, e);
        if (code == 0) {
            model_tie_again(*out);
            continue;
        }
        model_free(*out);
        *out = NULL;
        return code == ERR_CANCELLED ? code : err_wrap(e, "%s: line %d: %s", name, i + 1, r->line[i].method->name);
    }
    return 0;
}
