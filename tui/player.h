/* Plays a key script (script.h) on the state of the program: one line at a time, between the news of the engine. Knows neither the terminal
 * nor the engine. */
#ifndef TUI_PLAYER_H
#define TUI_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/str.h"
#include "tui/app.h"
#include "tui/script.h"

struct player {
    struct script script; /* owned */
    const char *name;     /* of it, for sentences; borrowed */
    struct str *out;      /* for captures to -; borrowed */
    bool own_size;        /* there is no terminal, so a script may say how large the screen is */
    int at;               /* line that comes next */
    bool began;           /* that line waits since: */
    uint64_t since_ns;
    uint64_t seen;        /* lines of the log that were looked at */
    bool passes;          /* errors do not end the session */
};

/* The caller frees `p`, also after a failure. */
WARN_UNUSED int player_init(struct player *p, const char *path, struct str *out, bool own_size, struct err *e);
void player_free(struct player *p); /* accepts a zeroed struct */

bool player_over(const struct player *p);

/* Carries the next line out, or finds that it has to wait. *wait_ms: until the next call, at most; 0 = none, -1 = until there are news. To be called
 * after the news were taken over. A line that fails, takes too long or is followed by an error gives a sentence with its number: ERR_USAGE. */
WARN_UNUSED int player_step(struct player *p, struct app *a, int *wait_ms, struct err *e);

#endif
