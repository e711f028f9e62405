/* What the history takes out of a document. */
#ifndef REPORTS_STORE_DOCUMENT_H
#define REPORTS_STORE_DOCUMENT_H

#include <jansson.h>

#include "reports/store.h"

struct store_fields {
    json_t *document; /* owned */
    char kind[32];
    const char *model, *cpu, *isa; /* borrowed from the document */
    int cores;
    char machine[17]; /* fingerprint of processor, cores and instruction sets */
    char *settings;   /* one line of JSON; owned */
    double value[QUANTITIES];
};

/* ERR_FORMAT if it is not what a command writes. The caller frees `out`, also after a failure. */
WARN_UNUSED int store_fields_read(struct store_fields *out, const char *document, size_t n, struct err *e);
void store_fields_free(struct store_fields *f);

#endif
