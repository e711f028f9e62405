/* Where the program waits when it has no terminal. */
#ifndef TUI_HEADLESS_H
#define TUI_HEADLESS_H

#include "analyzer/base/err.h"

struct headless;

WARN_UNUSED int headless_start(struct headless **out, struct err *e);
void headless_stop(struct headless *h); /* accepts NULL */

/* Waits until headless_wake, but at most that long, and never longer than a tenth of a second: signals are seen by who calls. */
void headless_wait(struct headless *h, int ms);
void headless_wake(void *headless); /* for any thread */

#endif
