#include "tui/job.h"

static const struct job *const rows[] = {
#define JOB(name, symbol) &job_##symbol,
#include "tui/jobs.def"
#undef JOB
};

const struct job *job_row(enum job_id id)
{
    return rows[id];
}
