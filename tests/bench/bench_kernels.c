/* Every kernel row on all loads. */
#include "analyzer/measure/kernel_bench.h"
#include "tests/bench/bench.h"

int bench_kernels(const struct bench_options *options, struct err *e)
{
    struct kernel_speed speed[CONTENDERS];
    for (int l = 0; l < kernel_loads_count; l++) {
        char load[48];
        int n;
        TRY(kernel_bench_run(speed, &n, &kernel_loads[l], machine_bits(&options->machine), options->machine.cpu_bits,
                             options->seconds, NULL, e));
        kernel_load_text(&kernel_loads[l], load, sizeof load);
        for (int i = 0; i < n; i++) {
            const struct kernel_speed *s = &speed[i];
            bench_report(options, &(struct bench_row){"kernels", s->kernel->name, load, 1, s->rounds, s->ns, s->flops,
                                                      s->bytes, s->ceiling_share, speed[0].kernel->name, s->speedup,
                                                      s->over_f32});
        }
    }
    return 0;
}
