#include "reports/both.h"

#include <stdlib.h>

#include "reports/sink.h"

struct both {
    struct emit *form[2]; /* shown, kept */
    struct str *kept_text;
};

#define EACH(state, call)                                                                                    \
    do {                                                                                                     \
        struct both *both_ = state;                                                                          \
        for (int i = 0; i < 2; i++) {                                                                        \
            struct emit *e = both_->form[i];                                                                 \
            call;                                                                                            \
        }                                                                                                    \
    } while (0)

static void begin(void *state, const char *key, const char *title)
{
    EACH(state, emit_begin(e, key, title));
}

static void end(void *state)
{
    EACH(state, emit_end(e));
}

static void value(void *state, const struct value *v)
{
    EACH(state, emit_value(e, v));
}

static void note(void *state, const char *text)
{
    EACH(state, emit_note(e, text));
}

static void figure(void *state, const struct figure *f)
{
    EACH(state, emit_figure(e, f));
}

static void matrix(void *state, const char *key, const char *title, const struct emit_matrix *m)
{
    EACH(state, emit_matrix(e, key, title, m));
}

static void table(void *state, const char *key, const char *title, const struct emit_column *columns, int n)
{
    EACH(state, emit_table(e, key, title, columns, n));
}

static void row(void *state)
{
    EACH(state, emit_row(e));
}

static void table_end(void *state)
{
    EACH(state, emit_table_end(e));
}

static void finish(void *state, struct str *out)
{
    struct both *b = state;
    emit_finish(b->form[0], out);
    emit_finish(b->form[1], b->kept_text);
    free(b);
}

static const struct sink sink = {begin, end, value, note, figure, matrix, table, row, table_end, finish};

struct emit *emit_both(struct emit *shown, struct emit *kept, struct str *kept_text)
{
    struct both *b = calloc(1, sizeof *b);
    if (!b)
        str_out_of_memory();
    *b = (struct both){{shown, kept}, kept_text};
    return emit_new(&sink, b);
}
