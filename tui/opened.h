/* An opened model with the machine it runs on and its packed weights: what most commands begin with. */
#ifndef TUI_OPENED_H
#define TUI_OPENED_H

#include "analyzer/measure/machine.h"
#include "analyzer/model/model.h"
#include "analyzer/run/weights.h"
#include "tui/options.h"

struct opened {
    struct machine machine;
    struct model *model;
    struct weights *weights; /* NULL until opened_pack */
};

/* Detects the machine and opens the model of `s`. The caller closes `out`, also after a failure. */
WARN_UNUSED int opened_init(struct opened *out, const struct settings *s, const struct progress *progress,
                            struct err *e);
/* Packs the weights; those that are there stay if they have this format. */
WARN_UNUSED int opened_pack(struct opened *o, int threads, enum kernel_format format, const struct progress *progress,
                            struct err *e);
void opened_close(struct opened *o);

#endif
