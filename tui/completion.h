/* What shells need to complete command lines, from the tables that parse them. */
#ifndef TUI_COMPLETION_H
#define TUI_COMPLETION_H

#include "analyzer/base/str.h"

struct shell {
    const char *name;
    void (*write)(struct str *out); /* appends a script for the shell */
};

extern const struct shell shells[];
extern const int shells_count;

#endif
