#include "analyzer/measure/counters.h"

#include <stdio.h>
#include <string.h>

#ifdef HAVE_PAPI

#include <papi.h>

/* Counts one event over nothing much; the code of the first call that fails. */
static int try_event(const char *name)
{
    int set = PAPI_NULL, code;
    long long value;
    if ((code = PAPI_create_eventset(&set)) != PAPI_OK)
        return code;
    code = PAPI_add_named_event(set, (char *)name);
    if (code == PAPI_OK && (code = PAPI_start(set)) == PAPI_OK)
        code = PAPI_stop(set, &value);
    PAPI_cleanup_eventset(set);
    PAPI_destroy_eventset(&set);
    return code;
}

void counters_probe(struct counter_support *out)
{
    *out = (struct counter_support){.built = true};
    int version = PAPI_library_init(PAPI_VER_CURRENT);
    if (version != PAPI_VER_CURRENT) {
        snprintf(out->reason, sizeof out->reason, "PAPI does not start: %s", PAPI_strerror(version));
        return;
    }
    int code = try_event("PAPI_TOT_CYC");
    out->hardware = code == PAPI_OK;
    out->software = try_event("perf::PAGE-FAULTS") == PAPI_OK;
    if (!out->hardware)
        snprintf(out->reason, sizeof out->reason,
                 "PAPI cannot count cycles (%s): usual in virtual machines and containers, or perf_event_paranoid is high",
                 PAPI_strerror(code));
}

#else

void counters_probe(struct counter_support *out)
{
    *out = (struct counter_support){0};
    snprintf(out->reason, sizeof out->reason, "%s", "built without PAPI");
}

#endif
