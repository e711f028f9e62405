/* An alternate stack for the signal handlers of a thread (sigaltstack). The frame of the kernel alone may take more than
 * SIGSTKSZ where the processor has large registers (AMX: 8 KiB of tiles), so its size is asked for
 * (AT_MINSIGSTKSZ). */
#ifndef ANALYZER_BASE_SIGNAL_STACK_H
#define ANALYZER_BASE_SIGNAL_STACK_H

/* For the calling thread, which ends it before it ends itself. A thread that has one keeps it; begin and end may be
 * nested. Without memory there is none: handlers then run on the thread's own stack. */
void signal_stack_begin(void);
void signal_stack_end(void);

#endif
