/* Progress and cancellation of a long job.
 *
 * Analysis code calls progress_step often and knows nothing of who listens. A NULL pointer, like a zeroed struct,
 * reports nothing and never cancels. */
#ifndef ANALYZER_BASE_PROGRESS_H
#define ANALYZER_BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"

struct progress {
    /* `done` of `total` in any unit; total 0 = not known. `what` is borrowed for the call only. */
    void (*report)(void *payload, const char *what, double done, double total);
    void *payload;
    const atomic_bool *cancel; /* NULL = cannot be cancelled */
};

static inline bool progress_cancelled(const struct progress *p)
{
    return p && p->cancel && atomic_load_explicit(p->cancel, memory_order_relaxed);
}

/* Reports, and returns ERR_CANCELLED with a sentence once the user asked to stop. */
WARN_UNUSED static inline int progress_step(const struct progress *p, const char *what, double done, double total,
                                            struct err *e)
{
    if (progress_cancelled(p))
        return err_set(e, ERR_CANCELLED, "cancelled while %s", what);
    if (p && p->report)
        p->report(p->payload, what, done, total);
    return 0;
}

#endif
