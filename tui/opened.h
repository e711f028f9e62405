/* An opened model with the machine it runs on, its packed weights and a data set: what most commands begin with. */
#ifndef TUI_OPENED_H
#define TUI_OPENED_H

#include "analyzer/compress/original.h"
#include "analyzer/compress/trial.h"
#include "analyzer/measure/head_study.h"
#include "analyzer/measure/machine.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"
#include "tui/labelled.h"
#include "tui/options.h"

struct opened {
    struct machine machine;
    struct model *model;
    struct weights *weights; /* NULL until opened_pack */
    struct labelled labelled;    /* zeroed until opened_data, like what follows */
    char *data_path, *data_task; /* as they were asked for */
    struct head_study heads; /* measured with this model on that data */
    struct original original; /* zeroed until opened_original; of this model and that data, or of no data */
    struct changed kept; /* what the recipe made of it that was looked at last, or zeroed */
    uint64_t kept_hash;  /* of that recipe */
};

/* Detects the machine and opens the model of `s`. The caller closes `out`, also after a failure. */
WARN_UNUSED int opened_init(struct opened *out, const struct settings *s, const struct progress *progress,
                            struct err *e);
/* Packs the weights; those that are there stay if they have this format. */
WARN_UNUSED int opened_pack(struct opened *o, int threads, enum kernel_format format, const struct progress *progress,
                            struct err *e);
/* The same, with what a backward pass needs. */
WARN_UNUSED int opened_pack_gradients(struct opened *o, int threads, enum kernel_format format,
                                      const struct progress *progress, struct err *e);
/* Reads the data set of the settings (labelled.h); the one that is there stays if it was asked for by the same file and task.
 * Another one forgets what is known about the heads. */
WARN_UNUSED int opened_data(struct opened *o, const struct settings *s, int threads, const struct progress *progress,
                            struct err *e);
/* The model as that of trials, with the rows of opened_data if there are any. Packs the weights. What is known of the rows stays known
 * while model, data and format are the same. */
WARN_UNUSED int opened_original(struct opened *o, const struct workload *load, const struct progress *progress, struct err *e);
/* What the recipe makes of the original (opened_original); the one that is there stays for the same steps. */
WARN_UNUSED int opened_changed(struct opened *o, const struct recipe *r, const struct changed **out, const struct progress *progress,
                               struct err *e);
void opened_close(struct opened *o);

#endif
