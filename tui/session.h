/* A session of the workbench in a file, line by line as things happen: which recipes there are, what was measured of them, which is the
 * present one. A line is written at once, so a program that is killed loses at most what it was just writing; what cannot be read is
 * left out. One file a session, bertscope/session-*.jsonl in $XDG_STATE_HOME (else ~/.local/state); an open one is locked. */
#ifndef TUI_SESSION_H
#define TUI_SESSION_H

#include "tui/workbench.h"

/* What the session is about. */
struct session_head {
    char model[1024], data[1024], dev[1024], task[64];
    uint64_t params; /* of the model */
};

struct session;

/* A new file. */
WARN_UNUSED int session_create(struct session **out, const struct session_head *head, struct err *e);
/* The newest file that no other program has open: what is in it becomes head and workbench (which is initialized and has the original
 * alone), and it will be gone on with; with `out` NULL it is only read. `skipped`: lines that could not be read. ERR_USAGE: there is none. */
WARN_UNUSED int session_resume(struct session **out, struct session_head *head, struct workbench *w, int *skipped, struct err *e);
/* The same of the lines of a file; false if it does not begin as a session does. */
bool session_parse(const char *text, size_t n, struct session_head *head, struct workbench *w, int *skipped);
void session_free(struct session *s); /* accepts NULL */

/* Each writes what is new. Failures are ignored: what happens on the screen is more important. */
void session_sync(struct session *s, const struct workbench *w); /* recipes, and which is the present one */
void session_name(struct session *s, const struct workbench *w, int attempt);
void session_result(struct session *s, const struct workbench *w, int attempt);

#endif
