/* Published shapes, for everything that does not depend on the values: parameters, MACs, latency. */
#ifndef ANALYZER_MODEL_PRESET_H
#define ANALYZER_MODEL_PRESET_H

#include "analyzer/model/config.h"

struct preset {
    const char *name, *summary;
    const struct arch *arch;
    int layers, hidden, heads, ffn, vocab, positions, types;
};

extern const struct preset presets[];
extern const int presets_count;

/* The config of a preset; an unknown name gives a sentence that lists the known ones. */
WARN_UNUSED int preset_config(struct config *out, const char *name, struct err *e);

#endif
