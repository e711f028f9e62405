#include "analyzer/run/exec.h"

#include "analyzer/base/clock.h"
#include "analyzer/run/op.h"

int exec_run(const struct plan *p, uint64_t *clock, const atomic_bool *cancel)
{
    struct exec x = {p, cancel};
    if (clock)
        clock[0] = clock_ns();
    for (int i = 0; i < p->steps; i++) {
        p->step[i].op->forward(&x, &p->step[i]);
        if (clock)
            clock[i + 1] = clock_ns();
    }
    return exec_cancelled(&x) ? ERR_CANCELLED : 0;
}
