#include "tui/headless.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

enum { LONGEST_MS = 100 };

struct headless {
    sem_t news;
};

int headless_start(struct headless **out, struct err *e)
{
    *out = malloc(sizeof **out);
    if (!*out)
        return err_set(e, ERR_NOMEM, "no memory to wait with");
    sem_init(&(*out)->news, 0, 0);
    return 0;
}

void headless_stop(struct headless *h)
{
    if (h)
        sem_destroy(&h->news);
    free(h);
}

void headless_wait(struct headless *h, int ms)
{
    struct timespec end;
    if (ms < 0 || ms > LONGEST_MS)
        ms = LONGEST_MS;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_nsec += ms * 1000000L;
    end.tv_sec += end.tv_nsec / 1000000000L;
    end.tv_nsec %= 1000000000L;
    while (sem_timedwait(&h->news, &end) != 0 && errno == EINTR)
        ;
    while (sem_trywait(&h->news) == 0)
        ;
}

void headless_wake(void *headless)
{
    sem_post(&((struct headless *)headless)->news);
}
