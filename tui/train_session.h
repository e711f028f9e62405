/* The training of the interactive program: a copy of a model that learns, until it is paused, stopped or done. It lives in the
 * engine between jobs, so that a pause costs nothing but memory, and apart from the opened model, which it never changes. */
#ifndef TUI_TRAIN_SESSION_H
#define TUI_TRAIN_SESSION_H

#include "analyzer/base/progress.h"
#include "tui/train_run.h"
#include "tui/train_status.h"

/* Borrowed for the call. */
struct train_wish {
    const char *model, *data, *dev, *task; /* dev, task NULL = none, that of the header */
    struct train_choice choice;
    int threads;
    struct kept_training *kept; /* where checkpoints go, taken over in any case; NULL = nowhere */
    bool resume;                /* go on from the checkpoint that is there */
    double checkpoint_s;        /* between checkpoints; negative = the usual time */
    void (*on_change)(void *payload, const struct train_status *s); /* see below */
    void *payload;
};

struct train_session {
    struct train_run run;
    struct trainer *trainer;     /* NULL once it is stopped or finished */
    struct train_source inner;   /* what the losses come from before they are noted down */
    struct train_status status;
    struct kept_training *kept;  /* owned; NULL = the training is lost with the program */
    char *note;                  /* of its checkpoint; owned */
    int64_t first;               /* step that the present run began with */
    uint64_t told_ns;            /* when the status was told last */
    const struct progress *progress; /* of the present run */
    void (*on_change)(void *payload, const struct train_status *s); /* borrowed for the call; NULL = nobody wants it */
    void *payload;
};

/* Opens the model again, reads the data and gets ready for the first step; with `resume` it is paused where the checkpoint was.
 * A checkpoint is written when it is paused or finished, and now and then. The caller frees `out`, also after a failure. */
WARN_UNUSED int train_session_new(struct train_session **out, const struct train_wish *w, const struct progress *progress,
                                  struct err *e);
/* Trains until the end. ERR_CANCELLED: it is paused, and may be run again; it goes on with the bits it would have had. */
WARN_UNUSED int train_session_run(struct train_session *x, const struct progress *progress, struct err *e);
/* Ends a paused training: the model keeps the best parameters so far (the last ones without an evaluation). */
void train_session_stop(struct train_session *x);
/* Writes the model of a stopped or finished training as a HuggingFace directory; then there is nothing to go on with any more. */
WARN_UNUSED int train_session_save(struct train_session *x, const char *dir, const struct progress *progress,
                                   struct err *e);
/* Forgets what was kept of it. Accepts NULL. */
void train_session_forget(struct train_session *x);
void train_session_free(struct train_session *x); /* accepts NULL; what was kept stays */

#endif
