/* Stands in for PAPI (LD_PRELOAD), so that a machine without counters of the processor shows what one with them would. Everything is
 * processor time of the calling thread times a whole number: figures that two counters give together are known. */
#define _GNU_SOURCE
#include <papi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETS = 256, TOGETHER = 4 };

/* What a microsecond counts; there is no event for misses of the third cache. */
static const struct event {
    const char *name;
    long long each;
} events[] = {{"PAPI_TOT_CYC", 4000}, {"PAPI_TOT_INS", 10000}, {"PAPI_L1_DCM", 200}, {"PAPI_L2_TCM", 50},
              {"PAPI_TLB_DM", 10},    {"PAPI_BR_MSP", 20},     {"PAPI_SP_OPS", 32000}};

static struct set {
    long long each[TOGETHER];
    int n;
    int used;
} sets[SETS];

int PAPI_is_initialized(void)
{
    return PAPI_LOW_LEVEL_INITED;
}

int PAPI_library_init(int version)
{
    return version;
}

int PAPI_thread_init(unsigned long (*id)(void))
{
    (void)id;
    return PAPI_OK;
}

int PAPI_create_eventset(int *out)
{
    for (int i = 0; i < SETS; i++)
        if (__sync_bool_compare_and_swap(&sets[i].used, 0, 1)) {
            sets[i].n = 0;
            *out = i;
            return PAPI_OK;
        }
    return PAPI_ENOMEM;
}

int PAPI_add_named_event(int set, const char *name)
{
    struct set *s = &sets[set];
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (strcmp(events[i].name, name) == 0) {
            if (s->n == TOGETHER)
                return PAPI_ECNFLCT;
            s->each[s->n++] = events[i].each;
            return PAPI_OK;
        }
    return PAPI_ENOEVNT;
}

int PAPI_start(int set)
{
    (void)set;
    return PAPI_OK;
}

int PAPI_read(int set, long long *value)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    long long us = t.tv_sec * 1000000LL + t.tv_nsec / 1000;
    for (int i = 0; i < sets[set].n; i++)
        value[i] = us * sets[set].each[i];
    return PAPI_OK;
}

int PAPI_stop(int set, long long *value)
{
    return PAPI_read(set, value);
}

int PAPI_cleanup_eventset(int set)
{
    sets[set].n = 0;
    return PAPI_OK;
}

int PAPI_destroy_eventset(int *set)
{
    sets[*set].used = 0;
    *set = PAPI_NULL;
    return PAPI_OK;
}

char *PAPI_strerror(int code)
{
    static char conflict[] = "Event exists, but cannot be counted due to hardware resource limits", none[] = "Event does not exist";
    return code == PAPI_ECNFLCT ? conflict : none;
}
