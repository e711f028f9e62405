#include "analyzer/measure/head_study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/measure/ranks.h"

static const struct {
    const char *name, *title;
} modes[HEAD_MODES] = {
    [HEADS_GRADIENT] = {"gradient", "gradient importance"},
    [HEADS_REMOVED] = {"removed", "one head removed"},
    [HEADS_KEPT] = {"kept", "one head of its layer kept"},
};

const char *head_mode_name(enum head_mode mode)
{
    return modes[mode].name;
}

const char *head_mode_title(enum head_mode mode)
{
    return modes[mode].title;
}

bool head_study_has(const struct head_study *s, enum head_mode mode)
{
    return mode == HEADS_GRADIENT ? s->scores && s->scores->rows > 0 : s->ablation[mode] && s->ablation[mode]->rows > 0;
}

const struct head_grid *head_study_grid(const struct head_study *s)
{
    for (int mode = HEADS_REMOVED; mode < HEAD_MODES; mode++)
        if (s->ablation[mode])
            return &s->ablation[mode]->grid;
    return s->scores ? &s->scores->grid : s->curve ? &s->curve->grid : NULL;
}

void head_study_importance(const struct head_study *s, enum head_mode mode, bool normalize, double *value)
{
    if (mode == HEADS_GRADIENT)
        head_scores_values(s->scores, normalize, value, NULL);
    else
        ablation_importance(s->ablation[mode], mode == HEADS_REMOVED, value);
}

/* The caller frees it. */
static double *importance_of(const struct head_study *s, enum head_mode mode, bool normalize, struct err *e)
{
    int heads = head_grid_heads(head_study_grid(s));
    double *value = malloc((size_t)heads * sizeof *value + 1);
    if (!value) {
        err_set(e, ERR_NOMEM, "no memory for %d heads", heads);
        return NULL;
    }
    head_study_importance(s, mode, normalize, value);
    return value;
}

int head_study_order(const struct head_study *s, enum head_mode mode, bool normalize, int *order, struct err *e)
{
    double *value = importance_of(s, mode, normalize, e);
    if (!value)
        return ERR_NOMEM;
    int code = rank_order(order, value, head_grid_heads(head_study_grid(s)), e);
    free(value);
    return code;
}

int head_study_agreement(const struct head_study *s, enum head_mode a, enum head_mode b, bool normalize, double *out,
                         struct err *e)
{
    *out = (double)NAN;
    if (!head_study_has(s, a) || !head_study_has(s, b))
        return 0;
    double *x = importance_of(s, a, normalize, e), *y = importance_of(s, b, normalize, e);
    int code = x && y ? rank_agreement(out, x, y, head_grid_heads(head_study_grid(s)), e) : ERR_NOMEM;
    free(x);
    free(y);
    return code;
}

static int copy_ablation(struct ablation **out, const struct ablation *a, struct err *e)
{
    if (!a)
        return 0;
    *out = calloc(1, sizeof **out);
    return *out ? ablation_copy(*out, a, e) : err_set(e, ERR_NOMEM, "no memory for a copy of an ablation");
}

static int copy_scores(struct head_scores **out, const struct head_scores *s, struct err *e)
{
    if (!s)
        return 0;
    *out = calloc(1, sizeof **out);
    return *out ? head_scores_copy(*out, s, e) : err_set(e, ERR_NOMEM, "no memory for a copy of the scores");
}

int head_study_copy(struct head_study *out, const struct head_study *s, struct err *e)
{
    *out = (struct head_study){.curve_order = s->curve_order};
    memcpy(out->data, s->data, sizeof out->data);
    int code = copy_scores(&out->scores, s->scores, e);
    for (int mode = 0; mode < HEAD_MODES && code == 0; mode++)
        code = copy_ablation(&out->ablation[mode], s->ablation[mode], e);
    if (code == 0)
        code = copy_ablation(&out->curve, s->curve, e);
    if (code != 0)
        head_study_free(out);
    return code;
}

static void free_ablation(struct ablation *a)
{
    if (a)
        ablation_free(a);
    free(a);
}

void head_study_free(struct head_study *s)
{
    if (s->scores)
        head_scores_free(s->scores);
    free(s->scores);
    for (int mode = 0; mode < HEAD_MODES; mode++)
        free_ablation(s->ablation[mode]);
    free_ablation(s->curve);
    *s = (struct head_study){0};
}
