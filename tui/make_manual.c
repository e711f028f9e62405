/* Fills the manual page in: standard input is its template, and its lines @COMMANDS@, @OPTIONS@, @METHODS@ and @SCRIPT@ become what the tables of the
 * program say. Runs when the program is built. */
#include <stdio.h>
#include <string.h>

#include "analyzer/compress/method.h"
#include "tui/command.h"
#include "tui/script.h"

/* A text of the program as roff: nothing in it is a request, a font or a hyphen. */
static void print(const char *text)
{
    for (const char *at = text; *at; at++) {
        if (at == text && (*at == '.' || *at == '\''))
            fputs("\\&", stdout);
        if (*at == '\\')
            fputs("\\e", stdout);
        else if (*at == '-')
            fputs("\\-", stdout);
        else
            putchar(*at == '\n' ? ' ' : *at);
    }
}

static void print_command(const struct command *c)
{
    fputs(".TP\n\\fBbertscope ", stdout);
    print(c->name);
    fputs("\\fR ", stdout);
    print(c->args);
    fputs("\n", stdout);
    print(c->detail);
    fputs("\n.sp\n\\fI", stdout);
    print(c->example);
    fputs("\\fR\n", stdout);
}

static void print_option(enum option_id id)
{
    struct option_facts o = option_facts(id);
    fputs(".TP\n", stdout);
    if (o.letter)
        printf("\\fB\\-%c\\fR, ", o.letter);
    fputs("\\fB\\-\\-", stdout);
    print(o.name);
    fputs("\\fR", stdout);
    if (o.metavar)
        printf(" \\fI%s\\fR", o.metavar);
    fputs("\n", stdout);
    print(o.help);
    fputs(" (", stdout);
    for (int i = 0, n = 0; i < commands_count; i++)
        if (commands[i]->options >> id & 1)
            printf("%s%s", n++ ? ", " : "", commands[i]->name);
    fputs(")\n", stdout);
}

static void print_method(const struct method *m)
{
    fputs(".TP\n\\fB", stdout);
    print(m->name);
    fputs("\\fR\n", stdout);
    print(m->summary);
    for (int i = 0; i < m->options; i++) {
        fputs("\n.br\n\\fB", stdout);
        print(m->option[i].name);
        fputs("=\\fI", stdout);
        print(m->option[i].fallback);
        fputs("\\fR: ", stdout);
        print(m->option[i].help);
    }
    fputs("\n", stdout);
}

static void print_script_row(const struct script_row *r)
{
    fputs(".TP\n", stdout);
    if (*r->name)
        printf("\\fB%s\\fR ", r->name);
    fputs("\\fI", stdout);
    print(r->argument);
    fputs("\\fR\n", stdout);
    print(r->help);
    fputs("\n", stdout);
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "@COMMANDS@\n") == 0)
            for (int i = 0; i < commands_count; i++)
                print_command(commands[i]);
        else if (strcmp(line, "@OPTIONS@\n") == 0)
            for (int i = 0; i < OPTIONS; i++)
                print_option((enum option_id)i);
        else if (strcmp(line, "@METHODS@\n") == 0)
            for (int i = 0; i < methods_count; i++)
                print_method(methods[i]);
        else if (strcmp(line, "@SCRIPT@\n") == 0)
            for (int i = 0; i < SCRIPT_VERBS; i++)
                print_script_row(script_row((enum script_verb)i));
        else
            fputs(line, stdout);
    }
    return ferror(stdin) || fflush(stdout) != 0;
}
