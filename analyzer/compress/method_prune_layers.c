#include "analyzer/compress/recipe.h"
#include "analyzer/model/derive.h"

/* Marks `count` more layers that are still there. Sajjad et al. 2023 (arXiv 2004.03844, section 3) found that the top ones go best. */
static void choose(bool *gone, int layers, int count, const struct recipe_line *step)
{
    int stride = step_is(step, "from", "alternate") ? 2 : 1;
    for (int first = 0; first < stride; first++)
        for (int i = first; i < layers && count > 0; i += stride) {
            int layer = step_is(step, "from", "bottom") ? i : layers - 1 - i;
            count -= !gone[layer];
            gone[layer] = true;
        }
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool gone[CONFIG_MAX_LAYERS];
    int layers = m->config.layers, left = layers;
    (void)x, (void)progress;
    TRY(step_layers(step, "layers", m, gone, e));
    choose(gone, layers, step_int(step, "count"), step);
    for (int i = 0; i < layers; i++)
        left -= gone[i];
    if (left == 0)
        return err_set(e, ERR_SHAPE, "all %d layers would go; one must stay", layers);
    for (int i = layers - 1; i >= 0; i--)
        if (gone[i])
            model_drop_layer(m, i);
    return 0;
}

static const char *const ends[] = {"top", "bottom", "alternate", NULL};

static const struct method_option options[] = {
    {"layers", VALUE_LAYERS, "none", 0, 0, NULL, "layers to take out"},
    {"count", VALUE_INT, "0", 0, CONFIG_MAX_LAYERS, NULL, "how many more go"},
    {"from", VALUE_CHOICE, "top", 0, 0, ends, "where count= begins; alternate: every other one from the top"},
};

const struct method method_prune_layers = {
    .name = "prune-layers",
    .family = "prune",
    .summary = "whole encoder layers go",
    .option = options,
    .options = sizeof options / sizeof *options,
    .apply = apply,
};
