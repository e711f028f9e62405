#include "analyzer/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, data, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        data += done;
        n -= (size_t)done;
    }
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1; /* pipes and devices cannot be synced */
}

/* A device or a pipe cannot be replaced by a file: it is written to. */
static int write_special(const char *path, const void *data, size_t n, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
    int failed = write_all(fd, data, n) != 0, saved = errno;
    close(fd);
    return failed ? err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(saved)) : 0;
}

/* Writes a new file beside `path` and puts it in its place. */
static int replace(const char *path, const void *data, size_t n, struct err *e)
{
    char temp[4096];
    if ((size_t)snprintf(temp, sizeof temp, "%s.XXXXXX", path) >= sizeof temp)
        return err_set(e, ERR_IO, "%s: the name is too long", path);
    int fd = mkstemp(temp);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    int failed = write_all(fd, data, n) != 0 || fchmod(fd, 0666 & ~mask) != 0;
    int saved = errno;
    if (close(fd) != 0 && !failed) {
        failed = 1;
        saved = errno;
    }
    if (!failed && rename(temp, path) != 0) {
        failed = 1;
        saved = errno;
    }
    if (!failed)
        return 0;
    unlink(temp);
    return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(saved));
}

int outfile_write(const char *path, const void *data, size_t n, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return replace(path, data, n, e);
    if (S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s cannot be written: it is a directory", path);
    if (!S_ISREG(st.st_mode))
        return write_special(path, data, n, e);
    char *target = realpath(path, NULL); /* a link stays, what it points to is replaced */
    int code = target ? replace(target, data, n, e)
                      : err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(errno));
    free(target);
    return code;
}
