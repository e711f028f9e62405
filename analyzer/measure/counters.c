#include "analyzer/measure/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct counter_row counter_rows[COUNTERS] = {
#define COUNTER(symbol, key, title, hardware, rare, name, other) {#key, title, hardware, rare, {name, other}},
#include "analyzer/measure/counters.def"
#undef COUNTER
};

void counters_close(struct counter_sources *s)
{
    for (int i = 0; i < s->n; i++)
        s->source[i].close(s->source[i].state);
    *s = (struct counter_sources){.n = 0};
}

#ifdef HAVE_PAPI

#include <papi.h>
#include <pthread.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

static int add_counter(int set, enum counter c)
{
    int code = PAPI_ENOEVNT;
    for (int i = 0; i < 2 && code != PAPI_OK && counter_rows[c].name[i]; i++)
        code = PAPI_add_named_event(set, (char *)counter_rows[c].name[i]);
    return code;
}

static int begin_set(int *set, const enum counter *group, int n)
{
    int code = PAPI_create_eventset(set);
    for (int i = 0; i < n && code == PAPI_OK; i++)
        code = add_counter(*set, group[i]);
    return code == PAPI_OK ? PAPI_start(*set) : code;
}

static void end_set(int *set)
{
    long long unread[COUNTERS];
    if (*set == PAPI_NULL)
        return;
    PAPI_stop(*set, unread);
    PAPI_cleanup_eventset(*set);
    PAPI_destroy_eventset(set);
}

/* Counts them over nothing much; the code of the first call that fails. */
static int try_group(const enum counter *group, int n)
{
    int set = PAPI_NULL;
    long long value[COUNTERS];
    int code = begin_set(&set, group, n);
    if (code == PAPI_OK)
        code = PAPI_read(set, value);
    end_set(&set);
    return code;
}

/* ---- why not ------------------------------------------------------------------------------------------------- */

static int paranoid_level(void)
{
    int level = -1;
    FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "r");
    if (f && fscanf(f, "%d", &level) != 1)
        level = -1;
    if (f)
        fclose(f);
    return level;
}

/* Whether a hypervisor says that it is there. */
static bool is_virtual(void)
{
#ifdef __x86_64__
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && c >> 31;
#else
    return false;
#endif
}

static void say_why(char *out, size_t size, int code)
{
    int component = PAPI_get_component_index("perf_event"), level = paranoid_level();
    const PAPI_component_info_t *c = component >= 0 ? PAPI_get_component_info(component) : NULL;
    size_t used = (size_t)snprintf(out, size, "PAPI cannot count cycles: ");
    if (!c)
        used += (size_t)snprintf(out + used, size - used, "it was built without perf_event");
    else if (c->disabled)
        used += (size_t)snprintf(out + used, size - used, "its component perf_event is disabled (%.100s)", c->disabled_reason);
    else
        used += (size_t)snprintf(out + used, size - used, "%s", PAPI_strerror(code));
    if (level > 2)
        snprintf(out + used, size - used, "; perf_event_paranoid is %d, which lets only root count", level);
    else if (is_virtual())
        snprintf(out + used, size - used, "; this is a virtual machine, and its host gives it no counters");
}

void counters_probe(struct counter_support *out)
{
    *out = (struct counter_support){.built = true};
    int version = PAPI_is_initialized() ? (int)PAPI_VER_CURRENT : PAPI_library_init(PAPI_VER_CURRENT);
    if (version != PAPI_VER_CURRENT) {
        snprintf(out->reason, sizeof out->reason, "PAPI does not start: %s", PAPI_strerror(version));
        return;
    }
    int code = try_group(&(enum counter){COUNTER_CYCLES}, 1);
    out->hardware = code == PAPI_OK;
    if (!out->hardware)
        say_why(out->reason, sizeof out->reason, code);
}

/* ---- the source ---------------------------------------------------------------------------------------------- */

struct sets {
    int n;       /* of the group that is counted */
    int set[];   /* [threads] */
};

static bool papi_fits(void *state, const enum counter *group, int n, char *why, size_t size)
{
    (void)state;
    for (int i = 0; i < n; i++)
        if (!counter_rows[group[i]].hardware)
            return false;
    int code = try_group(group, n);
    if (code != PAPI_OK)
        snprintf(why, size, "PAPI: %s", PAPI_strerror(code));
    return code == PAPI_OK;
}

static bool papi_begin(void *state, int thread, const enum counter *group, int n)
{
    struct sets *s = state;
    if (thread == 0)
        s->n = n;
    return begin_set(&s->set[thread], group, n) == PAPI_OK;
}

static bool papi_read(void *state, int thread, uint64_t *value)
{
    struct sets *s = state;
    long long now[COUNTERS];
    if (PAPI_read(s->set[thread], now) != PAPI_OK)
        return false;
    for (int i = 0; i < s->n; i++)
        value[i] = (uint64_t)now[i];
    return true;
}

static void papi_end(void *state, int thread)
{
    struct sets *s = state;
    end_set(&s->set[thread]);
}

static int open_papi(struct counter_source *out, int threads, struct err *e)
{
    struct sets *s = malloc(sizeof *s + (size_t)threads * sizeof s->set[0]);
    if (!s || PAPI_thread_init(pthread_self) != PAPI_OK) {
        free(s);
        return err_set(e, ERR_NOMEM, "no memory for the counters of %d threads", threads);
    }
    s->n = 0;
    for (int i = 0; i < threads; i++)
        s->set[i] = PAPI_NULL;
    *out = (struct counter_source){s, papi_fits, papi_begin, papi_read, papi_end, free};
    return 0;
}

#else

void counters_probe(struct counter_support *out)
{
    *out = (struct counter_support){0};
    snprintf(out->reason, sizeof out->reason, "%s", "built without PAPI");
}

static int open_papi(struct counter_source *out, int threads, struct err *e)
{
    (void)out, (void)threads;
    return err_set(e, ERR_UNSUPPORTED, "built without PAPI");
}

#endif

int counters_open(struct counter_sources *out, int threads, struct err *e)
{
    struct counter_support support;
    *out = (struct counter_sources){.n = 0};
    counters_probe(&support);
    snprintf(out->reason, sizeof out->reason, "%s", support.reason);
    if (support.hardware) {
        TRY(open_papi(&out->source[0], threads, e));
        out->n = 1;
    }
    int code = counters_system(&out->source[out->n], threads, e);
    if (code != 0)
        counters_close(out);
    else
        out->n++;
    return code;
}
