/* The real program at a terminal of our own: a pseudo terminal whose other end feeds a vt. Between test and program
 * stands a small shell, so that job control is as it is in life: it puts the program into the foreground, takes the
 * terminal back when the program stops or ends, and says which. */
#ifndef TESTS_PTY_SESSION_H
#define TESTS_PTY_SESSION_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "analyzer/base/str.h"
#include "tests/pty/vt.h"

/* Longest wait for anything; machines that test may be slow. */
enum { SESSION_PATIENCE_MS = 60000 };

struct session {
    pid_t shell, program;
    int master, terminal; /* the terminal is kept open, so that its modes can be read when the program is gone */
    int events, orders;   /* pipes from and to the shell */
    struct vt *vt;
    struct str bytes; /* everything the program wrote */
    struct termios before;
};

/* Starts the program with the arguments (NULL at the end) in a window. `environment`: "NAME=value" or "NAME" (unset),
 * NULL at the end; TERM is xterm-256color and the locale C.UTF-8 unless said otherwise. */
void session_start(struct session *s, int columns, int rows, const char *const *environment,
                   const char *const *arguments);

void session_send(struct session *s, const char *bytes);
/* Takes in what the program writes, waiting for it for so long at most. */
void session_take(struct session *s, int ms);
void session_resize(struct session *s, int columns, int rows);
void session_signal(struct session *s, int number);
/* Closes the window. */
void session_hang_up(struct session *s);

/* Milliseconds until the text was seen (or, `gone`, was not seen any more); -1 if it never was. */
double session_see(struct session *s, const char *text);
double session_see_gone(struct session *s, const char *text);
double session_see_any(struct session *s, const char *const *text); /* NULL at the end */

/* Of everything the program wrote: whether it is ASCII, and how often it set one of 16 colours, or one of more. */
bool session_is_ascii(const struct session *s);
struct session_colours {
    int few, many;
};
struct session_colours session_colours(const struct session *s);

/* Wait status (as of waitpid) when the program stopped or ended; -1 if it did not. */
int session_wait(struct session *s);
/* Puts a stopped program into the foreground again. */
void session_continue(struct session *s);

/* True if modes, screen, cursor and mouse of the terminal are as before; says what is not. */
bool session_given_back(struct session *s);

/* Ends whatever still runs. */
void session_end(struct session *s);

#endif
