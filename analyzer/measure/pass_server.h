/* Passes on demand, for a process that compares this one with others: lines in, lines of JSON out.
 *
 *     out  {"schema": "bertscope.passes/1", "version", "machine", "model", "settings", "parts": ["embedding", ..., "total"]}
 *     in   case BATCH SEQ          a workload; replaces the one before
 *     out  {"params": [...], "macs": [...], "weight_bytes": [...]}                         one number a part
 *     in   run N                   N passes
 *     out  {"yardstick_ns": x, "ns": [[...], ...]}                       a list of numbers a part for each pass
 *
 * The yardstick is a fixed piece of integer arithmetic: when it takes another time, the machine has another speed. */
#ifndef ANALYZER_MEASURE_PASS_SERVER_H
#define ANALYZER_MEASURE_PASS_SERVER_H

#include <stdio.h>

#include "analyzer/base/progress.h"
#include "analyzer/measure/timing.h"
#include "analyzer/measure/workload.h"

#define PASSES_SCHEMA "bertscope.passes/1"

enum { PASSES_MOST = 1024 }; /* of one request */

struct pass_server {
    const struct weights *weights;
    struct subject subject;
    struct workload load; /* threads and format */
    FILE *in, *out;
    void (*on_plan)(void *payload, struct plan *p); /* may be NULL: sees every plan before its first pass */
    void *payload;
};

/* Answers until the end of its input. */
WARN_UNUSED int pass_serve(const struct pass_server *s, const struct progress *progress, struct err *e);

#endif
