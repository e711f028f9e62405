#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/outfile.h"
#include "reports/baseline.h"
#include "reports/comparison_report.h"
#include "tui/check_run.h"
#include "tui/command.h"
#include "tui/result.h"

enum { EXIT_REGRESSION = 1, EXIT_MISMATCH = 3, EXIT_INCONCLUSIVE = 4 };

/* ---- what was asked for ---------------------------------------------------------------------------------------- */

static int check_options(const struct settings *s, struct err *e)
{
    bool compares = s->baseline || s->against;
    if (s->baseline && s->against)
        return err_set(e, ERR_USAGE, "--baseline and --against are two ways to compare; give one of them");
    if (!compares && !s->save)
        return err_set(e, ERR_USAGE, "--save FILE, --baseline FILE or --against COMMAND|MODEL says what to do (see --help)");
    if (!compares && (s->junit || s->markdown || s->annotations || s->strict || s->thresholds))
        return err_set(e, ERR_USAGE, "--junit, --markdown, --annotations, --strict and --thresholds need something to compare "
                                     "with: --baseline or --against");
    if (s->annotations && s->json && !s->output)
        return err_set(e, ERR_USAGE, "--annotations and --json both go to standard output; give one of them a file with -o");
    return 0;
}

static int read_thresholds(struct thresholds *out, const struct settings *s, struct err *e)
{
    *out = (struct thresholds){.share = OPTION_GIVEN(s, threshold) ? s->threshold / 100 : CHECK_THRESHOLD};
    return s->thresholds ? thresholds_read(out, s->thresholds, e) : 0;
}

/* ---- what comes out --------------------------------------------------------------------------------------------- */

typedef void form_fn(struct str *out, const struct comparison *c);

static int write_form(const char *path, form_fn *form, const struct comparison *c, struct err *e)
{
    struct str text;
    if (!path)
        return 0;
    str_init(&text);
    form(&text, c);
    int code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static int status_of(const struct comparison *c, bool strict)
{
    switch (c->verdict) {
    case VERDICT_REGRESSION:
        return EXIT_REGRESSION;
    case VERDICT_INCOMPARABLE:
        return EXIT_MISMATCH;
    case VERDICT_INCONCLUSIVE:
        return strict ? EXIT_INCONCLUSIVE : 0;
    default:
        return 0;
    }
}

static int write_forms(const struct comparison *c, const struct settings *s, struct str *out, struct err *e)
{
    struct result result;
    struct str text;
    str_init(&text);
    result_open(&result, s, "bertscope.check/1");
    comparison_report(result.emit, c);
    int code = result_close(&result, s, &text, e);
    if (code == 0 && s->output)
        code = outfile_write(s->output, text.text, text.len, e);
    else if (!s->output)
        str_add_n(out, text.text, text.len);
    str_free(&text);
    if (s->annotations)
        comparison_annotations(out, c);
    if (code == 0)
        code = write_form(s->junit, comparison_junit, c, e);
    if (code == 0)
        code = write_form(s->markdown, comparison_markdown, c, e);
    return code != 0 ? code : status_of(c, s->strict);
}

/* ---- the three ways --------------------------------------------------------------------------------------------- */

static int save(const struct timing *t, const struct settings *s, struct err *e)
{
    return s->save ? baseline_write(t, s->save, e) : 0;
}

static int compare(const struct timing *before, const struct timing *after, const struct settings *s,
                   const struct thresholds *limits, struct str *out, struct err *e)
{
    struct comparison c;
    TRY(comparison_make(&c, before, after, s->against != NULL, limits, e));
    int code = write_forms(&c, s, out, e);
    comparison_free(&c);
    return code;
}

/* No baseline, or one of something else. Not measured: nothing could be said about it. */
static int incomparable(struct comparison *c, const struct settings *s, struct str *out, struct err *e)
{
    int code = write_forms(c, s, out, e);
    comparison_free(c);
    return code;
}

static int measure_and_compare(const struct settings *s, const struct timing *baseline, const struct thresholds *limits,
                               struct str *out, const struct progress *progress, struct err *e)
{
    struct timing t[2];
    int code = check_measure(t, s, baseline, limits, progress, e);
    if (code == 0)
        code = save(&t[0], s, e);
    if (code == 0 && (s->baseline || s->against))
        code = compare(s->baseline ? baseline : &t[1], &t[0], s, limits, out, e);
    timing_free(&t[0]);
    timing_free(&t[1]);
    return code;
}

static int with_baseline(const struct settings *s, const struct thresholds *limits, struct str *out,
                         const struct progress *progress, struct err *e)
{
    struct timing baseline;
    struct subject here;
    struct comparison c = {0};
    TRY(baseline_read(&baseline, s->baseline, e));
    int code = check_subject(&here, s, &baseline, progress, e);
    if (code == 0 && !comparison_possible(&c, &baseline.subject, &here))
        code = incomparable(&c, s, out, e);
    else if (code == 0)
        code = measure_and_compare(s, &baseline, limits, out, progress, e);
    timing_free(&baseline);
    return code;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct thresholds limits;
    if (s->serve)
        return check_serve(s, NULL, NULL, progress, e);
    TRY(check_options(s, e));
    TRY(read_thresholds(&limits, s, e));
    if (s->baseline && access(s->baseline, F_OK) != 0 && errno == ENOENT) {
        err_set(e, ERR_IO, "there is no baseline %s; --save %s writes one", s->baseline, s->baseline);
        return EXIT_MISMATCH;
    }
    if (s->baseline)
        return with_baseline(s, &limits, out, progress, e);
    return measure_and_compare(s, NULL, &limits, out, progress, e);
}

const struct command command_check = {
    .name = "check",
    .args = "[MODEL]",
    .summary = "whether the model became slower: the exit code is the verdict",
    .detail = "--save FILE measures and keeps every round. --baseline FILE measures as it was then and compares.\n"
              "--against MODEL or --against COMMAND (another build of this program) measures both in turns, which\n"
              "finds changes that are smaller than the mood of the machine; --against is the past, MODEL is now.\n"
              "A component is a regression only if the 95% interval of the ratio of its times lies above the\n"
              "threshold (3%, --threshold, --thresholds FILE with lines \"ROW PERCENT\") and a rank test agrees,\n"
              "corrected for the number of rows (Holm). Parameters, MACs and bytes of weights are compared exactly.\n"
              "--recipe and --step change MODEL first; the other side is changed too if it is another build, and a\n"
              "baseline must have been made with the same. --recipe more than once: each with every batch and length, as\n"
              "rows \"NAME:BATCHxSEQ\" after its file (a file without steps is the model as it is).\n"
              "exit: 0 ok, 1 regression, 2 usage, 3 no baseline or one of another machine, model or setting,\n"
              "4 inconclusive (only with --strict), 5 bad input",
    .example = "bertscope check ./my-bert --against ./my-bert-before --batch 1,4 --junit check.xml",
    .options = OPTION_BIT(help) | OPTION_BIT(quiet) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(seed) |
               OPTION_BIT(threads) | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(format) | OPTION_BIT(budget) |
               OPTION_BIT(save) | OPTION_BIT(baseline) | OPTION_BIT(against) | OPTION_BIT(threshold) |
               OPTION_BIT(thresholds) | OPTION_BIT(strict) | OPTION_BIT(junit) | OPTION_BIT(annotations) |
               OPTION_BIT(markdown) | OPTION_BIT(serve) | OPTION_BIT(recipe) | OPTION_BIT(step) | OPTION_BIT(record) | OPTION_BIT(store),
    .max_args = 1,
    .lists = true,
    .writes_output = true,
    .run = run,
};
