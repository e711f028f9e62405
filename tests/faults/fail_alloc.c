/* A library to be preloaded: allocation number FAIL_AT of the program fails, the others do not. Counted are those that the program and
 * the libraries of its choice ask for, but not those of the loader, of the threads' runtime and of the terminal, which end a program
 * in their own ways. At the end the number of counted allocations is written to the file FAIL_COUNT. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t align, size_t n);

struct json_t;
struct json_t *json_loadb(const char *text, size_t n, size_t flags, void *error);
struct json_t *json_loads(const char *text, size_t flags, void *error);

static atomic_long count;
static long fail_at = -1;
static _Thread_local bool inside;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_AT");
    fail_at = text ? atol(text) : 0;
    atomic_store(&count, 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAIL_COUNT");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    char text[32];
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&count));
    (void)!write(fd, text, (size_t)n);
    close(fd);
}

/* jansson 2.14 ends the program by an assertion when memory ends while it reads, so what it asks for then does not count. */
struct json_t *json_loadb(const char *text, size_t n, size_t flags, void *error)
{
    struct json_t *(*real)(const char *, size_t, size_t, void *);
    bool before = inside;
    inside = true;
    *(void **)&real = dlsym(RTLD_NEXT, "json_loadb");
    struct json_t *value = real(text, n, flags, error);
    inside = before;
    return value;
}

struct json_t *json_loads(const char *text, size_t flags, void *error)
{
    return json_loadb(text, strlen(text), flags, error);
}

/* Whether the code at `caller` is one whose allocations count. */
static bool counted(const void *caller)
{
    static const char *const others[] = {"libgomp", "libomp", "ld-linux", "libncurses", "libtinfo", "libpapi", "libopenblas", "libgfortran"};
    Dl_info info;
    if (fail_at < 0 || inside)
        return false;
    inside = true;
    bool known = dladdr(caller, &info) && info.dli_fname;
    inside = false;
    for (size_t i = 0; known && i < sizeof others / sizeof *others; i++)
        if (strstr(info.dli_fname, others[i]))
            return false;
    return known;
}

static bool fails(const void *caller)
{
    if (!counted(caller) || atomic_fetch_add(&count, 1) + 1 != fail_at)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}

int posix_memalign(void **out, size_t align, size_t n)
{
    if (fails(__builtin_return_address(0)))
        return ENOMEM;
    *out = __libc_memalign(align, n);
    return *out ? 0 : ENOMEM;
}

void *aligned_alloc(size_t align, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(align, n);
}
