/* Opening a model. The one that was open stays until the new one is there. */
#include "analyzer/base/clock.h"
#include "tui/job.h"
#include "tui/opened.h"

static int run(struct job_context *x, struct err *e)
{
    const char *spec = x->request->spec;
    struct settings s = {.args = &spec, .arg_count = 1, .seed = (int)x->request->seed};
    struct opened fresh;
    struct facts facts;
    uint64_t start = clock_ns();
    int code = opened_init(&fresh, &s, x->progress, e);
    if (code != 0) {
        opened_close(&fresh);
        return code;
    }
    opened_close(x->opened);
    *x->opened = fresh;
    facts_make(&facts, fresh.model, &fresh.machine);
    x->log(x->payload, LOG_DONE, "opened %s in %.2f s", facts.name, (double)(clock_ns() - start) * 1e-9);
    if (facts.unused > 0)
        x->log(x->payload, LOG_INFO, "%d tensor%s of its files %s no use for %s", facts.unused,
               facts.unused == 1 ? "" : "s", facts.unused == 1 ? "is of" : "are of", facts.arch);
    if (facts.note[0])
        x->log(x->payload, LOG_INFO, "%s", facts.note);
    x->publish_facts(x->payload, &facts);
    return 0;
}

const struct job job_open = {.doing = "opening", .replaces = JOB_BIT(JOB_OPEN) | JOB_BIT(JOB_MEASURE) | JOB_BIT(JOB_TRAIN) | JOB_BIT(JOB_TRIAL) | JOB_BIT(JOB_LOOK) | JOB_BIT(JOB_SEARCH), .run = run};
