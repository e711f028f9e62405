#include "analyzer/measure/counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What a thread has counted so far is known to the system without being asked for, except migrations: those a file counts. */
struct thread {
    int migrations; /* file, -1 = none */
    int n;
    enum counter group[COUNTERS];
};

/* Of the calling thread, on any core. */
static int open_migrations(void)
{
    struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE, .size = sizeof a, .config = PERF_COUNT_SW_CPU_MIGRATIONS};
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool system_fits(void *state, const enum counter *group, int n, char *why, size_t size)
{
    (void)state;
    for (int i = 0; i < n; i++) {
        if (counter_rows[group[i]].hardware)
            return false;
        int fd = group[i] == COUNTER_MIGRATIONS ? open_migrations() : -1;
        if (group[i] == COUNTER_MIGRATIONS && fd < 0) {
            snprintf(why, size, "perf_event_open: %s", strerror(errno));
            return false;
        }
        if (fd >= 0)
            close(fd);
    }
    return true;
}

static bool system_begin(void *state, int thread, const enum counter *group, int n)
{
    struct thread *t = (struct thread *)state + thread;
    t->n = n;
    memcpy(t->group, group, (size_t)n * sizeof *group);
    t->migrations = -1;
    for (int i = 0; i < n; i++)
        if (group[i] == COUNTER_MIGRATIONS && (t->migrations = open_migrations()) < 0)
            return false;
    return true;
}

static uint64_t thread_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool system_read(void *state, int thread, uint64_t *value)
{
    const struct thread *t = (const struct thread *)state + thread;
    struct rusage r;
    if (getrusage(RUSAGE_THREAD, &r) != 0)
        return false;
    for (int i = 0; i < t->n; i++)
        switch (t->group[i]) {
        case COUNTER_PAGE_FAULTS:
            value[i] = (uint64_t)(r.ru_minflt + r.ru_majflt);
            break;
        case COUNTER_SWITCHES:
            value[i] = (uint64_t)(r.ru_nvcsw + r.ru_nivcsw);
            break;
        case COUNTER_MIGRATIONS:
            if (read(t->migrations, &value[i], sizeof value[i]) != sizeof value[i])
                return false;
            break;
        default:
            value[i] = thread_clock();
        }
    return true;
}

static void system_end(void *state, int thread)
{
    struct thread *t = (struct thread *)state + thread;
    if (t->migrations >= 0)
        close(t->migrations);
    t->migrations = -1;
}

int counters_system(struct counter_source *out, int threads, struct err *e)
{
    struct thread *t = calloc((size_t)threads, sizeof *t);
    if (!t)
        return err_set(e, ERR_NOMEM, "no memory for the counters of %d threads", threads);
    for (int i = 0; i < threads; i++)
        t[i].migrations = -1;
    *out = (struct counter_source){t, system_fits, system_begin, system_read, system_end, free};
    return 0;
}
