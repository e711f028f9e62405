#include "analyzer/base/filemap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map_fd(struct filemap *out, int fd, const char *path, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_IO, "%s is not a regular file", path);
    if (st.st_size == 0)
        return 0;
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED)
        return err_set(e, ERR_IO, "%s could not be mapped: %s", path, strerror(errno));
    out->data = p;
    out->size = (size_t)st.st_size;
    return 0;
}

int filemap_open(struct filemap *out, const char *path, struct err *e)
{
    *out = (struct filemap){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    int code = map_fd(out, fd, path, e);
    close(fd);
    return code;
}

int filemap_copy(struct filemap *out, const void *bytes, size_t n, struct err *e)
{
    *out = (struct filemap){0};
    if (n == 0)
        return 0;
    void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return err_set(e, ERR_NOMEM, "no memory for %zu bytes", n);
    memcpy(p, bytes, n);
    out->data = p;
    out->size = n;
    return 0;
}

void filemap_drop(const struct filemap *m, const void *p, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = (uintptr_t)p, to = from + bytes;
    uintptr_t low = (uintptr_t)m->data, high = low + m->size;
    if (!m->data || from < low || to > high || to < from)
        return;
    from = (from + page - 1) / page * page; /* pages shared with a neighbour stay */
    to = to / page * page;
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_DONTNEED);
}

void filemap_close(struct filemap *m)
{
    if (m->data)
        munmap((void *)m->data, m->size);
    *m = (struct filemap){0};
}
