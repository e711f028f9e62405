#include "analyzer/measure/subject.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"

struct field {
    const char *part, *key;
    size_t offset, size; /* size 0 = an int, else a text */
    bool may_differ;
};

#define TEXT(part, key, member, may_differ)                                                                  \
    {part, key, offsetof(struct subject, member), sizeof(((struct subject *)0)->member), may_differ}
#define NUMBER(part, key, member) {part, key, offsetof(struct subject, member), 0, false}

static const struct field fields[] = {
    TEXT(NULL, "version", version, true),
    TEXT("machine", "cpu", cpu, false),
    NUMBER("machine", "cores", cores),
    TEXT("machine", "isa", isa, false),
    TEXT("model", "name", model, true),
    TEXT("model", "architecture", arch, false),
    NUMBER("model", "layers", layers),
    NUMBER("model", "hidden", hidden),
    NUMBER("model", "heads", heads),
    NUMBER("model", "ffn", ffn),
    NUMBER("model", "vocab", vocab),
    NUMBER("model", "positions", positions),
    NUMBER("model", "labels", labels),
    NUMBER("settings", "threads", threads),
    TEXT("settings", "format", format, false),
    TEXT("settings", "recipe", recipe, false),
};

enum { FIELDS = sizeof fields / sizeof *fields };

static const void *at(const struct subject *s, const struct field *f)
{
    return (const char *)s + f->offset;
}

static int number(const struct subject *s, const struct field *f)
{
    return *(const int *)at(s, f);
}

void subject_describe(struct subject *out, const struct machine *machine, const struct model *m, int threads,
                      enum kernel_format format)
{
    const struct config *c = &m->config;
    *out = (struct subject){.cores = machine->cores, .layers = c->layers, .hidden = c->hidden, .heads = c->heads,
                            .ffn = c->ffn, .vocab = c->vocab, .positions = c->positions, .threads = threads,
                            .labels = model_has_classifier(m) ? c->labels : 0};
    snprintf(out->version, sizeof out->version, "%s", PACKAGE_VERSION);
    snprintf(out->cpu, sizeof out->cpu, "%s", machine->cpu);
    machine_bits_text(machine_bits(machine), out->isa, sizeof out->isa);
    text_escape(out->model, sizeof out->model, m->name, strlen(m->name));
    snprintf(out->arch, sizeof out->arch, "%s", c->arch->name);
    snprintf(out->format, sizeof out->format, "%s", kernel_format_name(format));
}

static void show(const struct subject *s, const struct field *f, char *out, size_t size)
{
    if (f->size)
        snprintf(out, size, "%s", (const char *)at(s, f));
    else
        snprintf(out, size, "%d", number(s, f));
}

static bool same(const struct subject *x, const struct subject *y, const struct field *f)
{
    return f->size ? strcmp(at(x, f), at(y, f)) == 0 : number(x, f) == number(y, f);
}

const char *subject_difference(const struct subject *x, const struct subject *y, char *a, char *b, size_t size)
{
    static char name[32];
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        if (f->may_differ || same(x, y, f))
            continue;
        show(x, f, a, size);
        show(y, f, b, size);
        snprintf(name, sizeof name, "%s.%s", f->part, f->key);
        return name;
    }
    return NULL;
}

void subject_to_json(const struct subject *s, json_t *object)
{
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        json_t *part = f->part ? json_object_get(object, f->part) : object;
        if (!part) {
            part = json_object();
            json_object_set_new(object, f->part, part);
        }
        json_object_set_new(part, f->key, f->size ? json_string(at(s, f)) : json_integer(number(s, f)));
    }
}

static int bad_field(const struct field *f, const char *what, const char *name, struct err *e)
{
    return err_set(e, ERR_FORMAT, "%s: \"%s%s%s\" is missing or is no %s", name, f->part ? f->part : "", f->part ? "." : "",
                   f->key, what);
}

int subject_from_json(struct subject *out, const json_t *object, const char *name, struct err *e)
{
    *out = (struct subject){0};
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        const json_t *v = json_object_get(f->part ? json_object_get(object, f->part) : object, f->key);
        char *to = (char *)out + f->offset;
        if (f->size && !json_is_string(v))
            return bad_field(f, "text", name, e);
        if (f->size)
            text_escape(to, f->size, json_string_value(v), json_string_length(v));
        else if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > INT32_MAX)
            return bad_field(f, "whole number", name, e);
        else
            *(int *)(void *)to = (int)json_integer_value(v);
    }
    return 0;
}

/* FNV-1a, 64 bits. */
void subject_fingerprint(const struct subject *s, char out[17])
{
    char text[sizeof s->cpu + sizeof s->isa + 16];
    uint64_t hash = 0xcbf29ce484222325u;
    snprintf(text, sizeof text, "%s|%d|%s", s->cpu, s->cores, s->isa);
    for (const char *p = text; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    snprintf(out, 17, "%016" PRIx64, hash);
}
