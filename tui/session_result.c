#include "tui/session_result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/task.h"

enum { COSTS = 6, PARTS = 4 * COMPONENTS, SHARES = 2 * COMPONENTS, FORECAST = 6, SPREAD = 6, TIME = 3 * SPREAD, ROWS = 4 };
enum { METRIC = 3, PAIRED = 7, FIDELITY = 7, LOAD = 5 };

static const double most = 9007199254740992.0; /* 2^53 */

static void put(json_t *line, const char *key, const double *x, int n)
{
    json_t *array = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(array, isfinite(x[i]) ? json_real(x[i]) : json_null());
    json_object_set_new(line, key, array);
}

static bool get(const json_t *line, const char *key, double *x, int n)
{
    const json_t *array = json_object_get(line, key);
    if ((int)json_array_size(array) != n)
        return false;
    for (int i = 0; i < n; i++) {
        const json_t *v = json_array_get(array, (size_t)i);
        if (!json_is_number(v) && !json_is_null(v))
            return false;
        x[i] = json_is_null(v) ? (double)NAN : json_number_value(v);
        if (fabs(x[i]) > most)
            return false;
    }
    return true;
}

static uint64_t count(double x)
{
    return x > 0 ? (uint64_t)x : 0;
}

static int whole(double x)
{
    return x > 0 && x < 1 << 30 ? (int)x : 0;
}

/* ---- writing ------------------------------------------------------------------------------------------------- */

static void put_spread(double *out, const struct spread *s)
{
    const double x[SPREAD] = {s->median, s->p90, s->p99, s->ci_low, s->ci_high, s->n};
    memcpy(out, x, sizeof x);
}

/* The costs of the components, in the order of `costs`; and where the time goes, predicted and measured. */
static void put_parts(json_t *line, const struct trial *t)
{
    double parts[PARTS], shares[SHARES];
    for (int c = 0; c < COMPONENTS; c++) {
        const struct part_cost *now = &t->cost.part[c], *was = &t->before.part[c];
        const double four[4] = {(double)now->params, (double)now->macs, (double)was->params, (double)was->macs};
        memcpy(parts + 4 * c, four, sizeof four);
    }
    put(line, "parts", parts, PARTS);
    memcpy(shares, t->forecast.before, sizeof t->forecast.before);
    memcpy(shares + COMPONENTS, t->forecast.after, sizeof t->forecast.after);
    if (t->forecast.timed)
        put(line, "parts_forecast", shares, SHARES);
    memcpy(shares, t->time.first_part, sizeof t->time.first_part);
    memcpy(shares + COMPONENTS, t->time.second_part, sizeof t->time.second_part);
    if (t->time.speedup.n > 0)
        put(line, "parts_time", shares, SHARES);
}

static void put_quality(json_t *line, const struct trial *t)
{
    const struct quality *q = &t->quality;
    const struct paired *p = &q->paired;
    const double rows[ROWS] = {q->rows, q->rows_total, q->loss, q->seconds};
    const double paired[PAIRED] = {p->difference.value, p->difference.low, p->difference.high, p->discordant.rows, p->discordant.first,
                                   p->discordant.second, p->p};
    const double fidelity[FIDELITY] = {t->fidelity.rows, t->fidelity.outputs, t->fidelity.agreement.value, t->fidelity.agreement.low,
                                       t->fidelity.agreement.high, t->fidelity.kl, t->fidelity.largest};
    double figures[METRIC * EVALUATE_METRICS] = {0};
    for (int i = 0; i < q->metrics; i++) {
        figures[METRIC * i] = q->value[i].value;
        figures[METRIC * i + 1] = q->value[i].low;
        figures[METRIC * i + 2] = q->value[i].high;
    }
    put(line, "fidelity", fidelity, FIDELITY);
    if (!q->task)
        return;
    json_object_set_new(line, "task", json_string(q->task->name));
    put(line, "rows", rows, ROWS);
    put(line, "metrics", figures, METRIC * EVALUATE_METRICS);
    if (p->metric)
        put(line, "paired", paired, PAIRED);
}

json_t *session_result_json(const struct attempt *x)
{
    const struct trial *t = &x->trial;
    const struct forecast *f = &t->forecast;
    const double costs[COSTS] = {(double)t->cost.params, (double)t->cost.macs, (double)t->cost.bytes,
                                 (double)t->before.params, (double)t->before.macs, (double)t->before.bytes};
    const double forecast[FORECAST] = {f->by_macs, f->ceiling_by_macs, f->timed, f->time_ns, f->speedup, f->ceiling};
    double time[TIME];
    const double load[LOAD] = {t->workload.batch, t->workload.seq, t->workload.threads, t->workload.unfused, t->workload.first};
    json_t *line = json_pack("{s:b,s:s}", "done", x->stage == ATTEMPT_DONE, "format", kernel_format_name(t->workload.format));
    put(line, "workload", load, LOAD);
    put_spread(time, &t->time.first_ns);
    put_spread(time + SPREAD, &t->time.second_ns);
    put_spread(time + 2 * SPREAD, &t->time.speedup);
    put(line, "costs", costs, COSTS);
    put(line, "forecast", forecast, FORECAST);
    if (t->time.speedup.n > 0)
        put(line, "time", time, TIME);
    put_parts(line, t);
    if (t->evaluated)
        put_quality(line, t);
    return line;
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static struct spread spread_at(const double *x)
{
    return (struct spread){x[0], x[1], x[2], x[3], x[4], whole(x[5])};
}

/* Absent in sessions of programs that did not keep them; what is no such line is as good as absent. */
static void get_parts(struct trial *t, const json_t *line)
{
    double parts[PARTS], shares[SHARES];
    bool counted = get(line, "parts", parts, PARTS);
    for (int c = 0; c < COMPONENTS && counted; c++) {
        t->cost.part[c] = (struct part_cost){.params = count(parts[4 * c]), .macs = count(parts[4 * c + 1])};
        t->before.part[c] = (struct part_cost){.params = count(parts[4 * c + 2]), .macs = count(parts[4 * c + 3])};
    }
    if (get(line, "parts_forecast", shares, SHARES)) {
        memcpy(t->forecast.before, shares, sizeof t->forecast.before);
        memcpy(t->forecast.after, shares + COMPONENTS, sizeof t->forecast.after);
    }
    if (get(line, "parts_time", shares, SHARES)) {
        memcpy(t->time.first_part, shares, sizeof t->time.first_part);
        memcpy(t->time.second_part, shares + COMPONENTS, sizeof t->time.second_part);
    }
}

static bool get_quality(struct trial *t, const json_t *line)
{
    double rows[ROWS], figures[METRIC * EVALUATE_METRICS], p[PAIRED], f[FIDELITY];
    const char *task = json_string_value(json_object_get(line, "task"));
    struct quality *q = &t->quality;
    if (!get(line, "fidelity", f, FIDELITY))
        return true; /* no rows */
    t->evaluated = true;
    t->fidelity = (struct fidelity){whole(f[0]), whole(f[1]), {f[2], f[3], f[4]}, f[5], f[6]};
    if (!task)
        return true;
    if (task_word(task, &q->task, NULL) != 0 || !q->task->metric[0] || !get(line, "rows", rows, ROWS) ||
        !get(line, "metrics", figures, METRIC * EVALUATE_METRICS))
        return false;
    q->rows = whole(rows[0]);
    q->rows_total = whole(rows[1]);
    q->loss = rows[2];
    q->seconds = rows[3];
    for (; q->metrics < EVALUATE_METRICS && q->task->metric[q->metrics]; q->metrics++) {
        const double *v = &figures[METRIC * q->metrics];
        q->metric[q->metrics] = q->task->metric[q->metrics];
        q->value[q->metrics] = (struct estimate){v[0], v[1], v[2]};
    }
    if (get(line, "paired", p, PAIRED))
        q->paired = (struct paired){q->metric[0], {p[0], p[1], p[2]}, {whole(p[3]), whole(p[4]), whole(p[5])}, p[6]};
    return true;
}

/* What is not there is of no workload, so its times will be dropped. */
static void get_workload(struct workload *out, const json_t *line)
{
    double load[LOAD];
    const char *format = json_string_value(json_object_get(line, "format"));
    if (!format || !get(line, "workload", load, LOAD) || !kernel_format_parse(format, &out->format))
        return;
    out->batch = whole(load[0]);
    out->seq = whole(load[1]);
    out->threads = whole(load[2]);
    out->unfused = load[3] > 0;
    out->first = whole(load[4]);
}

static bool get_trial(struct trial *t, const json_t *line)
{
    double c[COSTS], f[FORECAST], time[TIME];
    if (!get(line, "costs", c, COSTS) || !get(line, "forecast", f, FORECAST))
        return false;
    t->cost = (struct cost){.params = count(c[0]), .macs = count(c[1]), .bytes = count(c[2])};
    t->before = (struct cost){.params = count(c[3]), .macs = count(c[4]), .bytes = count(c[5])};
    t->forecast = (struct forecast){.by_macs = f[0], .ceiling_by_macs = f[1], .timed = f[2] > 0, .time_ns = f[3], .speedup = f[4],
                                    .ceiling = f[5]};
    if (get(line, "time", time, TIME))
        t->time = (struct versus){.first_ns = spread_at(time), .second_ns = spread_at(time + SPREAD),
                                  .speedup = spread_at(time + 2 * SPREAD)};
    get_parts(t, line);
    get_workload(&t->workload, line);
    return get_quality(t, line);
}

bool session_result_read(struct attempt *x, const json_t *line)
{
    struct recipe r;
    struct trial t = {0};
    struct err ignored;
    int code = recipe_parse(&r, x->recipe, strlen(x->recipe), "the recipe", &ignored);
    t.hash = code == 0 ? recipe_hash(&r) : 0;
    recipe_free(&r);
    if (code != 0 || !get_trial(&t, line) || !(t.recipe = strdup(x->recipe)))
        return false;
    trial_free(&x->trial);
    x->trial = t;
    x->stage = json_is_true(json_object_get(line, "done")) ? ATTEMPT_DONE : ATTEMPT_EVALUATED;
    return true;
}
