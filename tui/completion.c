#include "tui/completion.h"

#include <string.h>

#include "analyzer/model/preset.h"
#include "kernels/kernels.h"
#include "tui/command.h"

/* What the value of an option is. */
enum value { VALUE_NONE, VALUE_FILE, VALUE_FORMAT, VALUE_OTHER };

static enum value value_of(int id)
{
    const char *metavar = option_facts((enum option_id)id).metavar;
    if (!metavar)
        return VALUE_NONE;
    if (id == OPTION_ID_format)
        return VALUE_FORMAT;
    return strcmp(metavar, "FILE") == 0 || strcmp(metavar, "DIRECTORY") == 0 ? VALUE_FILE : VALUE_OTHER;
}

static bool takes(const struct command *c, int id)
{
    return c->options >> id & 1;
}

/* "f32 bf16 ..." */
static void add_formats(struct str *out)
{
    for (int i = 0; i < KERNEL_FORMATS; i++)
        str_addf(out, "%s%s", i ? " " : "", kernel_format_name((enum kernel_format)i));
}

static void add_models(struct str *out)
{
    str_add(out, "demo");
    for (int i = 0; i < presets_count; i++)
        str_addf(out, " preset:%s", presets[i].name);
}

static void add_commands(struct str *out)
{
    for (int i = 0; i < commands_count; i++)
        str_addf(out, "%s%s", i ? " " : "", commands[i]->name);
}

/* ---- bash ---- */

static void bash_command(struct str *out, const struct command *c)
{
    str_addf(out, "    %s) options='", c->name);
    for (int i = 0; i < OPTIONS; i++)
        if (takes(c, i))
            str_addf(out, " --%s", option_facts((enum option_id)i).name);
    str_add(out, "' ;;\n");
}

static void bash_values(struct str *out, enum value wanted)
{
    bool first = true;
    for (int i = 0; i < OPTIONS; i++) {
        struct option_facts o = option_facts((enum option_id)i);
        if (value_of(i) != wanted)
            continue;
        str_addf(out, "%s--%s", first ? "    " : " | ", o.name);
        if (o.letter)
            str_addf(out, " | -%c", o.letter);
        first = false;
    }
    str_add(out, ")");
}

static void write_bash(struct str *out)
{
    str_add(out, "# bash completion for bertscope\n_bertscope()\n{\n"
                 "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=open options word\n"
                 "    COMPREPLY=()\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD - 1}\"; do\n        case \" ");
    add_commands(out);
    str_add(out, " \" in *\" $word \"*) command=$word; break ;; esac\n    done\n    case $previous in\n");
    bash_values(out, VALUE_FILE);
    str_add(out, " mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); return ;;\n");
    bash_values(out, VALUE_FORMAT);
    str_add(out, " mapfile -t COMPREPLY < <(compgen -W '");
    add_formats(out);
    str_add(out, "' -- \"$current\"); return ;;\n");
    bash_values(out, VALUE_OTHER);
    str_add(out, " return ;;\n    esac\n    case $command in\n");
    for (int i = 0; i < commands_count; i++)
        bash_command(out, commands[i]);
    str_add(out, "    esac\n    if [[ $current == -* ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n    else\n"
                 "        local words='");
    add_models(out);
    str_add(out, "'\n        [ \"$COMP_CWORD\" -gt 1 ] || words+=' ");
    add_commands(out);
    str_add(out, "'\n        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\"; compgen -d -- \"$current\")\n    fi\n"
                 "    type __ltrim_colon_completions >/dev/null 2>&1 && __ltrim_colon_completions \"$current\"\n    return 0\n}\n"
                 "complete -o filenames -F _bertscope bertscope\n");
}

/* ---- zsh ---- */

/* A text inside '...' where brackets and colons mean something. */
static void zsh_text(struct str *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\'')
            str_add(out, "'\\''");
        else if (strchr("[]:\\", *text))
            str_addf(out, "\\%c", *text);
        else
            str_add_n(out, text, 1);
    }
}

static void zsh_value(struct str *out, int id)
{
    enum value v = value_of(id);
    if (v == VALUE_NONE)
        return;
    str_addf(out, ":%s:", option_facts((enum option_id)id).metavar);
    if (v == VALUE_FILE)
        str_add(out, "_files");
    if (v == VALUE_FORMAT) {
        str_add(out, "(");
        add_formats(out);
        str_add(out, ")");
    }
}

static void zsh_command(struct str *out, const struct command *c)
{
    str_addf(out, "        %s)\n            _arguments", c->name);
    for (int i = 0; i < OPTIONS; i++) {
        struct option_facts o = option_facts((enum option_id)i);
        if (!takes(c, i))
            continue;
        str_addf(out, " \\\n                '--%s%s[", o.name, o.metavar ? "=" : "");
        zsh_text(out, o.help);
        str_add(out, "]");
        zsh_value(out, i);
        str_add(out, "'");
    }
    str_add(out, " \\\n                '*:model:_bertscope_models'\n            ;;\n");
}

static void write_zsh(struct str *out)
{
    str_add(out, "#compdef bertscope\n# zsh completion for bertscope\n_bertscope_models()\n{\n    local -a models=(");
    for (int i = -1; i < presets_count; i++)
        str_addf(out, i < 0 ? "demo" : " preset\\:%s", i < 0 ? "" : presets[i].name);
    str_add(out, ")\n    _describe model models\n    _files -/\n}\n_bertscope()\n{\n    local -a commands=(\n");
    for (int i = 0; i < commands_count; i++) {
        str_addf(out, "        '%s:", commands[i]->name);
        zsh_text(out, commands[i]->summary);
        str_add(out, "'\n");
    }
    str_add(out, "    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n        _bertscope_models\n        return\n    fi\n"
                 "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n");
    for (int i = 0; i < commands_count; i++)
        zsh_command(out, commands[i]);
    str_add(out, "        *) _bertscope_models ;;\n    esac\n}\n_bertscope \"$@\"\n");
}

/* ---- fish ---- */

static void fish_text(struct str *out, const char *text)
{
    str_add(out, "'");
    for (; *text; text++)
        str_addf(out, strchr("'\\", *text) ? "\\%c" : "%c", *text);
    str_add(out, "'");
}

static void fish_option(struct str *out, const struct command *c, int id)
{
    struct option_facts o = option_facts((enum option_id)id);
    enum value v = value_of(id);
    str_addf(out, "complete -c bertscope -n '__fish_seen_subcommand_from %s' -l %s", c->name, o.name);
    if (o.letter)
        str_addf(out, " -s %c", o.letter);
    if (v == VALUE_FILE)
        str_add(out, " -rF");
    if (v == VALUE_OTHER)
        str_add(out, " -x");
    if (v == VALUE_FORMAT) {
        str_add(out, " -xa '");
        add_formats(out);
        str_add(out, "'");
    }
    str_add(out, " -d ");
    fish_text(out, o.help);
    str_add(out, "\n");
}

static void write_fish(struct str *out)
{
    str_add(out, "# fish completion for bertscope\ncomplete -c bertscope -f\ncomplete -c bertscope -a '(__fish_complete_directories) ");
    add_models(out);
    str_add(out, "'\n");
    for (int i = 0; i < commands_count; i++) {
        const struct command *c = commands[i];
        str_addf(out, "complete -c bertscope -n __fish_use_subcommand -a %s -d ", c->name);
        fish_text(out, c->summary);
        str_add(out, "\n");
        for (int k = 0; k < OPTIONS; k++)
            if (takes(c, k))
                fish_option(out, c, k);
    }
}

const struct shell shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
const int shells_count = (int)(sizeof shells / sizeof *shells);
