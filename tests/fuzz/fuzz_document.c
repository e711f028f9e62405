#include <stdlib.h>
#include <string.h>

#include "reports/store_document.h"
#include "tests/fuzz/fuzz.h"

/* What the history takes out of a document is there and has an end; a document that was refused has a sentence. */
void fuzz_document(const uint8_t *data, size_t n)
{
    struct store_fields f;
    struct err e = {0};
    int code = store_fields_read(&f, (const char *)data, n, &e);
    if (code != 0 ? e.text[0] == '\0' : !f.document || !f.model || !f.cpu || !f.isa || !f.settings || !f.kind[0] || strlen(f.machine) != 16)
        abort();
    store_fields_free(&f);
}
