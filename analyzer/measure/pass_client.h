/* The other end of pass_server.h: a process that runs passes when it is asked to. It may be any program, so what it answers is
 * checked. */
#ifndef ANALYZER_MEASURE_PASS_CLIENT_H
#define ANALYZER_MEASURE_PASS_CLIENT_H

#include "analyzer/base/child.h"
#include "analyzer/measure/timing.h"

struct pass_client {
    struct child child;
    struct subject subject;
};

/* Starts argv (see child_start) without waiting for it; the caller closes `out`, also after a failure. */
WARN_UNUSED int pass_client_start(struct pass_client *out, const char *name, char *const *argv, struct err *e);

/* Waits until it has loaded its model, and fills in the subject. */
WARN_UNUSED int pass_client_ready(struct pass_client *c, const struct progress *progress, struct err *e);

/* Sets the workload of `t` and fills in its costs. */
WARN_UNUSED int pass_client_case(struct pass_client *c, struct timing_case *t, const struct progress *progress,
                                 struct err *e);

/* Runs `passes` passes, of which the first `warm` are left out: ns [PARTS] = the least time of each part. */
WARN_UNUSED int pass_client_run(struct pass_client *c, int passes, int warm, double *ns, double *yardstick,
                                const struct progress *progress, struct err *e);

void pass_client_close(struct pass_client *c); /* accepts a zeroed struct */

#endif
