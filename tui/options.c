#include "tui/options.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/canvas.h"

enum kind { KIND_FLAG, KIND_INT, KIND_INTS, KIND_REAL, KIND_TEXT, KIND_TEXTS, KIND_FORMAT };

struct option_row {
    const char *name; /* with _ for - */
    char letter;      /* 0 = none */
    enum kind kind;
    size_t offset;
    double low, high;
    const char *metavar, *help;
};

static const struct option_row rows[] = {
#define OPTION(name, letter, kind, field, low, high, metavar, help)                                          \
    {#name, letter, KIND_##kind, offsetof(struct settings, field), low, high, metavar, help},
#include "tui/options.def"
#undef OPTION
};

enum { DEFAULT_SEQ = 128, HELP_COLUMN = 24 };

/* The name as typed, "no-mouse"; static buffer. */
static const char *spelled(const struct option_row *row)
{
    static char name[32];
    size_t i = 0;
    for (; row->name[i] && strncmp(row->name + i, "__", 2) != 0 && i < sizeof name - 1; i++)
        name[i] = row->name[i] == '_' ? '-' : row->name[i];
    name[i] = '\0';
    return name;
}

/* The first that is allowed, if several have the name. */
static const struct option_row *find_long(const char *word, size_t n, option_set allowed)
{
    const struct option_row *found = NULL;
    for (int i = OPTIONS - 1; i >= 0; i--) {
        bool same = strlen(spelled(&rows[i])) == n && strncmp(spelled(&rows[i]), word, n) == 0;
        if (same && (!found || allowed >> i & 1))
            found = &rows[i];
    }
    return found;
}

static const struct option_row *find_letter(char c)
{
    for (int i = 0; i < OPTIONS; i++)
        if (rows[i].letter && rows[i].letter == c)
            return &rows[i];
    return NULL;
}

/* `end`: what follows the number; only an option that takes several may go on with a comma. */
static int read_number(const struct option_row *row, const char *text, double *x, char **end, struct err *e)
{
    errno = 0;
    *x = strtod(text, end);
    bool whole = row->kind == KIND_REAL || *x == (double)(long long)*x;
    bool ends = !**end || (row->kind == KIND_INTS && **end == ',');
    if (*end == text || !ends || errno || !(*x >= row->low && *x <= row->high) || !whole)
        return err_set(e, ERR_USAGE, "--%s takes a%s number from %.10g to %.10g, not \"%s\"", spelled(row),
                       row->kind == KIND_REAL ? "" : " whole", row->low, row->high, text);
    return 0;
}

static int set_further(struct settings *s, const struct option_row *row, const char *rest, struct err *e)
{
    struct further *more = row == &rows[OPTION_ID_batch] ? &s->batches : &s->seqs;
    more->n = 0;
    while (*rest == ',') {
        char *end;
        double x;
        if (more->n == FURTHER_MOST)
            return err_set(e, ERR_USAGE, "--%s takes at most %d numbers", spelled(row), FURTHER_MOST + 1);
        TRY(read_number(row, rest + 1, &x, &end, e));
        more->value[more->n++] = (int)x;
        rest = end;
    }
    return 0;
}

static int set_number(struct settings *s, const struct option_row *row, const char *text, struct err *e)
{
    char *end;
    double x;
    TRY(read_number(row, text, &x, &end, e));
    void *field = (char *)s + row->offset;
    if (row->kind == KIND_REAL)
        *(double *)field = x;
    else
        *(int *)field = (int)x;
    return row->kind == KIND_INTS ? set_further(s, row, end, e) : 0;
}

int size_word(const char *text, int *columns, int *high, struct err *e)
{
    int end = 0;
    if (sscanf(text, "%4dx%4d%n", columns, high, &end) != 2 || text[end] || *columns < 1 || *columns > CANVAS_MAX || *high < 1 ||
        *high > CANVAS_MAX)
        return err_set(e, ERR_USAGE, "--size takes COLSxROWS, each from 1 to %d, not \"%s\"", CANVAS_MAX, text);
    return 0;
}

int format_word(const char *text, enum kernel_format *out, struct err *e)
{
    char names[96] = "";
    if (kernel_format_parse(text, out) && kernel_format_rounds(*out))
        return 0;
    if (kernel_format_parse(text, out))
        return err_set(e, ERR_USAGE, "weights in %s need a table of their own: make it with a recipe (compress --step %s)", text,
                       text);
    for (int i = 0; i < KERNEL_FORMATS; i++)
        if (kernel_format_rounds((enum kernel_format)i))
            snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "",
                     kernel_format_name((enum kernel_format)i));
    return err_set(e, ERR_USAGE, "there is no format of weights \"%s\" (formats: %s)", text, names);
}

static int add_text(struct repeated *t, const struct option_row *row, const char *text, struct err *e)
{
    if (t->n == TEXTS_MOST)
        return err_set(e, ERR_USAGE, "--%s can be given at most %d times", spelled(row), TEXTS_MOST);
    t->value[t->n++] = text;
    return 0;
}

static int set_value(struct settings *s, const struct option_row *row, const char *text, struct err *e)
{
    if (row->kind == KIND_INT || row->kind == KIND_INTS || row->kind == KIND_REAL)
        return set_number(s, row, text, e);
    void *field = (char *)s + row->offset;
    if (row->kind == KIND_FORMAT)
        return format_word(text, field, e);
    if (row->kind == KIND_TEXTS)
        return add_text(field, row, text, e);
    *(const char **)field = text;
    return 0;
}

struct words {
    int argc, at;
    char **argv;
};

/* The value of an option: what follows "=" or the letter, else the next word. */
static int take_value(struct settings *s, const struct option_row *row, const char *attached, struct words *w,
                      struct err *e)
{
    if (row->kind == KIND_FLAG && attached)
        return err_set(e, ERR_USAGE, "--%s takes no value", spelled(row));
    if (row->kind == KIND_FLAG) {
        *(bool *)(void *)((char *)s + row->offset) = true;
        return 0;
    }
    if (!attached && w->at + 1 >= w->argc)
        return err_set(e, ERR_USAGE, "--%s needs a value (%s)", spelled(row), row->metavar);
    return set_value(s, row, attached ? attached : w->argv[++w->at], e);
}

static int parse_word(struct settings *s, struct words *w, option_set allowed, struct err *e)
{
    const char *word = w->argv[w->at], *attached = NULL;
    const struct option_row *row;
    if (word[1] == '-') {
        const char *equals = strchr(word, '=');
        row = find_long(word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2), allowed);
        attached = equals ? equals + 1 : NULL;
    } else {
        row = find_letter(word[1]);
        attached = word[2] ? word + 2 : NULL;
    }
    if (!row)
        return err_set(e, ERR_USAGE, "there is no option %s (see --help)", word);
    if (!(allowed >> (row - rows) & 1))
        return err_set(e, ERR_USAGE, "this command has no option --%s (see --help)", spelled(row));
    s->given |= (option_set)1 << (row - rows);
    return take_value(s, row, attached, w, e);
}

int options_parse(struct settings *out, int argc, char **argv, const char **args, option_set allowed, struct err *e)
{
    struct words w = {argc, 0, argv};
    bool only_words = false;
    *out = (struct settings){.args = args, .words = (const char *const *)argv, .word_count = argc};
    for (; w.at < argc; w.at++) {
        const char *word = argv[w.at];
        if (!only_words && strcmp(word, "--") == 0)
            only_words = true;
        else if (only_words || word[0] != '-' || word[1] == '\0')
            args[out->arg_count++] = word;
        else
            TRY(parse_word(out, &w, allowed, e));
    }
    return 0;
}

struct option_facts option_facts(enum option_id id)
{
    const struct option_row *row = &rows[id];
    return (struct option_facts){spelled(row), row->letter, row->metavar, row->help};
}

void options_help(option_set set, struct str *out)
{
    for (int i = 0; i < OPTIONS; i++) {
        if (!(set >> i & 1))
            continue;
        size_t start = out->len;
        if (rows[i].letter)
            str_addf(out, "  -%c, --%s", rows[i].letter, spelled(&rows[i]));
        else
            str_addf(out, "      --%s", spelled(&rows[i]));
        if (rows[i].metavar)
            str_addf(out, " %s", rows[i].metavar);
        int pad = HELP_COLUMN + 4 - (int)(out->len - start);
        str_repeat(out, ' ', pad > 1 ? pad : 1);
        str_addf(out, "%s\n", rows[i].help);
    }
}

const char *settings_model(const struct settings *s)
{
    return s->arg_count > 0 ? s->args[0] : "demo";
}

const char *settings_data(const struct settings *s, const char *demo)
{
    return s->data || strcmp(settings_model(s), "demo") != 0 ? s->data : demo;
}

struct workload settings_workload(const struct settings *s, int positions, int cores)
{
    int seq = positions < DEFAULT_SEQ ? positions : DEFAULT_SEQ;
    return (struct workload){s->batch ? s->batch : 1, s->seq ? s->seq : seq, s->threads ? s->threads : cores,
                             s->format, s->unfused, s->first_text};
}
