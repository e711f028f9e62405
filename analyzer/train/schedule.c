#include "analyzer/train/schedule.h"

double schedule_lr(const struct schedule *s, int64_t step)
{
    if (step < s->warmup)
        return s->lr * (double)(step + 1) / (double)s->warmup;
    return s->lr * (double)(s->steps - step) / (double)(s->steps - s->warmup);
}
