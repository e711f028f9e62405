#include "analyzer/base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, int number, struct err *e)
{
    return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(number));
}

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
    return 0;
}

/* A new file beside the one that it will replace. */
static int open_temp(struct outfile *f, struct err *e)
{
    if (asprintf(&f->temp, "%s.XXXXXX", f->path) < 0) {
        f->temp = NULL;
        return err_set(e, ERR_NOMEM, "no memory for the name of a file");
    }
    f->fd = mkstemp(f->temp);
    if (f->fd >= 0)
        return 0;
    int number = errno;
    free(f->temp);
    f->temp = NULL;
    return failed(f->path, number, e);
}

static int open_path(struct outfile *f, const char *path, struct err *e)
{
    struct stat st;
    bool there = stat(path, &st) == 0;
    if (there && S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s cannot be written: it is a directory", path);
    bool special = there && !S_ISREG(st.st_mode);
    f->path = there && !special ? realpath(path, NULL) : strdup(path); /* a link stays */
    if (!f->path)
        return failed(path, errno, e);
    if (!special)
        return open_temp(f, e);
    f->fd = open(path, O_WRONLY | O_CLOEXEC);
    return f->fd < 0 ? failed(path, errno, e) : 0;
}

int outfile_open(struct outfile *out, const char *path, struct err *e)
{
    *out = (struct outfile){.fd = -1};
    int code = open_path(out, path, e);
    if (code != 0)
        outfile_drop(out);
    return code;
}

int outfile_add(struct outfile *f, const void *data, size_t n, struct err *e)
{
    return write_all(f->fd, data, n) == 0 ? 0 : failed(f->path, errno, e);
}

/* Everything on the disk, with the rights that a new file has. Pipes and devices cannot be synced. */
static int settle(const struct outfile *f)
{
    mode_t mask = umask(0);
    umask(mask);
    if (f->temp && fchmod(f->fd, 0666 & ~mask) != 0)
        return -1;
    return fsync(f->fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

int outfile_keep(struct outfile *f, struct err *e)
{
    int code = settle(f) == 0 ? 0 : failed(f->path, errno, e);
    int fd = f->fd;
    f->fd = -1;
    if (close(fd) != 0 && code == 0)
        code = failed(f->path, errno, e);
    if (code == 0 && f->temp && rename(f->temp, f->path) != 0)
        code = failed(f->path, errno, e);
    if (code == 0) {
        free(f->temp);
        f->temp = NULL;
    }
    outfile_drop(f);
    return code;
}

void outfile_drop(struct outfile *f)
{
    if (f->fd >= 0)
        close(f->fd);
    if (f->temp)
        unlink(f->temp);
    free(f->temp);
    free(f->path);
    *f = (struct outfile){.fd = -1};
}

int outfile_write(const char *path, const void *data, size_t n, struct err *e)
{
    struct outfile f;
    TRY(outfile_open(&f, path, e));
    int code = outfile_add(&f, data, n, e);
    if (code == 0)
        return outfile_keep(&f, e);
    outfile_drop(&f);
    return code;
}
