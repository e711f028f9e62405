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
#include "analyzer/run/exec.h"
#include "analyzer/run/op.h"
#include "tui/build_id.h"

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
    const char *build;
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

static void say(const char *text)
{
    put(STDERR_FILENO, text, strlen(text));
}

static void say_step(const struct step *s)
{
    if (!s) {
        say("no step of a model ran");
        return;
    }
    char digits[12], *layer = digits + sizeof digits - 1;
    *layer = '\0';
    for (int i = s->layer; i > 0 || (i == 0 && !*layer); i /= 10)
        *--layer = (char)('0' + i % 10);
    say("in the step \"");
    say(s->layer >= 0 ? "layer " : "");
    say(layer);
    say(s->layer >= 0 ? ": " : "");
    say(s->label);
    say("\", operation ");
    say(s->op->name);
}

static void explain(int number)
{
    say("bertscope: crashed (");
    for (int i = 0; i < CRASHES; i++)
        if (crashes[i].number == number)
            say(crashes[i].text);
    say("); this is a fault of the program.\n  version " PACKAGE_VERSION ", build ");
    say(prepared.build);
    say(", ");
    say_step(exec_current());
    say(". It was here:\n");
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
    if (prepared.fd >= 0) {
        put(prepared.fd, prepared.bytes, prepared.n);
        tcsetattr(prepared.fd, TCSANOW, &prepared.modes);
    }
    signal(SIGALRM, SIG_DFL);
    alarm(TRACE_SECONDS);
    explain(number);
    stacks_write(STDERR_FILENO, context);
    signal(number, SIG_DFL);
    raise(number); /* blocked until the handler returns */
}

static void take_signals(bool bus, struct sigaction *before)
{
    struct sigaction action = {.sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    sigdelset(&action.sa_mask, SIGALRM);
    for (int i = 0; i < CRASHES; i++)
        if (bus || crashes[i].number != SIGBUS)
            sigaction(crashes[i].number, &action, before ? &before[i] : NULL);
}

void crash_watch(void)
{
#ifndef SANITIZED
    struct sigaction park = {.sa_handler = on_park};
    prepared.fd = -1;
    prepared.drawing = pthread_self();
    prepared.build = build_id();
    signal_stack_begin();
    sigaction(PARK, &park, NULL);
    take_signals(false, NULL);
#endif
}

void crash_arm(int fd, const char *bytes, size_t n, const struct termios *modes)
{
    struct sigaction park = {.sa_handler = on_park};
    prepared.no_memory = str_no_memory;
    str_no_memory = NULL; /* it aborts, and the terminal is given back */
    prepared.fd = fd;
    prepared.n = n < RESTORE_BYTES ? n : RESTORE_BYTES;
    memcpy(prepared.bytes, bytes, prepared.n);
    prepared.modes = *modes;
    prepared.drawing = pthread_self();
    prepared.build = build_id();
    signal_stack_begin();
    sigaction(PARK, &park, &prepared.before_park);
    take_signals(true, prepared.before);
}

void crash_disarm(void)
{
    for (int i = 0; i < CRASHES; i++)
        sigaction(crashes[i].number, &prepared.before[i], NULL);
    sigaction(PARK, &prepared.before_park, NULL);
    str_no_memory = prepared.no_memory;
    prepared.fd = -1;
    prepared.n = 0;
    signal_stack_end();
}
