#include "tui/crash.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/base/signal_stack.h"
#include "analyzer/base/str.h"
#include "analyzer/measure/stacks.h"

enum { RESTORE_BYTES = 1000, TRACE_SECONDS = 5, PARK_MS = 100, PARK = SIGUSR2 };

static const struct {
    int number;
    const char *text;
} crashes[] = {
    {SIGSEGV, "SIGSEGV, an invalid memory access"},
    {SIGBUS, "SIGBUS, memory that could not be read (was a model file cut while it was open?)"},
    {SIGFPE, "SIGFPE, an impossible calculation"},
    {SIGILL, "SIGILL, an instruction this CPU does not know"},
    {SIGABRT, "SIGABRT, the program gave up"},
};
enum { CRASHES = sizeof crashes / sizeof crashes[0] };

/* Everything the handler needs, prepared beforehand. */
static struct {
    int fd;
    char bytes[RESTORE_BYTES];
    size_t n;
    struct termios modes;
    struct sigaction before[CRASHES], before_park;
    void (*no_memory)(void); /* as it was before, see str.h */
    pthread_t drawing; /* the thread that draws */
} prepared;

static atomic_bool crashing, parked;

static void put(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);
        if (done <= 0)
            return;
        text += done;
        n -= (size_t)done;
    }
}

static void explain(int number)
{
    static const char head[] = "bertscope: crashed (", tail[] = "); this is a fault of the program. It was here:\n";
    put(STDERR_FILENO, head, sizeof head - 1);
    for (int i = 0; i < CRASHES; i++)
        if (crashes[i].number == number)
            put(STDERR_FILENO, crashes[i].text, strlen(crashes[i].text));
    put(STDERR_FILENO, tail, sizeof tail - 1);
}

/* The thread that draws waits here for the end. */
static void on_park(int number)
{
    (void)number;
    atomic_store(&parked, true);
    for (;;)
        pause();
}

/* Stops the thread that draws, which may be in the middle of it; not for long if it does not listen. */
static void park_drawing(void)
{
    struct timespec ms = {.tv_nsec = 1000000};
    if (pthread_equal(pthread_self(), prepared.drawing) || pthread_kill(prepared.drawing, PARK) != 0)
        return;
    for (int i = 0; i < PARK_MS && !atomic_load(&parked); i++)
        nanosleep(&ms, NULL);
}

/* Only async-signal-safe calls until the terminal is given back. The stack trace comes after that, under an alarm,
 * because it may meet what broke the program. */
static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)info;
    if (atomic_exchange(&crashing, true))
        for (;;)
            pause(); /* another thread is already at it */
    park_drawing();
    put(prepared.fd, prepared.bytes, prepared.n);
    tcsetattr(prepared.fd, TCSANOW, &prepared.modes);
    signal(SIGALRM, SIG_DFL);
    alarm(TRACE_SECONDS);
    explain(number);
    stacks_write(STDERR_FILENO, context);
    signal(number, SIG_DFL);
    raise(number); /* blocked until the handler returns */
}

void crash_arm(int fd, const char *bytes, size_t n, const struct termios *modes)
{
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    struct sigaction park = {.sa_handler = on_park};
    prepared.no_memory = str_no_memory;
    str_no_memory = NULL; /* it aborts, and the terminal is given back */
    prepared.fd = fd;
    prepared.n = n < RESTORE_BYTES ? n : RESTORE_BYTES;
    memcpy(prepared.bytes, bytes, prepared.n);
    prepared.modes = *modes;
    prepared.drawing = pthread_self();
    signal_stack_begin();
    sigaction(PARK, &park, &prepared.before_park);
    sigfillset(&action.sa_mask);
    sigdelset(&action.sa_mask, SIGALRM);
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i].number, &action, &prepared.before[i]);
}

void crash_disarm(void)
{
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i].number, &prepared.before[i], NULL);
    sigaction(PARK, &prepared.before_park, NULL);
    str_no_memory = prepared.no_memory;
    signal_stack_end();
}
