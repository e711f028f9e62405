/* `compress --sensitivity`: a step on each part of the model alone. */
#ifndef TUI_SENSITIVITY_RUN_H
#define TUI_SENSITIVITY_RUN_H

#include "analyzer/base/progress.h"
#include "analyzer/base/str.h"
#include "tui/options.h"

WARN_UNUSED int sensitivity_command(const struct settings *s, struct str *out, const struct progress *progress, struct err *e);

#endif
