/* What PAPI can count on this machine. The only file that knows PAPI is counters.c. */
#ifndef ANALYZER_MEASURE_COUNTERS_H
#define ANALYZER_MEASURE_COUNTERS_H

#include <stdbool.h>

struct counter_support {
    bool built;        /* compiled with PAPI */
    bool hardware;     /* cycles could be counted just now */
    bool software;     /* page faults or context switches could be counted just now */
    char reason[256];  /* why hardware events are not there; "" if they are */
};

/* Tries it: starts and reads one event of each kind. */
void counters_probe(struct counter_support *out);

#endif
