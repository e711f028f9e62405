/* A session without hands: a text of which every line is keys, a command, a wait or a capture (script.def). Blank lines and lines that begin
 * with # are left out. */
#ifndef TUI_SCRIPT_H
#define TUI_SCRIPT_H

#include <stddef.h>

#include "analyzer/base/err.h"

enum script_verb {
#define SCRIPT(symbol, name, argument, help) SCRIPT_##symbol,
#include "tui/script.def"
#undef SCRIPT
    SCRIPT_VERBS
};

enum { SCRIPT_SECONDS = 120 }; /* longest wait, unless a line says another */

/* What a wait is for, and what an error does. */
enum { SCRIPT_IDLE, SCRIPT_TRIAL };
enum { SCRIPT_STOP, SCRIPT_PASS };

struct script_line {
    int number; /* in the file, from 1 */
    enum script_verb verb;
    char *text;       /* what stands behind the verb; owned */
    int *key, keys;   /* SCRIPT_KEY and SCRIPT_TYPE: [keys]; owned */
    int what;         /* SCRIPT_WAIT: for what, SCRIPT_ERRORS: what they do */
    double seconds;   /* SCRIPT_WAIT, SCRIPT_SEE: at most, SCRIPT_PAUSE: how long */
    int columns, rows; /* SCRIPT_SIZE */
};

struct script {
    struct script_line *line; /* [lines]; owned */
    int lines;
};

/* ERR_FORMAT with `name` and the number of the line. The caller frees `out`, also after a failure. */
WARN_UNUSED int script_parse(struct script *out, const char *text, size_t n, const char *name, struct err *e);
WARN_UNUSED int script_read(struct script *out, const char *path, struct err *e);
void script_free(struct script *s); /* accepts a zeroed struct */

/* A row of script.def, for the manual page. */
struct script_row {
    const char *name, *argument, *help;
};
const struct script_row *script_row(enum script_verb verb);

#endif
