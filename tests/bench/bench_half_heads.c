/* Half of the heads of BERT-base really removed: Michel, Levy, Neubig 2019 (arXiv 1905.10650, table 4) got 1.9 % at batch 1, 2.7 % at 4
 * and 17.5 % at 16 and 64 on a GPU; by MACs it is 21 % at 128 tokens. */
#include "tests/bench/recipe_race.h"

int bench_half_heads(const struct bench_options *options, struct err *e)
{
    static const int batch[] = {1, 4, 16, 64};
    struct recipe_race x = {0};
    int code = 0;
    for (size_t i = 0; i < sizeof batch / sizeof *batch && code == 0; i++) {
        code = recipe_race_open(&x, options, "preset:bert-base", batch[i], 128, e);
        if (code == 0)
            code = recipe_race_run(&x, options, "half_heads", "prune-heads fraction=0.5 scope=layer by=random", false, e);
        recipe_race_close(&x);
    }
    return code;
}
