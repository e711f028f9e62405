#include <string.h>

#include "tui/command.h"
#include "tui/completion.h"

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    (void)progress;
    for (int i = 0; i < shells_count; i++)
        if (strcmp(s->args[0], shells[i].name) == 0) {
            shells[i].write(out);
            return 0;
        }
    return err_set(e, ERR_USAGE, "there is completion for bash, zsh and fish, not for \"%s\"", s->args[0]);
}

const struct command command_completion = {
    .name = "completion",
    .args = "SHELL",
    .summary = "a completion script for bash, zsh or fish",
    .detail = "Prints a script that completes commands, options, formats and models. bash: put it where bash-completion looks,\n"
              "~/.local/share/bash-completion/completions/bertscope; zsh: a file _bertscope in a folder of $fpath; fish:\n"
              "~/.config/fish/completions/bertscope.fish.",
    .example = "bertscope completion bash > ~/.local/share/bash-completion/completions/bertscope",
    .options = OPTION_BIT(help) | OPTION_BIT(output),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
