#include "analyzer/base/outfile.h"

#include <errno.h>
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
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

int outfile_write(const char *path, const void *data, size_t n, struct err *e)
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
