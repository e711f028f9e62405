#include "analyzer/measure/interrupts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static pid_t this_thread(void)
{
    return (pid_t)syscall(SYS_gettid);
}

const char *interrupt_clock_name(enum interrupt_clock c)
{
    return c == INTERRUPT_TASK ? "task-clock" : "cpu-timer";
}

/* ---- the clock of the task ----------------------------------------------------------------------------------- */

static int open_event(int64_t period_ns, bool kernel)
{
    struct perf_event_attr a = {.type = PERF_TYPE_SOFTWARE, .size = sizeof a, .config = PERF_COUNT_SW_TASK_CLOCK,
                                .sample_period = (uint64_t)period_ns, .wakeup_events = 1, .disabled = 1, .exclude_kernel = !kernel,
                                .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &a, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* Who may not look into the kernel leaves out what falls there. */
static int begin_task(struct interrupts *x, int number)
{
    struct f_owner_ex owner = {F_OWNER_TID, this_thread()};
    x->file = open_event(x->period_ns, true);
    if (x->file < 0 && (errno == EACCES || errno == EPERM))
        x->file = open_event(x->period_ns, false);
    if (x->file < 0)
        return errno;
    if (fcntl(x->file, F_SETFL, O_ASYNC) == 0 && fcntl(x->file, F_SETSIG, number) == 0 && fcntl(x->file, F_SETOWN_EX, &owner) == 0)
        return 0;
    int failure = errno;
    close(x->file);
    return failure;
}

/* ---- timers -------------------------------------------------------------------------------------------------- */

static int begin_timer(struct interrupts *x, int number)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = number};
    event.sigev_notify_thread_id = this_thread();
    return timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &x->timer) == 0 ? 0 : errno;
}

static struct timespec time_of(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static void run_timer(struct interrupts *x, bool on, double phase)
{
    struct itimerspec t = {.it_value = {0}};
    if (on) {
        t.it_interval = time_of(x->period_ns);
        t.it_value = time_of(1 + (int64_t)(phase * (double)(x->period_ns - 1)));
    }
    timer_settime(x->timer, 0, &t, NULL);
}

/* ---- either -------------------------------------------------------------------------------------------------- */

int interrupts_begin(struct interrupts *out, enum interrupt_clock clock, int signal_number, int64_t period_ns)
{
    *out = (struct interrupts){.clock = clock, .file = -1, .period_ns = period_ns};
    int failure = clock == INTERRUPT_TASK ? begin_task(out, signal_number) : begin_timer(out, signal_number);
    out->begun = failure == 0;
    return failure;
}

void interrupts_run(struct interrupts *x, bool on, double phase)
{
    if (x->begun && x->clock == INTERRUPT_TASK)
        ioctl(x->file, on ? PERF_EVENT_IOC_ENABLE : PERF_EVENT_IOC_DISABLE, 0);
    else if (x->begun)
        run_timer(x, on, phase);
}

void interrupts_end(struct interrupts *x)
{
    if (x->begun && x->clock == INTERRUPT_TASK)
        close(x->file);
    else if (x->begun)
        timer_delete(x->timer);
    x->begun = false;
}

uint64_t interrupts_seen(const struct interrupts *x, int code, int file, int overrun)
{
    if (x->clock == INTERRUPT_TASK)
        return code > 0 && file == x->file;
    return code != SI_TIMER ? 0 : overrun > 0 ? 1 + (uint64_t)overrun : 1;
}

uint64_t interrupts_due(const struct interrupts *x)
{
    uint64_t ns;
    if (!x->begun || x->clock != INTERRUPT_TASK || read(x->file, &ns, sizeof ns) != sizeof ns)
        return 0;
    return ns / (uint64_t)x->period_ns;
}
