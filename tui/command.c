#include "tui/command.h"

#include <string.h>

#include "kernels/cpu.h"

#define COMMAND(name) extern const struct command command_##name;
#include "tui/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "tui/commands.def"
#undef COMMAND
};

const int commands_count = (int)(sizeof commands / sizeof *commands);

const struct command *command_find(const char *name)
{
    for (int i = 0; i < commands_count; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

void command_list(struct str *out)
{
    str_add(out, "bertscope " PACKAGE_VERSION ": open a BERT, see where its parameters, FLOPs and time go\n\n"
                 "usage: bertscope [MODEL] [options]            the interactive program\n"
                 "       bertscope COMMAND [MODEL] [options]    the same facts without a terminal\n\n"
                 "MODEL is a directory with config.json and weights, preset:NAME, or demo (the default).\n\n"
                 "commands\n");
    for (int i = 0; i < commands_count; i++)
        str_addf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    str_add(out, "\nbertscope COMMAND --help tells the rest; a model that is called like a command is ./NAME.\n"
                 "BERTSCOPE_CPU=");
    for (int i = 0; cpu_cap_name(i); i++)
        str_addf(out, "%s%s", i ? "|" : "", cpu_cap_name(i));
    str_add(out, " caps the instructions that are used.\n"
                 "exit: 0 ok, 1 regression (check), 2 usage, 3 no comparable baseline (check), 4 inconclusive (check --strict), 5 bad input, 6 not possible on this machine, 130 interrupted\n");
}

void command_help(const struct command *c, struct str *out)
{
    str_addf(out, "usage: bertscope %s%s%s [options]\n\n%s\n\noptions\n", c->name, *c->args ? " " : "", c->args,
             c->detail);
    options_help(c->options, out);
    str_addf(out, "\nexample\n  %s\n", c->example);
}
