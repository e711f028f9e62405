/* Writing a changed model, and making sure that what was written gives the same answers. */
#ifndef ANALYZER_COMPRESS_EXPORT_H
#define ANALYZER_COMPRESS_EXPORT_H

#include "analyzer/model/model.h"

enum export_form {
    EXPORT_DENSE,  /* tensor names and shapes of HuggingFace: what is pruned is zero, what is quantized has the values it stands for, in
                      f32; layers that are gone are gone */
    EXPORT_COMPACT /* formats and structure as they are; this program opens it */
};

const char *export_form_name(enum export_form f);
WARN_UNUSED int export_form_word(const char *text, enum export_form *out, struct err *e);

struct exported {
    enum export_form form;
    uint64_t bytes;    /* of model.safetensors */
    int compared;      /* numbers of the output that were compared */
    double difference; /* the largest between them: 0 for EXPORT_COMPACT */
    double largest;    /* of them */
};

/* Writes the directory (model_save), opens it again and compares the outputs for a few sequences of all kinds of tokens: compact
 * must give the same bits. Dense computes everything in f32, and is compared with the same numbers computed in f32: sums of heads and
 * neurons are taken with zeros between them, so in another order; EXPORT_BOUND of the largest output is allowed. */
WARN_UNUSED int export_model(struct exported *out, const struct model *m, const char *dir, enum export_form form, int threads,
                             uint32_t cpu, const struct progress *progress, struct err *e);

#define EXPORT_BOUND 1e-4

#endif
