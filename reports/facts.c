#include "reports/facts.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/model/arch.h"
#include "analyzer/model/model.h"

static void copy_text(char *out, size_t size, const char *text)
{
    text_escape(out, size, text ? text : "", text ? strlen(text) : 0);
}

void facts_make(struct facts *out, const struct model *m, const struct machine *machine)
{
    const struct config *c = &m->config;
    *out = (struct facts){.layers = c->layers, .hidden = c->hidden, .heads = c->heads, .ffn = c->ffn,
                          .vocab = c->vocab, .positions = c->positions, .labels = c->labels,
                          .params_total = model_param_total(m), .random = m->random,
                          .has_classifier = model_has_classifier(m), .unused = m->unused, .machine = *machine};
    copy_text(out->name, sizeof out->name, m->name);
    copy_text(out->origin, sizeof out->origin, m->origin);
    copy_text(out->note, sizeof out->note, m->note);
    copy_text(out->arch, sizeof out->arch, c->arch->name);
    for (int i = 0; i < COMPONENTS; i++)
        out->params[i] = model_param_count(m, i);
}
