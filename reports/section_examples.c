/* Rows that trials answer differently than the original. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/parse.h"
#include "reports/report.h"

static int collect(struct report *r, const struct report_source *s, struct err *e)
{
    return s->examples ? example_table_append(&r->examples, s->examples, e) : 0;
}

/* ---- telling ------------------------------------------------------------------------------------------------- */

static void emit_groups(struct emit *e, const struct example_table *t)
{
    static const struct emit_column columns[] = {
        {"trial", "trial", 0}, {"changed", "other answers", UNIT_COUNT}, {"rows", "of rows", UNIT_COUNT}, {"shown", "shown here", UNIT_COUNT}};
    emit_table(e, "counts", "How many rows have another answer", columns, sizeof columns / sizeof *columns);
    for (int i = 0; i < t->groups; i++) {
        emit_row(e);
        emit_string(e, NULL, NULL, t->group[i].trial);
        emit_int(e, NULL, NULL, t->group[i].changed, UNIT_COUNT);
        emit_int(e, NULL, NULL, t->group[i].rows, UNIT_COUNT);
        emit_int(e, NULL, NULL, t->group[i].shown, UNIT_COUNT);
    }
    emit_table_end(e);
}

static void emit_share(struct emit *e, double p)
{
    if (isfinite(p))
        emit_real(e, NULL, NULL, p, UNIT_SHARE);
    else
        emit_absent(e, NULL, NULL);
}

/* What became of a right or wrong answer. */
static const char *outcome(const struct example_line *x)
{
    if (!*x->label || !isfinite(x->before_p))
        return NULL;
    return strcmp(x->label, x->before) == 0 ? "lost" : strcmp(x->label, x->after) == 0 ? "won" : "wrong both times";
}

static void emit_line(struct emit *e, const char *trial, const struct example_line *x)
{
    emit_row(e);
    emit_string(e, NULL, NULL, trial);
    emit_int(e, NULL, NULL, x->line, UNIT_NONE);
    emit_string(e, NULL, NULL, x->text);
    emit_string(e, NULL, NULL, x->has_pair ? x->pair : NULL);
    emit_string(e, NULL, NULL, *x->label ? x->label : NULL);
    emit_string(e, NULL, NULL, x->before);
    emit_share(e, x->before_p);
    emit_string(e, NULL, NULL, x->after);
    emit_share(e, x->after_p);
    emit_string(e, NULL, NULL, outcome(x));
}

static bool has_pairs(const struct example_table *t)
{
    for (int i = 0; i < t->lines; i++)
        if (t->line[i].has_pair)
            return true;
    return false;
}

static void emit_examples(struct emit *e, const struct example_table *t)
{
    const struct emit_column columns[] = {
        {"trial", "trial", 0},   {"line", "line", 0},    {"text", "text", 0},   {"pair", has_pairs(t) ? "second text" : NULL, 0},
        {"label", "label", 0},   {"before", "before", 0}, {"before_p", "p", UNIT_SHARE}, {"after", "now", 0},
        {"after_p", "p", UNIT_SHARE}, {"outcome", "right answer", 0}};
    emit_table(e, "examples", "Rows with another answer, those that moved most first", columns, sizeof columns / sizeof *columns);
    for (int i = 0, at = 0; i < t->groups; i++)
        for (int k = 0; k < t->group[i].shown; k++)
            emit_line(e, t->group[i].trial, &t->line[at++]);
    emit_table_end(e);
}

static void walk(struct emit *e, const struct report *r)
{
    const struct example_table *t = &r->examples;
    if (t->groups == 0)
        return;
    emit_begin(e, "changed", "Changed examples");
    emit_groups(e, t);
    emit_examples(e, t);
    if (t->lines == 0)
        emit_note(e, "All answers stayed as they were.");
    emit_end(e);
}

/* ---- reading ------------------------------------------------------------------------------------------------- */

static void read_line(struct example_line *x, struct parse *p)
{
    x->line = (int)parse_int(p, "line", 0, INT32_MAX);
    parse_text(p, "text", x->text, sizeof x->text);
    parse_text(p, "pair", x->pair, sizeof x->pair);
    parse_text(p, "label", x->label, sizeof x->label);
    parse_text(p, "before", x->before, sizeof x->before);
    parse_text(p, "after", x->after, sizeof x->after);
    x->has_pair = parse_has(p, "pair");
    x->before_p = parse_real_or(p, "before_p", 0, 1, NAN);
    x->after_p = parse_real_or(p, "after_p", 0, 1, NAN);
}

static int read_groups(struct example_table *t, struct parse *p)
{
    size_t n = parse_length(p, "counts", 1, EXAMPLE_GROUPS);
    int64_t lines = 0;
    t->group = parse_room(p, n, sizeof *t->group);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct example_group *g = &t->group[t->groups++];
        struct parse_place back = parse_element(p, "counts", i);
        parse_text(p, "trial", g->trial, sizeof g->trial);
        g->rows = (int)parse_int(p, "rows", 0, INT32_MAX);
        g->changed = (int)parse_int(p, "changed", 0, g->rows);
        g->shown = (int)parse_int(p, "shown", 0, g->changed < EXAMPLES_SHOWN ? g->changed : EXAMPLES_SHOWN);
        lines += g->shown;
        parse_leave(p, &back);
    }
    return (int)lines;
}

static void read(struct report *r, struct parse *p)
{
    struct example_table *t = &r->examples;
    if (!parse_has(p, "changed"))
        return;
    struct parse_place back = parse_enter(p, "changed");
    size_t want = (size_t)read_groups(t, p);
    size_t n = parse_length(p, "examples", want, want);
    t->line = parse_room(p, n, sizeof *t->line);
    for (size_t i = 0; i < n && p->code == 0; i++) {
        struct parse_place row = parse_element(p, "examples", i);
        read_line(&t->line[t->lines++], p);
        parse_leave(p, &row);
    }
    if (p->code != 0)
        example_table_free(t);
    parse_leave(p, &back);
}

static void forget(struct report *r)
{
    example_table_free(&r->examples);
}

const struct section section_examples = {collect, walk, read, forget};
