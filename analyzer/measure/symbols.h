/* Names of the functions of this process: from the symbol tables of the files it was loaded from, so static functions have
 * names too. */
#ifndef ANALYZER_MEASURE_SYMBOLS_H
#define ANALYZER_MEASURE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"

struct symbols;

/* Of what is loaded now. A file that cannot be read or has no symbols just gives no names. */
WARN_UNUSED int symbols_open(struct symbols **out, struct err *e);

/* Writes the name of the function at an address, without what the compiler adds to parts of it ("f.constprop.0" is f); the
 * file in brackets, "[libc.so.6]", if there is no name; "[?]" where nothing is loaded. Returns `out`. */
const char *symbols_name(struct symbols *s, uintptr_t pc, char *out, size_t size);

void symbols_close(struct symbols *s); /* accepts NULL */

#endif
