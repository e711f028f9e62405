/* How good the model is on labelled rows. */
#include <stdlib.h>

#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    if (!s->evaluation)
        return 0;
    r->evaluation = malloc(sizeof *r->evaluation);
    if (!r->evaluation)
        return err_set(e, ERR_NOMEM, "no memory for the results of an evaluation");
    return eval_summary_copy(r->evaluation, s->evaluation, e);
}

static void walk(struct emit *e, const struct report *r)
{
    if (!r->evaluation)
        return;
    emit_begin(e, "evaluation", "Quality");
    eval_report(e, r->evaluation);
    emit_end(e);
}

static void forget(struct report *r)
{
    if (r->evaluation)
        eval_summary_free(r->evaluation);
    free(r->evaluation);
}

const struct section section_evaluation = {collect, walk, forget};
