/* A pruned model in the shape that it had: what is gone is zero. */
#ifndef ANALYZER_COMPRESS_EXPAND_H
#define ANALYZER_COMPRESS_EXPAND_H

#include "analyzer/model/model.h"

/* Every layer has all heads and neurons of the config again, those that were gone with zeros in front and behind; all parameters are F32.
 * Layers that are gone stay so. `m` is borrowed; the caller frees `out`. */
WARN_UNUSED int model_expand(struct model **out, const struct model *m, struct err *e);

#endif
