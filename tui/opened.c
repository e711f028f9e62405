#include "tui/opened.h"

int opened_init(struct opened *out, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct model_options options = {.seed = (uint64_t)s->seed};
    *out = (struct opened){0};
    TRY(machine_detect(&out->machine, e));
    return model_open(&out->model, settings_model(s), &options, progress, e);
}

int opened_pack(struct opened *o, int threads, const struct progress *progress, struct err *e)
{
    return weights_build(&o->weights, o->model, machine_bits(&o->machine), threads, progress, e);
}

void opened_close(struct opened *o)
{
    weights_free(o->weights);
    model_free(o->model);
    *o = (struct opened){0};
}
