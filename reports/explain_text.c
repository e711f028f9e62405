#include "reports/explain_text.h"

#include <math.h>

#include "analyzer/compress/method.h"
#include "reports/format.h"

static void add_theory(const struct explanation *x, struct str *out)
{
    char time[FORMAT_SIZE], bytes[FORMAT_SIZE], rate[FORMAT_SIZE];
    if (x->compute_ns > 0)
        str_addf(out, " Its multiply-adds take %s at least at the measured ceiling.", format_ns(time, x->compute_ns));
    if (x->level)
        str_addf(out, " Its %s stream from %s: at %s that is %s.", format_bytes(bytes, (double)x->bytes), x->level,
                 format_rate(rate, x->level_rate), format_ns(time, x->bytes_ns));
}

static void add_limit(const struct explanation *x, struct str *out)
{
    char least[FORMAT_SIZE], time[FORMAT_SIZE];
    bool compute = x->limit == LIMIT_COMPUTE;
    format_ns(time, x->time_ns);
    format_ns(least, compute ? x->compute_ns : x->bytes_ns);
    if (x->limit == LIMIT_COMPUTE && x->compute_ns > x->time_ns)
        str_add(out, " It cannot be faster than its ceiling, so one of the two was measured while the machine had another speed.");
    else if (x->limit == LIMIT_COMPUTE)
        str_addf(out, " So arithmetic bounds it: %s of %s.", least, time);
    else if (x->limit == LIMIT_BYTES && x->bytes_ns > x->time_ns)
        str_addf(out, " It was faster than that, so part of them was still in a nearer cache; bytes bound it more than arithmetic.");
    else if (x->limit == LIMIT_BYTES)
        str_addf(out, " So reading from %s bounds it: %s of %s.", x->level, least, time);
    else if (x->limit == LIMIT_NEITHER)
        str_add(out, " Neither is half of its time: the rest is other operations, small pieces of work, or waiting.");
}

static void add_gain(const struct explanation *x, struct str *out)
{
    char ratio[FORMAT_SIZE];
    if (isfinite(x->at_most))
        str_addf(out, " Without it a pass would be %s times as fast, and no change of it gives more.",
                 format_ratio(ratio, x->at_most));
    for (int i = 0; i < x->methods; i++)
        str_addf(out, "%s%s", i == 0 ? " Methods that make it cheaper: " : ", ", x->method[i]->name);
    str_add(out, x->methods > 0 ? "." : " No method makes it cheaper.");
}

void explain_text(const struct explanation *x, const char *name, struct str *out)
{
    char time[FORMAT_SIZE], share[FORMAT_SIZE], macs[FORMAT_SIZE];
    if (x->time_ns <= 0) {
        str_addf(out, "%s: not measured.", name);
        return;
    }
    str_addf(out, "%s: %s, %s of the pass, with %s of its MACs.", name, format_ns(time, x->time_ns), format_share(share, x->time_share),
             format_share(macs, x->mac_share));
    add_theory(x, out);
    add_limit(x, out);
    add_gain(x, out);
}

static const char *const limit_key[] = {"unknown", "compute", "bytes", "neither"};

static void emit_known(struct emit *e, double x, bool known, enum unit unit)
{
    if (known)
        emit_real(e, NULL, NULL, x, unit);
    else
        emit_absent(e, NULL, NULL);
}

void explain_report(struct emit *e, const struct profile *p, const struct machine *m)
{
    const struct emit_column columns[] = {{"key", NULL, 0},          {"name", "component", 0},        {"time_ns", "time", UNIT_NS},
                                          {"compute_ns", "arithmetic at least", UNIT_NS}, {"bytes_ns", "bytes at least", UNIT_NS},
                                          {"level", "from", 0},      {"limit", "bound by", 0},        {"at_most", "without it", UNIT_RATIO},
                                          {"text", NULL, 0}};
    struct str text[COMPONENTS];
    emit_table(e, "explanations", "What bounds each component", columns, sizeof columns / sizeof columns[0]);
    for (int c = 0; c < COMPONENTS; c++) {
        const struct explanation x = explain_group(p, &p->component[c], 1u << c, m);
        str_init(&text[c]);
        explain_text(&x, component_title((enum component)c), &text[c]);
        emit_row(e);
        emit_string(e, NULL, NULL, component_key((enum component)c));
        emit_string(e, NULL, NULL, component_title((enum component)c));
        emit_known(e, x.time_ns, x.time_ns > 0, UNIT_NS);
        emit_known(e, x.compute_ns, x.compute_ns > 0, UNIT_NS);
        emit_known(e, x.bytes_ns, x.bytes_ns > 0, UNIT_NS);
        emit_string(e, NULL, NULL, x.level);
        emit_string(e, NULL, NULL, limit_key[x.limit]);
        emit_known(e, x.at_most, isfinite(x.at_most), UNIT_RATIO);
        emit_string(e, NULL, NULL, text[c].text);
    }
    emit_table_end(e);
    for (int c = 0; c < COMPONENTS; c++) {
        emit_note(e, text[c].text);
        str_free(&text[c]);
    }
}
