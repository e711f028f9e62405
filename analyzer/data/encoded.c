#include "analyzer/data/encoded.h"

#include <stdlib.h>

enum { CHUNK = 1024 }; /* rows between looks at the progress */

/* Rows [from, to). The first row that fails, in the order of the rows, is the one that is told. */
static int encode_rows(struct encoded *x, const struct tokenizer *t, const struct dataset *d, int from, int to,
                       int max_tokens, int threads, struct err *e)
{
    int failed = to;
    struct err first = {0};
#pragma omp parallel for num_threads(threads) schedule(static) if (to - from > 64)
    for (int i = from; i < to; i++) {
        const struct example *row = &d->row[i];
        struct err mine = {0};
        if (tokenizer_encode(t, row->text, row->text_len, row->pair, row->pair_len, max_tokens, &x->row[i], &mine) == 0)
            continue;
#pragma omp critical(encoded)
        if (i < failed) {
            failed = i;
            first = mine;
        }
    }
    if (failed == to)
        return 0;
    err_set(e, first.code, "%s", first.text);
    return err_wrap(e, "%s: line %d", d->name, d->row[failed].line);
}

int encode_dataset(struct encoded *out, const struct tokenizer *t, const struct dataset *d, int max_tokens, int threads,
                   const struct progress *progress, struct err *e)
{
    int code = 0;
    *out = (struct encoded){.row = calloc((size_t)d->rows + 1, sizeof *out->row), .rows = d->rows,
                            .max_tokens = max_tokens};
    if (!out->row)
        return err_set(e, ERR_NOMEM, "no memory for %d rows", d->rows);
    for (int from = 0, to; code == 0 && from < d->rows; from = to) {
        to = d->rows - from > CHUNK ? from + CHUNK : d->rows;
        code = encode_rows(out, t, d, from, to, max_tokens, threads, e);
        if (code == 0)
            code = progress_step(progress, "tokenizing", to, d->rows, e);
    }
    for (int i = 0; code == 0 && i < d->rows; i++) {
        out->truncated += out->row[i].truncated;
        out->longest = out->row[i].n > out->longest ? out->row[i].n : out->longest;
        out->tokens += (uint64_t)out->row[i].n;
    }
    if (code != 0)
        encoded_free(out);
    return code;
}

int encode_again(struct encoded *out, const struct encoded *x, const struct tokenizer *t, const struct dataset *d, int threads,
                 const struct progress *progress, struct err *e)
{
    return encode_dataset(out, t, d, x->max_tokens, threads, progress, e);
}

void encoded_free(struct encoded *x)
{
    for (int i = 0; x->row && i < x->rows; i++)
        encoding_free(&x->row[i]);
    free(x->row);
    *x = (struct encoded){0};
}
