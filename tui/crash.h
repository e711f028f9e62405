/* What happens when the program crashes: the terminal is given back first, then the version, the build, the step that ran and a call
 * stack are written to stderr, then the signal does what it would have done. */
#ifndef TUI_CRASH_H
#define TUI_CRASH_H

#include <stddef.h>
#include <termios.h>

/* From now on SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT restore `fd`: the bytes are written to it (copied now, at
 * most 1000 are kept) and the modes set. The calling thread is the one that draws: when another crashes it is stopped
 * first (by SIGUSR2). It gets an alternate stack (analyzer/base/signal_stack.h, which other threads need too), so that even a stack that overflowed is reported. */
void crash_arm(int fd, const char *bytes, size_t n, const struct termios *modes);
/* For a program without a screen: from now on these signals, but not SIGBUS (main.c), only say where it crashed. The handlers of sanitizers,
 * which say more, are left alone. */
void crash_watch(void);
/* Back to the handlers that were there before. */
void crash_disarm(void);

#endif
