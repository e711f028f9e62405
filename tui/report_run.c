#include "tui/report_run.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/sha256.h"
#include "analyzer/data/demo_text.h"
#include "analyzer/measure/evaluate.h"
#include "tui/heads_run.h"
#include "tui/report_trials.h"

/* Everything that is copied into the report. */
struct measured {
    struct facts facts;
    struct profile profile;
    struct eval_summary evaluation;
    struct sampled sampled;
    struct counted counted;
    struct report_trials trials;
};

static void free_measured(struct measured *m)
{
    profile_free(&m->profile);
    eval_summary_free(&m->evaluation);
    sampled_free(&m->sampled);
    counted_free(&m->counted);
    report_trials_free(&m->trials);
}

/* ---- what is measured ---------------------------------------------------------------------------------------- */

static int evaluate_rows(struct eval_summary *out, struct opened *o, const struct workload *load, const struct progress *progress,
                         struct err *e)
{
    const struct labelled *x = &o->labelled;
    struct evaluate_options options = {.threads = load->threads};
    struct evaluation evaluation;
    TRY(evaluate_check(o->model, &x->data, e));
    TRY(evaluate(&evaluation, o->weights, &x->data, &x->rows, &options, progress, e));
    int code = eval_summary_make(out, &evaluation, &x->data, &x->rows, o->model, e);
    evaluation_free(&evaluation);
    return code;
}

static int study_heads(struct opened *o, const struct workload *load, const struct progress *progress, struct err *e)
{
    struct heads_run run = {.opened = o, .threads = load->threads, .format = load->format};
    TRY(heads_run_mode(&run, HEADS_GRADIENT, progress, e));
    return heads_run_curve(&run, HEADS_GRADIENT, false, progress, e);
}

static int measure_data(struct measured *m, struct opened *o, const struct settings *s, const struct workload *load,
                        const struct progress *progress, struct err *e)
{
    struct settings bounded = *s;
    bounded.data = settings_data(s, "demo:dev");
    bounded.rows = s->rows ? s->rows : REPORT_ROWS;
    bounded.seq = 0; /* that of the passes; rows are as long as they are */
    TRY(opened_data(o, &bounded, load->threads, progress, e));
    TRY(evaluate_rows(&m->evaluation, o, load, progress, e));
    return study_heads(o, load, progress, e);
}

static int sample(struct measured *m, const struct opened *o, const struct settings *s, const struct workload *load,
                  const struct progress *progress, struct err *e)
{
    const struct sampled_options options = {.workload = *load, .hz = s->rate, .budget_s = s->budget_s};
    return s->samples || OPTION_GIVEN(s, rate) ? sampled_measure(&m->sampled, o->weights, &options, progress, e) : 0;
}

static int count(struct measured *m, const struct opened *o, const struct settings *s, const struct workload *load,
                 const struct progress *progress, struct err *e)
{
    const struct counted_options options = {.workload = *load, .budget_s = s->budget_s};
    return s->counters ? counted_here(&m->counted, o->weights, &options, progress, e) : 0;
}

static int measure(struct measured *m, struct opened *o, const struct settings *s, const struct workload *load,
                   const struct progress *progress, struct err *e)
{
    struct profile_options options = {.workload = *load, .budget_s = s->budget_s, .overhead = s->overhead};
    TRY(report_trials_read(&m->trials, s, e));
    TRY(workload_check(load, o->model, e));
    TRY(opened_pack(o, load->threads, load->format, progress, e));
    TRY(profile_measure(&m->profile, o->weights, &options, NULL, NULL, progress, e));
    facts_make(&m->facts, o->model, &o->machine);
    TRY(sample(m, o, s, load, progress, e));
    TRY(count(m, o, s, load, progress, e));
    if (settings_data(s, "demo:dev"))
        TRY(measure_data(m, o, s, load, progress, e));
    return report_trials_wanted(&m->trials) ? report_trials_run(&m->trials, o, s, load, progress, e) : 0;
}

int report_run(struct report *out, struct opened *o, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct measured m = {.profile = {.step = NULL}};
    struct provenance p;
    const char *data = settings_data(s, "demo:dev");
    struct workload load = settings_workload(s, o->model->config.positions, o->machine.cores);
    *out = (struct report){0};
    int code = measure(&m, o, s, &load, progress, e);
    if (code == 0) {
        report_provenance(&p, "report", s, data);
        const struct report_source source = {.facts = &m.facts, .workload = load, .seed = (uint64_t)s->seed, .provenance = &p,
                                             .profile = &m.profile, .evaluation = data ? &m.evaluation : NULL,
                                             .heads = data ? &o->heads : NULL, .sampled = &m.sampled, .counted = &m.counted,
                                             .trials = &m.trials.trials, .examples = &m.trials.examples,
                                             .sensitivity_step = s->sensitivity,
                                             .sensitivity = s->sensitivity ? &m.trials.sensitivity : NULL};
        code = report_collect(out, &source, e);
    }
    free_measured(&m);
    return code;
}

int report_saved(struct report *out, const struct settings *s, struct err *e)
{
    *out = (struct report){0};
    if (s->arg_count > 0)
        return err_set(e, ERR_USAGE, "--from-report shows what %s says; %s has no use then", s->from_report, s->args[0]);
    return report_open(out, s->from_report, e);
}

/* ---- where it comes from ------------------------------------------------------------------------------------- */

/* The digest of a file, or of the rows that are generated under that name; none of standard input, which is gone. */
static void hash_data(char out[SHA256_HEX], const char *path)
{
    struct filemap file;
    enum demo_split split;
    out[0] = '\0';
    if (demo_is_named(path) && demo_split_find(&split, path, NULL) == 0) {
        struct str text;
        str_init(&text);
        demo_text(split, &text);
        sha256_hex(out, text.text, text.len);
        str_free(&text);
    } else if (strcmp(path, "-") != 0 && filemap_open(&file, path, NULL) == 0) {
        sha256_hex(out, file.data, file.size);
        filemap_close(&file);
    }
}

void report_provenance(struct provenance *out, const char *command, const struct settings *s, const char *data)
{
    const char **words = calloc((size_t)s->word_count + 2, sizeof *words);
    int n = 0;
    if (!words)
        str_out_of_memory();
    words[n++] = "bertscope";
    if (*command)
        words[n++] = command;
    for (int i = 0; i < s->word_count; i++)
        words[n++] = s->words[i];
    provenance_make(out, words, n);
    free(words);
    if (data)
        hash_data(out->data_hash, data);
}
