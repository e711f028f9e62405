#include "analyzer/model/pickle_machine.h"

#include <stdlib.h>
#include <string.h>

/* ---- numbers and texts --------------------------------------------------- */

static int push_int(struct machine *m, int64_t x)
{
    return machine_push_value(m, &(struct pickle_value){.type = PICKLE_INT, .integer = x});
}

static int op_constant(struct machine *m, int op)
{
    return machine_push(m, op == 'N' ? REF_NONE : op == 0x88 ? REF_TRUE : REF_FALSE);
}

static int op_binint(struct machine *m, int op)
{
    uint64_t x = 0;
    TRY(machine_take_number(m, op == 'K' ? 1 : op == 'M' ? 2 : 4, &x));
    return push_int(m, op == 'J' ? (int32_t)x : (int64_t)x);
}

static int push_span(struct machine *m, enum pickle_type type, const void *text, size_t n)
{
    return machine_push_value(m, &(struct pickle_value){.type = (unsigned char)type, .text = text, .n = n});
}

/* Two's complement, low byte first. */
static int op_long(struct machine *m, int op)
{
    uint64_t n = 0, x = 0;
    const unsigned char *p;
    TRY(machine_take_number(m, op == 0x8a ? 1 : 4, &n));
    if (n > INT32_MAX)
        return machine_broken(m, "an integer has a negative length");
    TRY(machine_take(m, n, &p));
    if (n > 8)
        return push_span(m, PICKLE_BIG, p, n);
    for (size_t i = 8; i-- > 0;)
        x = x << 8 | (i < n ? p[i] : n > 0 && p[n - 1] >= 0x80 ? 0xff : 0);
    return push_int(m, (int64_t)x);
}

static bool parse_decimal(const char *s, size_t n, int64_t *out)
{
    bool negative = n > 0 && s[0] == '-';
    int64_t x = 0;
    for (size_t i = negative; i < n; i++) {
        int digit = s[i] - '0';
        if (__builtin_mul_overflow(x, (int64_t)10, &x) ||
            __builtin_add_overflow(x, (int64_t)(negative ? -digit : digit), &x))
            return false;
    }
    *out = x;
    return true;
}

/* The text forms I and L; "00" and "01" are the booleans of protocol 1. */
static int op_decimal(struct machine *m, int op)
{
    const char *s;
    size_t n;
    int64_t x;
    TRY(machine_take_line(m, &s, &n));
    if (op == 'I' && n == 2 && s[0] == '0' && (s[1] == '0' || s[1] == '1'))
        return machine_push(m, s[1] == '1' ? REF_TRUE : REF_FALSE);
    if (op == 'L' && n > 0 && s[n - 1] == 'L')
        n--;
    size_t sign = n > 0 && s[0] == '-';
    if (n == sign)
        return machine_broken(m, "an integer has no digits");
    for (size_t i = sign; i < n; i++)
        if (s[i] < '0' || s[i] > '9')
            return machine_broken(m, "an integer has other characters than digits");
    return parse_decimal(s, n, &x) ? push_int(m, x) : push_span(m, PICKLE_BIG, s, n);
}

static int op_float(struct machine *m, int op)
{
    const unsigned char *p;
    const char *s;
    size_t n;
    if (op == 'G')
        TRY(machine_take(m, 8, &p));
    else
        TRY(machine_take_line(m, &s, &n));
    return machine_push_value(m, &(struct pickle_value){.type = PICKLE_FLOAT});
}

/* Strings and bytes with their length in front. */
static int op_counted(struct machine *m, int op)
{
    bool is_short = op == 'U' || op == 'C' || op == 0x8c, is_long = op == 0x8d || op == 0x8e || op == 0x96;
    bool is_bytes = op == 'B' || op == 'C' || op == 0x8e || op == 0x96;
    const unsigned char *p;
    uint64_t n = 0;
    TRY(machine_take_number(m, is_short ? 1 : is_long ? 8 : 4, &n));
    TRY(machine_take(m, n, &p));
    return push_span(m, is_bytes ? PICKLE_BYTES : PICKLE_TEXT, p, n);
}

/* The text forms S (in quotes) and V. */
static int op_line(struct machine *m, int op)
{
    const char *s;
    size_t n;
    TRY(machine_take_line(m, &s, &n));
    if (op == 'S') {
        if (n < 2 || (s[0] != '\'' && s[0] != '"') || s[n - 1] != s[0])
            return machine_broken(m, "a string is not in quotes");
        s++;
        n -= 2;
    }
    if (memchr(s, '\\', n))
        return err_set(m->e, ERR_UNSUPPORTED,
                       "the pickle has an escape in a string of protocol 0, which is not "
                       "supported: save the file again with a current PyTorch");
    return push_span(m, PICKLE_TEXT, s, n);
}

/* ---- containers ---------------------------------------------------------- */

static int op_empty(struct machine *m, int op)
{
    unsigned char type = op == '}' ? PICKLE_DICT : op == ')' ? PICKLE_TUPLE : PICKLE_LIST;
    return machine_push_value(m, &(struct pickle_value){.type = type});
}

static int op_mark(struct machine *m, int op)
{
    (void)op;
    TRY(machine_room(m, &m->mark, &m->mark_cap, m->marks + 1, PICKLE_MAX_MARKS, sizeof *m->mark,
                     "open marks"));
    m->mark[m->marks++] = (uint32_t)m->depth;
    return 0;
}

static int op_from_mark(struct machine *m, int op)
{
    const uint32_t *items = NULL;
    size_t n = 0;
    uint32_t ref;
    TRY(machine_pop_mark(m, &items, &n));
    if (op == 'd' && n % 2 != 0)
        return machine_broken(m, "a dict has a key without a value");
    TRY(machine_new_sequence(m,
                             op == 'd'   ? PICKLE_DICT
                             : op == 'l' ? PICKLE_LIST
                                         : PICKLE_TUPLE,
                             items, n, &ref));
    return machine_push(m, ref);
}

static int op_small_tuple(struct machine *m, int op)
{
    size_t n = (size_t)op - 0x85 + 1;
    uint32_t ref;
    TRY(machine_peek(m, n - 1, &ref));
    m->depth -= n;
    TRY(machine_new_sequence(m, PICKLE_TUPLE, m->stack + m->depth, n, &ref));
    return machine_push(m, ref);
}

/* Adds `n` popped items to the container which is now on top. */
static int add_to_top(struct machine *m, enum pickle_type type, const uint32_t *items, size_t n)
{
    uint32_t ref;
    TRY(machine_peek(m, 0, &ref));
    if (machine_value(m, ref)->type != type)
        return machine_broken(m, type == PICKLE_DICT ? "an item is set in something that is no dict"
                                                     : "an item is appended to something that is no list");
    if (type == PICKLE_DICT && n % 2 != 0)
        return machine_broken(m, "a dict has a key without a value");
    return machine_add_items(m, ref, items, n);
}

static int op_append(struct machine *m, int op)
{
    size_t n = op == 's' ? 2 : 1;
    uint32_t ref;
    TRY(machine_peek(m, n, &ref));
    m->depth -= n;
    return add_to_top(m, op == 's' ? PICKLE_DICT : PICKLE_LIST, m->stack + m->depth, n);
}

static int op_extend(struct machine *m, int op)
{
    const uint32_t *items = NULL;
    size_t n = 0;
    TRY(machine_pop_mark(m, &items, &n));
    return add_to_top(m, op == 'u' ? PICKLE_DICT : PICKLE_LIST, items, n);
}

/* ---- stack and memo ------------------------------------------------------ */

static int op_pop(struct machine *m, int op)
{
    const uint32_t *items;
    size_t n;
    uint32_t ref;
    if (op == '1' || (m->marks && m->mark[m->marks - 1] == m->depth))
        return machine_pop_mark(m, &items, &n);
    return machine_pop(m, &ref);
}

static int op_dup(struct machine *m, int op)
{
    uint32_t ref = 0;
    (void)op;
    TRY(machine_peek(m, 0, &ref));
    return machine_push(m, ref);
}

/* The index of a memo operation: a line of digits, or 1 or 4 bytes. */
static int take_index(struct machine *m, int op, uint64_t *i)
{
    const char *s;
    size_t n;
    int64_t x = -1;
    if (op == 'q' || op == 'h')
        return machine_take_number(m, 1, i);
    if (op == 'r' || op == 'j')
        return machine_take_number(m, 4, i);
    TRY(machine_take_line(m, &s, &n));
    if (n == 0 || strspn(s, "0123456789") < n || !parse_decimal(s, n, &x))
        return machine_broken(m, "a memo index is no number");
    *i = (uint64_t)x;
    return 0;
}

static int op_put(struct machine *m, int op)
{
    uint64_t i = m->puts;
    uint32_t ref;
    if (op != 0x94)
        TRY(take_index(m, op, &i));
    TRY(machine_peek(m, 0, &ref));
    if (i >= PICKLE_MAX_VALUES)
        return machine_broken(m, "a memo index is too large");
    TRY(machine_room(m, &m->memo, &m->memo_cap, i + 1, PICKLE_MAX_VALUES, sizeof *m->memo, "memo entries"));
    for (; m->memos <= i; m->memos++)
        m->memo[m->memos] = 0;
    m->puts += m->memo[i] == 0;
    m->memo[i] = ref + 1;
    return 0;
}

static int op_get(struct machine *m, int op)
{
    uint64_t i = 0;
    TRY(take_index(m, op, &i));
    if (i >= m->memos || m->memo[i] == 0)
        return machine_broken(m, "a memo entry is used before it is there");
    return machine_push(m, m->memo[i] - 1);
}

/* ---- framing ------------------------------------------------------------- */

static int op_protocol(struct machine *m, int op)
{
    uint64_t version = 0;
    (void)op;
    TRY(machine_take_number(m, 1, &version));
    if (version > 5)
        return err_set(m->e, ERR_UNSUPPORTED, "the pickle has protocol %d, at most 5 is supported",
                       (int)version);
    return 0;
}

static int op_frame(struct machine *m, int op)
{
    uint64_t n = 0;
    (void)op;
    TRY(machine_take_number(m, 8, &n));
    return n <= m->n - m->at ? 0 : machine_broken(m, "it is cut off");
}

static op_fn *const operations[256] = {
    ['N'] = op_constant,     [0x88] = op_constant,    [0x89] = op_constant,    ['J'] = op_binint,
    ['K'] = op_binint,       ['M'] = op_binint,       [0x8a] = op_long,        [0x8b] = op_long,
    ['I'] = op_decimal,      ['L'] = op_decimal,      ['F'] = op_float,        ['G'] = op_float,
    ['S'] = op_line,         ['V'] = op_line,         ['T'] = op_counted,      ['U'] = op_counted,
    ['X'] = op_counted,      ['B'] = op_counted,      ['C'] = op_counted,      [0x8c] = op_counted,
    [0x8d] = op_counted,     [0x8e] = op_counted,     [0x96] = op_counted,     ['}'] = op_empty,
    [']'] = op_empty,        [')'] = op_empty,        [0x8f] = op_empty,       ['('] = op_mark,
    ['d'] = op_from_mark,    ['l'] = op_from_mark,    ['t'] = op_from_mark,    [0x91] = op_from_mark,
    [0x85] = op_small_tuple, [0x86] = op_small_tuple, [0x87] = op_small_tuple, ['a'] = op_append,
    ['s'] = op_append,       ['e'] = op_extend,       ['u'] = op_extend,       [0x90] = op_extend,
    ['0'] = op_pop,          ['1'] = op_pop,          ['2'] = op_dup,          ['p'] = op_put,
    ['q'] = op_put,          ['r'] = op_put,          [0x94] = op_put,         ['g'] = op_get,
    ['h'] = op_get,          ['j'] = op_get,          ['c'] = op_global,       [0x93] = op_stack_global,
    ['R'] = op_call,         [0x81] = op_call,        [0x92] = op_call,        ['i'] = op_instance,
    ['o'] = op_instance,     ['b'] = op_build,        ['Q'] = op_persistent,   [0x80] = op_protocol,
    [0x95] = op_frame,
};

static int run(struct machine *m)
{
    for (int op = 0; op < REFS_FIXED; op++) {
        static const struct pickle_value fixed[REFS_FIXED] = {
            [REF_NONE] = {.type = PICKLE_NONE},
            [REF_FALSE] = {.type = PICKLE_BOOL},
            [REF_TRUE] = {.type = PICKLE_BOOL, .integer = 1},
            [REF_OTHER] = {.type = PICKLE_OTHER},
        };
        uint32_t ref;
        TRY(machine_new_value(m, &fixed[op], &ref));
    }
    while (m->at < m->n) {
        int op = m->data[m->at++];
        if (op == '.')
            return machine_pop(m, &m->out->root);
        if (!operations[op])
            return err_set(m->e, ERR_UNSUPPORTED,
                           "the pickle has operation 0x%02x at byte %zu, which no file of tensors "
                           "needs",
                           (unsigned)op, m->at - 1);
        TRY(operations[op](m, op));
    }
    return machine_broken(m, "it is cut off");
}

int pickle_parse(struct pickle *out, const unsigned char *data, size_t n, struct err *e)
{
    struct machine m = {.data = data, .n = n, .out = out, .e = e};
    *out = (struct pickle){0};
    int code = run(&m);
    out->used = m.at;
    free(m.stack);
    free(m.memo);
    free(m.mark);
    if (code != 0)
        pickle_free(out);
    return code;
}

void pickle_free(struct pickle *p)
{
    free(p->value);
    free(p->item);
    *p = (struct pickle){0};
}

bool pickle_is_text(const struct pickle_value *v, const char *text)
{
    return v->type == PICKLE_TEXT && v->n == strlen(text) && memcmp(v->text, text, v->n) == 0;
}
