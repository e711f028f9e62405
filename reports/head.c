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
    emit_string(e, "system", NULL, m->kernel);
    emit_end(e);
}

void head_model(struct emit *e, const struct model *m)
{
    const struct config *c = &m->config;
    char shape[128];
    snprintf(shape, sizeof shape, "%d layers, hidden %d, %d heads, feed-forward %d, vocabulary %d, %d positions",
             c->layers, c->hidden, c->heads, c->ffn, c->vocab, c->positions);
    emit_begin(e, "model", "Model");
    emit_string(e, "name", "name", m->name);
    emit_string(e, "origin", "origin", m->origin);
    emit_string(e, "architecture", "architecture", c->arch->name);
    emit_string(e, NULL, "shape", shape);
    emit_int(e, "layers", NULL, c->layers, UNIT_NONE);
    emit_int(e, "hidden", NULL, c->hidden, UNIT_NONE);
    emit_int(e, "heads", NULL, c->heads, UNIT_NONE);
    emit_int(e, "ffn", NULL, c->ffn, UNIT_NONE);
    emit_int(e, "vocab", NULL, c->vocab, UNIT_NONE);
    emit_int(e, "positions", NULL, c->positions, UNIT_NONE);
    emit_int(e, "params", "parameters", (int64_t)model_param_total(m), UNIT_COUNT);
    emit_int(e, "labels", NULL, model_has_classifier(m) ? c->labels : 0, UNIT_NONE);
    emit_bool(e, "random_weights", NULL, m->random);
    emit_string(e, "note", m->note ? "note" : NULL, m->note);
    emit_end(e);
}

void head_settings(struct emit *e, const struct workload *w, uint64_t seed)
{
    emit_begin(e, "settings", "Settings");
    if (w->batch)
        emit_int(e, "batch", "batch", w->batch, UNIT_NONE);
    if (w->seq)
        emit_int(e, "seq", "tokens each", w->seq, UNIT_NONE);
    if (w->threads)
        emit_int(e, "threads", "threads", w->threads, UNIT_NONE);
    if (w->threads)
        emit_string(e, "format", "linear weights", kernel_format_name(w->format));
    if (w->threads)
        emit_bool(e, "unfused", w->unfused ? "unfused" : NULL, w->unfused);
    emit_int(e, "seed", NULL, (int64_t)seed, UNIT_NONE);
    emit_end(e);
}
