#include "reports/store_document.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/measure/subject.h"

struct quantity_row {
    const char *name, *title;
    enum unit unit;
};

static const struct quantity_row quantities[] = {
#define QUANTITY(name, title, unit) {#name, title, unit},
#include "reports/quantities.def"
#undef QUANTITY
};

struct place {
    const char *kind;
    enum quantity quantity;
    const char *path;
};

static const struct place places[] = {
#define PLACE(kind, quantity, path) {#kind, QUANTITY_##quantity, path},
#include "reports/quantities.def"
#undef PLACE
};

const char *quantity_name(enum quantity q)
{
    return quantities[q].name;
}

const char *quantity_title(enum quantity q)
{
    return quantities[q].title;
}

enum unit quantity_unit(enum quantity q)
{
    return quantities[q].unit;
}

int quantity_parse(enum quantity *out, const char *name, struct err *e)
{
    char names[256] = "";
    for (int q = 0; q < QUANTITIES; q++) {
        if (strcmp(quantities[q].name, name) == 0) {
            *out = (enum quantity)q;
            return 0;
        }
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", q ? ", " : "", quantities[q].name);
    }
    return err_set(e, ERR_USAGE, "there is no quantity \"%s\" (quantities: %s)", name, names);
}

/* The element of a list by its number or its name. */
static json_t *element(const json_t *list, const char *key)
{
    char *end;
    unsigned long at = strtoul(key, &end, 10);
    if (!*end)
        return json_array_get(list, at);
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *one = json_array_get(list, i);
        const char *name = json_string_value(json_object_get(one, "name"));
        if (name && strcmp(name, key) == 0)
            return one;
    }
    return NULL;
}

static json_t *look_up(json_t *v, const char *path)
{
    char copy[64], *rest;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *key = strtok_r(copy, ".", &rest); key && v; key = strtok_r(NULL, ".", &rest))
        v = json_is_array(v) ? element(v, key) : json_object_get(v, key);
    return v;
}

static double number_at(json_t *document, const char *path)
{
    const json_t *v = look_up(document, path);
    return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

/* The settings, and what else decides what a result means. */
static char *settings_of(json_t *document)
{
    static const char *const more[][2] = {{"data", "data"}, {"baseline.data", "data"}, {"recipe", "recipe"},
                                          {"trial.recipe", "recipe"}};
    json_t *settings = json_copy(json_object_get(document, "settings"));
    if (!json_is_object(settings)) {
        json_decref(settings);
        settings = json_object();
    }
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        json_t *v = look_up(document, more[i][0]);
        if (json_is_string(v))
            json_object_set(settings, more[i][1], v);
    }
    char *text = json_dumps(settings, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(settings);
    return text;
}

/* "bertscope.KIND/1" */
static int read_kind(struct store_fields *f, struct err *e)
{
    const char *schema = json_string_value(json_object_get(f->document, "schema"));
    int used = 0;
    if (!schema || sscanf(schema, "bertscope.%31[a-z]/1%n", f->kind, &used) != 1 || used == 0 || schema[used])
        return err_set(e, ERR_FORMAT, "a result without a schema that is known cannot be recorded");
    return 0;
}

static const char *text_at(const json_t *document, const char *part, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(document, part), key));
    return text ? text : "";
}

static void read_machine(struct store_fields *f)
{
    struct subject s = {0};
    f->cpu = text_at(f->document, "machine", "cpu");
    f->isa = text_at(f->document, "machine", "isa");
    f->cores = (int)json_integer_value(json_object_get(json_object_get(f->document, "machine"), "cores"));
    snprintf(s.cpu, sizeof s.cpu, "%s", f->cpu);
    snprintf(s.isa, sizeof s.isa, "%s", f->isa);
    s.cores = f->cores;
    subject_fingerprint(&s, f->machine);
}

int store_fields_read(struct store_fields *out, const char *document, size_t n, struct err *e)
{
    *out = (struct store_fields){.document = json_loadb(document, n, JSON_REJECT_DUPLICATES, NULL)};
    if (!out->document)
        return err_set(e, ERR_FORMAT, "a result that is no JSON cannot be recorded");
    TRY(read_kind(out, e));
    read_machine(out);
    out->model = text_at(out->document, "model", "name");
    out->settings = settings_of(out->document);
    if (!out->settings)
        return err_set(e, ERR_NOMEM, "no memory for the settings of a result");
    for (int q = 0; q < QUANTITIES; q++)
        out->value[q] = (double)NAN;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].kind, out->kind) == 0)
            out->value[places[i].quantity] = number_at(out->document, places[i].path);
    return 0;
}

void store_fields_free(struct store_fields *f)
{
    json_decref(f->document);
    free(f->settings);
    *f = (struct store_fields){0};
}
