/* The view and the report as files. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/outfile.h"
#include "reports/flame.h"
#include "tui/app.h"
#include "tui/bench_report.h"
#include "tui/canvas_html.h"
#include "tui/report_run.h"

static bool is_html(const char *path)
{
    size_t n = strlen(path);
    return n >= 5 && strcmp(path + n - 5, ".html") == 0;
}

static int refuse_existing(const char *path, struct err *e)
{
    return access(path, F_OK) == 0 ? err_set(e, ERR_IO, "%s is there already; choose another name", path) : 0;
}

/* PREFIX-N with the least N that is the name of no file with any of these suffixes. */
static int new_name(char *out, size_t size, const char *prefix, const char *const *suffix, struct err *e)
{
    for (int i = 1; i < 10000; i++) {
        char path[256];
        bool taken = false;
        snprintf(out, size, "%s-%d", prefix, i);
        for (int k = 0; suffix[k]; k++) {
            snprintf(path, sizeof path, "%s%s", out, suffix[k]);
            taken = taken || access(path, F_OK) == 0;
        }
        if (!taken)
            return 0;
    }
    return err_set(e, ERR_IO, "%s%s and all before it are there already; remove some", out, suffix[0]);
}

/* ---- the view ------------------------------------------------------------------------------------------------ */

static int write_canvas(const struct app *a, const struct canvas *c, const char *path, struct err *e)
{
    struct str text;
    str_init(&text);
    if (is_html(path))
        canvas_html(c, a->theme, screen_row(a->screen)->title, &text);
    else
        canvas_print(c, &text);
    int code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int write_both(struct app *a, const struct canvas *c, struct err *e)
{
    static const char *const suffix[] = {".txt", ".html", NULL};
    char prefix[64], name[80], path[96];
    snprintf(prefix, sizeof prefix, "bertscope-%s", screen_row(a->screen)->command);
    TRY(new_name(name, sizeof name, prefix, suffix, e));
    for (int i = 0; suffix[i]; i++) {
        snprintf(path, sizeof path, "%s%s", name, suffix[i]);
        TRY(write_canvas(a, c, path, e));
    }
    app_say(a, LOG_DONE, "wrote this view to %s.txt and %s.html", name, name);
    return 0;
}

static int write_one(struct app *a, const struct canvas *c, const char *path, struct err *e)
{
    TRY(write_canvas(a, c, path, e));
    app_say(a, LOG_DONE, "wrote this view to %s", path);
    return 0;
}

int app_write_view(struct app *a, const char *path, struct err *e)
{
    struct canvas c;
    if (path)
        TRY(refuse_existing(path, e));
    TRY(canvas_init(&c, a->columns, a->rows, a->ascii, e));
    app_draw(a, &c);
    int code = path ? write_one(a, &c, path, e) : write_both(a, &c, e);
    canvas_free(&c);
    return code;
}

/* ---- samples ------------------------------------------------------------------------------------------------- */

int app_write_flame(struct app *a, const struct call_tree *t, struct err *e)
{
    static const char *const suffix[] = {".svg", ".folded", NULL};
    char name[64], path[80];
    TRY(new_name(name, sizeof name, "bertscope-flame", suffix, e));
    for (int i = 0; suffix[i]; i++) {
        struct str text;
        str_init(&text);
        if (i == 0)
            flame_svg(t, a->sampled, &text);
        else
            flame_folded(t, &text);
        snprintf(path, sizeof path, "%s%s", name, suffix[i]);
        int code = outfile_write(path, text.text, text.len, e);
        str_free(&text);
        TRY(code);
    }
    app_say(a, LOG_DONE, "wrote the samples to %s.svg and %s.folded", name, name);
    return 0;
}

/* ---- the report ---------------------------------------------------------------------------------------------- */

static int write_report(const struct report *r, const char *path, struct err *e)
{
    struct str text;
    struct emit *emit = emit_html(REPORT_SCHEMA);
    report_walk(emit, r);
    str_init(&text);
    emit_finish(emit, &text);
    int code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int collect(struct app *a, const struct trial_table *trials, const struct example_table *examples, struct report *out, struct err *e)
{
    struct provenance p;
    const struct profile *measured = a->profile && a->profile->total.time_ns.n > 0 ? a->profile : NULL;
    report_provenance(&p, "", &a->settings, head_study_grid(&a->heads) || trials->rows ? app_data(a) : NULL);
    const struct report_source source = {.facts = a->facts, .workload = measured ? measured->workload : a->workload,
                                         .seed = (uint64_t)a->settings.seed, .provenance = &p, .profile = measured, .heads = &a->heads,
                                         .sampled = a->sampled, .counted = a->counted, .trials = trials, .examples = examples};
    return report_collect(out, &source, e);
}

static int write_present(struct app *a, const char *path, struct err *e)
{
    struct report r = {.profile = NULL};
    struct trial_table trials;
    struct example_table examples;
    int code = bench_tables(&trials, &examples, &a->bench, e);
    if (code == 0)
        code = collect(a, &trials, &examples, &r, e);
    if (code == 0)
        code = write_report(&r, path, e);
    report_free(&r);
    trial_table_free(&trials);
    example_table_free(&examples);
    return code;
}

int app_write_report(struct app *a, const char *path, struct err *e)
{
    static const char *const suffix[] = {".html", NULL};
    char name[64], fresh[80];
    if (!a->facts)
        return err_set(e, ERR_USAGE, "no model is open yet, so there is nothing to report");
    if (path) {
        TRY(refuse_existing(path, e));
    } else {
        TRY(new_name(name, sizeof name, "bertscope-report", suffix, e));
        snprintf(fresh, sizeof fresh, "%s.html", name);
        path = fresh;
    }
    TRY(a->saved ? write_report(a->saved, path, e) : write_present(a, path, e));
    app_say(a, LOG_DONE, "wrote the report to %s", path);
    return 0;
}
