#include "reports/text_report.h"

#include <stdlib.h>

void tokens_begin(struct emit *e)
{
    static const struct emit_column columns[] = {{"tokens", "tokens", 0}, {"ids", "ids", 0}, {"types", NULL, 0},
                                                 {"truncated", NULL, 0}};
    emit_table(e, "rows", NULL, columns, 4);
}

void tokens_row(struct emit *e, const struct tokenizer *t, const struct encoding *x)
{
    const char **token = malloc((size_t)x->n * sizeof *token);
    if (!token)
        str_out_of_memory();
    for (int i = 0; i < x->n; i++)
        token[i] = tokenizer_token(t, x->id[i]);
    emit_row(e);
    emit_strings(e, NULL, NULL, token, x->n);
    emit_ints(e, NULL, NULL, x->id, x->n);
    emit_ints(e, NULL, NULL, x->type, x->n);
    emit_bool(e, NULL, NULL, x->truncated);
    free(token);
}

void predictions_begin(struct emit *e)
{
    static const struct emit_column columns[] = {{"label", "label", 0}, {"logits", "logits", 0}};
    emit_table(e, "rows", NULL, columns, 2);
}

void predictions_row(struct emit *e, const struct model *m, const float *logits)
{
    char label[256];
    int best = 0;
    for (int i = 1; i < m->config.labels; i++)
        best = logits[i] > logits[best] ? i : best;
    model_label(m, best, label, sizeof label);
    emit_row(e);
    if (m->config.labels == 1)
        emit_real(e, NULL, NULL, (double)logits[0], UNIT_NONE); /* regression: the value is the answer */
    else
        emit_string(e, NULL, NULL, label);
    emit_reals(e, NULL, NULL, logits, m->config.labels);
}
