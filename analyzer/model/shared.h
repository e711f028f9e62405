/* Parameters that several layers share (Lan et al. 2020, arXiv 1909.11942, section 3.1): each layer has its parameters, but those that are
 * shared are views of the same numbers. They are counted, packed and stored once. */
#ifndef ANALYZER_MODEL_SHARED_H
#define ANALYZER_MODEL_SHARED_H

#include "analyzer/model/model.h"

/* The first parameter whose numbers these are; NULL if that is `param` itself. */
const struct param *model_twin(const struct model *m, int param);

/* Makes views again of what a step replaced in all parameters that were shared, where it put the same numbers in the same format, for the same
 * range of inputs. */
void model_tie_again(struct model *m);

#endif
