#include "reports/history_report.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/escape.h"
#include "reports/format.h"
#include "reports/when.h"

enum { SPARKS = 32, MACHINE_DIGITS = 8, FIXED_COLUMNS = 9 };

/* ---- reading --------------------------------------------------------------------------------------------------- */

static void safe(char *out, size_t size, const char *text)
{
    text_escape(out, size, text, strlen(text));
}

/* A text in one line: a recipe has several. */
static void add_line(struct str *s, const char *text)
{
    for (const char *p = text; *p; p++)
        if (*p != '\n')
            str_add_n(s, p, 1);
        else if (p[1])
            str_add(s, "; ");
}

/* {"batch":1,"format":"f32"} -> "batch 1 format f32"; what is 0, false or absent is left out. */
static void settings_text(char *out, size_t size, const char *json)
{
    const char *key;
    json_t *value, *o = json_loads(json, 0, NULL);
    struct str s;
    str_init(&s);
    json_object_foreach(o, key, value)
    {
        if (json_is_string(value)) {
            str_addf(&s, " %s ", key);
            add_line(&s, json_string_value(value));
        } else if (json_is_number(value) && json_number_value(value) != 0)
            str_addf(&s, " %s %.6g", key, json_number_value(value));
        else if (json_is_true(value))
            str_addf(&s, " %s", key);
    }
    safe(out, size, s.len ? s.text + 1 : "");
    str_free(&s);
    json_decref(o);
}

static int grow(struct history *h, struct err *e)
{
    if (h->entries < h->cap)
        return 0;
    int cap = h->cap ? 2 * h->cap : 64;
    struct history_entry *entry = realloc(h->entry, (size_t)cap * sizeof *entry);
    if (!entry)
        return err_set(e, ERR_NOMEM, "no memory for %d entries", cap);
    h->entry = entry;
    h->cap = cap;
    return 0;
}

static int add(void *payload, const struct store_entry *x, struct err *e)
{
    struct history *h = payload;
    TRY(grow(h, e));
    struct history_entry *y = &h->entry[h->entries++];
    *y = (struct history_entry){.id = x->id, .at_ms = x->at_ms, .cores = x->cores};
    safe(y->kind, sizeof y->kind, x->kind);
    safe(y->model, sizeof y->model, x->model);
    safe(y->machine, sizeof y->machine, x->machine);
    safe(y->cpu, sizeof y->cpu, x->cpu);
    settings_text(y->settings, sizeof y->settings, x->settings);
    memcpy(y->value, x->value, sizeof y->value);
    return 0;
}

int history_read(struct history *out, struct store *s, const struct store_filter *f, struct err *e)
{
    *out = (struct history){0};
    return s ? store_each(s, f, add, out, e) : 0;
}

int history_prune(struct history *out, struct store *s, const struct store_filter *f, struct err *e)
{
    *out = (struct history){0};
    return s ? store_prune(s, f, add, out, e) : 0;
}

void history_free(struct history *h)
{
    free(h->entry);
    *h = (struct history){0};
}

/* ---- entries --------------------------------------------------------------------------------------------------- */

static bool has(const struct history *h, int q)
{
    for (int i = 0; i < h->entries; i++)
        if (isfinite(h->entry[i].value[q]))
            return true;
    return false;
}

static void emit_value_of(struct emit *e, double x, enum unit unit)
{
    if (isfinite(x))
        emit_real(e, NULL, NULL, x, unit);
    else
        emit_absent(e, NULL, NULL);
}

static void emit_entry(struct emit *e, const struct history_entry *x)
{
    char when[WHEN_SIZE], machine[MACHINE_DIGITS + 1];
    snprintf(machine, sizeof machine, "%.8s", x->machine);
    emit_row(e);
    emit_int(e, NULL, NULL, x->id, UNIT_NONE);
    emit_string(e, NULL, NULL, when_text(when, x->at_ms));
    emit_string(e, NULL, NULL, x->kind);
    emit_string(e, NULL, NULL, x->model);
    emit_string(e, NULL, NULL, x->machine);
    emit_string(e, NULL, NULL, machine);
    emit_string(e, NULL, NULL, x->cpu);
    emit_int(e, NULL, NULL, x->cores, UNIT_NONE);
    for (int q = 0; q < QUANTITIES; q++)
        emit_value_of(e, x->value[q], quantity_unit((enum quantity)q));
    emit_string(e, NULL, NULL, x->settings);
}

void history_report(struct emit *e, const struct history *h, const char *title)
{
    struct emit_column columns[FIXED_COLUMNS + QUANTITIES] = {
        {"id", "entry", 0},     {"time", "time (UTC)", 0}, {"kind", "kind", 0}, {"model", "model", 0},
        {"machine", NULL, 0}, {NULL, "machine", 0},    {"cpu", NULL, 0},    {"cores", NULL, 0}};
    int n = FIXED_COLUMNS - 1;
    for (int q = 0; q < QUANTITIES; q++)
        columns[n++] = (struct emit_column){quantity_name((enum quantity)q),
                                            has(h, q) ? quantity_title((enum quantity)q) : NULL,
                                            quantity_unit((enum quantity)q)};
    columns[n++] = (struct emit_column){"settings", "settings", 0};
    emit_table(e, "entries", title, columns, n);
    for (int i = 0; i < h->entries; i++)
        emit_entry(e, &h->entry[i]);
    emit_table_end(e);
}

/* ---- series ---------------------------------------------------------------------------------------------------- */

static bool same_series(const struct history_entry *a, const struct history_entry *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->model, b->model) == 0 && strcmp(a->machine, b->machine) == 0 &&
           strcmp(a->settings, b->settings) == 0;
}

/* Heights from the least to the most of them. */
static void spark(char *out, size_t size, const double *x, int n)
{
    static const char *const bars[] = {"\342\226\201", "\342\226\202", "\342\226\203", "\342\226\204",
                                       "\342\226\205", "\342\226\206", "\342\226\207", "\342\226\210"};
    double low = HUGE_VAL, high = -HUGE_VAL;
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < n; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    for (int i = 0; i < n; i++) {
        int bar = high > low ? (int)(7.999 * (x[i] - low) / (high - low)) : 3;
        used += (size_t)snprintf(out + used, size - used, "%s", bars[bar]);
    }
}

/* The values of the series of entry `first`, the newest SPARKS of them; `all`: how many there are. */
static int collect(const struct history *h, int first, enum quantity q, double x[SPARKS], int *all, double *oldest)
{
    int n = 0;
    *all = 0;
    for (int i = first; i < h->entries; i++) {
        if (!same_series(&h->entry[first], &h->entry[i]) || !isfinite(h->entry[i].value[q]))
            continue;
        *oldest = *all == 0 ? h->entry[i].value[q] : *oldest;
        if (n == SPARKS)
            memmove(x, x + 1, (size_t)--n * sizeof *x);
        x[n++] = h->entry[i].value[q];
        ++*all;
    }
    return n;
}

static void emit_series(struct emit *e, const struct history *h, int first, enum quantity q)
{
    double x[SPARKS], oldest = 0;
    int all, n = collect(h, first, q, x, &all, &oldest);
    char line[4 * SPARKS + 1];
    if (n < 2)
        return;
    spark(line, sizeof line, x, n);
    const struct history_entry *y = &h->entry[first];
    emit_row(e);
    emit_string(e, NULL, NULL, y->kind);
    emit_string(e, NULL, NULL, y->model);
    emit_string(e, NULL, NULL, y->machine);
    emit_int(e, NULL, NULL, all, UNIT_NONE);
    emit_real(e, NULL, NULL, oldest, quantity_unit(q));
    emit_real(e, NULL, NULL, x[n - 1], quantity_unit(q));
    emit_value_of(e, oldest != 0 ? x[n - 1] / oldest : (double)NAN, UNIT_RATIO);
    emit_string(e, NULL, NULL, line);
    emit_string(e, NULL, NULL, y->settings);
}

void history_series(struct emit *e, const struct history *h, enum quantity q)
{
    char title[64];
    struct emit_column columns[] = {{"kind", "kind", 0},       {"model", "model", 0}, {"machine", NULL, 0},
                                    {"count", "entries", 0},   {"first", "first", quantity_unit(q)},
                                    {"last", "last", quantity_unit(q)},
                                    {"ratio", "last/first", UNIT_RATIO}, {NULL, "over time", 0},
                                    {"settings", "settings", 0}};
    snprintf(title, sizeof title, "Over time: %s", quantity_title(q));
    emit_table(e, "series", title, columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < h->entries; i++) {
        bool seen = false;
        for (int k = 0; k < i && !seen; k++)
            seen = same_series(&h->entry[k], &h->entry[i]);
        if (!seen)
            emit_series(e, h, i, q);
    }
    emit_table_end(e);
}

/* ---- CSV ------------------------------------------------------------------------------------------------------- */

static void add_texts(struct str *out, const struct history_entry *x)
{
    const char *texts[] = {x->kind, x->model, x->machine, x->cpu};
    for (int i = 0; i < 4; i++) {
        str_add(out, ",");
        escape_csv(out, texts[i]);
    }
}

void history_csv(struct str *out, const struct history *h)
{
    str_add(out, "id,time,kind,model,machine,cpu,cores,settings");
    for (int q = 0; q < QUANTITIES; q++)
        str_addf(out, ",%s", quantity_name((enum quantity)q));
    str_add(out, "\r\n");
    for (int i = 0; i < h->entries; i++) {
        const struct history_entry *x = &h->entry[i];
        char when[WHEN_SIZE];
        str_addf(out, "%lld,%s", (long long)x->id, when_text(when, x->at_ms));
        add_texts(out, x);
        str_addf(out, ",%d,", x->cores);
        escape_csv(out, x->settings);
        for (int q = 0; q < QUANTITIES; q++)
            if (isfinite(x->value[q]))
                str_addf(out, ",%.9g", x->value[q]);
            else
                str_add(out, ",");
        str_add(out, "\r\n");
    }
}
