/* The moments of a plan: forward of all steps, then backward of those that need one in reverse order.
 *
 * Points of time: moment i of the forward pass is i; at `steps` the caller reads outputs and writes gradients; a moment i of
 * the backward pass is i + 1. */
#include <string.h>

#include "analyzer/run/op.h"
#include "analyzer/run/plan_builder.h"

/* ---- which steps have a backward ----------------------------------------------------------------------------- */

/* Whether a step itself has something whose gradient is wanted. */
static bool is_target(const struct plan_builder *b, const struct step *s)
{
    bool target = b->plan->options.gradients != PLAN_NO_GRADIENTS && s->gates > 0;
    for (int i = 0; i < STEP_GRADIENTS; i++)
        target = target || s->dparam[i];
    return target;
}

static void mark_wanted(struct plan_builder *b)
{
    for (int i = 0; i < b->steps; i++) {
        const struct step *s = &b->step[i];
        bool wanted = is_target(b, s);
        for (int k = 0; k < STEP_INPUTS; k++)
            wanted = wanted || (s->in[k] >= 0 && b->value[s->in[k]].wanted);
        b->value[s->out].wanted = wanted;
    }
}

/* The outputs that have a loss; by default the last one, which is kept last. */
bool plan_has_loss(const struct plan_builder *b, int kept)
{
    unsigned losses = b->plan->options.losses;
    return losses ? losses & PLAN_BIT(b->kept[kept].what) : kept == b->kepts - 1;
}

/* Makes the value that holds the gradient of value `v` unless there is one; whether there was. */
static bool need_gradient(struct plan_builder *b, int v)
{
    bool there = b->value[v].gradient >= 0;
    if (!there) {
        int gradient = builder_value(b, b->value[v].bytes);
        b->value[v].gradient = gradient;
    }
    return there;
}

/* Makes room for the gradients that are needed. A step has a backward if the gradient of its output is wanted, and is there: from a loss or from a later step. */
void plan_backward(struct plan_builder *b)
{
    mark_wanted(b);
    for (int i = 0; i < b->kepts; i++)
        if (plan_has_loss(b, i) && b->value[b->kept[i].value].wanted)
            (void)need_gradient(b, b->kept[i].value);
    for (int i = b->steps - 1; i >= 0; i--) {
        struct step *s = &b->step[i];
        s->backward = b->value[s->out].gradient >= 0;
        for (int k = 0; s->backward && k < STEP_INPUTS; k++)
            if (s->in[k] >= 0 && b->value[s->in[k]].wanted)
                s->adds[k] = need_gradient(b, s->in[k]);
    }
}

/* ---- moments ------------------------------------------------------------------------------------------------- */

static void make_again(struct plan_builder *b, int v, int first)
{
    if (v >= 0 && b->value[v].maker >= first && !b->value[v].kept)
        b->value[v].again = true;
}

/* Marks the values that the backward of steps [first, end) reads, and what these are made of, back to what was made
 * before `first`. */
static void mark_again(struct plan_builder *b, int first, int end)
{
    for (int i = end - 1; i >= first; i--) {
        const struct step *s = &b->step[i];
        unsigned reads = s->backward ? s->op->reads(s) : 0;
        if (reads & READS_Y)
            make_again(b, s->out, first);
        for (int k = 0; k < STEP_INPUTS; k++)
            if (b->value[s->out].again || reads & READS_X(k))
                make_again(b, s->in[k], first);
    }
}

/* Where the segment that ends before step `end` begins: steps of one layer follow each other. */
static int segment_start(const struct plan_builder *b, int end)
{
    int first = end - 1;
    while (first > 0 && b->step[first - 1].layer == b->step[end - 1].layer)
        first--;
    return first;
}

/* The last layer and what follows it have their backward at once: nothing is won by computing them again. */
static int last_layer_start(const struct plan_builder *b)
{
    int start = segment_start(b, b->steps);
    return start > 0 && b->step[b->steps - 1].layer < 0 ? segment_start(b, start) : start;
}

static void add_moments(struct plan_builder *b, bool again)
{
    int last = last_layer_start(b);
    for (int i = 0; i < b->steps; i++)
        builder_moment(b, i, false);
    for (int end = b->steps, first; end > 0; end = first) {
        first = segment_start(b, end);
        if (again && end <= last)
            mark_again(b, first, end);
        for (int i = first; i < end; i++)
            if (b->value[b->step[i].out].again)
                builder_moment(b, i, false);
        for (int i = end - 1; i >= first; i--)
            if (b->step[i].backward)
                builder_moment(b, i, true);
    }
}

/* ---- lives --------------------------------------------------------------------------------------------------- */

static void make_value(struct plan_builder *b, int v, int now)
{
    struct value *value = &b->value[v];
    value->span[value->spans++] = (struct span){now, now};
}

static void use_value(struct plan_builder *b, int v, int now)
{
    if (v < 0)
        return;
    if (b->value[v].spans == 0)
        make_value(b, v, now);
    b->value[v].span[b->value[v].spans - 1].to = now;
}

static void live_forward(struct plan_builder *b, const struct step *s, int now)
{
    make_value(b, s->out, now);
    for (int k = 0; k < STEP_INPUTS; k++)
        use_value(b, s->in[k], now);
}

static void live_backward(struct plan_builder *b, const struct step *s, int now)
{
    unsigned reads = s->op->reads(s);
    use_value(b, b->value[s->out].gradient, now);
    if (reads & READS_Y)
        use_value(b, s->out, now);
    for (int k = 0; k < STEP_INPUTS; k++) {
        if (reads & READS_X(k))
            use_value(b, s->in[k], now);
        if (s->in[k] >= 0)
            use_value(b, b->value[s->in[k]].gradient, now);
    }
}

static void set_lives(struct plan_builder *b)
{
    int end = b->moments + 1;
    for (int i = 0; i < b->moments; i++) {
        const struct step *s = &b->step[b->moment[i].step];
        if (b->moment[i].backward)
            live_backward(b, s, i + 1);
        else
            live_forward(b, s, i < b->steps ? i : i + 1);
    }
    for (int i = 0; i < b->kepts; i++)
        if (plan_has_loss(b, i) && b->value[b->kept[i].value].gradient >= 0)
            b->value[b->value[b->kept[i].value].gradient].span[0].from = b->steps;
    for (int i = 0; i < b->values; i++)
        if (b->value[i].kept) {
            b->value[i].span[0] = (struct span){b->value[i].maker < 0 ? 0 : b->value[i].span[0].from, end};
            b->value[i].spans = 1;
        }
}

void plan_schedule(struct plan_builder *b, bool again)
{
    b->moments = 0;
    for (int i = 0; i < b->values; i++) {
        b->value[i].spans = 0;
        b->value[i].again = false;
    }
    add_moments(b, again);
    set_lives(b);
}
