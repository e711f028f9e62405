#include "analyzer/base/signal_stack.h"

#include <signal.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/mman.h>

enum { OWN_STACK = 64 * 1024 };

static _Thread_local char *stack;
static _Thread_local int users;

static size_t stack_bytes(void)
{
    return (size_t)getauxval(AT_MINSIGSTKSZ) + (size_t)SIGSTKSZ + OWN_STACK;
}

void signal_stack_begin(void)
{
    stack_t before;
    if (users++ > 0 || sigaltstack(NULL, &before) != 0 || !(before.ss_flags & SS_DISABLE))
        return;
    size_t n = stack_bytes();
    char *memory = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    stack_t s = {.ss_sp = memory, .ss_size = n};
    if (memory == MAP_FAILED)
        return;
    if (sigaltstack(&s, NULL) == 0)
        stack = memory;
    else
        munmap(memory, n);
}

void signal_stack_end(void)
{
    stack_t off = {.ss_flags = SS_DISABLE};
    if (--users > 0 || !stack)
        return;
    sigaltstack(&off, NULL);
    munmap(stack, stack_bytes());
    stack = NULL;
}
