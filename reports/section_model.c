/* What was measured: machine, model, settings. */
#include <string.h>

#include "kernels/cpu.h"
#include "reports/head.h"
#include "reports/profile_read.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    (void)e;
    r->facts = *s->facts;
    r->workload = s->workload;
    r->seed = s->seed;
    return 0;
}

static void walk(struct emit *e, const struct report *r)
{
    head_facts(e, &r->facts);
    head_machine(e, &r->facts.machine);
    head_settings(e, &r->workload, r->seed);
}

static uint32_t bits_of(const char *words)
{
    uint32_t bits = 0;
    for (int i = 0; i < cpu_bits_count(); i++) {
        const char *label = cpu_bit_label(i);
        for (const char *s = words; (s = strstr(s, label)); s += strlen(label)) {
            char after = s[strlen(label)];
            if ((s == words || s[-1] == ' ') && (after == ' ' || after == '\0'))
                bits |= cpu_bit(i);
        }
    }
    return bits;
}

static void read_machine(struct machine *m, struct parse *p)
{
    char isa[256];
    struct parse_place back = parse_enter(p, "machine");
    parse_text(p, "cpu", m->cpu, sizeof m->cpu);
    parse_text(p, "system", m->kernel, sizeof m->kernel);
    parse_text(p, "cap", m->cap_text, sizeof m->cap_text);
    parse_text(p, "isa", isa, sizeof isa);
    m->cpu_bits = bits_of(isa);
    m->cpu_cap = UINT32_MAX;
    m->cores = (int)parse_int(p, "cores", 1, 1 << 20);
    m->memory_bytes = (uint64_t)parse_int(p, "memory_bytes", 0, (int64_t)parse_most);
    m->l1d_bytes = (uint64_t)parse_int(p, "l1d_bytes", 0, (int64_t)parse_most);
    m->l2_bytes = (uint64_t)parse_int(p, "l2_bytes", 0, (int64_t)parse_most);
    m->l3_bytes = (uint64_t)parse_int(p, "l3_bytes", 0, (int64_t)parse_most);
    parse_leave(p, &back);
}

static void read_facts(struct facts *f, struct parse *p)
{
    enum { MOST = 1 << 24 };
    struct parse_place back = parse_enter(p, "model");
    parse_text(p, "name", f->name, sizeof f->name);
    parse_text(p, "origin", f->origin, sizeof f->origin);
    parse_text(p, "note", f->note, sizeof f->note);
    parse_text(p, "architecture", f->arch, sizeof f->arch);
    f->layers = (int)parse_int(p, "layers", 0, PROFILE_MAX_LAYERS);
    f->hidden = (int)parse_int(p, "hidden", 1, MOST);
    f->heads = (int)parse_int(p, "heads", 0, MOST);
    f->ffn = (int)parse_int(p, "ffn", 0, MOST);
    f->vocab = (int)parse_int(p, "vocab", 1, MOST);
    f->positions = (int)parse_int(p, "positions", 1, MOST);
    f->labels = (int)parse_int(p, "labels", 0, MOST);
    f->has_classifier = f->labels > 0;
    f->params_total = (uint64_t)parse_int(p, "params", 0, (int64_t)parse_most);
    f->random = parse_bool(p, "random_weights");
    f->unused = (int)parse_int(p, "unused_tensors", 0, MOST);
    parse_leave(p, &back);
}

static void read_settings(struct report *r, struct parse *p)
{
    char format[16];
    struct parse_place back = parse_enter(p, "settings");
    r->workload.batch = (int)parse_int(p, "batch", 1, WORKLOAD_MAX_BATCH);
    r->workload.seq = (int)parse_int(p, "seq", 1, 1 << 16);
    r->workload.threads = (int)parse_int(p, "threads", 1, WORKLOAD_MAX_THREADS);
    r->workload.unfused = parse_bool(p, "unfused");
    r->seed = (uint64_t)parse_int(p, "seed", 0, INT64_MAX);
    parse_text(p, "format", format, sizeof format);
    if (!kernel_format_parse(format, &r->workload.format))
        parse_fault(p, "format", "is not a format of weights");
    parse_leave(p, &back);
}

static void read(struct report *r, struct parse *p)
{
    read_facts(&r->facts, p);
    read_machine(&r->facts.machine, p);
    read_settings(r, p);
}

const struct section section_model = {collect, walk, read, NULL};
