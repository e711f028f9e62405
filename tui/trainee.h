/* The model that `train` begins with: a directory, or a preset's shape (or one's own) with random weights and a vocabulary. */
#ifndef TUI_TRAINEE_H
#define TUI_TRAINEE_H

#include "analyzer/data/dataset.h"
#include "analyzer/model/model.h"
#include "tui/options.h"

/* Whether the model of `s` begins at random. */
bool trainee_is_fresh(const struct settings *s);

/* Opens or makes it. A vocabulary is read from --vocab, or made from --vocab-from, or from the texts of `data`; its size
 * replaces the preset's. The caller frees `out`. */
WARN_UNUSED int trainee_open(struct model **out, const struct settings *s, const struct dataset *data,
                             const struct progress *progress, struct err *e);

/* Replaces a model by one of the same shape and vocabulary with random weights. It stays as it is after a failure. */
WARN_UNUSED int trainee_begin_again(struct model **m, uint64_t seed, const struct progress *progress, struct err *e);

#endif
