/* What there is to say about a training, as values: the screen shows it while the training belongs to the engine thread. */
#ifndef TUI_TRAIN_STATUS_H
#define TUI_TRAIN_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "analyzer/train/trainer.h"

enum train_state { TRAIN_NONE, TRAIN_PREPARING, TRAIN_RUNNING, TRAIN_PAUSED, TRAIN_STOPPED, TRAIN_FINISHED, TRAIN_FAILED };

/* "not started", "running", ... */
const char *train_state_name(enum train_state s);

/* What a user may choose. */
struct train_choice {
    double lr; /* 0 = the usual one */
    int epochs, batch_rows, seed;
    double dropout, attention_dropout; /* the latter negative = as the former */
    bool fresh; /* from random weights instead of the present ones */
    enum kernel_format format; /* of the passes; see train_choice_computes */
};

struct train_choice train_choice_usual(void);
/* Whether a training can compute in a format; what learns is f32 in any case. */
bool train_choice_computes(enum kernel_format format);

struct train_status {
    enum train_state state;
    char model[256], data[128], dev[128]; /* safe to show; dev "" = none */
    const char *metric;                   /* static; NULL = nothing to evaluate on */
    struct train_choice choice;           /* with the rate it has */
    int64_t step, steps;
    double epoch;
    uint64_t tokens;
    double seconds;           /* pauses left out */
    double tokens_per_second; /* of the steps alone; 0 = not known */
    float *loss;              /* [losses] of each step; owned */
    int64_t losses, loss_cap;
    struct curve_point *curve; /* [points]; owned */
    int points, best;          /* best: -1 = none */
    char note[512];            /* why it failed, or why its checkpoint could not be written; "" otherwise */
};

/* Sets the loss of step `step`; those of a step that is done again are replaced. False without memory. */
bool train_status_add_loss(struct train_status *s, int64_t step, double loss);
/* The losses of the steps before an interruption, of which only means are left: those of the points of the curve, and of the
 * `steps` steps behind the last one, whose sum is `sum`. False without memory. */
bool train_status_restore_losses(struct train_status *s, int64_t steps, double sum);
/* Seconds until all steps are done, if it goes on as it went; NAN before the first step. */
double train_status_left(const struct train_status *s);

/* A deep copy; the caller frees it. */
WARN_UNUSED int train_status_copy(struct train_status *out, const struct train_status *s, struct err *e);
void train_status_free(struct train_status *s); /* accepts a zeroed struct, and leaves one */

#endif
