/* Every screen of the real program on poor terminals: few colours, none, ASCII; in windows that change their size again and again; under
 * a mouse that clicks everywhere. Screens and their keys are those of the table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyzer/base/clock.h"
#include "analyzer/base/filemap.h"
#include "tests/pty/session.h"
#include "tests/unit/unit.h"
#include "tui/screen.h"

#define SEE(text) CU_ASSERT(session_see(s, text) >= 0)

enum { COLUMNS = 80, ROWS = 24, BODY = 2, STATUS = ROWS - 2 }; /* rows of the frame: tabs, a blank one, the body, status, hints */

/* ---- a session with something on every screen ---------------------------------------------------------------- */

/* Scored heads, two steps that are off (so that nothing has to be timed), rows. */
static void start(struct session *s, const char *const *environment)
{
    static const char rows[] = "0\tThe last scene was boring.\n1\tMy teacher loved the camera.\n1\tThe plot was not dull.\n";
    char path[1100];
    const char *const arguments[] = {"bertscope", "demo",     "--data", path,    "--task",    "plain", "--budget",
                                     "0.1",       "--seq",    "32",     "--threads", "1",     NULL};
    snprintf(path, sizeof path, "%s", unit_temp_file("poor.tsv", rows, sizeof rows - 1));
    session_start(s, COLUMNS, ROWS, environment, arguments);
    SEE("passes of batch");
    session_send(s, "3\r");
    SEE("scored 32 heads");
    session_send(s, ":step int8\r:off 1\r:step f16 layers=0\r:off 2\r4");
    SEE("Trial 4  done");
}

static void stop(struct session *s)
{
    session_send(s, "Q");
    int status = session_wait(s);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        printf("\n    wait status %x; the screen is\n%s", (unsigned)status, vt_text(s->vt));
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(session_given_back(s));
    session_end(s);
}

/* Until all that was sent before is on the screen: a key without a meaning is answered in the status line. */
static void catch_up(struct session *s)
{
    static bool other;
    other = !other;
    session_send(s, other ? "Y" : "Z");
    SEE(other ? "Y does nothing here" : "Z does nothing here");
}

/* Text and looks of all rows but the status line, where catch_up() speaks. */
static void add_state(struct session *s, struct str *out)
{
    const char *text = vt_text(s->vt);
    for (int row = 0; row < ROWS; row++) {
        size_t n = strcspn(text, "\n") + 1;
        for (int column = 0; row != STATUS && column < COLUMNS; column++)
            str_add_n(out, &"0123456789abcdef"[vt_look(s->vt, column, row)], 1);
        if (row != STATUS)
            str_add_n(out, text, n);
        text += n;
    }
}

/* The screen once it is at rest: a screen may have asked the engine for something. */
static void settle(struct session *s, struct str *out)
{
    struct str again;
    str_init(&again);
    catch_up(s);
    add_state(s, out);
    for (int i = 0; i < 100; i++) {
        str_clear(&again);
        catch_up(s);
        add_state(s, &again);
        if (strcmp(out->text, again.text) == 0)
            break;
        str_clear(out);
        str_add(out, again.text);
    }
    str_free(&again);
}

/* By its key; its name is in the tab line then. */
static void show(struct session *s, int id)
{
    char key[16], tab[64];
    const struct screen_row *row = screen_row((enum screen_id)id);
    key_text(action_key(row->action, 0), key);
    snprintf(tab, sizeof tab, " %s %s ", key, row->title);
    session_send(s, key);
    SEE(tab);
}

/* ---- few colours, none, ASCII --------------------------------------------------------------------------------- */

static const char walk_keys[] = "jlGhgk";
enum { STEPS = sizeof walk_keys - 1 };

struct walk {
    bool changed[SCREENS][STEPS]; /* what a key changed, whether one can see it */
    int marks[SCREENS];           /* question marks on the screen: what ASCII has no stand-in for would be one more */
};

static int count_marks(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '?';
    return n;
}

static void walk(struct walk *out, struct session *s)
{
    struct str before, after;
    str_init(&before);
    str_init(&after);
    for (int id = 0; id < SCREENS; id++) {
        show(s, id);
        str_clear(&before);
        settle(s, &before);
        out->marks[id] = count_marks(before.text);
        for (int k = 0; k < STEPS; k++) {
            session_send(s, (char[2]){walk_keys[k], '\0'});
            str_clear(&after);
            settle(s, &after);
            out->changed[id][k] = strcmp(before.text, after.text) != 0;
            str_clear(&before);
            str_add(&before, after.text);
        }
    }
    str_free(&before);
    str_free(&after);
}

/* What changed every time: a measurement that ends while a key is pressed changes the screen, too. */
static void both(struct walk *x, const struct walk *again)
{
    for (int id = 0; id < SCREENS; id++)
        for (int k = 0; k < STEPS; k++)
            x->changed[id][k] = x->changed[id][k] && again->changed[id][k];
}

/* A terminal of 16 colours, whether or not this machine knows one; NULL if it cannot be described. */
static const char *sixteen_colours(void)
{
    static const char source[] = "bertscope-16color|xterm with 16 colours,\n\tcolors#16, pairs#256, use=xterm-256color,\n";
    static char variable[1200];
    char command[2600], file[1100];
    const char *dir = unit_temp_dir();
    snprintf(file, sizeof file, "%s", unit_temp_file("16.ti", source, sizeof source - 1));
    snprintf(variable, sizeof variable, "TERMINFO=%s", dir);
    snprintf(command, sizeof command, "tic -x -o %s %s 2>%s/tic.log", dir, file, dir);
    return system(command) == 0 ? variable : NULL;
}

enum { MONO = 1, ASCII = 2, FEW = 4 };

static void check_walk(struct session *s, const struct walk *full, const struct walk *x, int is, const char *name)
{
    struct session_colours n = session_colours(s);
    for (int id = 0; id < SCREENS; id++) {
        const char *title = screen_row((enum screen_id)id)->title;
        for (int k = 0; k < STEPS; k++) {
            bool lost = full->changed[id][k] && !x->changed[id][k];
            if (lost)
                printf("\n    %s: on %s nothing tells what %c did\n", name, title, walk_keys[k]);
            CU_ASSERT_FALSE(lost);
        }
        if (x->marks[id] > full->marks[id])
            printf("\n    %s: %d question marks on %s instead of %d\n", name, x->marks[id], title, full->marks[id]);
        CU_ASSERT(x->marks[id] <= full->marks[id]);
    }
    bool mono = n.few + n.many == 0;
    if (mono != ((is & MONO) != 0) || ((is & FEW) && n.many > 0))
        printf("\n    %s: set %d of 16 colours, %d of more\n", name, n.few, n.many);
    CU_ASSERT_EQUAL(mono, (is & MONO) != 0);
    CU_ASSERT(!(is & FEW) || n.many == 0);
    CU_ASSERT_EQUAL(session_is_ascii(s), (is & ASCII) != 0);
}

static void test_kinds(void)
{
    const char *sixteen = sixteen_colours();
    const struct {
        const char *environment[4];
        int is;
        const char *name;
    } cases[] = {
        {{"TERM=bertscope-16color", sixteen, NULL}, FEW, "16 colours"},
        {{"TERM=xterm-color", NULL}, FEW, "8 colours"},
        {{"TERM=vt100", NULL}, MONO, "vt100"},
        {{"TERM=xterm-mono", "LANG=C", "LC_ALL", NULL}, MONO | ASCII, "no colours, ASCII"},
        {{"NO_COLOR=1", NULL}, MONO, "NO_COLOR"},
        {{"LANG=C", "LC_ALL", "LC_CTYPE", NULL}, ASCII, "ASCII"},
    };
    struct session s;
    struct walk full, x;
    start(&s, NULL);
    walk(&full, &s);
    walk(&x, &s);
    both(&full, &x);
    CU_ASSERT(session_colours(&s).many > 0);
    stop(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i == 0 && !sixteen) {
            printf("\n    skipped: no tic to describe a terminal of 16 colours\n");
            continue;
        }
        start(&s, cases[i].environment);
        walk(&x, &s);
        check_walk(&s, &full, &x, cases[i].is, cases[i].name);
        stop(&s);
    }
}

/* ---- sizes ---------------------------------------------------------------------------------------------------- */

static unsigned next_random(void)
{
    static uint64_t seed = 20240229;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33);
}

static void pause_ms(int ms)
{
    usleep((useconds_t)ms * 1000);
}

/* Rows of what the terminal shows and of the file, without blanks at their ends; the status line speaks of the file. */
static int different_rows(const char *shown, const char *drawn, bool tell)
{
    int found = 0;
    for (int row = 0; row < ROWS; row++) {
        size_t n = strcspn(shown, "\n"), m = strcspn(drawn, "\n"), used = n;
        while (used > 0 && shown[used - 1] == ' ')
            used--;
        bool same = used == m && memcmp(shown, drawn, m) == 0;
        if (!same && row != STATUS && tell)
            printf("\n    row %d is\n%.*s\n    and should be\n%.*s\n", row, (int)n, shown, (int)m, drawn);
        found += !same && row != STATUS;
        shown += n + (shown[n] == '\n');
        drawn += m + (drawn[m] == '\n');
    }
    return found;
}

/* Rows of the terminal that differ from the screen drawn anew on an empty page. */
static int look_once(struct session *s, const char *name, bool tell)
{
    char path[1100], command[1200], shown[8 * COLUMNS * ROWS];
    struct filemap file;
    struct err e;
    struct str rest;
    str_init(&rest);
    settle(s, &rest);
    str_free(&rest);
    snprintf(shown, sizeof shown, "%s", vt_text(s->vt));
    snprintf(path, sizeof path, "%s/%s.txt", unit_temp_dir(), name);
    snprintf(command, sizeof command, ":write %s\r", path);
    session_send(s, command);
    catch_up(s);
    CU_ASSERT_EQUAL_FATAL(filemap_open(&file, path, &e), 0);
    char *drawn = strndup((const char *)file.data, file.size);
    int found = different_rows(shown, drawn, tell);
    free(drawn);
    filemap_close(&file);
    return found;
}

/* News may come between the look at the terminal and the drawing; what is wrong on the terminal stays wrong. */
static void check_drawn(struct session *s, const char *name)
{
    enum { LOOKS = 10 };
    int found = 1;
    for (int i = 0; i < LOOKS && found > 0; i++) {
        if (i > 0)
            pause_ms(200);
        found = look_once(s, name, i == LOOKS - 1);
    }
    CU_ASSERT_EQUAL(found, 0);
}

/* Sizes from 20x5 to 200x60 while a measurement runs and somebody walks over the screens and clicks. */
static void storm(struct session *s)
{
    char mouse[64];
    for (int i = 0; i < 50; i++) {
        int columns = 20 + (int)(next_random() % 181), rows = 5 + (int)(next_random() % 56);
        char key[16];
        session_resize(s, columns, rows);
        key_text(action_key(screen_row((enum screen_id)(next_random() % SCREENS))->action, 0), key);
        session_send(s, key);
        snprintf(mouse, sizeof mouse, "\033[<%d;%u;%uM", i % 3 == 0 ? 0 : 64 + i % 2, 1 + next_random() % (unsigned)columns,
                 2 + next_random() % (unsigned)(rows - 1));
        session_send(s, mouse);
        if (i % 4 == 0)
            pause_ms((int)(next_random() % 30));
    }
}

static void test_storm(void)
{
    static const char *const busy[] = {"bertscope", "preset:bert-small", "--batch", "32", "--budget", "600", NULL};
    struct session session, *s = &session;
    session_start(s, COLUMNS, ROWS, NULL, busy);
    SEE("measuring ");
    storm(s);
    session_resize(s, COLUMNS, ROWS);
    show(s, SCREEN_LOG);
    CU_ASSERT_PTR_NULL(strstr(vt_text(s->vt), "cancelled")); /* what makes room for what a screen asks for is no news */
    show(s, SCREEN_OVERVIEW);
    SEE("x cancel"); /* it still runs */
    session_send(s, "x");
    CU_ASSERT(session_see_gone(s, "x cancel") >= 0);
    for (int id = 0; id < SCREENS; id++) {
        show(s, id);
        check_drawn(s, screen_row((enum screen_id)id)->command);
    }
    stop(s);
}

/* Away and back before the program has seen it: its size is as it was, what the terminal shows is not. */
static void test_away_and_back(void)
{
    static const char *const quick[] = {"bertscope", "preset:bert-tiny", "--seq", "16", "--threads", "1", "--budget", "0.1", NULL};
    struct session session, *s = &session;
    session_start(s, COLUMNS, ROWS, NULL, quick);
    SEE("passes of batch");
    for (int i = 0; i < 5; i++) {
        char name[32];
        catch_up(s);
        session_resize(s, 20, 5);
        session_resize(s, COLUMNS, ROWS);
        snprintf(name, sizeof name, "back-%d", i);
        check_drawn(s, name);
    }
    stop(s);
}

/* ---- mouse ---------------------------------------------------------------------------------------------------- */

static void click(struct session *s, int button, int x, int y)
{
    char bytes[64];
    snprintf(bytes, sizeof bytes, "\033[<%d;%d;%dM\033[<%d;%d;%dm", button, x + 1, y + 1, button, x + 1, y + 1);
    session_send(s, bytes);
}

/* Which cells of the body are selected, without colours: in reverse. */
static void add_selected(const struct session *s, struct str *out)
{
    for (int y = BODY; y < STATUS; y++)
        for (int x = 0; x < COLUMNS; x++)
            str_add(out, vt_look(s->vt, x, y) & VT_REVERSE ? "r" : ".");
}

static bool row_has(const struct session *s, int y, unsigned bit)
{
    for (int x = 0; x < COLUMNS; x++)
        if (vt_look(s->vt, x, y) & bit)
            return true;
    return false;
}

/* Whether the keys move a selection here. */
static bool has_choice(struct session *s)
{
    struct str first, last, rest;
    str_init(&first);
    str_init(&last);
    str_init(&rest);
    session_send(s, "g");
    settle(s, &rest);
    add_selected(s, &first);
    session_send(s, "j");
    str_clear(&rest);
    settle(s, &rest);
    add_selected(s, &last);
    bool moves = strcmp(first.text, last.text) != 0;
    str_free(&first);
    str_free(&last);
    str_free(&rest);
    return moves;
}

/* Clicks at one place. True if another thing is selected now: it is what was hit. Titles of columns (underlined) sort. */
static bool selects(struct session *s, int x, int y, const char *title)
{
    struct str before, after;
    str_init(&before);
    str_init(&after);
    bool heading = row_has(s, y, VT_UNDERLINE);
    add_selected(s, &before);
    click(s, 0, x, y);
    catch_up(s);
    add_selected(s, &after);
    bool moved = strcmp(before.text, after.text) != 0, hit = row_has(s, y, VT_REVERSE);
    if (moved && !heading && !hit)
        printf("\n    %s: a click at %d,%d selected something else\n%s", title, x, y, vt_text(s->vt));
    CU_ASSERT(!moved || heading || hit);
    str_free(&before);
    str_free(&after);
    return moved && hit;
}

static void check_mouse(struct session *s, int id)
{
    static const int columns[] = {12, 60};
    const struct screen_row *row = screen_row((enum screen_id)id);
    int selected = 0;
    show(s, id);
    bool choice = has_choice(s);
    for (int y = BODY; y < ROWS; y++)
        for (int i = 0; i < 2; i++) {
            if (y < STATUS)
                selected += selects(s, columns[i], y, row->title);
            else
                click(s, 0, 79 * i, y);
            click(s, 64 + i, columns[i], y);
            catch_up(s);
        }
    if (row->screen->click && choice && selected == 0)
        printf("\n    %s: no click selects anything\n", row->title);
    CU_ASSERT(!row->screen->click || !choice || selected > 0);
}

/* The tab of every screen, from that of the first one, where only their keys stand. */
static void check_tabs(struct session *s)
{
    for (int id = SCREENS - 1; id >= 0; id--) {
        char key[16], tab[64];
        const struct screen_row *row = screen_row((enum screen_id)id);
        show(s, id == 0 ? 1 : 0);
        snprintf(tab, sizeof tab, " %s ", key_text(action_key(row->action, 0), key));
        const char *text = vt_text(s->vt), *at = strstr(text, tab);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        click(s, 0, (int)(at - text) + 1, 0);
        snprintf(tab, sizeof tab, " %s %s ", key, row->title);
        SEE(tab);
    }
}

static int row_of(struct session *s, const char *text)
{
    const char *screen = vt_text(s->vt), *at = strstr(screen, text);
    int row = 0;
    for (const char *c = screen; at && c < at; c++)
        row += *c == '\n';
    return at ? row : -1;
}

/* The steps of the recipe after the trials stood in their place. */
static void check_steps(struct session *s)
{
    static const char step[] = "2 ▸ off f16";
    session_send(s, "4o");
    SEE("From");
    session_send(s, "o");
    SEE(step);
    int y = row_of(s, step);
    click(s, 0, 5, y);
    catch_up(s);
    CU_ASSERT_EQUAL(row_of(s, step), y);
    CU_ASSERT(row_has(s, y, VT_REVERSE));
}

static void test_mouse(void)
{
    static const char *const mono[] = {"NO_COLOR=1", NULL};
    struct session session, *s = &session;
    start(s, mono);
    check_tabs(s);
    for (int id = 0; id < SCREENS; id++)
        check_mouse(s, id);
    check_steps(s);
    stop(s);
}

CU_TestInfo suite_poor[] = {
    {"few colours, none, ASCII", test_kinds},
    {"a storm of sizes while measuring", test_storm},
    {"away and back", test_away_and_back},
    {"clicks and wheel on every screen", test_mouse},
    CU_TEST_INFO_NULL,
};
