#include "tui/basis.h"

enum { MODELS = 10 }; /* about as many are measured for a latency table */

int basis_open(struct basis *out, const struct settings *s, const struct progress *progress, struct err *e)
{
    *out = (struct basis){0};
    TRY(opened_init(&out->opened, s, progress, e));
    out->load = settings_workload(s, out->opened.model->config.positions, out->opened.machine.cores);
    return workload_check(&out->load, out->opened.model, e);
}

static int read_rows(struct basis *x, const struct settings *s, const char *needing, const struct progress *progress, struct err *e)
{
    struct settings rows = *s;
    rows.seq = 0;
    if (settings_data(s, "demo:dev"))
        return labelled_read(&x->opened.labelled, &rows, x->opened.model, x->load.threads, progress, e);
    return needing ? err_set(e, ERR_USAGE, "%s needs rows: --data FILE is missing", needing) : 0;
}

int basis_rows(struct basis *x, const struct settings *s, const char *needing, const struct progress *progress, struct err *e)
{
    const struct labelled *rows = &x->opened.labelled;
    TRY(read_rows(x, s, needing, progress, e));
    TRY(opened_pack(&x->opened, x->load.threads, x->load.format, progress, e));
    x->load = labelled_workload(rows, &x->load);
    return original_init(&x->original, x->opened.model, x->opened.weights, &x->load, rows->data.row ? &rows->data : NULL,
                         rows->data.row ? &rows->rows : NULL, e);
}

void basis_close(struct basis *x)
{
    original_free(&x->original);
    opened_close(&x->opened);
}

double basis_seconds(const struct settings *s)
{
    return OPTION_GIVEN(s, budget) ? s->budget_s : 5;
}

double basis_table_seconds(const struct settings *s)
{
    return basis_seconds(s) / MODELS;
}
