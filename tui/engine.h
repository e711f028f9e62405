/* The engine: one thread that owns the model and carries out jobs, one after the other. Other threads never wait for
 * it: they put a request into the queue, cancel, and take away what became known. */
#ifndef TUI_ENGINE_H
#define TUI_ENGINE_H

#include "tui/job.h"

struct engine;

/* `wake` is called from the engine thread when there is news (at most about five times a second while a job runs,
 * so that looking disturbs the measurement little); it must not block. */
WARN_UNUSED int engine_start(struct engine **out, void (*wake)(void *payload), void *payload, struct err *e);
/* Cancels what runs, waits for its end, frees everything. Accepts NULL. */
void engine_stop(struct engine *x);

/* Puts a copy of the request behind those that wait, and cancels the jobs it replaces (struct job). */
WARN_UNUSED int engine_submit(struct engine *x, const struct request *r, struct err *e);
/* The running job and those that wait. */
void engine_cancel(struct engine *x);

/* What it does now, and how much waits. */
struct job_state engine_state(struct engine *x);
/* What became known since the last call; the caller owns it. */
void engine_take(struct engine *x, struct news *out);

#endif
