/* What the processor and the system counted while passes ran. */
#include "reports/counters_read.h"
#include "reports/counters_report.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    return s->counted && s->counted->steps > 0 ? counted_copy(&r->counted, s->counted, e) : 0;
}

static void walk(struct emit *e, const struct report *r)
{
    if (r->counted.steps > 0)
        counters_report(e, &r->counted);
}

static void read(struct report *r, struct parse *p)
{
    if (!parse_has(p, "counters"))
        return;
    struct parse_place back = parse_enter(p, "counters");
    counters_read(p, &r->counted, r->facts.name, r->facts.layers, &r->workload);
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    counted_free(&r->counted);
}

const struct section section_counters = {collect, walk, read, forget};
