#include "tui/state_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_BYTES = 100 }; /* of a file in the folder */

int state_folder(char out[STATE_PATH], struct err *e)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int n, size = STATE_PATH - NAME_BYTES;
    if (state && *state == '/')
        n = snprintf(out, (size_t)size, "%s/bertscope/", state);
    else if (home && *home)
        n = snprintf(out, (size_t)size, "%s/.local/state/bertscope/", home);
    else
        return err_set(e, ERR_USAGE, "there is no place for what is remembered: neither XDG_STATE_HOME nor HOME is set");
    return n < size ? 0 : err_set(e, ERR_USAGE, "the folder of what is remembered has too long a name");
}

int state_folder_make(char *path, struct err *e)
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

int state_folder_new(char out[STATE_PATH], const char *prefix, const char *suffix, struct err *e)
{
    struct timespec now;
    TRY(state_folder(out, e));
    TRY(state_folder_make(out, e));
    clock_gettime(CLOCK_REALTIME, &now);
    size_t n = strlen(out);
    snprintf(out + n, STATE_PATH - n, "%s%lld.%09ld-%ld%s", prefix, (long long)now.tv_sec, now.tv_nsec, (long)getpid(), suffix);
    return 0;
}

static bool is_named(const char *name, const char *prefix, const char *suffix)
{
    size_t n = strlen(name), before = strlen(prefix), behind = strlen(suffix);
    return strncmp(name, prefix, before) == 0 && n > before + behind && n < NAME_BYTES && strcmp(name + n - behind, suffix) == 0;
}

bool state_folder_newest(char out[STATE_PATH], const char *prefix, const char *suffix, long long *when)
{
    char dir[STATE_PATH];
    struct err ignored;
    long long before = *when;
    if (state_folder(dir, &ignored) != 0)
        return false;
    DIR *d = opendir(dir);
    bool found = false;
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;) {
        char at[STATE_PATH + 300];
        struct stat st;
        if (!is_named(entry->d_name, prefix, suffix))
            continue;
        snprintf(at, sizeof at, "%s%s", dir, entry->d_name);
        if (stat(at, &st) != 0)
            continue;
        long long ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
        if (ns < before && (!found || ns > *when)) {
            found = true;
            *when = ns;
            strcpy(out, at);
        }
    }
    if (d)
        closedir(d);
    return found;
}

int state_folder_lock(int *fd, const char *path, int flags, struct err *e)
{
    *fd = open(path, flags | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0 && flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    int failed = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    return err_set(e, ERR_IO, "%s could not be opened: %s", path, strerror(failed));
}
