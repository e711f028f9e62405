/* Where passes were when they were interrupted. */
#include <stdlib.h>

#include "reports/report.h"
#include "reports/samples_read.h"
#include "reports/samples_report.h"

/* Layers are added up: a report of twelve of them would hold every stack twelve times. */
static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    return s->sampled && s->sampled->samples > 0 ? sampled_merge_layers(&r->sampled, s->sampled, e) : 0;
}

static void walk(struct emit *e, const struct report *r)
{
    struct call_tree calls;
    struct err ignored;
    if (r->sampled.samples == 0)
        return;
    if (call_tree_make(&calls, &r->sampled, &(struct call_options){.functions = false}, &ignored) != 0)
        str_out_of_memory();
    samples_report(e, &r->sampled, &calls);
    call_tree_free(&calls);
}

static void read(struct report *r, struct parse *p)
{
    if (!parse_has(p, "samples"))
        return;
    struct parse_place back = parse_enter(p, "samples");
    samples_read(p, &r->sampled, r->facts.name, &r->workload);
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    sampled_free(&r->sampled);
}

const struct section section_samples = {collect, walk, read, forget};
