/* Where the figures come from. */
#include "reports/parse.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    (void)e;
    if (s->provenance)
        r->provenance = *s->provenance;
    return 0;
}

static const char *or_absent(const char *text)
{
    return *text ? text : NULL;
}

static void walk(struct emit *e, const struct report *r)
{
    const struct provenance *p = &r->provenance;
    emit_begin(e, "provenance", "How it was made");
    emit_string(e, "created", "created (UTC)", or_absent(p->created));
    emit_string(e, "version", "bertscope", or_absent(p->version));
    emit_string(e, "compiler", "compiled by", or_absent(p->compiler));
    emit_string(e, "command", "command", or_absent(p->command));
    emit_string(e, "data_sha256", *p->data_hash ? "SHA-256 of the data" : NULL, or_absent(p->data_hash));
    emit_end(e);
}

static void read(struct report *r, struct parse *p)
{
    struct provenance *x = &r->provenance;
    struct parse_place back = parse_enter(p, "provenance");
    parse_text(p, "created", x->created, sizeof x->created);
    parse_text(p, "version", x->version, sizeof x->version);
    parse_text(p, "compiler", x->compiler, sizeof x->compiler);
    parse_text(p, "command", x->command, sizeof x->command);
    parse_text(p, "data_sha256", x->data_hash, sizeof x->data_hash);
    parse_leave(p, &back);
}

const struct section section_provenance = {collect, walk, read, NULL};
