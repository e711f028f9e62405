#include "tui/train_status.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *train_state_name(enum train_state s)
{
    static const char *const names[] = {"not started", "preparing", "running", "paused", "stopped", "finished", "failed"};
    return names[s];
}

struct train_choice train_choice_usual(void)
{
    return (struct train_choice){.epochs = 3, .batch_rows = 32, .dropout = 0.1, .attention_dropout = -1};
}

bool train_choice_computes(enum kernel_format format)
{
    return format == KERNEL_F32 || format == KERNEL_BF16;
}

bool train_status_add_loss(struct train_status *s, int64_t step, double loss)
{
    if (step >= s->loss_cap) {
        int64_t cap = 2 * step + 64;
        float *more = realloc(s->loss, (size_t)cap * sizeof *more);
        if (!more)
            return false;
        s->loss = more;
        s->loss_cap = cap;
    }
    s->loss[step] = (float)loss;
    s->losses = step + 1;
    return true;
}

bool train_status_restore_losses(struct train_status *s, int64_t steps, double sum)
{
    for (int i = 0; i < s->points; i++)
        while (s->losses < s->curve[i].step)
            if (!train_status_add_loss(s, s->losses, s->curve[i].loss))
                return false;
    for (int64_t i = 0; i < steps; i++)
        if (!train_status_add_loss(s, s->losses, sum / (double)steps))
            return false;
    return true;
}

double train_status_left(const struct train_status *s)
{
    return s->step > 0 ? s->seconds / (double)s->step * (double)(s->steps - s->step) : (double)NAN;
}

static void *copy_of(const void *from, size_t bytes)
{
    void *to = malloc(bytes + 1);
    if (to && bytes > 0)
        memcpy(to, from, bytes);
    return to;
}

int train_status_copy(struct train_status *out, const struct train_status *s, struct err *e)
{
    *out = *s;
    out->loss_cap = s->losses;
    out->loss = copy_of(s->loss, (size_t)s->losses * sizeof *s->loss);
    out->curve = copy_of(s->curve, (size_t)s->points * sizeof *s->curve);
    if (out->loss && out->curve)
        return 0;
    train_status_free(out);
    return err_set(e, ERR_NOMEM, "no memory for the curves of a training");
}

void train_status_free(struct train_status *s)
{
    free(s->loss);
    free(s->curve);
    *s = (struct train_status){0};
}
