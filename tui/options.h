/* Command-line options as rows: parsing, range checks and help come from options.def. */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/base/str.h"
#include "analyzer/measure/profile.h"
#include "analyzer/measure/sampler.h"

/* A set of OPTION_BITs. */
typedef unsigned __int128 option_set;

/* The values of an option after its first one: "--batch 1,4,16". */
enum { FURTHER_MOST = 7 };
struct further {
    int n, value[FURTHER_MOST];
};

/* The values of an option that may be given more than once. */
enum { TEXTS_MOST = 64 };
struct repeated {
    int n;
    const char *value[TEXTS_MOST];
};

/* What the user asked for. Texts are borrowed from argv. */
struct settings {
    option_set given;
    const char *const *args; /* words that are no options: the model first */
    int arg_count;
    const char *const *words; /* all words of the command line behind the command */
    int word_count;
    int batch, seq, first_text, threads, rows, seed; /* 0 = not given (seed: 0) */
    struct further batches, seqs; /* only for commands with `lists` */
    enum kernel_format format; /* of the linear layers */
    double budget_s;
    int epochs, steps, batch_rows, eval_every, patience, vocab_size, layers, hidden, heads, ffn, positions;
    double lr, warmup, decay, clip, dropout, attention_dropout, smoothing, checkpoint_s;
    bool resume, cased, normalize, curve, unlabelled;
    int rate;
    bool samples, counters, explain, readonly;
    const char *flame, *folded;
    bool overhead, unfused, bench, ascii, no_mouse, json, quiet, help;
    bool methods;
    const char *export, *sensitivity;
    double fallback; /* points */
    struct repeated recipe, step, goal;
    double measure_s;
    double threshold; /* percent */
    bool strict, annotations, serve, record, prune;
    int last;
    const char *store, *kind, *model, *machine, *since, *before, *quantity;
    const char *save, *baseline, *against, *thresholds, *junit, *markdown, *csv, *from_report;
    const char *dev, *vocab, *vocab_from, *dtype;
    const char *script;
    const char *data, *task, *mode, *size, *theme, *output; /* NULL = not given */
};

enum option_id {
#define OPTION(name, letter, kind, field, low, high, metavar, help) OPTION_ID_##name,
#include "tui/options.def"
#undef OPTION
    OPTIONS
};

_Static_assert(OPTIONS <= 8 * sizeof(option_set), "a set of options has a bit for each");

/* Sets of options, for commands. */
#define OPTION_BIT(name) ((option_set)1 << OPTION_ID_##name)
#define OPTIONS_COMMON                                                                                       \
    (OPTION_BIT(help) | OPTION_BIT(quiet) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(seed) | OPTION_BIT(threads))

/* Parses the words after the command. `args` has room for argc words. Unknown options, missing or bad values and options
 * that the command does not take (`allowed`) give ERR_USAGE. "--" ends the options. */
WARN_UNUSED int options_parse(struct settings *out, int argc, char **argv, const char **args, option_set allowed,
                              struct err *e);

/* One line an option of the set. */
void options_help(option_set set, struct str *out);

/* What there is to say about option `id`. Texts are static but `name`, which is good until the next call. */
struct option_facts {
    const char *name;    /* "no-mouse" */
    char letter;         /* 0 = none */
    const char *metavar; /* of its value; NULL = it takes none */
    const char *help;
};
struct option_facts option_facts(enum option_id id);

/* A format by its name; ERR_USAGE lists the names. */
WARN_UNUSED int format_word(const char *text, enum kernel_format *out, struct err *e);

/* "120x40". */
WARN_UNUSED int size_word(const char *text, int *columns, int *rows, struct err *e);

/* Whether the option was given, for those whose 0 means something. */
#define OPTION_GIVEN(s, name) (((s)->given & OPTION_BIT(name)) != 0)

/* The model, "demo" if none was named. */
const char *settings_model(const struct settings *s);
/* The data set: --data, else `demo` (demo:train, demo:dev, ...) for the model demo, else NULL. */
const char *settings_data(const struct settings *s, const char *demo);
/* The workload with defaults filled in: batch 1, all usable cores, and a length of 128 if the model has as many
 * positions. */
struct workload settings_workload(const struct settings *s, int positions, int cores);

#endif
