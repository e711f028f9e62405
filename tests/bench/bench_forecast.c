/* What the latency table predicts against what is measured. */
#include "tests/bench/recipe_race.h"

int bench_forecast(const struct bench_options *options, struct err *e)
{
    static const char *const recipes[] = {
        "prune-heads fraction=0.3 by=random",
        "prune-heads fraction=0.6 by=random",
        "prune-neurons fraction=0.4 by=random",
        "prune-neurons fraction=0.8 by=random",
        "prune-layers count=3",
        "prune-layers count=6 from=alternate",
        "prune-heads fraction=0.5 by=random\nprune-neurons fraction=0.3 by=random scope=all",
        "prune-layers count=2\nprune-heads fraction=0.4 by=random\nprune-neurons fraction=0.6 by=random",
        "int8",
        "int8 components=ffn",
        "int8\nprune-neurons fraction=0.5 by=random",
        "f16",
    };
    struct recipe_race x;
    int code = recipe_race_open(&x, options, "preset:bert-base", 1, 128, e);
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes && code == 0; i++)
        code = recipe_race_run(&x, options, "forecast", recipes[i], true, e);
    recipe_race_close(&x);
    return code;
}
