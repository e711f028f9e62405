/* What a step costs and gives on each part of the model alone: what the engine tells, and the Compress screen shows. */
#ifndef TUI_PART_STUDY_H
#define TUI_PART_STUDY_H

#include "analyzer/compress/leave_out.h"
#include "analyzer/compress/sensitivity.h"

struct part_study {
    unsigned era; /* of the workbench that it was asked for */
    bool cells;   /* components of layers instead of layers and components */
    char *step;   /* as printed; owned */
    struct sensitivity parts;  /* owned */
    int *layer;                /* [layers] the numbers of all layers of the model; owned */
    int layers;
    bool labelled;             /* points are of `metric`; else of answers that stay the same */
    char metric[32];
    uint64_t bytes, macs;      /* of the original */
    double pass_ns;            /* of the original, by the latency table; NAN without one */
};

/* What `s` says so far of a step on parts of the original, which was evaluated. The caller frees it. */
WARN_UNUSED int part_study_make(struct part_study **out, const struct sensitivity *s, const char *step, const struct original *o,
                                struct err *e);
void part_study_free(struct part_study *s); /* accepts NULL */

bool part_study_finished(const struct part_study *s);
struct layer_numbers part_study_layers(const struct part_study *s);
struct step_part part_study_part(const struct part_study *s, int row);
/* "layer 3", "ffn", "layer 3 ffn". Returns out. */
const char *part_text(struct step_part p, char *out, size_t size);

#endif
