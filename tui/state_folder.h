/* Where the program keeps what outlives it: bertscope/ in $XDG_STATE_HOME, else in ~/.local/state. */
#ifndef TUI_STATE_FOLDER_H
#define TUI_STATE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/base/err.h"

enum { STATE_PATH = 1400 };

/* Its name, which ends in a slash; whether it is there or not. */
WARN_UNUSED int state_folder(char out[STATE_PATH], struct err *e);
/* Makes the folders of a path, up to its last slash. */
WARN_UNUSED int state_folder_make(char *path, struct err *e);
/* The path of a new file, PREFIX + time + process + suffix, in the folder, which is made if need be. */
WARN_UNUSED int state_folder_new(char out[STATE_PATH], const char *prefix, const char *suffix, struct err *e);
/* The newest file of such a name that was written before *when (ns); *when becomes its time. False: there is none. */
bool state_folder_newest(char out[STATE_PATH], const char *prefix, const char *suffix, long long *when);

/* Opens a file for this program alone until it is closed; the caller closes *fd. */
WARN_UNUSED int state_folder_lock(int *fd, const char *path, int flags, struct err *e);

#endif
