#include "tui/command.h"
#include "tui/tui.h"

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    return tui_run(s, progress, out, e);
}

const struct command command_open = {
    .name = "open",
    .args = "[MODEL]",
    .summary = "explore a model in the terminal (what `bertscope MODEL` does)",
    .detail = "Opens the model, measures it, and shows where parameters, MACs and time go. ? lists the keys. Needs a\n"
              "terminal; `bertscope draw` prints a screen without one. On the Compress screen a recipe is changed step by step and\n"
              "measured at once; what was tried is kept as it happens, and --resume goes on with the last session. A training that was\n"
              "not saved is kept too, every --checkpoint seconds and when the program is left: --resume shows it, paused. --script plays keys and\n"
              "commands of a file, on the terminal or, where standard input and output are none, without one: then the program ends\n"
              "with the script, with 2 if a line of it failed or waited too long and with 5 if it is no script (man bertscope).",
    .example = "bertscope preset:bert-base --batch 8",
    .options = OPTION_BIT(help) | OPTION_BIT(batch) | OPTION_BIT(seq) | OPTION_BIT(threads) | OPTION_BIT(budget) |
               OPTION_BIT(overhead) | OPTION_BIT(unfused) | OPTION_BIT(seed) | OPTION_BIT(theme) | OPTION_BIT(ascii) |
               OPTION_BIT(no_mouse) | OPTION_BIT(data) | OPTION_BIT(dev) | OPTION_BIT(task) | OPTION_BIT(from_report) |
               OPTION_BIT(resume) | OPTION_BIT(script) | OPTION_BIT(readonly) | OPTION_BIT(size) | OPTION_BIT(checkpoint),
    .max_args = 1,
    .run = run,
};
