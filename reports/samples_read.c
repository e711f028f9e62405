#include "reports/samples_read.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/measure/sampler.h"

static const int64_t most_samples = 1000000000000;

/* What is being read: every frame with its own name at first. */
struct reading {
    struct parse *p;
    struct sampled *out;
    struct sampled_name *name; /* [frames] */
    size_t room;               /* of frames */
};

/* ---- steps --------------------------------------------------------------------------------------------------- */

/* A step of each component that only knows what the step clock said. */
static void read_clocks(struct reading *r)
{
    size_t n = parse_length(r->p, "components", COMPONENTS, COMPONENTS);
    for (size_t i = 0; i < n && r->p->code == 0; i++) {
        struct parse_place back = parse_element(r->p, "components", i);
        struct sampled_step *s = &r->out->step[r->out->steps++];
        *s = (struct sampled_step){.component = parse_component(r->p, "key"), .layer = -1};
        s->time_ns = 1e9 * parse_real(r->p, "clock_share", 0, 1);
        parse_leave(r->p, &back);
    }
}

static int step_of(struct reading *r)
{
    struct sampled *out = r->out;
    struct sampled_step s = {.component = parse_component(r->p, "component"), .layer = -1};
    if (parse_has(r->p, "layer"))
        s.layer = (int)parse_int(r->p, "layer", 0, INT16_MAX);
    parse_text(r->p, "step", s.label, sizeof s.label);
    for (int i = out->steps - 1; i >= COMPONENTS; i--)
        if (out->step[i].component == s.component && out->step[i].layer == s.layer && strcmp(out->step[i].label, s.label) == 0)
            return i;
    out->step[out->steps] = s;
    return out->steps++;
}

/* ---- stacks -------------------------------------------------------------------------------------------------- */

static void read_stack(struct reading *r)
{
    struct sampled *out = r->out;
    size_t depth = parse_length(r->p, "calls", 0, SAMPLER_DEPTH);
    struct sampled_stack *x = &out->stack[out->stacks];
    if (r->p->code == 0 && r->room - (size_t)out->frames < depth)
        parse_fault(r->p, "calls", "makes more calls than a report has");
    *x = (struct sampled_stack){.step = step_of(r), .first = out->frames};
    x->count = (uint64_t)parse_int(r->p, "count", 1, most_samples);
    for (size_t i = 0; i < depth && r->p->code == 0; i++) {
        parse_text_at(r->p, "calls", i, r->name[out->frames].text, sizeof r->name->text);
        out->frames++;
        x->depth++;
    }
    out->step[x->step].samples += x->count;
    out->samples += x->count;
    out->stacks++;
}

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct sampled_name *)a)->text, ((const struct sampled_name *)b)->text);
}

/* Names by letters, each once; frames point to them. */
static void collect_names(struct reading *r)
{
    struct sampled *out = r->out;
    size_t n = (size_t)out->frames;
    memcpy(out->name, r->name, n * sizeof *out->name);
    qsort(out->name, n, sizeof *out->name, compare);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || compare(&out->name[out->names - 1], &out->name[i]) != 0)
            out->name[out->names++] = out->name[i];
    for (size_t i = 0; i < n; i++) {
        const struct sampled_name *at = bsearch(&r->name[i], out->name, (size_t)out->names, sizeof *out->name, compare);
        out->frame[i] = (int)(at - out->name);
    }
}

/* ---- all of it ----------------------------------------------------------------------------------------------- */

/* Calls of all stacks, within bounds. */
static size_t count_calls(struct parse *p, size_t stacks)
{
    size_t n = 0;
    for (size_t i = 0; i < stacks && p->code == 0; i++) {
        struct parse_place back = parse_element(p, "stacks", i);
        n += parse_length(p, "calls", 0, SAMPLER_DEPTH);
        parse_leave(p, &back);
    }
    if (n > SAMPLES_MOST_FRAMES)
        parse_fault(p, "stacks", "has more calls than can be shown");
    return p->code == 0 ? n : 0;
}

/* Reports that do not say it were made when there were only timers. */
static enum interrupt_clock read_clock(struct parse *p)
{
    if (!parse_has(p, "clock"))
        return INTERRUPT_TIMER;
    for (int c = 0; c < INTERRUPT_CLOCKS; c++)
        if (parse_is_text(p, "clock", interrupt_clock_name((enum interrupt_clock)c)))
            return (enum interrupt_clock)c;
    parse_fault(p, "clock", "is not a clock of samples");
    return INTERRUPT_TIMER;
}

static void read_counts(struct reading *r)
{
    double rate = parse_real(r->p, "rate", 0, 1e9);
    r->out->clock = read_clock(r->p);
    r->out->hz = (int)parse_int(r->p, "hz", 1, SAMPLER_MAX_HZ);
    r->out->lost = (uint64_t)parse_int(r->p, "lost", 0, most_samples);
    r->out->merged = (uint64_t)parse_int(r->p, "merged", 0, most_samples);
    r->out->cut = (uint64_t)parse_int(r->p, "cut", 0, most_samples);
    r->out->passes = (int)parse_int(r->p, "passes", 0, INT_MAX);
    r->out->overhead_ratio = parse_spread(r->p, "overhead_ratio", 0);
    r->out->cpu_s = rate > 0 ? (double)parse_int(r->p, "count", 1, most_samples) / rate : 0;
}

static void read_stacks(struct reading *r, size_t stacks)
{
    for (size_t i = 0; i < stacks && r->p->code == 0; i++) {
        struct parse_place back = parse_element(r->p, "stacks", i);
        read_stack(r);
        parse_leave(r->p, &back);
    }
    if (r->p->code == 0)
        collect_names(r);
}

void samples_read(struct parse *p, struct sampled *out, const char *model, const struct workload *load)
{
    struct reading r = {.p = p, .out = out};
    size_t stacks = parse_length(p, "stacks", 1, SAMPLES_MOST_STACKS);
    r.room = count_calls(p, stacks);
    snprintf(out->model, sizeof out->model, "%.*s", (int)sizeof out->model - 1, model);
    out->workload = *load;
    out->step = parse_room(p, stacks + COMPONENTS, sizeof *out->step);
    out->stack = parse_room(p, stacks, sizeof *out->stack);
    out->frame = parse_room(p, r.room, sizeof *out->frame);
    out->name = parse_room(p, r.room, sizeof *out->name);
    r.name = parse_room(p, r.room, sizeof *r.name);
    if (p->code == 0) {
        read_counts(&r);
        read_clocks(&r);
        read_stacks(&r, stacks);
    }
    free(r.name);
    if (p->code != 0)
        sampled_free(out);
}
