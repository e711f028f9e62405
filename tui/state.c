#include "tui/state.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int state_folder(char *out, size_t size, struct err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n;
    if (state && *state == '/')
        n = snprintf(out, size, "%s/bertscope/", state);
    else if (home && *home)
        n = snprintf(out, size, "%s/.local/state/bertscope/", home);
    else
        return err_set(e, ERR_USAGE, "there is no place for what is remembered: neither XDG_STATE_HOME nor HOME is set");
    return n < (int)size ? 0 : err_set(e, ERR_USAGE, "the folder of what is remembered has too long a name");
}

int state_make(char *path, struct err *e)
{
    for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        bool failed = mkdir(path, 0700) != 0 && errno != EEXIST;
        *at = '/';
        if (failed)
            return err_set(e, ERR_IO, "%s could not be made: %s", path, strerror(errno));
    }
    return 0;
}
