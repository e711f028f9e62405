/* tasks, fields, data sets: what files of each task hold, and one sentence for each thing that is wrong with one. */
#include "tests/unit/unit.h"

#include <locale.h>
#include <string.h>

#include "analyzer/data/dataset.h"
#include "analyzer/data/metric.h"

static const struct task *task(const char *name)
{
    const struct task *t = NULL;
    struct err e = {0};
    CU_ASSERT_EQUAL_FATAL(task_word(name, &t, &e), 0);
    return t;
}

/* Reads `bytes`; the sentence of a failure is left in `e`. */
static int read_text(struct dataset *d, const char *name, const char *bytes, struct err *e)
{
    return dataset_from_text(d, bytes, strlen(bytes), "f", name ? task(name) : NULL, e);
}

static bool text_is(const char *text, size_t n, const char *expected)
{
    return expected ? text && strlen(expected) == n && memcmp(text, expected, n) == 0 : !text;
}

static void splits_fields(void)
{
    static const struct {
        const char *line;
        bool quoted;
        int n;
        const char *field[3];
    } cases[] = {
        {"a\tb\tc", false, 3, {"a", "b", "c"}}, {"", false, 1, {""}},
        {"\t", false, 2, {"", ""}},             {"\"a\tb\"", false, 2, {"\"a", "b\""}},
        {"\"a\tb\"\tc", true, 2, {"a\tb", "c"}}, {"\"a\"\"b\"", true, 1, {"a\"b"}},
        {"\"\"", true, 1, {""}},                {"\"\"\t\"\"", true, 2, {"", ""}},
        {"a\"b\tc\"", true, 2, {"a\"b", "c\""}}, {"\"a", true, -1, {NULL}},
        {"\"a\"b", true, -1, {NULL}},           {"\"", true, -1, {NULL}},
        {"\"\"\"", true, -1, {NULL}},           {"\"a\"\t", true, 2, {"a", ""}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct field field[FIELDS_MAX];
        char line[32];
        strcpy(line, cases[i].line);
        int n = fields_split(field, line, strlen(line), '\t', cases[i].quoted);
        CU_ASSERT_EQUAL(n, cases[i].n);
        for (int k = 0; k < n && k < 3; k++)
            CU_ASSERT_TRUE(text_is(field[k].text, field[k].len, cases[i].field[k]));
    }
    char many[100];
    struct field field[FIELDS_MAX];
    memset(many, '\t', sizeof many);
    CU_ASSERT_EQUAL(fields_split(field, many, sizeof many, '\t', false), 101);
}

/* One row of each form of file. */
static void reads_the_files_of_every_task(void)
{
    static const struct {
        const char *task, *bytes, *text, *pair;
        int label;
        float target;
        int labels, line; /* of the last row */
    } cases[] = {
        {"sst2", "sentence\tlabel\nbad \t0\nfine \t1\n", "fine ", NULL, 1, 0, 2, 3},
        {"cola", "gj04\t1\t\tIt is.\ngj04\t0\t*\tIs it.\n", "Is it.", NULL, 0, 0, 2, 2},
        {"mrpc", "\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n1\t7\t8\ta \"b\tc\r\n", "a \"b", "c", 1, 0, 2, 2},
        {"qqp", "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tp\tq\t0\n", "p", "q", 0, 0, 2, 2},
        {"mnli",
         "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
         "sentence1\tsentence2\tlabel1\tgold_label\n0\t1\t1n\tg\tp\tp\tp\tp\ta\tb\tentailment\tneutral\n",
         "a", "b", 1, 0, 3, 2},
        {"mnli",
         "index\tpromptID\tpairID\tgenre\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\tsentence2_parse\t"
         "sentence1\tsentence2\tlabel1\tlabel2\tlabel3\tlabel4\tlabel5\tgold_label\n"
         "0\t1\t1n\tg\tp\tp\tp\tp\ta\tb\tentailment\tneutral\tneutral\tneutral\tneutral\tcontradiction\n",
         "a", "b", 2, 0, 3, 2},
        {"qnli", "index\tquestion\tsentence\tlabel\n0\tq\ts\tnot_entailment\n", "q", "s", 1, 0, 2, 2},
        {"rte", "index\tsentence1\tsentence2\tlabel\n0\tq\ts\tentailment\n", "q", "s", 0, 0, 2, 2},
        {"wnli", "index\tsentence1\tsentence2\tlabel\n0\tq\ts\t1\n", "q", "s", 1, 0, 2, 2},
        {"stsb",
         "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n"
         "0\tg\tf\t2012\t1\tnone\tnone\ta\tb\t2.500\n",
         "a", "b", -1, 2.5f, 0, 2},
        {"stsb-csv", "\"a, \"\"b\"\"\",c,3.7999999999999998\r\n", "a, \"b\"", "c", -1, 3.8f, 0, 1},
        {"demo", "review\tlabel\nThe soup was not bad.\t1\n", "The soup was not bad.", NULL, 1, 0, 2, 2},
        {"agnews", "Oil \"up\"\tBusiness\n", "Oil \"up\"", NULL, 2, 0, 4, 1},
        {"plain", "0\ta\n2\tb\n", "b", NULL, 2, 0, 3, 2},
        {"plain", "good\ta\tb\nbad\tc\td\n", "c", "d", 0, 0, 2, 2},
        {"plain-values", "-1.5e1\ta\n", "a", NULL, -1, -15, 0, 1},
        {"lines", "one\n\na\tb", "a", "b", -1, 0, 0, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset d;
        struct err e = {0};
        int code = read_text(&d, cases[i].task, cases[i].bytes, &e);
        if (code != 0)
            printf("\n    %s: %s\n", cases[i].task, e.text);
        CU_ASSERT_EQUAL_FATAL(code, 0);
        const struct example *last = &d.row[d.rows - 1];
        CU_ASSERT_TRUE(text_is(last->text, last->text_len, cases[i].text));
        CU_ASSERT_TRUE(text_is(last->pair, last->pair_len, cases[i].pair));
        CU_ASSERT_EQUAL(last->label, cases[i].label);
        CU_ASSERT_EQUAL(last->target, cases[i].target);
        CU_ASSERT_EQUAL(last->line, cases[i].line);
        CU_ASSERT_EQUAL(d.labels, cases[i].labels);
        dataset_free(&d);
    }
}

#define MRPC_HEADER "Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\n"

static void says_what_is_wrong(void)
{
    static const struct {
        const char *task, *bytes, *sentence;
    } cases[] = {
        {"sst2", "", "f holds no row"},
        {"sst2", "sentence\tlabel\n", "f holds no row"},
        {"sst2", "bad \t0\n", "f: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label"},
        {"sst2", "index\tsentence\n0\ta\n", "f: line 1: there is no column label: test sets come without labels"},
        {"sst2", "index\tquestion\tsentence\tlabel\n",
         "f: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label: this looks like "
         "a file of the task qnli"},
        {"sst2", "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\t13\t14\t15\t16\t17\t18\t19\t20\t21\t22\t23\t24\t25\t26\t27\t28\t29\t30\t31\t32\tsentence\tlabel\n",
         "f: line 1: files of the task sst2 begin with a line that names the columns, among them sentence and label"},
        {"rte", "sentence\tlabel\n",
         "f: line 1: files of the task rte begin with a line that names the columns, among them sentence1, sentence2 and label: "
         "this looks like a file of the task sst2"},
        {"sst2", "sentence\tlabel\na\t0\nb\n", "f: line 3: 1 column instead of 2"},
        {"sst2", "sentence\tlabel\na\tb\t0\n", "f: line 2: 3 columns instead of 2"},
        {"sst2", "sentence\tlabel\na\t2\n", "f: line 2: \"2\" is no label of the task sst2 (0, 1)"},
        {"sst2", "sentence\tlabel\na\t-1\n", "f: line 2: the label is -1: test sets come without labels"},
        {"sst2", "sentence\tlabel\na\t\n", "f: line 2: \"\" is no label of the task sst2 (0, 1)"},
        {"sst2", "sentence\tlabel\na\t99999999999999999999\n",
         "f: line 2: \"99999999999999999999\" is no label of the task sst2 (0, 1)"},
        {"sst2", "sentence\tlabel\n \t1\n", "f: line 2: the text is empty"},
        {"sst2", "sentence\tlabel\na\t1\n\n", "f: line 3: the line is empty"},
        {"rte", "index\tsentence1\tsentence2\tlabel\n0\ta\t\tentailment\n", "f: line 2: the second text is empty"},
        {"rte", "index\tsentence1\tsentence2\tlabel\n0\t\tb\tentailment\n", "f: line 2: the first text is empty"},
        {"rte", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tneutral\n",
         "f: line 2: \"neutral\" is no label of the task rte (entailment, not_entailment)"},
        {"cola", "sentence\tlabel\n", "f: line 1: 2 columns instead of 4: this looks like a file of the task sst2"},
        {"cola", "source\tlabel\tmark\tsentence\n",
         "f: line 1: \"label\" is no label of the task cola (0, 1) (files of this task have no header)"},
        {"cola", "g\t1\t\ta\ng\t2\t\ta\n", "f: line 2: \"2\" is no label of the task cola (0, 1)"},
        {"agnews", "Business\tOil\n",
         "f: line 1: \"Oil\" is no label of the task agnews (World, Sports, Business, Sci/Tech) (files of this task have no header)"},
        {"stsb-csv", "a,b,x\n", "f: line 1: \"x\" is no number (files of this task have no header)"},
        {"stsb-csv", "a,b,1\na,b,5.01\n", "f: line 2: 5.01 is outside 0 to 5, the values of the task stsb-csv"},
        {"stsb-csv", "a,b,1\na,b,-0.01\n", "f: line 2: -0.01 is outside 0 to 5, the values of the task stsb-csv"},
        {"stsb-csv", "a,b,1\na,b,nan\n", "f: line 2: \"nan\" is no number"},
        {"stsb-csv", "a,b,1\na,b,0x1\n", "f: line 2: \"0x1\" is no number"},
        {"stsb-csv", "a,b,1\na,b, 1\n", "f: line 2: \" 1\" is no number"},
        {"stsb-csv", "a,b,1\na,b,1e\n", "f: line 2: \"1e\" is no number"},
        {"stsb-csv", "a,b,1\n\"a,b,1\n",
         "f: line 2: a quote is not closed, or is followed by more than the end of the field"},
        {"plain-values", "1e999\ta\n", "f: line 1: 1e999 is too large (files of this task have no header)"},
        {"plain", "1\ta\n1\ta\tb\n", "f: line 2: 3 columns, but 2 in the lines before"},
        {"plain", "1\n", "f: line 1: 1 column, but files of the task plain have 2 or 3"},
        {"plain", "1\ta\n\tb\n", "f: line 2: the label is empty"},
        {"lines", "a\tb\tc\n", "f: line 1: 3 columns, but files of the task lines have 1 or 2"},
        {NULL, "a\t0\n", "f: the first line does not tell which task this is; name one of sst2, cola, ..."},
        {NULL, "index\tsentence1\tsentence2\tlabel\n", "f: the first line does not tell which task this is; name one of ..."},
        {NULL, "", "f: the first line does not tell which task this is; name one of ..."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset d;
        struct err e = {0};
        const char *s = cases[i].sentence;
        size_t n = strlen(s), dots = n > 3 && strcmp(s + n - 3, "...") == 0 ? 3 : 0;
        CU_ASSERT_NOT_EQUAL(read_text(&d, cases[i].task, cases[i].bytes, &e), 0);
        bool same = strncmp(e.text, s, n - dots) == 0 && (dots || strlen(e.text) == n);
        CU_ASSERT_TRUE(same);
        if (!same)
            printf("\n    said: %s\n    not:  %s\n", e.text, s);
        CU_ASSERT_PTR_NULL(d.row);
    }
}

static void finds_the_task_in_the_header(void)
{
    struct dataset d;
    CU_ASSERT_EQUAL_FATAL(read_text(&d, NULL, MRPC_HEADER "0\t1\t2\ta\tb\n", NULL), 0);
    CU_ASSERT_STRING_EQUAL(d.task->name, "mrpc");
    dataset_free(&d);
}

/* Words are numbered in the order of their bytes; a word that looks like a number among words is a word. */
static void numbers_open_labels(void)
{
    struct dataset d;
    CU_ASSERT_EQUAL_FATAL(read_text(&d, "plain", "b\tx\na\tx\n10\tx\nb\ty\n", NULL), 0);
    CU_ASSERT_EQUAL_FATAL(d.labels, 3);
    CU_ASSERT_TRUE(strcmp(d.label[0], "10") == 0 && strcmp(d.label[1], "a") == 0 && strcmp(d.label[2], "b") == 0);
    CU_ASSERT_TRUE(d.row[0].label == 2 && d.row[1].label == 1 && d.row[2].label == 0 && d.row[3].label == 2);
    dataset_free(&d);
    CU_ASSERT_EQUAL_FATAL(read_text(&d, "plain", "1\tx\n0\tx\n", NULL), 0);
    CU_ASSERT_TRUE(d.labels == 2 && !d.label && d.row[0].label == 1);
    dataset_free(&d);
}

static void counts_damaged_rows(void)
{
    struct dataset d;
    static const char file[] = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n0\t1\t2\tp\tq\t0\n1\t2\tbroken\n"
                               "2\t1\t2\tp\t\t1\n2\t1\t2\tp\tq\t1\n";
    CU_ASSERT_EQUAL_FATAL(read_text(&d, "qqp", file, NULL), 0);
    CU_ASSERT_TRUE(d.rows == 2 && d.skipped == 2 && d.row[1].line == 5);
    dataset_cut(&d, 5);
    CU_ASSERT_EQUAL(d.rows, 2);
    dataset_cut(&d, 1);
    CU_ASSERT_EQUAL(d.rows, 1);
    dataset_free(&d);
}

/* A number has a point, whatever the locale says. */
static void reads_numbers_in_any_locale(void)
{
    static const char *const commas[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    struct dataset d;
    bool found = false;
    for (size_t i = 0; !found && i < sizeof commas / sizeof *commas; i++)
        found = setlocale(LC_NUMERIC, commas[i]) != NULL;
    CU_ASSERT_EQUAL_FATAL(read_text(&d, "plain-values", "2.5\ta\n", NULL), 0);
    CU_ASSERT_EQUAL(d.row[0].target, 2.5f);
    dataset_free(&d);
    setlocale(LC_NUMERIC, "C");
    if (!found)
        printf("\n    skipped: this system has no locale with a decimal comma\n");
}

/* Every row of tasks.def can be read by the rest of the program. */
static void rows_of_the_table_are_whole(void)
{
    for (int i = 0; i < tasks_count; i++) {
        const struct task *t = &tasks[i];
        int columns = 0;
        bool text = false, pair = !t->pair, answer = !t->answer;
        for (; t->column[columns]; columns++) {
            text |= strcmp(t->column[columns], t->text) == 0;
            pair |= t->pair && strcmp(t->column[columns], t->pair) == 0;
            answer |= t->answer && strcmp(t->column[columns], t->answer) == 0;
        }
        CU_ASSERT_TRUE(text && pair && answer && t->min_columns <= columns && columns <= t->max_columns &&
                       t->max_columns <= FIELDS_MAX);
        CU_ASSERT_TRUE((t->target == TARGET_NONE) == !t->answer && !t->answer == !t->metric);
        CU_ASSERT_TRUE((t->target == TARGET_NUMBER || t->target == TARGET_WORD) == (task_labels(t) > 1));
        for (int k = 0; t->metric && t->metric[k]; k++)
            CU_ASSERT_EQUAL(t->metric[k]->regression, t->target == TARGET_VALUE);
    }
    struct err e = {0};
    const struct task *t;
    CU_ASSERT_EQUAL(task_word("sst3", &t, &e), ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(e.text, "there is no task \"sst3\" (tasks: sst2, cola, mrpc, qqp, mnli, qnli, rte, wnli, stsb, stsb-csv, "
                                   "agnews, demo, plain, plain-values, lines, masked)");
}

/* Published files: rows and classes as the notes beside them say. */
static void reads_real_files(void)
{
    static const struct {
        const char *file, *task;
        int rows, label, count; /* how many rows have `label`; label -1 = not asked */
    } cases[] = {
        {"glue/SST-2/train.tsv", "sst2", 67349, -1, 0},     {"glue/SST-2/dev.tsv", "sst2", 872, 1, 444},
        {"glue/RTE/train.tsv", "rte", 2490, -1, 0},         {"glue/RTE/dev.tsv", "rte", 277, -1, 0},
        {"glue/CoLA/train.tsv", "cola", 8551, -1, 0},       {"glue/CoLA/dev.tsv", "cola", 1043, -1, 0},
        {"glue/QNLI/dev.tsv", "qnli", 5463, -1, 0},         {"glue/STS-B/stsb-en-train.csv", "stsb-csv", 5749, -1, 0},
        {"glue/STS-B/stsb-en-dev.csv", "stsb-csv", 1500, -1, 0}, {"agnews/dev.tsv", "agnews", 10001, -1, 0},
        {"agnews/test.tsv", "agnews", 7600, 0, 1900},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = unit_data(cases[i].file);
        if (!path)
            return;
        struct dataset d;
        struct err e = {0};
        int code = dataset_read(&d, path, task(cases[i].task), &e);
        if (code != 0)
            printf("\n    %s\n", e.text);
        CU_ASSERT_EQUAL_FATAL(code, 0);
        CU_ASSERT_EQUAL(d.rows, cases[i].rows);
        int count = 0;
        for (int k = 0; k < d.rows; k++)
            count += d.row[k].label == cases[i].label;
        CU_ASSERT_TRUE(cases[i].label < 0 || count == cases[i].count);
        dataset_free(&d);
    }
}

CU_TestInfo suite_dataset[] = {
    {"splits fields", splits_fields},
    {"reads the files of every task", reads_the_files_of_every_task},
    {"says what is wrong", says_what_is_wrong},
    {"finds the task in the header", finds_the_task_in_the_header},
    {"numbers open labels", numbers_open_labels},
    {"counts damaged rows", counts_damaged_rows},
    {"reads numbers in any locale", reads_numbers_in_any_locale},
    {"rows of the table are whole", rows_of_the_table_are_whole},
    {"reads real files", reads_real_files},
    CU_TEST_INFO_NULL,
};
