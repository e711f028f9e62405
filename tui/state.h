/* The folder of what the program remembers from one session to the next: bertscope/ in $XDG_STATE_HOME, else in ~/.local/state. */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include <stddef.h>

#include "analyzer/base/err.h"

/* Its path, which ends in a slash; ERR_USAGE where the environment names none. */
WARN_UNUSED int state_folder(char *out, size_t size, struct err *e);
/* Makes the folders of a path, up to its last slash. */
WARN_UNUSED int state_make(char *path, struct err *e);

#endif
