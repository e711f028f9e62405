#define UNW_LOCAL_ONLY
#include "analyzer/measure/stacks.h"

#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBUNWIND
#include <libunwind.h>
#endif

/* Text that is put together without stdio, which is not for signal handlers. */
struct line {
    char text[256];
    size_t n;
};

static void add(struct line *l, const char *s)
{
    size_t n = strlen(s), room = sizeof l->text - l->n;
    n = n < room ? n : room;
    memcpy(l->text + l->n, s, n);
    l->n += n;
}

static void write_line(int fd, struct line *l)
{
    size_t done = 0;
    if (l->n == sizeof l->text)
        l->n--;
    l->text[l->n++] = '\n';
    while (done < l->n) {
        ssize_t n = write(fd, l->text + done, l->n - done);
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

#ifdef HAVE_LIBUNWIND

enum { MAX_FRAMES = 64 };

/* Where the program itself lies; set by the linker. */
extern const char __executable_start[], etext[];

static void add_number(struct line *l, uint64_t v, unsigned base)
{
    char digits[24];
    size_t i = sizeof digits - 1;
    digits[i] = '\0';
    do
        digits[--i] = "0123456789abcdef"[v % base];
    while (v /= base);
    add(l, base == 16 ? "0x" : "");
    add(l, digits + i);
}

static void write_frame(int fd, int number, unw_cursor_t *cursor)
{
    struct line l = {.n = 0};
    char name[128];
    unw_word_t ip = 0, offset = 0;
    unw_get_reg(cursor, UNW_REG_IP, &ip);
    add(&l, "  #");
    add_number(&l, (uint64_t)number, 10);
    add(&l, " ");
    int code = unw_get_proc_name(cursor, name, sizeof name, &offset);
    if (code == 0 || code == -UNW_ENOMEM) { /* ENOMEM: a long name was cut */
        add(&l, name);
        add(&l, "+");
        add_number(&l, offset, 16);
    } else {
        add(&l, "?");
    }
    uint64_t start = (uint64_t)(uintptr_t)__executable_start, end = (uint64_t)(uintptr_t)etext;
    add(&l, " (");
    if (ip >= start && ip < end) {
        add(&l, "bertscope+");
        ip -= start;
    }
    add_number(&l, ip, 16);
    add(&l, ")");
    write_line(fd, &l);
}

bool stacks_available(void)
{
    return true;
}

void stacks_write(int fd, void *context)
{
    unw_context_t here;
    unw_cursor_t cursor;
    int code;
    if (context) {
        code = unw_init_local2(&cursor, context, UNW_INIT_SIGNAL_FRAME);
    } else {
        unw_getcontext(&here);
        code = unw_init_local(&cursor, &here);
    }
    for (int i = 0; code == 0 && i < MAX_FRAMES; i++) {
        write_frame(fd, i, &cursor);
        if (unw_step(&cursor) <= 0)
            break;
    }
}

enum { OWN_FRAMES = 16 }; /* of the handler, at most */

/* Where the stack of this thread begins; 0 = not prepared. */
static _Thread_local uintptr_t bottom;

/* Frame by frame, which looks up how every frame is laid out; the cursor is at the interrupted place. */
static int step_by_step(unw_cursor_t *cursor, uintptr_t *pc, int most, bool *whole)
{
    unw_word_t ip;
    int n = 0, more = 1;
    while (more > 0 && n < most && unw_get_reg(cursor, UNW_REG_IP, &ip) == 0 && ip != 0) {
        pc[n] = (uintptr_t)ip - (n > 0);
        n++;
        more = unw_step(cursor);
    }
    *whole = n > 0 && more == 0;
    return n;
}

/* unw_backtrace remembers how it came over an address, which is many times as fast. It begins in the handler and does not say whether it
 * came to the end: 0 frames unless it did. */
static int at_once(uintptr_t start, uintptr_t *pc, int most)
{
    void *frame[OWN_FRAMES + 256];
    int want = most < 256 ? most + OWN_FRAMES : OWN_FRAMES + 256, n = unw_backtrace(frame, want), first = 0, depth = 0;
    while (first < n && (uintptr_t)frame[first] != start)
        first++;
    if (first == n || bottom == 0 || (uintptr_t)frame[n - 1] != bottom || n - first > most)
        return 0;
    for (; first < n; first++, depth++)
        pc[depth] = (uintptr_t)frame[first] - (depth > 0);
    return depth;
}

int stacks_walk(void *context, uintptr_t *pc, int most, bool *whole)
{
    unw_cursor_t cursor;
    unw_word_t ip;
    *whole = false;
    if (unw_init_local2(&cursor, context, UNW_INIT_SIGNAL_FRAME) != 0 || unw_get_reg(&cursor, UNW_REG_IP, &ip) != 0)
        return 0;
    int n = at_once((uintptr_t)ip, pc, most);
    *whole = n > 0;
    return n > 0 ? n : step_by_step(&cursor, pc, most, whole);
}

void stacks_prepare(void)
{
    unw_context_t here;
    unw_cursor_t cursor;
    unw_word_t ip;
    void *frame[256];
    unw_set_caching_policy(unw_local_addr_space, UNW_CACHE_PER_THREAD);
    unw_getcontext(&here);
    bottom = 0;
    if (unw_init_local(&cursor, &here) != 0)
        return;
    int more;
    while ((more = unw_step(&cursor)) > 0)
        if (unw_get_reg(&cursor, UNW_REG_IP, &ip) == 0 && ip != 0)
            bottom = (uintptr_t)ip;
    int n = unw_backtrace(frame, 256);
    if (more < 0 || n == 0 || (uintptr_t)frame[n - 1] != bottom)
        bottom = 0;
}

#else

bool stacks_available(void)
{
    return false;
}

void stacks_write(int fd, void *context)
{
    struct line l = {.n = 0};
    (void)context;
    add(&l, "  (no call stack: this program was built without libunwind)");
    write_line(fd, &l);
}

int stacks_walk(void *context, uintptr_t *pc, int most, bool *whole)
{
    (void)context, (void)pc, (void)most;
    *whole = false;
    return 0;
}

void stacks_prepare(void)
{
}

#endif
