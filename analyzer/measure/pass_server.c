#include "analyzer/measure/pass_server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/clock.h"
#include "analyzer/run/exec.h"
#include "analyzer/run/plan.h"

enum { YARDSTICK_STEPS = 1 << 17, IDLE_NS = 10000000, REQUEST_SIZE = 64 };

struct service {
    const struct pass_server *server;
    const struct progress *progress;
    struct plan *plan;  /* owned; NULL before the first case */
    uint64_t *clock;    /* [steps + 1]; owned */
};

static int send(const struct service *s, json_t *object, struct err *e)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (!text)
        return err_set(e, ERR_NOMEM, "no memory for an answer");
    int code = 0;
    if (fprintf(s->server->out, "%s\n", text) < 0 || fflush(s->server->out) != 0)
        code = err_set(e, ERR_IO, "an answer could not be written: %s", strerror(errno));
    free(text);
    return code;
}

static int send_hello(const struct service *s, struct err *e)
{
    json_t *o = json_object(), *parts = json_array();
    json_object_set_new(o, "schema", json_string(PASSES_SCHEMA));
    subject_to_json(&s->server->subject, o);
    for (int p = 0; p < PARTS; p++)
        json_array_append_new(parts, json_string(part_key(p)));
    json_object_set_new(o, "parts", parts);
    return send(s, o, e);
}

/* ---- one workload ---------------------------------------------------------------------------------------------- */

static void add_cost(uint64_t cost[COST_KINDS], const struct step *s)
{
    cost[COST_PARAMS] += s->params;
    cost[COST_MACS] += s->macs;
    cost[COST_WEIGHT_BYTES] += s->param_bytes;
}

static int send_costs(const struct service *s, struct err *e)
{
    uint64_t cost[PARTS][COST_KINDS] = {{0}};
    json_t *o = json_object();
    for (int i = 0; i < s->plan->steps; i++) {
        add_cost(cost[s->plan->step[i].component], &s->plan->step[i]);
        add_cost(cost[PART_TOTAL], &s->plan->step[i]);
    }
    for (int k = 0; k < COST_KINDS; k++) {
        json_t *list = json_array();
        for (int p = 0; p < PARTS; p++)
            json_array_append_new(list, json_integer((json_int_t)cost[p][k]));
        json_object_set_new(o, cost_key((enum cost_kind)k), list);
    }
    return send(s, o, e);
}

static int open_case(struct service *s, int batch, int seq, struct err *e)
{
    struct workload load = s->server->load;
    load.batch = batch;
    load.seq = seq;
    plan_free(s->plan);
    s->plan = NULL;
    TRY(workload_plan(&s->plan, &load, s->server->weights, e));
    free(s->clock);
    s->clock = calloc((size_t)s->plan->steps + 1, sizeof *s->clock);
    if (!s->clock)
        return err_set(e, ERR_NOMEM, "no memory for the times of %d steps", s->plan->steps);
    if (s->server->on_plan)
        s->server->on_plan(s->server->payload, s->plan);
    return send_costs(s, e);
}

/* ---- passes ---------------------------------------------------------------------------------------------------- */

/* Multiply-adds that each need the one before. */
static uint64_t yardstick_ns(void)
{
    uint64_t start = clock_ns();
    volatile uint64_t keep = 1;
    uint64_t x = keep;
    for (int i = 0; i < YARDSTICK_STEPS; i++)
        x = x * 6364136223846793005u + 1442695040888963407u;
    keep = x;
    return clock_ns() - start;
}

static json_t *part_times(const struct service *s)
{
    const uint64_t *clock = s->clock;
    int steps = s->plan->steps;
    double ns[PARTS] = {0};
    json_t *list = json_array();
    for (int i = 0; i < steps; i++)
        ns[s->plan->step[i].component] += (double)(clock[i + 1] - clock[i]);
    ns[PART_TOTAL] = (double)(clock[steps] - clock[0]);
    for (int p = 0; p < PARTS; p++)
        json_array_append_new(list, json_integer((json_int_t)ns[p]));
    return list;
}

static int run_passes(const struct service *s, int passes, struct err *e)
{
    json_t *o = json_object(), *list = json_array();
    json_object_set_new(o, "ns", list);
    json_object_set_new(o, "yardstick_ns", json_integer((json_int_t)yardstick_ns()));
    for (int i = 0; i < passes; i++) {
        if (exec_run(s->plan, s->clock, s->progress ? s->progress->cancel : NULL) != 0) {
            json_decref(o);
            return err_set(e, ERR_CANCELLED, "the measurement was cancelled");
        }
        json_array_append_new(list, part_times(s));
    }
    /* waiting threads fall asleep before somebody else is measured */
    if (s->server->load.threads > 1)
        nanosleep(&(struct timespec){0, IDLE_NS}, NULL);
    return send(s, o, e);
}

static int answer(struct service *s, const char *request, struct err *e)
{
    int a, b;
    if (sscanf(request, "case %d %d", &a, &b) == 2)
        return open_case(s, a, b, e);
    if (sscanf(request, "run %d", &a) == 1 && a >= 1 && a <= PASSES_MOST && s->plan)
        return run_passes(s, a, e);
    return err_set(e, ERR_USAGE, "a request is \"case BATCH SEQ\" and then \"run N\", N from 1 to %d", PASSES_MOST);
}

int pass_serve(const struct pass_server *server, const struct progress *progress, struct err *e)
{
    struct service s = {.server = server, .progress = progress};
    char request[REQUEST_SIZE];
    int code = send_hello(&s, e);
    while (code == 0 && fgets(request, sizeof request, server->in))
        code = answer(&s, request, e);
    plan_free(s.plan);
    free(s.clock);
    return code;
}
