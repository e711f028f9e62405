#include "tui/job.h"

#include <stdlib.h>

static const struct job *const rows[] = {
#define JOB(name, symbol) &job_##symbol,
#include "tui/jobs.def"
#undef JOB
};

const struct job *job_row(enum job_id id)
{
    return rows[id];
}

void profile_delete(struct profile *p)
{
    if (p)
        profile_free(p);
    free(p);
}

void sampled_delete(struct sampled *s)
{
    if (s)
        sampled_free(s);
    free(s);
}

void counted_delete(struct counted *c)
{
    if (c)
        counted_free(c);
    free(c);
}
