#include "analyzer/run/graph.h"

#include <stdlib.h>

#include "analyzer/run/plan_builder.h"

/* Makes room for one more item; false when there is no memory. */
static bool grow(struct plan_builder *b, void **items, int count, int *cap, size_t size)
{
    if (count < *cap)
        return true;
    int more = *cap ? 2 * *cap : 64;
    void *p = realloc(*items, (size_t)more * size);
    if (!p) {
        b->failed = true;
        return false;
    }
    *items = p;
    *cap = more;
    return true;
}

const struct model *builder_model(const struct plan_builder *b)
{
    return b->plan->weights->model;
}

const struct weights *builder_weights(const struct plan_builder *b)
{
    return b->plan->weights;
}

const struct plan_options *builder_options(const struct plan_builder *b)
{
    return &b->plan->options;
}

const struct plan *builder_plan(const struct plan_builder *b)
{
    return b->plan;
}

int builder_value(struct plan_builder *b, size_t bytes)
{
    if (!grow(b, (void **)&b->value, b->values, &b->value_cap, sizeof *b->value))
        return 0;
    b->value[b->values] = (struct value){.bytes = bytes, .maker = -1, .gradient = -1};
    return b->values++;
}

void builder_moment(struct plan_builder *b, int step, bool backward)
{
    if (grow(b, (void **)&b->moment, b->moments, &b->moment_cap, sizeof *b->moment))
        b->moment[b->moments++] = (struct moment){step, backward};
}

static int add_value(struct plan_builder *b, int rows, int cols)
{
    return builder_value(b, arena_size(sizeof(float) * (size_t)rows * (size_t)cols));
}

int builder_input(struct plan_builder *b, int rows, int cols)
{
    b->input = add_value(b, rows, cols);
    if (!b->failed)
        b->value[b->input].kept = true;
    return b->input;
}

int builder_step(struct plan_builder *b, const struct step *s, int rows, int cols)
{
    if (!grow(b, (void **)&b->step, b->steps, &b->step_cap, sizeof *b->step))
        return 0;
    struct step *added = &b->step[b->steps++];
    *added = *s;
    added->rows = rows;
    added->cols = cols;
    added->out = add_value(b, rows, cols);
    if (!b->failed)
        b->value[added->out].maker = b->steps - 1;
    return added->out;
}

void builder_keep(struct plan_builder *b, enum plan_output what, int layer, int value)
{
    if (!grow(b, (void **)&b->kept, b->kepts, &b->kept_cap, sizeof *b->kept))
        return;
    b->kept[b->kepts++] = (struct plan_kept){what, layer, value, NULL, NULL};
    if (!b->failed)
        b->value[value].kept = true;
}
