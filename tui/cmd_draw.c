#include "tui/command.h"
#include "tui/tui.h"

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    int columns, rows;
    struct settings model = *s;
    model.args = s->args + 1; /* the screen comes first */
    model.arg_count = s->arg_count - 1;
    TRY(size_word(s->size ? s->size : "80x24", &columns, &rows, e));
    return tui_draw(&model, s->args[0], columns, rows, progress, out, e);
}

const struct command command_draw = {
    .name = "draw",
    .args = "SCREEN [MODEL]",
    .summary = "one screen of the terminal program as text, without a terminal",
    .detail = "Opens and measures the model and prints the screen (overview, layers, heads, compress, frontier, examples, profile, train,\n"
              "log or help) as it would look in a window of that size. --recipe and --step: of the present trial.",
    .example = "bertscope draw layers preset:bert-tiny --size 120x40",
    .options = OPTION_BIT(help) | OPTION_BIT(quiet) | OPTION_BIT(output) | OPTION_BIT(batch) | OPTION_BIT(seq) |
               OPTION_BIT(threads) | OPTION_BIT(budget) | OPTION_BIT(overhead) | OPTION_BIT(unfused) |
               OPTION_BIT(seed) | OPTION_BIT(size) | OPTION_BIT(ascii) | OPTION_BIT(data) | OPTION_BIT(dev) | OPTION_BIT(task) |
               OPTION_BIT(from_report) | OPTION_BIT(recipe) | OPTION_BIT(step),
    .min_args = 1,
    .max_args = 2,
    .run = run,
};
