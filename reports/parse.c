#include "reports/parse.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/base/text.h"

const double parse_most = 1e18;

void parse_fault(struct parse *p, const char *key, const char *what)
{
    if (p->code == 0)
        p->code = err_set(p->err, ERR_FORMAT, "%s: %s%s%s %s", p->file, p->place, *p->place && *key ? "." : "", key, what);
}

static const json_t *field(const struct parse *p, const char *key)
{
    const json_t *v = p->code == 0 ? json_object_get(p->at, key) : NULL;
    return json_is_null(v) ? NULL : v;
}

bool parse_has(const struct parse *p, const char *key)
{
    return field(p, key) != NULL;
}

int64_t parse_int(struct parse *p, const char *key, int64_t low, int64_t high)
{
    const json_t *v = field(p, key);
    char what[96];
    if (json_is_integer(v) && json_integer_value(v) >= low && json_integer_value(v) <= high)
        return json_integer_value(v);
    snprintf(what, sizeof what, "is not a whole number from %lld to %lld", (long long)low, (long long)high);
    parse_fault(p, key, what);
    return 0;
}

double parse_real(struct parse *p, const char *key, double low, double high)
{
    const json_t *v = field(p, key);
    char what[96];
    double x = json_is_number(v) ? json_number_value(v) : NAN;
    if (x >= low && x <= high)
        return x;
    snprintf(what, sizeof what, "is not a number from %g to %g", low, high);
    parse_fault(p, key, what);
    return 0;
}

double parse_real_or(struct parse *p, const char *key, double low, double high, double absent)
{
    return parse_has(p, key) ? parse_real(p, key, low, high) : absent;
}

bool parse_bool(struct parse *p, const char *key)
{
    const json_t *v = field(p, key);
    if (!json_is_boolean(v))
        parse_fault(p, key, "is neither true nor false");
    return json_is_true(v);
}

static void take_text(struct parse *p, const char *key, const json_t *v, char *out, size_t size)
{
    out[0] = '\0';
    if (json_is_string(v))
        text_escape(out, size, json_string_value(v), json_string_length(v));
    else if (v)
        parse_fault(p, key, "is not a text");
}

void parse_text(struct parse *p, const char *key, char *out, size_t size)
{
    take_text(p, key, field(p, key), out, size);
}

void parse_text_at(struct parse *p, const char *key, size_t i, char *out, size_t size)
{
    take_text(p, key, json_array_get(field(p, key), i), out, size);
}

char *parse_lines(struct parse *p, const char *key)
{
    const json_t *v = field(p, key);
    struct str out;
    if (!json_is_string(v))
        parse_fault(p, key, "is not a text");
    str_init(&out);
    text_escape_lines(&out, json_is_string(v) ? json_string_value(v) : "");
    return out.text;
}

bool parse_is_text(const struct parse *p, const char *key, const char *text)
{
    const char *v = json_string_value(field(p, key));
    return v && strcmp(v, text) == 0;
}

enum component parse_component(struct parse *p, const char *key)
{
    char name[32];
    parse_text(p, key, name, sizeof name);
    for (int c = 0; c < COMPONENTS; c++)
        if (strcmp(name, component_key((enum component)c)) == 0)
            return (enum component)c;
    parse_fault(p, key, "is not a component");
    return COMPONENT_OTHER;
}

struct spread parse_spread(struct parse *p, const char *key, double low)
{
    struct spread s = {0};
    if (!parse_has(p, key))
        return s;
    struct parse_place back = parse_enter(p, key);
    s.median = parse_real(p, "median", low, parse_most);
    s.p90 = parse_real(p, "p90", low, parse_most);
    s.p99 = parse_real(p, "p99", low, parse_most);
    s.ci_low = parse_real(p, "ci_low", low, parse_most);
    s.ci_high = parse_real(p, "ci_high", low, parse_most);
    s.n = (int)parse_int(p, "n", 1, INT_MAX);
    parse_leave(p, &back);
    return s;
}

static struct parse_place go(struct parse *p, const json_t *to, const char *name)
{
    struct parse_place back = {.at = p->at};
    memcpy(back.place, p->place, sizeof back.place);
    if (p->code == 0) {
        size_t used = strlen(p->place);
        snprintf(p->place + used, sizeof p->place - used, "%s%s", used ? "." : "", name);
    }
    p->at = to;
    return back;
}

struct parse_place parse_enter(struct parse *p, const char *key)
{
    const json_t *v = field(p, key);
    if (!json_is_object(v))
        parse_fault(p, key, "is not an object");
    return go(p, v, key);
}

struct parse_place parse_element(struct parse *p, const char *key, size_t i)
{
    const json_t *v = json_array_get(field(p, key), i);
    char name[48];
    snprintf(name, sizeof name, "%s[%zu]", key, i);
    if (!json_is_object(v))
        parse_fault(p, name, "is not an object");
    return go(p, v, name);
}

void parse_leave(struct parse *p, const struct parse_place *back)
{
    p->at = back->at;
    if (p->code == 0)
        memcpy(p->place, back->place, sizeof p->place);
}

size_t parse_length(struct parse *p, const char *key, size_t low, size_t high)
{
    const json_t *v = field(p, key);
    char what[96];
    if (json_is_array(v) && json_array_size(v) >= low && json_array_size(v) <= high)
        return json_array_size(v);
    snprintf(what, sizeof what, low == high ? "is not a list of %zu" : "is not a list of %zu to %zu", low, high);
    parse_fault(p, key, what);
    return 0;
}

void *parse_room(struct parse *p, size_t n, size_t size)
{
    void *room = calloc(n + 1, size);
    if (!room && p->code == 0)
        p->code = err_set(p->err, ERR_NOMEM, "%s: no memory for what it holds", p->file);
    return room;
}
