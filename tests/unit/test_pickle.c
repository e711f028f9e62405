#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/model/pickle.h"

/* Parses a copy without a byte behind it. */
static int parse(struct pickle *p, const char *bytes, size_t n, struct err *e)
{
    static unsigned char *copy;
    free(copy);
    copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    return pickle_parse(p, copy, n, e);
}

struct refusal {
    const char *bytes;
    size_t n;
    int code;
    const char *sentence;
};
#define P(bytes) bytes, sizeof(bytes) - 1
#define ASKS(what)                                                                                           \
    ERR_UNSUPPORTED, "the pickle asks for " what ", which a file of tensors does not need: refused, "        \
                     "nothing was run"
#define BROKEN(at, what) ERR_FORMAT, "the pickle is malformed at byte " #at ": " what

static void check_refusals(const struct refusal *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pickle p;
        struct err e = {0};
        CU_ASSERT_EQUAL(parse(&p, r[i].bytes, r[i].n, &e), r[i].code);
        CU_ASSERT_STRING_EQUAL(e.text, r[i].sentence);
        if (strcmp(e.text, r[i].sentence) != 0)
            printf("\n    row %zu said: %s\n", i, e.text);
        CU_ASSERT_TRUE(!p.value && !p.item);
        pickle_free(&p);
    }
}

static void nothing_can_be_run(void)
{
    static const struct refusal rows[] = {
        {P("\200\2cos\nsystem\n(X\4\0\0\0truetR."), ASKS("os.system")},
        {P("(S'true'\nios\nsystem\n."), ASKS("os.system")},
        {P("(cposix\nsystem\nS'true'\no."), ASKS("posix.system")},
        {P("\200\4\214\2os\214\6system\223\214\4true\205R."), ASKS("os.system")},
        {P("\200\2csubprocess\nPopen\n)\201."), ASKS("subprocess.Popen")},
        {P("\200\4csubprocess\nPopen\n)}\222."), ASKS("subprocess.Popen")},
        {P("c__builtin__\neval\n(S'1'\ntR."), ASKS("__builtin__.eval")},
        {P("cbuiltins\ngetattr\n."), ASKS("builtins.getattr")},
        {P("ctorch\nload\n."), ASKS("torch.load")},
        {P("ctorch.storage\n_load_from_bytes\n."), ASKS("torch.storage._load_from_bytes")},
        {P("ccollections\nOrderedDict.clear\n."), ASKS("collections.OrderedDict.clear")},
        {P("\200\4\214\13collections\214\30OrderedDict.fromkeys.a.b\223."),
         ASKS("collections.OrderedDict.fromkeys.a.b")},
        {P("cco\33[31m\nx\n."), ASKS("co\\x1b[31m.x")},
        {P("ctorch\nFloatStorage\n)R."), ASKS("torch.FloatStorage")},
        {P("ctorch\nfloat16\n)R."), ASKS("torch.float16")},
        {P("]}b."), ERR_UNSUPPORTED,
         "the pickle sets the state of an object that is no dict: refused, nothing was run"},
        {P("}]b."), ERR_UNSUPPORTED,
         "the pickle sets the state of an object that is no dict: refused, nothing was run"},
        {P("\202\1."), ERR_UNSUPPORTED,
         "the pickle has operation 0x82 at byte 0, which no file of tensors needs"},
        {P("\227."), ERR_UNSUPPORTED,
         "the pickle has operation 0x97 at byte 0, which no file of tensors needs"},
        {P("Px\n."), ERR_UNSUPPORTED,
         "the pickle has operation 0x50 at byte 0, which no file of tensors needs"},
        {P("K\1Q."), ERR_UNSUPPORTED,
         "the pickle refers to something outside that is no tensor storage (a whole module was saved?): save "
         "its "
         "state_dict()"},
    };
    check_refusals(rows, sizeof rows / sizeof *rows);
}

static void bad_bytes(void)
{
    static const struct refusal rows[] = {
        {P(""), BROKEN(0, "it is cut off")},
        {P("N"), BROKEN(1, "it is cut off")},
        {P("."), BROKEN(1, "the stack is empty")},
        {P("\200\6N."), ERR_UNSUPPORTED, "the pickle has protocol 6, at most 5 is supported"},
        {P("\225\3\0\0\0\0\0\0\0N."), BROKEN(9, "it is cut off")},
        {P("X\5\0\0\0abcd"), BROKEN(5, "it is cut off")},
        {P("X\377\377\377\377a."), BROKEN(5, "it is cut off")},
        {P("\216\377\377\377\377\377\377\377\377a."), BROKEN(9, "it is cut off")},
        {P("\213\377\377\377\177."), BROKEN(5, "it is cut off")},
        {P("\213\377\377\377\377."), BROKEN(5, "an integer has a negative length")},
        {P("L123"), BROKEN(1, "it is cut off")},
        {P("L\n."), BROKEN(2, "an integer has no digits")},
        {P("I-\n."), BROKEN(3, "an integer has no digits")},
        {P("I1e9\n."), BROKEN(5, "an integer has other characters than digits")},
        {P("Sabc\n."), BROKEN(5, "a string is not in quotes")},
        {P("S'a\\x41'\n."), ERR_UNSUPPORTED,
         "the pickle has an escape in a string of protocol 0, which is not supported: save the file again "
         "with a current "
         "PyTorch"},
        {P("}Na."), BROKEN(3, "an item is appended to something that is no list")},
        {P("]NNs."), BROKEN(4, "an item is set in something that is no dict")},
        {P("}(Nu."), BROKEN(4, "a dict has a key without a value")},
        {P("(Nd."), BROKEN(3, "a dict has a key without a value")},
        {P("t."), BROKEN(1, "a mark is missing")},
        {P("N(a."), BROKEN(3, "the stack is empty")},
        {P("N(\205."), BROKEN(3, "the stack is empty")},
        {P("h\0."), BROKEN(2, "a memo entry is used before it is there")},
        {P("Nq\1h\0."), BROKEN(5, "a memo entry is used before it is there")},
        {P("Nr\377\377\377\377."), BROKEN(6, "a memo index is too large")},
        {P("Np-1\n."), BROKEN(5, "a memo index is no number")},
        {P("q\0."), BROKEN(2, "the stack is empty")},
        {P("NN\223."), BROKEN(3, "a name is no text")},
        {P("K\1)R."), BROKEN(4, "something that cannot be called is called")},
        {P("ctorch\nSize\nNR."), BROKEN(14, "something that cannot be called is called")},
        {P("(o."), BROKEN(2, "an object has no class")},
        {P("ctorch\nSize\n)R."), BROKEN(14, "a size is no tuple")},
        {P("ccollections\nOrderedDict\n(K\1tR."),
         BROKEN(30, "an OrderedDict is made of something that is no list")},
        {P("ccollections\nOrderedDict\n((K\1ltR."),
         BROKEN(32, "an OrderedDict is made of something that is no pair")},
        {P("ctorch._utils\n_rebuild_parameter\n)R."), BROKEN(35, "a parameter is no tensor")},
        {P("ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR."), BROKEN(40, "a tensor is made without a storage")},
        {P("\200\4ccollections\nOrderedDict\n)}(NNu\222."), BROKEN(34, "an object is made with keywords")},
    };
    check_refusals(rows, sizeof rows / sizeof *rows);
}

/* What a persistent reference must be: ("storage", type, key, device, count, perhaps a view). */
static void storages(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        bool good;
    } rows[] = {
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\5tQ."), true},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\5NtQ."), true},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\5(U\1vK\1K\2ttQ."), true},
        {P("(U\6modulectorch\nFloatStorage\nU\1kU\3cpuK\5tQ."), false},
        {P("(U\7storagectorch\nfloat16\nU\1kU\3cpuK\5tQ."), false},
        {P("(U\7storageU\1fU\1kU\3cpuK\5tQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nK\1U\3cpuK\5tQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kNK\5tQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuJ\377\377\377\377tQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuNtQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cputQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\5(U\1vK\1J\377\377\377\377ttQ."), false},
        {P("(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\5(U\1vK\1ttQ."), false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pickle p;
        int code = parse(&p, rows[i].bytes, rows[i].n, NULL);
        CU_ASSERT_EQUAL(code, rows[i].good ? 0 : ERR_UNSUPPORTED);
        CU_ASSERT_TRUE(code != 0 || pickle_root(&p)->type == PICKLE_STORAGE);
        pickle_free(&p);
    }
}

/* Bombs: a few bytes, repeated, that ask for more and more. */
static void bombs(void)
{
    static const struct {
        const char *front;
        char unit;
        int times;
        const char *sentence;
    } rows[] = {
        {"", '}', 4000001, "the pickle has more than 4000000 values, which no file of tensors needs"},
        {"N", '2', 4000000,
         "the pickle has more than 4000000 values on its stack, which no file of tensors needs"},
        {"", '(', 1001, "the pickle has more than 1000 open marks, which no file of tensors needs"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str s;
        struct pickle p;
        struct err e = {0};
        str_init(&s);
        str_add(&s, rows[i].front);
        str_repeat(&s, rows[i].unit, rows[i].times);
        CU_ASSERT_EQUAL(parse(&p, s.text, s.len, &e), ERR_UNSUPPORTED);
        CU_ASSERT_STRING_EQUAL(e.text, rows[i].sentence);
        str_free(&s);
    }
}

/* A value that would be 2^100000 long if anybody unfolded it, a list that holds itself, and an integer of ten
 * million digits: each costs what its bytes cost. */
static void laughs(void)
{
    struct str s;
    struct pickle p;
    struct err e = {0};
    str_init(&s);
    str_add(&s, "N");
    for (int i = 0; i < 100000; i++)
        str_add(&s, "2\206");
    str_add(&s, ".");
    CU_ASSERT_EQUAL(parse(&p, s.text, s.len, &e), 0);
    CU_ASSERT_TRUE(p.values <= 100010 && p.items == 200000);
    pickle_free(&p);
    CU_ASSERT_EQUAL(parse(&p, P("]q\0h\0a."), &e), 0);
    CU_ASSERT_PTR_EQUAL(pickle_item(&p, pickle_root(&p), 0), pickle_root(&p));
    pickle_free(&p);
    str_clear(&s);
    str_add(&s, "L");
    str_repeat(&s, '7', 10000000);
    str_add(&s, "L\n.");
    CU_ASSERT_EQUAL(parse(&p, s.text, s.len, &e), 0);
    CU_ASSERT_TRUE(pickle_root(&p)->type == PICKLE_BIG && pickle_root(&p)->n == 10000000);
    pickle_free(&p);
    str_free(&s);
}

static void integers(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        long long value;
    } rows[] = {
        {P("K\377."), 255},
        {P("M\377\377."), 65535},
        {P("J\377\377\377\377."), -1},
        {P("J\0\0\0\200."), -2147483648LL},
        {P("I-12\n."), -12},
        {P("L9223372036854775807L\n."), INT64_MAX},
        {P("L-9223372036854775808L\n."), INT64_MIN},
        {P("\212\0."), 0},
        {P("\212\1\377."), -1},
        {P("\212\2\377\0."), 255},
        {P("\212\10\0\0\0\0\0\0\0\200."), INT64_MIN},
        {P("\213\1\0\0\0\5."), 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pickle p;
        CU_ASSERT_EQUAL_FATAL(parse(&p, rows[i].bytes, rows[i].n, NULL), 0);
        CU_ASSERT_EQUAL(pickle_root(&p)->type, PICKLE_INT);
        CU_ASSERT_EQUAL(pickle_root(&p)->integer, rows[i].value);
        CU_ASSERT_EQUAL(p.used, rows[i].n);
        pickle_free(&p);
    }
    struct pickle p;
    CU_ASSERT_EQUAL(parse(&p, P("L9223372036854775808L\n."), NULL), 0);
    CU_ASSERT_EQUAL(pickle_root(&p)->type, PICKLE_BIG);
    pickle_free(&p);
}

/* What is built, written out. */
static void show(struct str *out, const struct pickle *p, const struct pickle_value *v)
{
    static const char *const brackets[] = {[PICKLE_TUPLE] = "()", [PICKLE_LIST] = "[]", [PICKLE_DICT] = "{}"};
    switch (v->type) {
    case PICKLE_INT:
        str_addf(out, "%lld", (long long)v->integer);
        break;
    case PICKLE_BOOL:
        str_add(out, v->integer ? "true" : "false");
        break;
    case PICKLE_TEXT:
        str_addf(out, "'%.*s'", (int)v->n, v->text);
        break;
    case PICKLE_BYTES:
        str_addf(out, "b'%.*s'", (int)v->n, v->text);
        break;
    case PICKLE_TUPLE:
    case PICKLE_LIST:
    case PICKLE_DICT:
        str_add_n(out, brackets[v->type], 1);
        for (size_t i = 0; i < v->n; i++) {
            str_add(out, i ? " " : "");
            show(out, p, pickle_item(p, v, i));
        }
        str_add_n(out, brackets[v->type] + 1, 1);
        break;
    default:
        str_addf(out, "<%d>", v->type);
    }
}

static void values(void)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *shown;
    } rows[] = {
        {P("(dS'a'\nI5\nsV\303\244\nI01\nsS\"\"\nI00\ns."), "{'a' 5 '\303\244' true '' false}"},
        {P("](K\1K\2eK\3a."), "[1 2 3]"},
        {P("](K\1e(K\2K\3K\4e(K\5e."), "[1 2 3 4 5]"},
        {P("((K\1lK\2t."), "([1] 2)"},
        {P("K\1K\2K\3\207\205."), "((1 2 3))"},
        {P("\200\4\225\5\0\0\0\0\0\0\0K\1\224h\0\206."), "(1 1)"},
        {P("K\7p300\n0g300\n."), "7"},
        {P("K\7j\0\0\0\0."), ""}, /* not there yet */
        {P("K\7r\0\1\0\0j\0\1\0\0\206."), "(7 7)"},
        {P("](K\1e](K\2e(K\3K\4e\206."), "([1] [2 3 4])"},
        {P("K\1(K\2K\0031."), "1"},
        {P("K\1(0."), "1"},
        {P("U\2abT\1\0\0\0cC\1dB\1\0\0\0e\226\1\0\0\0\0\0\0\0f\207\207."), "('ab' 'c' (b'd' b'e' b'f'))"},
        {P("\217(K\1K\2\220(K\3\221\206."), "([1 2] (3))"},
        {P("G\0\0\0\0\0\0\0\0F1.5\nN\211\207\206."), "(<4> (<4> <0> false))"},
        {P("ccollections\nOrderedDict\n)R(K\1K\2u}K\3K\4sb."), "{1 2}"},
        {P("ccollections\nOrderedDict\n(K\1K\2\206(K\3K\4ll\205R."), "{1 2 3 4}"},
        {P("(ccollections\nOrderedDict\no."), "{}"},
        {P("(icollections\nOrderedDict\n."), "{}"},
        {P("ccollections\nOrderedDict\n)\201."), "{}"},
        {P("ccollections\nOrderedDict\n)}\222."), "{}"},
        {P("ctorch\nSize\nK\1K\2\206\205R."), "(1 2)"},
        {P("ctorch\ndevice\nS'cpu'\n\205R."), "<13>"},
        {P("ctorch\nfloat16\n."), "<10>"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct pickle p;
        struct str s;
        struct err e = {0};
        str_init(&s);
        if (parse(&p, rows[i].bytes, rows[i].n, &e) == 0)
            show(&s, &p, pickle_root(&p));
        CU_ASSERT_STRING_EQUAL(s.text, rows[i].shown);
        if (strcmp(s.text, rows[i].shown) != 0)
            printf("\n    row %zu gave: %s %s\n", i, s.text, e.text);
        pickle_free(&p);
        str_free(&s);
    }
}

CU_TestInfo suite_pickle[] = {
    {"nothing can be run", nothing_can_be_run},
    {"bad bytes", bad_bytes},
    {"storages", storages},
    {"bombs", bombs},
    {"laughs", laughs},
    {"integers", integers},
    {"values", values},
    CU_TEST_INFO_NULL,
};
