/* What was measured of a recipe, as JSON: arrays of numbers, null for what is none. */
#ifndef TUI_SESSION_RESULT_H
#define TUI_SESSION_RESULT_H

#include <jansson.h>

#include "tui/workbench.h"

/* NULL without memory. */
json_t *session_result_json(const struct attempt *x);
/* Into an attempt that has its recipe; false if it is not what the other wrote, and then nothing is known. */
bool session_result_read(struct attempt *x, const json_t *line);

#endif
