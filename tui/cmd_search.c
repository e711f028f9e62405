#include <stdlib.h>

#include "reports/head.h"
#include "reports/search_report.h"
#include "reports/trial_report.h"
#include "tui/basis.h"
#include "tui/command.h"
#include "tui/result.h"

/* One run of the command. */
struct session {
    const struct settings *s;
    struct basis basis;
    struct labelled scoring; /* --data, where --dev says what to evaluate on */
    struct budget budget[SEARCH_MOST];
    int budgets;
    struct search search;
};

static int report(const struct session *x, struct str *out, struct err *e)
{
    struct result result;
    result_open(&result, x->s, "bertscope.search/1");
    if (result_needs_machine(x->s))
        head_machine(result.emit, &x->basis.opened.machine);
    head_model(result.emit, x->basis.opened.model);
    head_settings(result.emit, &x->basis.load, (uint64_t)x->s->seed);
    trial_report_baseline(result.emit, &x->basis.original);
    search_report(result.emit, &x->search);
    return result_close(&result, x->s, out, e);
}

static int read_budgets(struct session *x, struct err *e)
{
    if (x->s->goal.n == 0)
        return err_set(e, ERR_USAGE, "what may be left is missing: --budget macs=0.6, latency=0.6 or size=0.5, more than once for a frontier");
    for (int i = 0; i < x->s->goal.n; i++)
        TRY(budget_parse(&x->budget[x->budgets++], x->s->goal.value[i], e));
    return 0;
}

/* Rows to score with are those of --data; rows to evaluate on those of --dev, or the same. */
static int read_rows(struct session *x, const struct progress *progress, struct err *e)
{
    struct settings rows = *x->s;
    struct original *o = &x->basis.original;
    if (!x->s->dev)
        return basis_rows(&x->basis, x->s, "search", progress, e);
    rows.data = x->s->dev;
    rows.rows = 0;
    TRY(basis_rows(&x->basis, &rows, "search", progress, e));
    rows = *x->s;
    rows.seq = 0;
    TRY(labelled_read(&x->scoring, &rows, x->basis.opened.model, x->basis.load.threads, progress, e));
    o->scoring_data = &x->scoring.data;
    o->scoring_rows = &x->scoring.rows;
    return 0;
}

static int search(struct session *x, const struct progress *progress, struct err *e)
{
    double seconds = x->s->measure_s;
    TRY(read_budgets(x, e));
    TRY(basis_open(&x->basis, x->s, progress, e));
    TRY(read_rows(x, progress, e));
    TRY(original_evaluate(&x->basis.original, 0, NULL, NULL, progress, e));
    return search_run(&x->search, &x->basis.original, x->budget, x->budgets, x->basis.load.seq, OPTION_GIVEN(x->s, measure) ? seconds : 5,
                      NULL, NULL, progress, e);
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session *x = calloc(1, sizeof *x);
    if (!x)
        return err_set(e, ERR_NOMEM, "no memory for a search");
    x->s = s;
    int code = search(x, progress, e);
    if (code == 0)
        code = report(x, out, e);
    search_free(&x->search);
    basis_close(&x->basis);
    labelled_free(&x->scoring);
    free(x);
    return code;
}

const struct command command_search = {
    .name = "search",
    .args = "MODEL",
    .summary = "the best recipe under a budget, without retraining",
    .detail = "Finds the heads and neurons to take out so that at most a share of MACs, time or bytes is left (Kwon et al. 2022): Fisher\n"
              "information of --data (its first 2048 rows) says what matters, masks are rearranged within the layers, and what is left is\n"
              "scaled by least squares. Each --budget gives a trial, compared with the original and with one-shot magnitude pruning to the same\n"
              "MACs on the rows of --dev (without it: of --data); several give a frontier. The recipes are for compress --step. A budget of\n"
              "latency uses a table of times that is measured first; --measure 0 leaves out the table and the timing of trials.",
    .example = "bertscope search ./my-bert --budget macs=0.6 --data train.tsv --dev dev.tsv --task sst2",
    .options = OPTIONS_COMMON | OPTION_BIT(budget__share) | OPTION_BIT(measure) | OPTION_BIT(data) | OPTION_BIT(dev) | OPTION_BIT(task) |
               OPTION_BIT(rows) | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(first_text) | OPTION_BIT(format) | OPTION_BIT(record) | OPTION_BIT(store),
    .missing_model = true,
    .min_args = 0,
    .max_args = 1,
    .run = run,
};
