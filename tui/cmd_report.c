#include <string.h>

#include "analyzer/base/outfile.h"
#include "tui/command.h"
#include "tui/report_run.h"

static int check_forms(const struct settings *s, struct err *e)
{
    if (s->output || s->json || s->markdown || s->csv)
        return 0;
    return err_set(e, ERR_USAGE, "where shall the report go? -o report.html, --json, --markdown FILE or --csv FILE (- = standard output)");
}

/* `path` "-" is standard output, NULL nothing. */
static int write_form(const struct report *r, struct emit *(*form)(const char *), const char *path, struct str *out, struct err *e)
{
    struct str text;
    if (!path)
        return 0;
    struct emit *emit = form(REPORT_SCHEMA);
    report_walk(emit, r);
    str_init(&text);
    emit_finish(emit, &text);
    int code = 0;
    if (strcmp(path, "-") == 0)
        str_add_n(out, text.text, text.len);
    else
        code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int write_forms(const struct report *r, const struct settings *s, struct str *out, struct err *e)
{
    TRY(write_form(r, emit_markdown, s->markdown, out, e));
    TRY(write_form(r, emit_csv, s->csv, out, e));
    if (s->json)
        return write_form(r, emit_json, s->output ? s->output : "-", out, e);
    return write_form(r, emit_html, s->output, out, e);
}

static int measure(struct report *r, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct opened o;
    int code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = report_run(r, &o, s, progress, e);
    opened_close(&o);
    return code;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct report r = {.profile = NULL};
    TRY(check_forms(s, e));
    int code = s->from_report ? report_saved(&r, s, e) : measure(&r, s, progress, e);
    if (code == 0)
        code = write_forms(&r, s, out, e);
    report_free(&r);
    return code;
}

const struct command command_report = {
    .name = "report",
    .args = "[MODEL]",
    .summary = "one page that shows it all to somebody without the program",
    .detail = "Measures the model and writes a self-contained HTML page: components, layers, roofline, machine, and with --data\n"
              "also quality, heads and what happens when heads are removed. The page needs no network and no script, prints,\n"
              "and holds the same figures as JSON. --markdown FILE and --csv FILE write them in these forms too, from the same\n"
              "measurement; with --json the JSON goes to -o or standard output instead of the page. With SOURCE_DATE_EPOCH\n"
              "set the report says that time, so the same figures give the same bytes.\n"
              "--recipe (more than once: several trials) and --step add what recipes cost and give: quality with its paired\n"
              "difference, size, MACs, time in turns with the original, which of them no other beats, and rows whose answer\n"
              "changed; --sensitivity STEP what the step does to each part alone; --samples a flame graph; --counters what the\n"
              "processor, or else the system, counts in each component and step. The steps of --step follow those of every --recipe.",
    .example = "bertscope report ./my-bert --data dev.tsv --task sst2 -o report.html",
    .options = OPTIONS_COMMON | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(budget) | OPTION_BIT(overhead) | OPTION_BIT(unfused) |
               OPTION_BIT(format) | OPTION_BIT(data) | OPTION_BIT(task) | OPTION_BIT(rows) | OPTION_BIT(from_report) |
               OPTION_BIT(markdown) | OPTION_BIT(csv) | OPTION_BIT(recipe) | OPTION_BIT(step) | OPTION_BIT(sensitivity) |
               OPTION_BIT(samples) | OPTION_BIT(rate) | OPTION_BIT(counters),
    .max_args = 1,
    .writes_output = true,
    .run = run,
};
