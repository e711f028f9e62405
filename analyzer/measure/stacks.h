/* The call stack of a thread, as text or as addresses. */
#ifndef ANALYZER_MEASURE_STACKS_H
#define ANALYZER_MEASURE_STACKS_H

#include <stdbool.h>
#include <stdint.h>

/* False if the program was built without libunwind: stacks_write then writes one line that says so. */
bool stacks_available(void);

/* Writes a line a frame to the file descriptor, the innermost first: number, function and offset, and the address
 * inside the program, which addr2line wants. At most 64 frames.
 *
 * `context`: what a signal handler got as its third argument, to begin at the interrupted place; NULL = the caller.
 *
 * Made for signal handlers after a crash: it does not allocate and calls nothing but write() and libunwind, which
 * reads tables that the crash may have damaged. So whatever matters more (the terminal) is to be done before. */
void stacks_write(int fd, void *context);

/* The addresses on the stack of an interrupted place, the innermost first, into pc[most]; those of callers are inside the call
 * instruction. Returns how many; *whole says whether the outermost was reached. Calls nothing but libunwind; once stacks_prepare was
 * called in the thread that costs some tenths of a microsecond for a stack whose addresses were seen before, else some microseconds. 0
 * without libunwind. */
int stacks_walk(void *context, uintptr_t *pc, int most, bool *whole);
/* Lets libunwind find and cache what it needs, in the calling thread. */
void stacks_prepare(void);

#endif
