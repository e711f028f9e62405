#include "reports/head.h"

#include <stdio.h>

#include "analyzer/model/arch.h"

void head_machine(struct emit *e, const struct machine *m)
{
    char bits[128];
    emit_begin(e, "machine", "Machine");
    emit_string(e, "cpu", "processor", m->cpu);
    emit_int(e, "cores", "cores", m->cores, UNIT_NONE);
    emit_string(e, "isa", "kernels for", machine_bits_text(machine_bits(m), bits, sizeof bits));
    emit_string(e, "cap", m->cap_text[0] ? "capped to" : NULL, m->cap_text[0] ? m->cap_text : NULL);
    emit_int(e, "memory_bytes", NULL, (int64_t)m->memory_bytes, UNIT_BYTES);
    emit_int(e, "l1d_bytes", NULL, (int64_t)m->l1d_bytes, UNIT_BYTES);
    emit_int(e, "l2_bytes", NULL, (int64_t)m->l2_bytes, UNIT_BYTES);
    emit_int(e, "l3_bytes", NULL, (int64_t)m->l3_bytes, UNIT_BYTES);
    emit_string(e, "system", NULL, m->kernel);
    emit_end(e);
}

/* What a model and the facts about one both know. */
struct view {
    const char *name, *origin, *architecture, *note;
    int layers, hidden, heads, ffn, vocab, positions, labels;
    uint64_t params;
    bool random;
    int unused;
};

static void emit_model(struct emit *e, const struct view *v)
{
    char shape[128];
    snprintf(shape, sizeof shape, "%d layers, hidden %d, %d heads, feed-forward %d, vocabulary %d, %d positions",
             v->layers, v->hidden, v->heads, v->ffn, v->vocab, v->positions);
    emit_begin(e, "model", "Model");
    emit_string(e, "name", "name", v->name);
    emit_string(e, "origin", "origin", v->origin);
    emit_string(e, "architecture", "architecture", v->architecture);
    emit_string(e, NULL, "shape", shape);
    emit_int(e, "layers", NULL, v->layers, UNIT_NONE);
    emit_int(e, "hidden", NULL, v->hidden, UNIT_NONE);
    emit_int(e, "heads", NULL, v->heads, UNIT_NONE);
    emit_int(e, "ffn", NULL, v->ffn, UNIT_NONE);
    emit_int(e, "vocab", NULL, v->vocab, UNIT_NONE);
    emit_int(e, "positions", NULL, v->positions, UNIT_NONE);
    emit_int(e, "params", "parameters", (int64_t)v->params, UNIT_COUNT);
    emit_int(e, "labels", NULL, v->labels, UNIT_NONE);
    emit_bool(e, "random_weights", NULL, v->random);
    emit_int(e, "unused_tensors", NULL, v->unused, UNIT_NONE);
    emit_string(e, "note", v->note ? "note" : NULL, v->note);
    emit_end(e);
}

void head_model(struct emit *e, const struct model *m)
{
    const struct config *c = &m->config;
    emit_model(e, &(struct view){m->name, m->origin, c->arch->name, m->note, c->layers, c->hidden, c->heads, c->ffn, c->vocab,
                                 c->positions, model_has_classifier(m) ? c->labels : 0, model_param_total(m), m->random, m->unused});
}

void head_facts(struct emit *e, const struct facts *f)
{
    emit_model(e, &(struct view){f->name, f->origin, f->arch, f->note[0] ? f->note : NULL, f->layers, f->hidden, f->heads, f->ffn,
                                 f->vocab, f->positions, f->has_classifier ? f->labels : 0, f->params_total, f->random, f->unused});
}

void head_settings(struct emit *e, const struct workload *w, uint64_t seed)
{
    emit_begin(e, "settings", "Settings");
    if (w->batch)
        emit_int(e, "batch", "batch", w->batch, UNIT_NONE);
    if (w->seq)
        emit_int(e, "seq", "tokens each", w->seq, UNIT_NONE);
    if (w->first)
        emit_int(e, "first_text", "tokens of the first text", w->first, UNIT_NONE);
    if (w->threads)
        emit_int(e, "threads", "threads", w->threads, UNIT_NONE);
    if (w->threads)
        emit_string(e, "format", "linear weights", kernel_format_name(w->format));
    if (w->threads)
        emit_bool(e, "unfused", w->unfused ? "unfused" : NULL, w->unfused);
    emit_int(e, "seed", NULL, (int64_t)seed, UNIT_NONE);
    emit_end(e);
}
