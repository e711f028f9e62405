#include "analyzer/run/exec.h"

#include "analyzer/base/clock.h"
#include "analyzer/run/op.h"
#include "analyzer/run/spread.h"

static _Atomic(const struct step *) current;

static void begin_step(const struct step *s)
{
    atomic_store_explicit(&current, s, memory_order_relaxed);
}

const struct step *exec_current(void)
{
    return atomic_load_explicit(&current, memory_order_relaxed);
}

int exec_run_marked(const struct plan *p, uint64_t *clock, atomic_int *mark, const atomic_bool *cancel)
{
    struct exec x = {p, cancel};
    spread_threads(p->options.threads);
    if (clock)
        clock[0] = clock_ns();
    for (int i = 0; i < p->steps && !exec_cancelled(&x); i++) {
        if (mark)
            atomic_store_explicit(mark, i + 1, memory_order_relaxed);
        begin_step(&p->step[i]);
        p->step[i].op->forward(&x, &p->step[i]);
        if (clock)
            clock[i + 1] = clock_ns();
    }
    if (mark)
        atomic_store_explicit(mark, 0, memory_order_relaxed);
    begin_step(NULL);
    return exec_cancelled(&x) ? ERR_CANCELLED : 0;
}

int exec_run(const struct plan *p, uint64_t *clock, const atomic_bool *cancel)
{
    return exec_run_marked(p, clock, NULL, cancel);
}

int exec_steps(const struct plan *p, int first, int end, const atomic_bool *cancel)
{
    struct exec x = {p, cancel};
    spread_threads(p->options.threads);
    for (int i = first; i < end && !exec_cancelled(&x); i++) {
        begin_step(&p->step[i]);
        p->step[i].op->forward(&x, &p->step[i]);
    }
    begin_step(NULL);
    return exec_cancelled(&x) ? ERR_CANCELLED : 0;
}

int exec_backward(const struct plan *p, const atomic_bool *cancel)
{
    struct exec x = {p, cancel};
    spread_threads(p->options.threads);
    for (int i = p->steps; i < p->moments && !exec_cancelled(&x); i++) {
        const struct step *s = &p->step[p->moment[i].step];
        begin_step(s);
        if (p->moment[i].backward)
            s->op->backward(&x, s);
        else
            s->op->forward(&x, s);
    }
    begin_step(NULL);
    return exec_cancelled(&x) ? ERR_CANCELLED : 0;
}
