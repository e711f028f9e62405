#include "analyzer/run/rows.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"

static int set_tokens(struct plan *p, const struct encoding *x, const int *row, struct err *e)
{
    int32_t *id = malloc(2 * (size_t)p->tokens * sizeof *id);
    if (!id)
        return err_set(e, ERR_NOMEM, "no memory for %d tokens", p->tokens);
    int32_t *type = id + p->tokens;
    for (int i = 0; i < p->sequences; i++) {
        const struct encoding *from = &x[row ? row[i] : i];
        memcpy(id + p->start[i], from->id, (size_t)from->n * sizeof *id);
        memcpy(type + p->start[i], from->type, (size_t)from->n * sizeof *type);
    }
    int code = plan_set_tokens(p, id, p->weights->model->config.types > 1 ? type : NULL, e);
    free(id);
    return code;
}


int rows_first_text(const struct encoding *x)
{
    int n = 0;
    while (n < x->n && x->type[n] == x->type[0])
        n++;
    return n;
}

int rows_plan(struct plan **out, const struct weights *w, const struct encoding *x, const int *row, int n,
              const struct plan_options *options, struct err *e)
{
    *out = NULL;
    int *length = malloc(2 * (size_t)n * sizeof *length + 1);
    struct plan_options all = *options;
    if (!length)
        return err_set(e, ERR_NOMEM, "no memory for %d rows", n);
    int *split = length + n;
    for (int i = 0; i < n; i++) {
        length[i] = x[row ? row[i] : i].n;
        split[i] = rows_first_text(&x[row ? row[i] : i]);
    }
    all.split = split;
    int code = plan_build(out, w, length, n, &all, e);
    free(length);
    if (code == 0 && !options->from_hidden)
        code = set_tokens(*out, x, row, e);
    if (code != 0) {
        plan_free(*out);
        *out = NULL;
    }
    return code;
}
