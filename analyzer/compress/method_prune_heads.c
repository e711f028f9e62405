#include <stdlib.h>

#include "analyzer/compress/importance.h"
#include "analyzer/compress/structure.h"
#include "analyzer/compress/units.h"
#include "analyzer/model/model.h"

/* The heads that are named. */
static int drop_named(struct model *m, const bool *named, int threads, struct err *e)
{
    for (int layer = 0; layer < m->config.layers; layer++)
        TRY(structure_drop_heads(m, layer, named + layer * m->config.heads, threads, e));
    return 0;
}

static int apply(struct model *m, const struct recipe_line *step, const struct materials *x, const struct progress *progress,
                 struct err *e)
{
    bool *named = malloc((size_t)m->config.layers * (size_t)m->config.heads * sizeof *named);
    int code = named ? step_heads(step, "heads", m, named, e) : err_set(e, ERR_NOMEM, "no memory for %d layers", m->config.layers);
    if (code == 0)
        code = drop_named(m, named, x->threads, e);
    if (code == 0)
        code = step_heads(step, "keep", m, named, e);
    if (code == 0)
        code = units_prune(m, &units_heads, step, named, x, progress, e);
    free(named);
    return code;
}

static const char *const yes_no[] = {"no", "yes", NULL};

static const struct method_option options[] = {
    {"heads", VALUE_HEADS, "none", 0, 0, NULL, "heads to take out, as layer.head: 3.1,5.0-2"},
    {"keep", VALUE_HEADS, "none", 0, 0, NULL, "heads that fraction= leaves alone"},
    UNITS_OPTIONS("all"),
    {"normalize", VALUE_CHOICE, "no", 0, 0, yes_no, "divide gradient scores by the l2 norm of their layer"},
};

const struct method method_prune_heads = {
    .name = "prune-heads",
    .family = "prune",
    .summary = "attention heads go, with their rows of query, key, value and their columns of the output projection",
    .option = options,
    .options = sizeof options / sizeof *options,
    .needs = importance_needs,
    .apply = apply,
};
