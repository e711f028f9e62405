#include "tui/opened.h"

int opened_init(struct opened *out, const struct settings *s, const struct progress *progress, struct err *e)
{
    struct model_options options = {.seed = (uint64_t)s->seed};
    *out = (struct opened){0};
    TRY(machine_detect(&out->machine, e));
    return model_open(&out->model, settings_model(s), &options, progress, e);
}

int opened_pack(struct opened *o, int threads, enum kernel_format format, const struct progress *progress,
                struct err *e)
{
    struct weights_options options = {.cpu = machine_bits(&o->machine), .threads = threads, .format = format};
    if (o->weights && o->weights->format == format)
        return 0;
    weights_free(o->weights);
    o->weights = NULL;
    return weights_build(&o->weights, o->model, &options, progress, e);
}

void opened_close(struct opened *o)
{
    weights_free(o->weights);
    model_free(o->model);
    *o = (struct opened){0};
}
