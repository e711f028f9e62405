/* A program that runs beside this one and answers lines with lines. */
#ifndef ANALYZER_BASE_CHILD_H
#define ANALYZER_BASE_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "analyzer/base/progress.h"

enum { CHILD_LINE_MOST = 1 << 20 };

struct child {
    const char *name; /* for sentences; borrowed. NULL = this program itself: its sentence and its exit code are taken over */
    pid_t pid;        /* 0 = none */
    int in, out;      /* its standard input and output, this side of them */
    int said;         /* a file that holds its standard error */
    char *line;       /* owned */
    size_t len, used; /* bytes in `line`; of them those of the line that was read last */
};

/* Starts argv[0] (found as a shell does), without a shell. It ends when its input does, at the latest with this
 * process. The caller closes it, also after a failure. */
WARN_UNUSED int child_start(struct child *out, const char *name, char *const *argv, struct err *e);

/* Writes a line; `line` ends in a newline. */
WARN_UNUSED int child_ask(struct child *c, const char *line, struct err *e);

/* Waits for its next line, without the newline; borrowed until the next call. Cancelling gives ERR_CANCELLED. An end of its output, a line
 * that is too long or none within `seconds` is ERR_UNSUPPORTED, with the last line of what it said on standard error. */
WARN_UNUSED int child_answer(struct child *c, char **line, double seconds, const struct progress *progress, struct err *e);

/* Ends it and waits for that. Accepts a zeroed struct. */
void child_close(struct child *c);

#endif
