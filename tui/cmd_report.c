#include "tui/command.h"
#include "tui/report_run.h"

/* The form by the options; HTML goes to a file. */
static int choose_form(const struct settings *s, struct emit *(**form)(const char *), struct err *e)
{
    if (s->json + s->markdown + s->csv > 1)
        return err_set(e, ERR_USAGE, "--json, --markdown and --csv exclude each other");
    *form = s->json ? emit_json : s->markdown ? emit_markdown : s->csv ? emit_csv : emit_html;
    if (*form == emit_html && !s->output)
        return err_set(e, ERR_USAGE, "the HTML report goes to a file: -o report.html (or --json, --markdown or --csv for standard output)");
    return 0;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct emit *(*form)(const char *);
    struct opened o = {.model = NULL};
    struct report r = {.profile = NULL};
    TRY(choose_form(s, &form, e));
    int code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = report_run(&r, &o, s, progress, e);
    opened_close(&o);
    if (code == 0) {
        struct emit *emit = form(REPORT_SCHEMA);
        report_walk(emit, &r);
        emit_finish(emit, out);
    }
    report_free(&r);
    return code;
}

const struct command command_report = {
    .name = "report",
    .args = "[MODEL]",
    .summary = "one page that shows it all to somebody without the program",
    .detail = "Measures the model and writes a self-contained HTML page: components, layers, roofline, machine, and with --data\n"
              "also quality, heads and what happens when heads are removed. The page needs no network and no script, prints,\n"
              "and holds the same figures as JSON. --json, --markdown and --csv write these to standard output or -o. With\n"
              "SOURCE_DATE_EPOCH set the page says that time, so the same figures give the same bytes.",
    .example = "bertscope report ./my-bert --data dev.tsv --task sst2 -o report.html",
    .options = OPTIONS_COMMON | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(budget) | OPTION_BIT(overhead) | OPTION_BIT(unfused) |
               OPTION_BIT(format) | OPTION_BIT(data) | OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(markdown) | OPTION_BIT(csv),
    .max_args = 1,
    .run = run,
};
