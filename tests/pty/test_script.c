/* A key script at a pseudo terminal: what it does without one, it does with one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "analyzer/base/filemap.h"
#include "tests/pty/session.h"
#include "tests/unit/unit.h"

#define SEE(text) CU_ASSERT(session_see(&s, text) >= 0)

/* Where a run writes. */
struct place {
    char dir[600], script[1200];
};

/* Rows and their answers, a trial with a name, a recipe. Times are left out of what is captured. */
static void prepare(struct place *p)
{
    struct str text;
    str_init(&text);
    snprintf(p->dir, sizeof p->dir, "%s", unit_temp_dir());
    str_addf(&text, "# keys, text, commands and waits\nsize 80x24\nwait idle\nkey 3 Enter\nwait idle\n");
    str_addf(&text, ":step prune-layers layers=3\n:name three layers\nkey 6 F\nsee %% positive\ncapture %s/rows.txt\n", p->dir);
    str_addf(&text, "key /\ntype boring\nkey Enter ?\nsee Keys on Examples\ncapture %s/help.txt\ncapture -\n", p->dir);
    str_addf(&text, "key q\n:off 1\nwait trial\n:save %s/a.recipe\nkey Q\n", p->dir);
    snprintf(p->script, sizeof p->script, "%s", unit_temp_file("a.script", text.text, text.len));
    str_free(&text);
}

static const char *rows_file(void)
{
    static const char rows[] = "0\tThe last scene was boring.\n1\tMy teacher loved the camera.\n1\tThe plot was not dull.\n";
    static char path[1100];
    snprintf(path, sizeof path, "%s", unit_temp_file("script.tsv", rows, sizeof rows - 1));
    return path;
}

static char *read_text(const struct place *p, const char *name)
{
    char path[700];
    struct filemap map;
    struct err e;
    snprintf(path, sizeof path, "%s/%s", p->dir, name);
    CU_ASSERT_EQUAL_FATAL(filemap_open(&map, path, &e), 0);
    char *text = strndup((const char *)map.data, map.size);
    filemap_close(&map);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    return text;
}

/* The second row of the screen from below is the status line: times. */
static void cut_status(char *text)
{
    int left = 2;
    for (char *at = text + strlen(text) - 1; at > text && left > 0; at--)
        if (at[-1] == '\n' && --left == 0)
            memmove(at, at + strcspn(at, "\n"), strlen(at) - strcspn(at, "\n") + 1);
}

static void check_same(const struct place *with, const struct place *without, const char *name, bool screen)
{
    char *first = read_text(with, name), *second = read_text(without, name);
    if (screen) {
        cut_status(first);
        cut_status(second);
    }
    if (strcmp(first, second) != 0)
        printf("\n    %s is\n%s\n    with a terminal, and without one\n%s", name, first, second);
    CU_ASSERT_STRING_EQUAL(first, second);
    free(first);
    free(second);
}

static void run_without(const struct place *p, const char *rows)
{
    char command[4000];
    const char *program = getenv("BERTSCOPE");
    snprintf(command, sizeof command,
             "XDG_STATE_HOME=/dev/null/state LC_ALL=C.UTF-8 %s demo --data %s --task plain --budget 0.1 --seq 32 --threads 1 --script %s "
             "</dev/null >%s/out",
             program ? program : "./bertscope", rows, p->script, p->dir);
    CU_ASSERT_EQUAL(system(command), 0);
}

static void run_with(struct session *s, const struct place *p, const char *rows)
{
    const char *const arguments[] = {"bertscope", "demo", "--data",    rows, "--task",   "plain",   "--budget", "0.1",
                                     "--seq",     "32",   "--threads", "1",  "--script", p->script, NULL};
    session_start(s, 80, 24, NULL, arguments);
    int status = session_wait(s);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        printf("\n    wait status %x; the screen is\n%s", (unsigned)status, vt_text(s->vt));
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(s));
}

static void test_same(void)
{
    struct place with, without;
    struct session s;
    const char *rows = rows_file();
    prepare(&with);
    prepare(&without);
    run_without(&without, rows);
    run_with(&s, &with, rows);
    check_same(&with, &without, "rows.txt", true);
    check_same(&with, &without, "help.txt", true);
    check_same(&with, &without, "a.recipe", false);
    SEE("Keys on Examples"); /* of the capture that is printed, now that the terminal is as it was */
    char *out = read_text(&without, "out");
    CU_ASSERT_PTR_NOT_NULL(strstr(out, "Keys on Examples"));
    free(out);
    session_end(&s);
}

/* A line that fails ends the session: the terminal is given back, and the sentence says which. */
static void test_fails(void)
{
    static const char text[] = "wait idle\nkey 2\n:step no-such-method\n";
    char path[1100];
    const char *const arguments[] = {"bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "0.1", "--script", path, NULL};
    struct session s;
    snprintf(path, sizeof path, "%s", unit_temp_file("bad.script", text, sizeof text - 1));
    session_start(&s, 160, 24, NULL, arguments);
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    CU_ASSERT(session_given_back(&s));
    SEE("bad.script: line 3: ");
    session_end(&s);
}

/* After its last line the user goes on. */
static void test_goes_on(void)
{
    static const char text[] = "wait idle\nkey 2\n";
    char path[1100];
    const char *const arguments[] = {"bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "0.1", "--script", path, NULL};
    struct session s;
    snprintf(path, sizeof path, "%s", unit_temp_file("short.script", text, sizeof text - 1));
    session_start(&s, 80, 24, NULL, arguments);
    SEE("outside the layers");
    session_send(&s, "9");
    SEE("opened preset:bert-tiny");
    session_send(&s, "q");
    int status = session_wait(&s);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(&s));
    session_end(&s);
}

CU_TestInfo suite_script[] = {
    {"the same with and without a terminal", test_same},
    {"a line that fails", test_fails},
    {"the user goes on", test_goes_on},
    CU_TEST_INFO_NULL,
};
