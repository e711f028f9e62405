#include "analyzer/base/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, int number, struct err *e)
{
    return err_set(e, ERR_IO, "%s cannot be written: %s", path, strerror(number));
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Removes the files of a directory and the directory; it holds no directories. Needs no memory, so that it works when there is none. */
static void remove_dir(const char *path)
{
    union {
        struct dirent64 first;
        char bytes[4096];
    } entries;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : getdents64(fd, &entries, sizeof entries);
    for (; n > 0; n = getdents64(fd, &entries, sizeof entries))
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *d = (const struct dirent64 *)(const void *)(entries.bytes + at);
            at += d->d_reclen;
            if (!is_dots(d->d_name))
                unlinkat(fd, d->d_name, 0);
        }
    if (fd >= 0)
        close(fd);
    rmdir(path);
}

static int check_entries(DIR *dir, const char *path, outdir_ours_fn *ours, struct err *e)
{
    for (const struct dirent *d; (d = readdir(dir));) {
        struct stat st;
        if (is_dots(d->d_name))
            continue;
        bool file = fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISDIR(st.st_mode);
        if (!file || !ours(d->d_name))
            return err_set(e, ERR_IO, "%s would be replaced, but it holds %s, which would be lost; choose another "
                                      "directory", path, d->d_name);
    }
    return 0;
}

int outdir_check(const char *path, outdir_ours_fn *ours, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? 0 : failed(path, errno, e);
    if (!S_ISDIR(st.st_mode))
        return err_set(e, ERR_IO, "%s is there and is no directory", path);
    DIR *dir = opendir(path);
    if (!dir)
        return failed(path, errno, e);
    int code = check_entries(dir, path, ours, e);
    closedir(dir);
    return code;
}

/* The path that will be renamed to: of a link, what it points to. */
static char *plain_path(const char *path)
{
    char *known = realpath(path, NULL), *copy = known ? known : strdup(path);
    size_t n = copy ? strlen(copy) : 0;
    while (n > 1 && copy[n - 1] == '/')
        copy[--n] = '\0';
    return copy;
}

/* Directories that have not been kept or dropped, for outdir_abandon. */
enum { OPEN_MOST = 8 };
static _Atomic(const char *) open_temps[OPEN_MOST];

/* Puts `to` where `from` is. */
static void exchange(const char *from, const char *to)
{
    for (int i = 0; i < OPEN_MOST; i++) {
        const char *expected = from;
        if (atomic_compare_exchange_strong(&open_temps[i], &expected, to))
            return;
    }
}

void outdir_abandon(void)
{
    for (int i = 0; i < OPEN_MOST; i++) {
        const char *temp = atomic_exchange(&open_temps[i], NULL);
        if (temp)
            remove_dir(temp);
    }
}

int outdir_open(struct outdir *out, const char *path, outdir_ours_fn *ours, struct err *e)
{
    *out = (struct outdir){0};
    TRY(outdir_check(path, ours, e));
    out->path = plain_path(path);
    if (!out->path || asprintf(&out->temp, "%s.XXXXXX", out->path) < 0) {
        out->temp = NULL;
        outdir_drop(out);
        return err_set(e, ERR_NOMEM, "no memory for the name of a directory");
    }
    if (mkdtemp(out->temp)) {
        exchange(NULL, out->temp);
        return 0;
    }
    int number = errno;
    free(out->temp);
    out->temp = NULL;
    outdir_drop(out);
    return failed(path, number, e);
}

static int sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int code = fsync(fd) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
    close(fd);
    return code;
}

/* Exchanges the two directories in one step where the file system can, else in two. Afterwards `temp` is the old one. */
static int replace(const struct outdir *d)
{
    if (renameat2(AT_FDCWD, d->temp, AT_FDCWD, d->path, RENAME_EXCHANGE) == 0)
        return 0;
    if (errno == ENOENT)
        return rename(d->temp, d->path);
    char aside[4096];
    if ((size_t)snprintf(aside, sizeof aside, "%s.old", d->temp) >= sizeof aside || rename(d->path, aside) != 0)
        return -1;
    if (rename(d->temp, d->path) != 0) {
        int number = errno;
        (void)!rename(aside, d->path);
        errno = number;
        return -1;
    }
    return rename(aside, d->temp);
}

int outdir_keep(struct outdir *d, outdir_ours_fn *ours, struct err *e)
{
    mode_t mask = umask(0);
    umask(mask);
    int code = outdir_check(d->path, ours, e);
    if (code == 0 && (chmod(d->temp, 0777 & ~mask) != 0 || sync_dir(d->temp) != 0 || replace(d) != 0))
        code = failed(d->path, errno, e);
    outdir_drop(d);
    return code;
}

void outdir_drop(struct outdir *d)
{
    if (d->temp) {
        exchange(d->temp, NULL);
        remove_dir(d->temp);
    }
    free(d->temp);
    free(d->path);
    *d = (struct outdir){0};
}
