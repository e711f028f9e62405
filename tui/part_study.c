#include "tui/part_study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/data/task.h"
#include "analyzer/model/component.h"
#include "analyzer/model/model.h"

static void fill(struct part_study *x, const struct sensitivity *s, const struct original *o)
{
    const struct quality *q = &o->evaluation.quality;
    if (s->total > 0)
        memcpy(x->parts.row, s->row, (size_t)s->total * sizeof *s->row);
    x->parts.rows = s->rows;
    x->parts.total = s->total;
    x->layers = o->model->config.layers;
    for (int i = 0; i < x->layers; i++)
        x->layer[i] = o->model->layer[i].number;
    x->labelled = !o->logits && q->metrics > 0;
    snprintf(x->metric, sizeof x->metric, "%s", x->labelled ? q->metric[0]->name : "");
    x->bytes = o->cost.bytes;
    x->macs = o->cost.macs;
    x->pass_ns = o->latency.pass_ns > 0 ? o->latency.pass_ns : (double)NAN;
}

int part_study_make(struct part_study **out, const struct sensitivity *s, const char *step, const struct original *o, struct err *e)
{
    struct part_study *x = calloc(1, sizeof *x);
    *out = NULL;
    if (x) {
        x->step = strdup(step);
        x->parts.row = malloc((size_t)s->total * sizeof *s->row + 1);
        x->layer = malloc((size_t)o->model->config.layers * sizeof *x->layer + 1);
    }
    if (!x || !x->step || !x->parts.row || !x->layer) {
        part_study_free(x);
        return err_set(e, ERR_NOMEM, "no memory for %d parts", s->total);
    }
    fill(x, s, o);
    *out = x;
    return 0;
}

void part_study_free(struct part_study *s)
{
    if (!s)
        return;
    sensitivity_free(&s->parts);
    free(s->step);
    free(s->layer);
    free(s);
}

bool part_study_finished(const struct part_study *s)
{
    return s->parts.rows == s->parts.total;
}

struct layer_numbers part_study_layers(const struct part_study *s)
{
    return (struct layer_numbers){s->layer, s->layers};
}

struct step_part part_study_part(const struct part_study *s, int row)
{
    return (struct step_part){s->parts.row[row].layer, s->parts.row[row].component};
}

const char *part_text(struct step_part p, char *out, size_t size)
{
    int used = p.layer >= 0 ? snprintf(out, size, "layer %d", p.layer) : 0;
    if (p.component >= 0)
        snprintf(out + used, size - (size_t)used, "%s%s", used ? " " : "", component_word((enum component)p.component));
    return out;
}
