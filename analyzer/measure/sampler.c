#include "analyzer/measure/sampler.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/signal_stack.h"
#include "analyzer/measure/stacks.h"
#include "analyzer/run/part.h"

enum { SIGNAL = SIGPROF, HEAD_WORDS = 2, TYPICAL_WORDS = 24, LEAST_WORDS = 256, MOST_WORDS = 8 << 20 };

/* What one thread was seen doing: samples of HEAD_WORDS words and their addresses. Written by the handler in that thread. */
struct ring {
    const atomic_int *mark;
    uintptr_t *word; /* [room]; owned */
    size_t used, room;
    struct sampler_counts counts;
    uint64_t signals;
    struct interrupts interrupts;
    sigset_t before; /* what the thread blocked */
    int failure; /* errno of what should interrupt it */
};

/* That of the thread; NULL = nobody looks at it. */
static _Thread_local struct ring *mine;

struct sampler {
    int threads;
    enum interrupt_clock clock;
    int64_t period_ns;
    struct ring *ring; /* [threads]; owned */
    struct sigaction before;
    bool stopped;
};

/* ---- the handler --------------------------------------------------------------------------------------------- */

static void keep(struct ring *r, int mark, void *context)
{
    uintptr_t pc[SAMPLER_DEPTH];
    bool whole;
    int depth = stacks_walk(context, pc, SAMPLER_DEPTH, &whole);
    if (r->room - r->used < HEAD_WORDS + (size_t)depth) {
        r->counts.lost++;
        return;
    }
    r->word[r->used] = (uintptr_t)mark;
    r->word[r->used + 1] = (uintptr_t)depth << 1 | whole;
    memcpy(r->word + r->used + HEAD_WORDS, pc, (size_t)depth * sizeof *pc);
    r->used += HEAD_WORDS + (size_t)depth;
    r->counts.taken++;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)number;
    struct ring *r = mine;
    uint64_t seen = r ? interrupts_seen(&r->interrupts, info->si_code, info->si_fd, info->si_overrun) : 0;
    if (seen == 0)
        return;
    int mark = atomic_load_explicit(r->mark, memory_order_relaxed);
    r->signals++;
    if (mark != 0) {
        r->counts.merged += seen - 1;
        keep(r, mark, context);
    }
    errno = saved;
}

/* ---- threads ------------------------------------------------------------------------------------------------- */

/* In the thread that is to be looked at. */
static void begin_thread(const struct sampler *s, struct ring *r)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGNAL);
    signal_stack_begin();
    stacks_prepare();
    pthread_sigmask(SIG_UNBLOCK, &ours, &r->before);
    mine = r;
    r->failure = interrupts_begin(&r->interrupts, s->clock, SIGNAL, s->period_ns);
}

/* Signals that came while one waited are known by the time that passed. */
static void end_thread(struct ring *r)
{
    uint64_t due = interrupts_due(&r->interrupts);
    if (due > r->signals)
        r->counts.merged += due - r->signals;
    interrupts_end(&r->interrupts);
    mine = NULL;
    pthread_sigmask(SIG_SETMASK, &r->before, NULL);
    signal_stack_end();
}

static int make_rings(struct sampler *s, int hz, double seconds, const atomic_int *mark, struct err *e)
{
    double words = 1.25 * hz * seconds * TYPICAL_WORDS;
    size_t room = words < LEAST_WORDS ? LEAST_WORDS : words > MOST_WORDS ? MOST_WORDS : (size_t)words;
    s->ring = calloc((size_t)s->threads, sizeof *s->ring);
    for (int i = 0; s->ring && i < s->threads; i++) {
        s->ring[i] = (struct ring){.mark = mark, .word = malloc(room * sizeof(uintptr_t)), .room = room};
        if (!s->ring[i].word)
            return err_set(e, ERR_NOMEM, "no memory for samples of %d threads", s->threads);
        memset(s->ring[i].word, 0, room * sizeof(uintptr_t)); /* so that the handler meets no new page */
    }
    return s->ring ? 0 : err_set(e, ERR_NOMEM, "no memory for samples of %d threads", s->threads);
}

/* Whether every thread has its clock. */
static bool begin_threads(struct sampler *s)
{
    bool all = true;
#pragma omp parallel num_threads(s->threads)
    begin_thread(s, &s->ring[part_thread()]);
    for (int i = 0; i < s->threads; i++)
        all = all && s->ring[i].interrupts.begun;
    return all;
}

static void end_threads(struct sampler *s)
{
#pragma omp parallel num_threads(s->threads)
    end_thread(&s->ring[part_thread()]);
}

static int start(struct sampler *s, struct err *e)
{
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(SIGNAL, &action, &s->before);
    s->stopped = false;
    if (begin_threads(s))
        return 0;
    if (s->clock == INTERRUPT_TASK) { /* not allowed here */
        end_threads(s);
        s->clock = INTERRUPT_TIMER;
        if (begin_threads(s))
            return 0;
    }
    int i = 0;
    while (s->ring[i].interrupts.begun)
        i++;
    return err_set(e, ERR_MACHINE, "there are no samples: the system gives thread %d no timer (%s)", i + 1,
                   s->ring[i].failure ? strerror(s->ring[i].failure) : "the team has fewer threads");
}

int sampler_open(struct sampler **out, int threads, int hz, double seconds, enum interrupt_clock clock, const atomic_int *mark,
                 struct err *e)
{
    *out = NULL;
    if (!stacks_available())
        return err_set(e, ERR_UNSUPPORTED, "there are no samples: this program was built without libunwind");
    struct sampler *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(e, ERR_NOMEM, "no memory for a sampler");
    s->threads = threads;
    s->clock = clock;
    s->period_ns = 1000000000 / hz;
    s->stopped = true;
    int code = make_rings(s, hz, seconds, mark, e);
    if (code == 0)
        code = start(s, e);
    if (code != 0) {
        sampler_close(s);
        return code;
    }
    *out = s;
    return 0;
}

void sampler_run(struct sampler *s, bool on, double phase)
{
    for (int i = 0; i < s->threads; i++)
        interrupts_run(&s->ring[i].interrupts, on, phase);
}

/* To ignore a signal also forgets those that are on their way, whose default would end the program. */
void sampler_stop(struct sampler *s)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (s->stopped)
        return;
    s->stopped = true;
    end_threads(s);
    sigaction(SIGNAL, &ignore, NULL);
    sigaction(SIGNAL, &s->before, NULL);
}

/* ---- what was seen ------------------------------------------------------------------------------------------- */

static void each_of(const struct ring *r, void (*fn)(void *payload, const struct stack_sample *x), void *payload)
{
    for (size_t at = 0; at < r->used;) {
        const uintptr_t *w = r->word + at;
        const struct stack_sample x = {(int)w[0], (int)(w[1] >> 1), w[1] & 1, w + HEAD_WORDS};
        fn(payload, &x);
        at += HEAD_WORDS + (size_t)x.depth;
    }
}

void sampler_each(const struct sampler *s, void (*fn)(void *payload, const struct stack_sample *x), void *payload)
{
    for (int i = 0; i < s->threads; i++)
        each_of(&s->ring[i], fn, payload);
}

enum interrupt_clock sampler_clock(const struct sampler *s)
{
    return s->clock;
}

struct sampler_counts sampler_counts(const struct sampler *s)
{
    struct sampler_counts sum = {0, 0, 0};
    for (int i = 0; i < s->threads; i++) {
        sum.taken += s->ring[i].counts.taken;
        sum.lost += s->ring[i].counts.lost;
        sum.merged += s->ring[i].counts.merged;
    }
    return sum;
}

void sampler_close(struct sampler *s)
{
    if (!s)
        return;
    sampler_stop(s);
    for (int i = 0; s->ring && i < s->threads; i++)
        free(s->ring[i].word);
    free(s->ring);
    free(s);
}
