#include "reports/baseline.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/text.h"

#define BASELINE_SCHEMA "bertscope.baseline/1"

static const double longest_ns = 1e15;

/* ---- writing --------------------------------------------------------------------------------------------------- */

static json_t *reals(const double *x, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_real(x[i]));
    return list;
}

static json_t *costs(const struct timing_case *c, int kind)
{
    json_t *o = json_object();
    for (int p = 0; p < PARTS; p++)
        json_object_set_new(o, part_key(p), json_integer((json_int_t)c->cost[p][kind]));
    return o;
}

static json_t *case_to_json(const struct timing_case *c)
{
    json_t *o = json_object(), *launches = json_array(), *ns = json_object();
    if (c->recipe[0]) {
        json_object_set_new(o, "recipe", json_string(c->recipe));
        json_object_set_new(o, "steps", json_string(c->steps));
    }
    json_object_set_new(o, "batch", json_integer(c->batch));
    json_object_set_new(o, "seq", json_integer(c->seq));
    for (int k = 0; k < COST_KINDS; k++)
        json_object_set_new(o, cost_key((enum cost_kind)k), costs(c, k));
    for (int i = 0; i < c->rounds; i++)
        json_array_append_new(launches, json_integer(c->launch[i]));
    json_object_set_new(o, "launch", launches);
    json_object_set_new(o, "yardstick_ns", reals(c->yardstick, c->rounds));
    for (int p = 0; p < PARTS; p++)
        json_object_set_new(ns, part_key(p), reals(timing_part(c, p), c->rounds));
    json_object_set_new(o, "ns", ns);
    return o;
}

int baseline_write(const struct timing *t, const char *path, struct err *e)
{
    json_t *o = json_object(), *cases = json_array();
    json_object_set_new(o, "schema", json_string(BASELINE_SCHEMA));
    subject_to_json(&t->subject, o);
    for (int i = 0; i < t->cases; i++)
        json_array_append_new(cases, case_to_json(&t->c[i]));
    json_object_set_new(o, "cases", cases);
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(o);
    if (!text)
        return err_set(e, ERR_NOMEM, "no memory for a baseline");
    int code = outfile_write(path, text, strlen(text), e);
    free(text);
    return code;
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

static int bad(const char *name, int i, const char *what, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s: cases[%d]: %s", name, i, what);
}

static bool whole(const json_t *v, json_int_t low, json_int_t high)
{
    return json_is_integer(v) && json_integer_value(v) >= low && json_integer_value(v) <= high;
}

static bool read_time(const json_t *v, double *out)
{
    *out = json_is_number(v) ? json_number_value(v) : 0;
    return *out >= 1 && *out <= longest_ns;
}

static int read_costs(struct timing_case *c, const json_t *o, const char *name, int i, struct err *e)
{
    for (int k = 0; k < COST_KINDS; k++)
        for (int p = 0; p < PARTS; p++) {
            const json_t *v = json_object_get(json_object_get(o, cost_key((enum cost_kind)k)), part_key(p));
            if (!whole(v, 0, LLONG_MAX))
                return bad(name, i, "params, macs and weight_bytes hold a whole number for every component", e);
            c->cost[p][k] = (uint64_t)json_integer_value(v);
        }
    return 0;
}

/* Round r of all the lists; launches rise from 0 by at most 1. */
static int read_round(struct timing_case *c, const json_t *o, int r, const char *name, int i, struct err *e)
{
    double ns[PARTS], yardstick;
    const json_t *launch = json_array_get(json_object_get(o, "launch"), (size_t)r);
    int last = r > 0 ? c->launch[r - 1] : 0;
    if (!whole(launch, last, r > 0 ? last + 1 : 0))
        return bad(name, i, "launch does not count the starts from 0", e);
    if (!read_time(json_array_get(json_object_get(o, "yardstick_ns"), (size_t)r), &yardstick))
        return bad(name, i, "yardstick_ns has no time for every round", e);
    for (int p = 0; p < PARTS; p++)
        if (!read_time(json_array_get(json_object_get(json_object_get(o, "ns"), part_key(p)), (size_t)r), &ns[p]))
            return bad(name, i, "ns has no time for every component and round", e);
    return timing_add(c, ns, yardstick, (int)json_integer_value(launch), e);
}

/* Only of several recipes; files of one have it in their settings. */
static int read_recipe(struct timing_case *c, const json_t *o, const char *name, int i, struct err *e)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    const json_t *v = json_object_get(o, "recipe"), *steps = json_object_get(o, "steps");
    const char *text = json_string_value(v);
    if (!v && !steps)
        return 0;
    if (!text || !*text || strlen(text) >= sizeof c->recipe || text[strspn(text, letters)] || json_string_length(v) != strlen(text))
        return bad(name, i, "recipe is no name of letters, digits, '.', '_' and '-'", e);
    if (!json_is_string(steps))
        return bad(name, i, "steps is no text", e);
    snprintf(c->recipe, sizeof c->recipe, "%s", text);
    text_escape(c->steps, sizeof c->steps, json_string_value(steps), json_string_length(steps));
    return 0;
}

static int read_case(struct timing *t, const json_t *o, const char *name, int i, struct err *e)
{
    const json_t *batch = json_object_get(o, "batch"), *seq = json_object_get(o, "seq");
    size_t rounds = json_array_size(json_object_get(o, "launch"));
    if (!whole(batch, 1, INT_MAX) || !whole(seq, 1, INT_MAX))
        return bad(name, i, "batch and seq are whole numbers from 1", e);
    struct timing_case *c = &t->c[i];
    TRY(read_recipe(c, o, name, i, e));
    if (timing_find(t, c->recipe, (int)json_integer_value(batch), (int)json_integer_value(seq)))
        return bad(name, i, "this workload is there twice", e);
    if (rounds < 1 || rounds > BASELINE_ROUNDS)
        return bad(name, i, "there are no rounds, or too many", e);
    c->batch = (int)json_integer_value(batch);
    c->seq = (int)json_integer_value(seq);
    TRY(read_costs(c, o, name, i, e));
    for (int r = 0; r < (int)rounds; r++)
        TRY(read_round(c, o, r, name, i, e));
    return 0;
}

static int read_all(struct timing *out, const json_t *o, const char *name, struct err *e)
{
    const char *schema = json_string_value(json_object_get(o, "schema"));
    const json_t *cases = json_object_get(o, "cases");
    size_t n = json_array_size(cases);
    if (!schema || strcmp(schema, BASELINE_SCHEMA) != 0)
        return err_set(e, ERR_FORMAT, "%s is no baseline: its schema is not " BASELINE_SCHEMA, name);
    if (n < 1 || n > BASELINE_CASES)
        return err_set(e, ERR_FORMAT, "%s: \"cases\" holds 1 to %d workloads", name, BASELINE_CASES);
    TRY(timing_init(out, (int)n, e));
    TRY(subject_from_json(&out->subject, o, name, e));
    for (int i = 0; i < (int)n; i++)
        TRY(read_case(out, json_array_get(cases, (size_t)i), name, i, e));
    return 0;
}

int baseline_parse(struct timing *out, const char *text, size_t n, const char *name, struct err *e)
{
    json_error_t why;
    *out = (struct timing){0};
    if (n == 0)
        return err_set(e, ERR_FORMAT, "%s is no baseline: it is empty", name);
    json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
    if (!o)
        return err_set(e, ERR_FORMAT, "%s: line %d: %s", name, why.line, why.text);
    int code = read_all(out, o, name, e);
    json_decref(o);
    if (code != 0)
        timing_free(out);
    return code;
}

int baseline_read(struct timing *out, const char *path, struct err *e)
{
    struct filemap f;
    *out = (struct timing){0};
    TRY(filemap_open(&f, path, e));
    int code = baseline_parse(out, (const char *)f.data, f.size, path, e);
    filemap_close(&f);
    return code;
}
