/* Commands: one `const struct command` in cmd_NAME.c and one row in commands.def. */
#ifndef TUI_COMMAND_H
#define TUI_COMMAND_H

#include "analyzer/base/err.h"
#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"
#include "tui/options.h"

struct command {
    const char *name;
    const char *args;    /* "MODEL [TEXT...]" */
    const char *summary; /* one line for the list of commands */
    const char *detail;  /* a paragraph for `bertscope NAME --help` */
    const char *example;
    option_set options;  /* OPTION_* bits of the options it takes */
    int min_args, max_args; /* words besides options; max_args -1 = any number */
    bool writes_output; /* -o names what it writes itself, and its result is printed */
    bool lists;          /* --batch and --seq may hold several numbers */
    bool missing_model;  /* without a word the model is `demo` */
    /* Writes its result to `out`; nothing has been printed if it fails. A number above 0 is the exit code beside the result, which
     * is printed, and beside a sentence if there is one. */
    int (*run)(const struct settings *s, struct str *out, const struct progress *progress, struct err *e);
};

extern const struct command *const commands[];
extern const int commands_count;

const struct command *command_find(const char *name); /* NULL if unknown */

/* `bertscope --help` and `bertscope NAME --help`. */
void command_list(struct str *out);
void command_help(const struct command *c, struct str *out);

#endif
