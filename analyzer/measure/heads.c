#include "analyzer/measure/heads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/model.h"

int head_scores_make(struct head_scores *out, const struct head_grid *heads, const struct head_grid *neurons, struct err *e)
{
    *out = (struct head_scores){.rows = 0};
    int code = head_grid_copy(&out->grid, heads, e);
    if (code == 0)
        code = head_grid_copy(&out->neurons, neurons, e);
    if (code == 0) {
        out->score = calloc((size_t)head_grid_heads(heads) + 1, sizeof *out->score);
        out->fisher = calloc((size_t)head_grid_heads(heads) + 1, sizeof *out->fisher);
        out->neuron_fisher = calloc((size_t)head_grid_heads(neurons) + 1, sizeof *out->neuron_fisher);
        if (!out->score || !out->fisher || !out->neuron_fisher)
            code = err_set(e, ERR_NOMEM, "no memory for the scores of %d heads", head_grid_heads(heads));
    }
    if (code != 0)
        head_scores_free(out);
    return code;
}

int head_scores_init(struct head_scores *out, const struct model *m, struct err *e)
{
    struct head_grid heads, neurons = {0};
    int *count = malloc((size_t)m->config.layers * sizeof *count + 1);
    *out = (struct head_scores){.rows = 0};
    if (!count)
        return err_set(e, ERR_NOMEM, "no memory for %d layers", m->config.layers);
    for (int l = 0; l < m->config.layers; l++)
        count[l] = m->layer[l].neurons;
    int code = head_grid_init(&heads, m, e);
    if (code == 0)
        code = head_grid_make(&neurons, count, m->config.layers, e);
    if (code == 0)
        code = head_scores_make(out, &heads, &neurons, e);
    head_grid_free(&heads);
    head_grid_free(&neurons);
    free(count);
    return code;
}

int head_scores_copy(struct head_scores *out, const struct head_scores *s, struct err *e)
{
    struct head_scores copy;
    size_t heads = (size_t)head_grid_heads(&s->grid), neurons = (size_t)head_grid_heads(&s->neurons);
    TRY(head_scores_make(&copy, &s->grid, &s->neurons, e));
    memcpy(copy.score, s->score, heads * sizeof *s->score);
    memcpy(copy.fisher, s->fisher, heads * sizeof *s->fisher);
    memcpy(copy.neuron_fisher, s->neuron_fisher, neurons * sizeof *s->neuron_fisher);
    *out = *s;
    out->grid = copy.grid;
    out->neurons = copy.neurons;
    out->score = copy.score;
    out->fisher = copy.fisher;
    out->neuron_fisher = copy.neuron_fisher;
    return 0;
}

void head_scores_free(struct head_scores *s)
{
    head_grid_free(&s->grid);
    head_grid_free(&s->neurons);
    free(s->score);
    free(s->fisher);
    free(s->neuron_fisher);
    *s = (struct head_scores){.rows = 0};
}

double head_scores_error(const struct head_scores *s, int head)
{
    if (s->rows < 2)
        return (double)NAN;
    double variance = (s->fisher[head] - s->score[head] * s->score[head]) / (s->rows - 1);
    return variance > 0 ? sqrt(variance) : 0; /* rounding may leave a little less than 0 */
}

void head_scores_values(const struct head_scores *s, bool normalize, double *value, double *error)
{
    for (int l = 0; l < s->grid.layers; l++) {
        double norm = normalize ? head_grid_norm(&s->grid, s->score, l) : 1;
        for (int i = s->grid.first[l]; i < s->grid.first[l + 1]; i++) {
            value[i] = s->score[i] / norm;
            if (error)
                error[i] = head_scores_error(s, i) / norm;
        }
    }
}
