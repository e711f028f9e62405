/* `compress --sensitivity`: a step on each part of the model alone. */
#ifndef TUI_SENSITIVITY_RUN_H
#define TUI_SENSITIVITY_RUN_H

#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"
#include "analyzer/compress/recipe.h"
#include "tui/options.h"

/* The step of --sensitivity; ERR_USAGE unless it is exactly one. The caller frees `out`, also after a failure. */
WARN_UNUSED int sensitivity_step(struct recipe *out, const char *text, struct err *e);

WARN_UNUSED int sensitivity_command(const struct settings *s, struct str *out, const struct progress *progress, struct err *e);

#endif
