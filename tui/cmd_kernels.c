#include "reports/head.h"
#include "reports/kernel_report.h"
#include "tui/command.h"

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct machine m;
    (void)progress;
    TRY(machine_detect(&m, e));
    struct emit *emit = s->json ? emit_json("bertscope.kernels/1") : emit_text("bertscope.kernels/1");
    head_machine(emit, &m);
    kernel_report(emit, &m);
    emit_finish(emit, out);
    return 0;
}

const struct command command_kernels = {
    .name = "kernels",
    .args = "",
    .summary = "which kernel variants exist and which this machine uses",
    .detail = "Every operation has a plain scalar kernel, which is its specification, and faster ones for the\n"
              "instructions of newer processors. The last one that the machine can run is chosen.",
    .example = "BERTSCOPE_CPU=avx2 bertscope kernels",
    .options = OPTION_BIT(json) | OPTION_BIT(output),
    .run = run,
};
