#include "analyzer/measure/pass_client.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/measure/pass_server.h"

static const double answer_s = 600;

int pass_client_start(struct pass_client *out, const char *name, char *const *argv, struct err *e)
{
    *out = (struct pass_client){0};
    return child_start(&out->child, name, argv, e);
}

void pass_client_close(struct pass_client *c)
{
    child_close(&c->child);
}

static const char *name_of(const struct pass_client *c)
{
    return c->child.name ? c->child.name : "bertscope";
}

static int odd(const struct pass_client *c, const char *what, struct err *e)
{
    return err_set(e, ERR_UNSUPPORTED, "%s does not run passes for bertscope check: %s", name_of(c), what);
}

static int next(struct pass_client *c, json_t **out, const struct progress *progress, struct err *e)
{
    char *line;
    TRY(child_answer(&c->child, &line, answer_s, progress, e));
    *out = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    return *out ? 0 : odd(c, "its answer is no JSON", e);
}

static int read_hello(struct pass_client *c, const json_t *o, struct err *e)
{
    const char *schema = json_string_value(json_object_get(o, "schema"));
    const json_t *parts = json_object_get(o, "parts");
    if (!schema || strcmp(schema, PASSES_SCHEMA) != 0)
        return odd(c, "it does not begin with the schema " PASSES_SCHEMA, e);
    for (int p = 0; p < PARTS; p++) {
        const char *key = json_string_value(json_array_get(parts, (size_t)p));
        if (!key || strcmp(key, part_key(p)) != 0)
            return odd(c, "it has other components", e);
    }
    return subject_from_json(&c->subject, o, name_of(c), e);
}

int pass_client_ready(struct pass_client *c, const struct progress *progress, struct err *e)
{
    json_t *o;
    TRY(next(c, &o, progress, e));
    int code = read_hello(c, o, e);
    json_decref(o);
    return code;
}

static int read_costs(const struct pass_client *c, struct timing_case *t, const json_t *o, struct err *e)
{
    for (int k = 0; k < COST_KINDS; k++) {
        const json_t *list = json_object_get(o, cost_key((enum cost_kind)k));
        for (int p = 0; p < PARTS; p++) {
            const json_t *v = json_array_get(list, (size_t)p);
            if (!json_is_integer(v) || json_integer_value(v) < 0)
                return odd(c, "a cost is no number", e);
            t->cost[p][k] = (uint64_t)json_integer_value(v);
        }
    }
    return 0;
}

int pass_client_case(struct pass_client *c, struct timing_case *t, const struct progress *progress, struct err *e)
{
    char request[64];
    json_t *o;
    snprintf(request, sizeof request, "case %d %d\n", t->batch, t->seq);
    TRY(child_ask(&c->child, request, e));
    TRY(next(c, &o, progress, e));
    int code = read_costs(c, t, o, e);
    json_decref(o);
    return code;
}

static bool is_time(const json_t *v)
{
    return json_is_number(v) && isfinite(json_number_value(v)) && json_number_value(v) >= 0;
}

/* A component that this model does not have, or one below the clock's grain, takes 0 ns; 1 keeps ratios finite. */
static double time_of(const json_t *v)
{
    return fmax(1, json_number_value(v));
}

static int read_times(const struct pass_client *c, const json_t *o, int passes, int warm, double *ns, struct err *e)
{
    const json_t *list = json_object_get(o, "ns");
    if (json_array_size(list) != (size_t)passes)
        return odd(c, "it ran another number of passes", e);
    for (int p = 0; p < PARTS; p++) {
        ns[p] = HUGE_VAL;
        for (int i = warm; i < passes; i++) {
            const json_t *v = json_array_get(json_array_get(list, (size_t)i), (size_t)p);
            if (!is_time(v))
                return odd(c, "a time is no number", e);
            ns[p] = fmin(ns[p], time_of(v));
        }
    }
    return 0;
}

int pass_client_run(struct pass_client *c, int passes, int warm, double *ns, double *yardstick,
                    const struct progress *progress, struct err *e)
{
    char request[64];
    json_t *o;
    snprintf(request, sizeof request, "run %d\n", passes);
    TRY(child_ask(&c->child, request, e));
    TRY(next(c, &o, progress, e));
    const json_t *v = json_object_get(o, "yardstick_ns");
    int code = is_time(v) ? read_times(c, o, passes, warm, ns, e) : odd(c, "it has no yardstick", e);
    *yardstick = code == 0 ? time_of(v) : 0;
    json_decref(o);
    return code;
}
