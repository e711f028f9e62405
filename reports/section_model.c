/* What was measured: machine, model, settings. */
#include "reports/head.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    (void)e;
    r->facts = *s->facts;
    r->workload = s->workload;
    r->seed = s->seed;
    return 0;
}

static void walk(struct emit *e, const struct report *r)
{
    head_facts(e, &r->facts);
    head_machine(e, &r->facts.machine);
    head_settings(e, &r->workload, r->seed);
}

const struct section section_model = {collect, walk, NULL};
