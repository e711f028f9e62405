#include "reports/counters_read.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "reports/profile_read.h"

/* Of what is rare only the mean was written, of the others no mean. */
static struct count read_count(struct parse *p, enum counter k)
{
    const char *key = counter_rows[k].key;
    struct count x = {.mean = 0};
    if (!parse_has(p, key))
        return x;
    if (counter_rows[k].rare) {
        x.mean = parse_real(p, key, 0, parse_most);
        x.spread = (struct spread){x.mean, x.mean, x.mean, x.mean, x.mean, 1};
    } else {
        x.spread = parse_spread(p, key, 0);
        x.mean = x.spread.median;
    }
    return x;
}

static void read_group(struct parse *p, struct counted_group *g)
{
    g->bytes = (uint64_t)parse_int(p, "bytes", 0, (int64_t)parse_most);
    for (int k = 0; k < COUNTERS; k++)
        g->count[k] = read_count(p, (enum counter)k);
}

/* The components in their order, then the whole pass, then a reading. */
static void read_components(struct parse *p, struct counted *out)
{
    size_t n = parse_length(p, "components", COMPONENTS + 2, COMPONENTS + 2);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        const char *key = i < COMPONENTS ? component_key((enum component)i) : i == COMPONENTS ? "total" : "reading";
        struct parse_place back = parse_element(p, "components", i);
        if (!parse_is_text(p, "key", key))
            parse_fault(p, "key", "is not in its place");
        read_group(p, i < COMPONENTS ? &out->component[i] : i == COMPONENTS ? &out->total : &out->reading);
        parse_leave(p, &back);
    }
}

static void read_steps(struct parse *p, struct counted *out, int layers)
{
    size_t n = parse_length(p, "steps", 1, PROFILE_MAX_STEPS);
    out->step = parse_room(p, n, sizeof *out->step);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "steps", i);
        struct counted_step *s = &out->step[out->steps++];
        parse_text(p, "name", s->label, sizeof s->label);
        s->component = parse_component(p, "component");
        s->layer = parse_has(p, "layer") ? (int)parse_int(p, "layer", 0, layers - 1) : -1;
        read_group(p, &s->group);
        parse_leave(p, &back);
    }
}

static void read_threads(struct parse *p, struct counted *out)
{
    size_t n = parse_length(p, "threads", 1, WORKLOAD_MAX_THREADS);
    out->thread = parse_room(p, n, sizeof *out->thread);
    out->workload.threads = (int)n;
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "threads", i);
        parse_int(p, "thread", (int64_t)i, (int64_t)i);
        for (int k = 0; k < COUNTERS; k++)
            out->thread[i][k] = parse_real_or(p, counter_rows[k].key, 0, parse_most, 0);
        parse_leave(p, &back);
    }
}

static void read_reason(struct parse *p, struct counted *out)
{
    char key[32];
    parse_text(p, "key", key, sizeof key);
    for (int k = 0; k < COUNTERS; k++)
        if (strcmp(key, counter_rows[k].key) == 0) {
            if (counted_has(out, (enum counter)k))
                parse_fault(p, "key", "was counted");
            parse_text(p, "reason", out->missing[k], sizeof out->missing[k]);
            return;
        }
    parse_fault(p, "key", "is not a counter");
}

/* Why what has no total has none. */
static void read_missing(struct parse *p, struct counted *out)
{
    size_t n = parse_length(p, "missing", 0, COUNTERS);
    for (int k = 0; k < COUNTERS; k++)
        if (!counted_has(out, (enum counter)k))
            snprintf(out->missing[k], sizeof out->missing[k], "the report does not say");
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "missing", i);
        read_reason(p, out);
        parse_leave(p, &back);
    }
}

static void read_rest(struct parse *p, struct counted *out)
{
    parse_text(p, "reason", out->reason, sizeof out->reason);
    out->groups = (int)parse_int(p, "groups", 1, COUNTERS);
    out->passes = (int)parse_int(p, "passes", 0, INT_MAX);
    out->spoiled = (int)parse_int(p, "spoiled", 0, INT_MAX);
    out->overhead_ratio = parse_spread(p, "overhead_ratio", 0);
    if (parse_bool(p, "hardware") != counted_hardware(out))
        parse_fault(p, "hardware", "is not what the components say");
}

void counters_read(struct parse *p, struct counted *out, const char *model, int layers, const struct workload *load)
{
    snprintf(out->model, sizeof out->model, "%.*s", (int)sizeof out->model - 1, model);
    out->workload = *load;
    read_components(p, out);
    read_missing(p, out);
    read_rest(p, out);
    read_steps(p, out, layers);
    read_threads(p, out);
    if (p->code != 0)
        counted_free(out);
}
