#include <stdlib.h>

#include "reports/report.h"
#include "tests/fuzz/fuzz.h"

/* A report that was accepted can be told in every form and is read back from them; a refused one says why. */
void fuzz_report(const uint8_t *data, size_t n)
{
    struct emit *(*const forms[])(const char *) = {emit_html, emit_json, emit_markdown, emit_csv, emit_text};
    struct report r, back;
    struct err e = {0};
    int code = report_parse(&r, (const char *)data, n, "report.html", &e);
    if (code != 0 && e.text[0] == '\0')
        abort();
    for (size_t i = 0; code == 0 && i < sizeof forms / sizeof *forms; i++) {
        struct str out;
        struct emit *emit = forms[i](REPORT_SCHEMA);
        report_walk(emit, &r);
        str_init(&out);
        emit_finish(emit, &out);
        if (i < 2) { /* the forms that hold everything */
            if (report_parse(&back, out.text, out.len, "again", &e) != 0)
                abort();
            report_free(&back);
        }
        str_free(&out);
    }
    report_free(&r);
}
