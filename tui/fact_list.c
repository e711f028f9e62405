#include "tui/fact_list.h"

#include <stdio.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"

static struct fact *fact_add(struct fact_list *l, const char *label, int priority)
{
    struct fact *f = &l->fact[l->n < FACTS ? l->n++ : FACTS - 1];
    *f = (struct fact){.label = label, .tone = TONE_TEXT, .priority = priority};
    return f;
}

void fact_list_model(struct fact_list *l, const struct facts *x)
{
    char number[FORMAT_SIZE];
    struct fact *f = fact_add(l, "Model", 0);
    snprintf(f->text, sizeof f->text, "%s", x->name);
    f->tone = TONE_TITLE;
    f = fact_add(l, "From", 5);
    snprintf(f->text, sizeof f->text, "%s", x->origin);
    f = fact_add(l, "Shape", 2);
    snprintf(f->text, sizeof f->text, "%s: %d layers of %d, %d heads, feed-forward %d", x->arch, x->layers, x->hidden,
             x->heads, x->ffn);
    f = fact_add(l, "Size", 2);
    snprintf(f->text, sizeof f->text, "%s parameters, vocabulary %d, %d positions",
             format_count(number, (double)x->params_total), x->vocab, x->positions);
    if (x->random || x->note[0]) {
        f = fact_add(l, "Note", 1);
        snprintf(f->text, sizeof f->text, "%s",
                 x->note[0] ? x->note : "random weights: times mean something, outputs do not");
        f->tone = TONE_WARN;
    }
}

static void ceiling_text(const struct ceilings *c, char *out, size_t size)
{
    const struct {
        const char *name;
        double rate;
    } reads[] = {{"L2", c->l2_read}, {"L3", c->l3_read}, {"memory", c->memory_read}};
    char rate[FORMAT_SIZE];
    int used = 0;
    if (c->f32_flops > 0)
        used = snprintf(out, size, "f32 %s", format_flops(rate, c->f32_flops));
    else
        used = snprintf(out, size, "not measured yet");
    if (c->narrow_flops > 0)
        used += snprintf(out + used, size - (size_t)used, ", %s %s", kernel_format_name(c->narrow),
                         format_flops(rate, c->narrow_flops));
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
        if (reads[i].rate > 0)
            used += snprintf(out + used, size - (size_t)used, ", %s %s", reads[i].name,
                             format_rate(rate, reads[i].rate));
}

static void workload_text(const struct app *a, char *out, size_t size)
{
    const struct workload *w = &a->workload;
    char macs[FORMAT_SIZE], flops[FORMAT_SIZE];
    int used = snprintf(out, size, "batch %d × %d tokens, %d thread%s", w->batch, w->seq, w->threads,
                        w->threads == 1 ? "" : "s");
    if (w->format != KERNEL_F32)
        used += snprintf(out + used, size - (size_t)used, ", %s weights", kernel_format_name(w->format));
    if (w->unfused)
        used += snprintf(out + used, size - (size_t)used, ", unfused");
    const struct profile *p = a->profile;
    if (!p || !workload_same(&p->workload, w))
        return;
    double n = (double)p->total.macs;
    snprintf(out + used, size - (size_t)used, "; %s MACs = %s FLOPs a pass", format_count(macs, n),
             format_count(flops, 2 * n));
}

static void time_text(const struct app *a, char *out, size_t size)
{
    const struct profile *p = a->profile;
    char median[FORMAT_SIZE], half[FORMAT_SIZE], p99[FORMAT_SIZE];
    snprintf(out, size, "%s", a->job.running ? "not measured yet" : "not measured (R measures)");
    if (!p || p->total.time_ns.n == 0)
        return;
    const struct spread *t = &p->total.time_ns;
    int used = snprintf(out, size, "%s a pass", format_ns(median, t->median));
    if (t->n >= 6)
        used += snprintf(out + used, size - (size_t)used, " ±%s", format_spread(half, t));
    snprintf(out + used, size - (size_t)used, ", p99 %s, %d pass%s%s, %.0f tokens/s", format_ns(p99, t->p99), t->n,
             t->n == 1 ? "" : "es", t->n < 6 ? " (too few for an interval)" : "", (double)p->tokens * 1e9 / t->median);
}

void fact_list_machine(struct fact_list *l, const struct app *a)
{
    const struct machine *m = &a->facts->machine;
    char bits[64];
    struct fact *f = fact_add(l, "Machine", 3);
    snprintf(f->text, sizeof f->text, "%s, %d core%s, %s%s%s", m->cpu, m->cores, m->cores == 1 ? "" : "s",
             machine_bits_text(machine_bits(m), bits, sizeof bits), m->cap_text[0] ? ", capped by BERTSCOPE_CPU=" : "",
             m->cap_text);
    f = fact_add(l, "Ceilings", 4);
    ceiling_text(a->profile ? &a->profile->ceilings : &(struct ceilings){0}, f->text, sizeof f->text);
    f = fact_add(l, "Workload", 1);
    workload_text(a, f->text, sizeof f->text);
    f = fact_add(l, "Time", 1);
    time_text(a, f->text, sizeof f->text);
}

void fact_list_trim(struct fact_list *l, int room)
{
    while (l->n > 0 && l->n > room) {
        int worst = 0;
        for (int i = 1; i < l->n; i++)
            if (l->fact[i].priority >= l->fact[worst].priority)
                worst = i;
        memmove(&l->fact[worst], &l->fact[worst + 1], (size_t)(l->n - worst - 1) * sizeof l->fact[0]);
        l->n--;
    }
}

void fact_list_draw(const struct fact_list *l, struct canvas *c, struct rect r)
{
    enum { LABEL = 10 };
    for (int i = 0; i < l->n && i < r.h; i++) {
        canvas_put(c, r.x + 1, r.y + i, r.w - 1, TONE_DIM, l->fact[i].label);
        canvas_put(c, r.x + 1 + LABEL, r.y + i, r.w - 1 - LABEL, l->fact[i].tone, l->fact[i].text);
    }
}
