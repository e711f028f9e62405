/* The workbench: the recipes of a session as a tree, with what was measured of each. The first one is empty: the original. Every change
 * makes a new one out of the present one; undo goes to where that came from, redo back to where undo came from, and a change after an
 * undo begins another branch. Nothing is ever taken away. No curses, no threads. */
#ifndef TUI_WORKBENCH_H
#define TUI_WORKBENCH_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/compress/recipe.h"
#include "analyzer/compress/trial.h"
#include "reports/example_table.h"

enum { ATTEMPT_NAME = 48, ATTEMPT_NOTE = 400, WORKBENCH_ANSWERS = 64 };

/* How far the measurement of a recipe is. */
enum attempt_stage {
    ATTEMPT_NEW,       /* nothing is known */
    ATTEMPT_COUNTED,   /* costs and forecast */
    ATTEMPT_RUNNING,   /* rows so far: trial.quality */
    ATTEMPT_EVALUATED, /* all rows */
    ATTEMPT_DONE,      /* timed too */
    ATTEMPT_FAILED     /* could not be applied: note */
};

struct attempt {
    int parent; /* -1 for the original */
    int redo;   /* where redo leads to, -1 = nowhere */
    char *recipe; /* as printed; owned */
    char name[ATTEMPT_NAME]; /* "" = none */
    enum attempt_stage stage;
    struct trial trial; /* from ATTEMPT_COUNTED on; owned. trial.logits only of this session, from ATTEMPT_EVALUATED on, and of the last WORKBENCH_ANSWERS */
    struct example_table examples; /* rows with another answer, those that moved most; like trial.logits */
    char note[ATTEMPT_NOTE];
    unsigned answered; /* when its answers came, counted */
    unsigned found; /* by which search of the session (struct trial_news), 0 = by none */
    int slid; /* what a slider moved to make it: 1 + line * METHOD_OPTIONS + option; 0 = something else */
};

struct workbench {
    struct attempt *attempt; /* [attempts]; owned. An attempt keeps its number */
    int attempts, current;
    struct recipe recipe; /* of the current one; owned */
    unsigned answers;     /* that came */
    unsigned era;         /* counts resets: what was measured before is of no use any more */
    struct workload workload; /* that times are wanted of */
    size_t hidden_bytes;  /* that the engine keeps of the original's hidden states */
};

/* What a measurement tells. */
struct trial_news {
    unsigned era;
    int attempt;    /* of a search -1: the workbench makes it */
    unsigned found; /* the number of what a search found, 0 = of none; the first news make an attempt of it, a child of the original */
    char name[ATTEMPT_NAME]; /* of that attempt */
    enum attempt_stage stage;
    struct trial trial; /* owned */
    struct example_table examples; /* owned */
    char note[ATTEMPT_NOTE];
    size_t hidden_bytes;
    struct trial_news *next;
};

WARN_UNUSED int workbench_init(struct workbench *w, struct err *e);
void workbench_free(struct workbench *w); /* accepts a zeroed struct */
/* Back to the original alone, of another model. */
WARN_UNUSED int workbench_reset(struct workbench *w, struct err *e);
/* Forgets what was measured, but not the recipes: the rows are others, or the format that models are computed in. */
void workbench_forget(struct workbench *w);
/* From now on times of this workload are wanted: those of another one are dropped, also where they come later. */
void workbench_use(struct workbench *w, const struct workload *load);

const struct attempt *workbench_now(const struct workbench *w);
/* Whether all of the current recipe is known, rows in memory included if `rows`. */
bool workbench_known(const struct workbench *w, bool rows);

/* ---- changes: each makes a new attempt of the current one, or fails and leaves everything as it was. Without a difference there is no
 * new attempt. Lines of the current recipe. ---- */

WARN_UNUSED int workbench_set(struct workbench *w, const struct recipe *r, struct err *e);
WARN_UNUSED int workbench_load(struct workbench *w, const char *text, size_t n, const char *name, struct err *e);
WARN_UNUSED int workbench_insert(struct workbench *w, int at, const char *step, struct err *e);
WARN_UNUSED int workbench_remove(struct workbench *w, int line, struct err *e);
WARN_UNUSED int workbench_move(struct workbench *w, int from, int to, struct err *e);
WARN_UNUSED int workbench_switch(struct workbench *w, int line, struct err *e); /* off, or on again */
/* value NULL = that of the table. */
WARN_UNUSED int workbench_put(struct workbench *w, int line, int option, const char *value, struct err *e);
/* Moves a number or a word of a list by `steps` of its range. Movements of the same option follow each other without a new attempt
 * unless the one before was measured completely. ERR_USAGE for what has no order. */
WARN_UNUSED int workbench_slide(struct workbench *w, int line, int option, int steps, struct err *e);

/* Makes `attempt` with this recipe a child of `parent`, unless there is one of that number; used by sessions. */
WARN_UNUSED int workbench_restore(struct workbench *w, int attempt, int parent, const char *recipe, struct err *e);

/* ---- moving ---- */

bool workbench_undo(struct workbench *w);
bool workbench_redo(struct workbench *w);
void workbench_go(struct workbench *w, int attempt);
/* "7" or a name; -1 = none. */
int workbench_find(const struct workbench *w, const char *text);
void workbench_name(struct workbench *w, int attempt, const char *name);

/* ---- results ---- */

/* News of what a search found: the attempt of that number, made if it is new, becomes theirs. */
WARN_UNUSED int workbench_place(struct workbench *w, struct trial_news *n, struct err *e);
/* Takes over what the news know, if it is about this workbench and more than was known. False: it was not. */
bool workbench_take(struct workbench *w, struct trial_news *n);
void trial_news_free(struct trial_news *n); /* all of the list; accepts NULL */

/* "7", or "7 name". Returns out. */
const char *attempt_text(const struct workbench *w, int attempt, char *out, size_t size);

/* The option whose number says how strong a step is; -1 = none. */
int step_strength(const struct method *m);

#endif
