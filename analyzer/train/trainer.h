/* Training: steps of AdamW on a model, with evaluations in between, the best parameters kept, and a checkpoint from which a
 * training that was ended can go on as if nothing had happened.
 *
 * What is trained on is a source: it makes the plan of a step and says what the loss is. Everything random is a function of
 * the seed and the step, so the same machine, thread count and settings give the same bits, resumed or not. */
#ifndef ANALYZER_TRAIN_TRAINER_H
#define ANALYZER_TRAIN_TRAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/data/metric.h"
#include "analyzer/run/gradients.h"
#include "analyzer/run/plan.h"

struct model;
struct train_settings;
struct weights;

struct curve_point {
    int64_t step;   /* steps done */
    double epoch;
    uint64_t tokens; /* that were trained on so far */
    double loss;     /* mean over the steps since the point before */
    struct estimate metric; /* of an evaluation, and its loss; NAN without one */
    double dev_loss;
    double lr;       /* of the last step */
    double seconds;  /* since the beginning, evaluations included, time between a kill and a resume left out */
};

/* What there is to learn. All functions get `state`. */
struct train_source {
    void *state;
    int64_t batches;    /* steps of an epoch */
    const char *metric; /* what `evaluate` measures, for people; NULL = there is nothing to evaluate on */
    bool by_loss;       /* the best point is that of the least dev_loss, not of the largest metric */
    /* The plan of step `step` (0, 1, ...), with its tokens. `options` are the trainer's: threads, dropout, gradients; the source
     * may ask for more (which outputs have a loss). The trainer frees `out`. */
    int (*plan)(void *state, struct plan **out, const struct weights *w, const struct plan_options *options,
                int64_t step, struct err *e);
    /* After the forward pass: returns the mean loss of the step and writes its gradient to plan_gradient. */
    double (*loss)(void *state, const struct plan *p);
    /* How good the model is: p->metric, of which more is better, and p->dev_loss, of which less is. NAN is worse than
     * everything. */
    int (*evaluate)(void *state, struct curve_point *p, const struct weights *w, const struct progress *progress,
                    struct err *e);
    /* Adds whatever changes the result: sizes of batches, fingerprints of data. */
    void (*settings)(void *state, struct train_settings *s);
};

struct train_options {
    int64_t steps;
    int64_t eval_every; /* steps between points of the curve, at least 1; the last step always makes one */
    int patience;       /* points without a better one after which training ends; 0 = never */
    double lr, warmup;  /* highest rate; share of the steps in which it is reached */
    float decay, clip, dropout, attention_dropout; /* optimizer.h, plan.h */
    uint64_t seed;
    enum kernel_format format; /* in which the passes compute: f32 or bf16; the parameters that learn are f32 */
    int threads;
    uint32_t cpu;
    size_t memory_limit;    /* plan.h */
    const char *checkpoint; /* file; NULL = none */
    double checkpoint_s;    /* seconds between checkpoints; one is written at a point of the curve, too, if half that time
                               has gone by, and when the training is cancelled */
    bool lenient;           /* a checkpoint that cannot be written in between is no reason to end; see training.saved */
    const char *note;       /* kept in the checkpoint (resume.h); borrowed, NULL = none */
    bool resume;            /* go on from the checkpoint, if there is one */
    void (*on_point)(void *payload, const struct curve_point *p); /* or NULL */
    void *payload;
};

/* Where a training is, and what came of it. */
struct training {
    int64_t step; /* steps done */
    uint64_t tokens;
    double seconds;
    double loss_sum; /* over the steps since the last point */
    int64_t loss_steps;
    struct curve_point *curve; /* owned */
    int points, curve_cap;
    bool by_loss;                 /* as in the source */
    int best;                     /* the best point; -1 = none yet */
    struct gradients *best_values; /* the parameters there; owned, NULL while best is -1 */
    int64_t resumed;              /* step that was gone on from; 0 = from the beginning */
    double step_seconds;          /* that the steps of this run took, and their tokens */
    uint64_t step_tokens;
    bool stopped;                 /* early, by patience */
    bool saved;                   /* the checkpoint has all steps */
};

/* Trains `m`, which becomes owned (model_own), until all steps are done or patience is at its end. Then m has the best
 * parameters (the last ones, if nothing was evaluated). The caller frees `out`, also after a failure, where m is in between.
 * Cancelling ends the current step within a few milliseconds and then writes the checkpoint. */
WARN_UNUSED int train(struct training *out, struct model *m, const struct train_source *source,
                      const struct train_options *o, const struct progress *progress, struct err *e);
void training_free(struct training *t); /* accepts a zeroed struct */

/* The same in pieces, so that a training can be paused: a trainer holds in memory whatever the next step needs. Everything
 * that is given to it is borrowed until it is freed, and `t` tells where it is. The caller frees `t` and `out`. */
struct trainer;
WARN_UNUSED int trainer_new(struct trainer **out, struct training *t, struct model *m, const struct train_source *source,
                            const struct train_options *o, const struct progress *progress, struct err *e);
/* Trains until all steps are done, patience is at its end, or it is cancelled: then it may be run again and goes on to the
 * same bits as if nothing had happened. A step that was cancelled counts for nothing. */
WARN_UNUSED int trainer_run(struct trainer *r, const struct progress *progress, struct err *e);
/* Whether there is nothing left to do: all steps are done, or patience is at its end. */
bool trainer_is_done(const struct trainer *r);
/* Writes the checkpoint now, if there is to be one. */
WARN_UNUSED int trainer_save(struct trainer *r, struct err *e);
/* Gives the model the best parameters; those of the last step stay if nothing was evaluated. */
void trainer_use_best(struct trainer *r);
void trainer_free(struct trainer *r); /* accepts NULL */

/* Appends a point; it becomes the best if it is better than all before. Returns false without memory. */
bool training_add_point(struct training *t, const struct curve_point *p);

#endif
