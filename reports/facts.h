/* What there is to say about an opened model and the machine, as values: screens show it while the model itself
 * belongs to the engine thread. */
#ifndef REPORTS_FACTS_H
#define REPORTS_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/measure/machine.h"
#include "analyzer/model/component.h"

struct model;

struct facts {
    char name[256], origin[256], note[512]; /* safe to show; note "" = none */
    char arch[32];
    int layers, hidden, heads, ffn, vocab, positions, labels;
    uint64_t params[COMPONENTS], params_total;
    bool random, has_classifier;
    int unused; /* tensors of the files without a use */
    struct machine machine;
};

void facts_make(struct facts *out, const struct model *m, const struct machine *machine);

#endif
