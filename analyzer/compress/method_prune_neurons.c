#include "analyzer/compress/importance.h"
#include "analyzer/compress/units.h"

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    return units_prune(m, &units_neurons, step, NULL, x, progress, e);
}

static const struct method_option options[] = {UNITS_OPTIONS("layer")};

const struct method method_prune_neurons = {
    .name = "prune-neurons",
    .family = "prune",
    .summary = "neurons of the feed-forward layers go: by=gradient is their diagonal Fisher information",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = importance_needs,
    .apply = apply,
};
