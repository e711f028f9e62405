#include "analyzer/compress/recipe.h"
#include "analyzer/model/model.h"

/* Cao et al. 2020 (DeFormer, arXiv 2005.00697): the lower layers do without what the texts of a pair say of each other. */
static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool chosen[CONFIG_MAX_LAYERS];
    (void)x, (void)progress;
    TRY(step_layers(step, "layers", m, chosen, e));
    for (int i = 0; i < m->config.layers; i++)
        m->layer[i].decoupled |= chosen[i];
    return 0;
}

static const struct method_option options[] = {
    {"layers", VALUE_LAYERS, "none", 0, 0, NULL, "layers it applies to: the lowest ones can spare it best"},
};

const struct method method_decouple = {
    .name = "decouple",
    .family = "share",
    .summary = "tokens attend within their own text of a pair only (DeFormer)",
    .effect = "pairs only",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
