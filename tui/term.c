#include "tui/term.h"

/* curses last: it defines macros with ordinary names */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/crash.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

/* <term.h> would define hundreds of words, "tone" and "lines" among them. */
struct term;
extern int setupterm(const char *name, int fd, int *found);
extern struct term *set_curterm(struct term *t);
extern int del_curterm(struct term *t);

enum { ESCAPE_DELAY_MS = 25, WHEEL_ROWS = 3 };

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

struct terminal {
    SCREEN *screen;
    struct termios modes; /* as they were */
    struct sigaction before[SIGNALS];
    enum depth depth;
    chtype attributes[TONES];
    bool mouse;
    int ended;
};

/* For the signal handler. */
static volatile sig_atomic_t arrived[SIGNALS];
static int wake_pipe[2] = {-1, -1};

/* ---- signals ------------------------------------------------------------------------------------------------- */

void term_wake(void *payload)
{
    int before = errno;
    (void)payload;
    ssize_t n = write(wake_pipe[1], "", 1); /* full: it wakes already */
    (void)n;
    errno = before;
}

static void on_signal(int number)
{
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i] == number)
            arrived[i] = 1;
    term_wake(NULL);
}

static bool take_signal(int number)
{
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i] == number && arrived[i]) {
            arrived[i] = 0;
            return true;
        }
    return false;
}

static void handle_signals(struct sigaction *before)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigfillset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, before ? &before[i] : NULL);
}

static int open_pipe(struct err *e)
{
    if (pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) != 0)
        return err_set(e, ERR_IO, "no pipe for waking the terminal: %s", strerror(errno));
    return 0;
}

static void close_pipe(void)
{
    close(wake_pipe[0]);
    close(wake_pipe[1]);
    wake_pipe[0] = wake_pipe[1] = -1;
}

/* ---- start and stop ------------------------------------------------------------------------------------------ */

static const char *capability(const char *name)
{
    const char *s = tigetstr(name);
    return s == (char *)-1 ? NULL : s;
}

static int check_terminal(struct termios *modes, struct err *e)
{
    const char *name = getenv("TERM");
    int found = 0;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(e, ERR_MACHINE, "standard %s is no terminal; `bertscope profile` prints the figures without one, "
                       "`bertscope draw overview` prints a screen", isatty(STDIN_FILENO) ? "output" : "input");
    if (tcgetattr(STDIN_FILENO, modes) != 0)
        return err_set(e, ERR_MACHINE, "the modes of the terminal cannot be read: %s", strerror(errno));
    if (!name || !*name)
        return err_set(e, ERR_MACHINE, "TERM is not set, so the terminal's language is not known; set it (xterm-256color "
                       "suits most)");
    bool usable = setupterm(name, STDOUT_FILENO, &found) == OK && capability("cup") && capability("clear");
    struct term *looked_at = set_curterm(NULL);
    if (looked_at)
        del_curterm(looked_at);
    if (!usable)
        return err_set(e, ERR_MACHINE, "TERM=%s %s; set TERM to what your terminal is, or print a screen with `bertscope "
                       "draw overview`", name, found == 1 ? "cannot place the cursor" : "is not known on this machine");
    return 0;
}

/* Appends a capability without its padding ("$<5>"). */
static void add_capability(struct str *out, const char *name)
{
    for (const char *s = capability(name); s && *s; s++) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end;
        else
            str_add_n(out, s, 1);
    }
}

/* What gives the terminal back when nothing but write() can be trusted. */
static void arm(const struct terminal *t)
{
    struct str bytes;
    str_init(&bytes);
    if (capability("kmous"))
        str_add(&bytes, "\033[?1000l\033[?1002l\033[?1003l\033[?1006l");
    add_capability(&bytes, "sgr0");
    add_capability(&bytes, "op");
    add_capability(&bytes, "rmkx");
    add_capability(&bytes, "cnorm");
    add_capability(&bytes, "rmcup");
    str_add(&bytes, "\r\n");
    crash_arm(STDOUT_FILENO, bytes.text, bytes.len, &t->modes);
    str_free(&bytes);
}

static enum depth find_depth(void)
{
    if (!has_colors() || start_color() != OK)
        return DEPTH_MONO;
    return COLORS >= 1 << 24 ? DEPTH_TRUE : COLORS >= 256 ? DEPTH_256 : COLORS >= 16 ? DEPTH_16 : DEPTH_8;
}

/* What keys send in the mode the terminal was not put into; some terminals do so all the same. */
static void define_keys(void)
{
    static const struct {
        const char *bytes;
        int key;
    } keys[] = {
        {"\033[A", KEY_UP},   {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT}, {"\033OA", KEY_UP},
        {"\033OB", KEY_DOWN}, {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
        {"\033OH", KEY_HOME}, {"\033OF", KEY_END},  {"\033[1~", KEY_HOME}, {"\033[4~", KEY_END},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        define_key(keys[i].bytes, keys[i].key);
}

static void set_modes(void)
{
    raw();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    define_keys();
    nodelay(stdscr, TRUE);
    meta(stdscr, TRUE);
    set_escdelay(ESCAPE_DELAY_MS);
    mouseinterval(0);
    curs_set(0);
}

static int open_screen(struct terminal *t, struct err *e)
{
    TRY(open_pipe(e));
    handle_signals(t->before);
    t->screen = newterm(NULL, stdout, stdin);
    if (!t->screen) {
        for (int i = 0; i < SIGNALS; i++)
            sigaction(signals[i], &t->before[i], NULL);
        close_pipe();
        return err_set(e, ERR_MACHINE, "the terminal could not be set up (TERM=%s)", getenv("TERM"));
    }
    handle_signals(NULL); /* curses may have put its own there */
    arm(t);
    set_modes();
    t->depth = find_depth();
    return 0;
}

int term_start(struct terminal **out, struct err *e)
{
    struct terminal *t = calloc(1, sizeof *t);
    *out = NULL;
    if (!t)
        return err_set(e, ERR_NOMEM, "no memory for the terminal");
    int code = check_terminal(&t->modes, e);
    if (code == 0)
        code = open_screen(t, e);
    if (code != 0) {
        free(t);
        return code;
    }
    *out = t;
    return 0;
}

void term_stop(struct terminal *t)
{
    if (!t)
        return;
    endwin();
    delscreen(t->screen);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->modes);
    crash_disarm();
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &t->before[i], NULL);
    close_pipe();
    free(t);
}

/* ---- looks --------------------------------------------------------------------------------------------------- */

enum depth term_depth(const struct terminal *t)
{
    return t->depth;
}

void term_theme(struct terminal *t, const struct theme *theme, enum depth depth)
{
    bool own = t->depth != DEPTH_MONO && use_default_colors() == OK; /* -1 = the terminal's own colours */
    for (int tone = 0; tone < TONES; tone++) {
        struct look look = theme_look(theme, tone, depth);
        attr_t a = A_NORMAL;
        a |= look.attributes & ATTR_BOLD ? A_BOLD : 0;
        a |= look.attributes & ATTR_UNDERLINE ? A_UNDERLINE : 0;
        a |= look.attributes & ATTR_REVERSE ? A_REVERSE : 0;
        t->attributes[tone] = a;
        if (depth == DEPTH_MONO)
            continue;
        int fallback = own ? -1 : COLOR_WHITE, fallback_below = own ? -1 : COLOR_BLACK;
        init_extended_pair(tone + 1, look.foreground < 0 ? fallback : look.foreground,
                           look.background < 0 ? fallback_below : look.background);
        t->attributes[tone] |= (chtype)COLOR_PAIR(tone + 1);
    }
}

void term_mouse(struct terminal *t, bool on)
{
    if (t->mouse != on)
        mousemask(on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0, NULL);
    t->mouse = on;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

/* UTF-8 of a cell (valid: canvases see to it) to wide characters. */
static int decode(const char *s, wchar_t *out, int room)
{
    int n = 0;
    while (*s && n < room) {
        unsigned char lead = (unsigned char)*s++;
        unsigned long c = lead < 0x80 ? lead : lead < 0xe0 ? lead & 0x1f : lead < 0xf0 ? lead & 0x0f : lead & 0x07;
        while (((unsigned char)*s & 0xc0) == 0x80)
            c = c << 6 | ((unsigned char)*s++ & 0x3f);
        out[n++] = (wchar_t)c;
    }
    return n;
}

static void draw_cell(const struct terminal *t, const struct cell *cell, int x, int y)
{
    wchar_t text[CCHARW_MAX + 1];
    chtype look = t->attributes[cell->tone];
    cchar_t cc;
    int n = decode(cell->text, text, CCHARW_MAX);
    if (n == 0 || wcwidth(text[0]) != cell->width) { /* the C library disagrees about it: better a mark than a shift */
        for (int i = 0; i < cell->width; i++)
            mvaddch(y, x + i, '?' | look);
        return;
    }
    text[n] = L'\0';
    setcchar(&cc, text, look & ~A_COLOR, (short)PAIR_NUMBER(look), NULL);
    mvadd_wch(y, x, &cc);
}

void term_draw(struct terminal *t, const struct canvas *c, int cursor_x, int cursor_y)
{
    for (int y = 0; y < c->rows; y++)
        for (int x = 0; x < c->columns; x++)
            if (canvas_cell(c, x, y)->width > 0)
                draw_cell(t, canvas_cell(c, x, y), x, y);
    curs_set(cursor_x >= 0);
    move(cursor_x >= 0 ? cursor_y : c->rows - 1, cursor_x >= 0 ? cursor_x : 0);
    refresh();
}

void term_redraw(struct terminal *t)
{
    (void)t;
    clearok(curscr, TRUE);
}

void term_size(const struct terminal *t, int *columns, int *rows)
{
    (void)t;
    getmaxyx(stdscr, *rows, *columns);
}

/* ---- suspending ---------------------------------------------------------------------------------------------- */

/* Stops this process, or with `group` everything the shell started together with it. */
static void stop_process(struct terminal *t, bool group)
{
    struct sigaction stop = {.sa_handler = SIG_DFL};
    endwin();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &t->modes);
    sigaction(SIGTSTP, &stop, NULL);
    if (group)
        kill(0, SIGTSTP);
    else
        raise(SIGTSTP);
    handle_signals(NULL);
    term_redraw(t);
    on_signal(SIGWINCH); /* the window may be another one now */
}

void term_suspend(struct terminal *t)
{
    stop_process(t, true);
}

/* ---- events -------------------------------------------------------------------------------------------------- */

void term_wait(struct terminal *t, int ms)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = wake_pipe[0], .events = POLLIN}};
    char bytes[64];
    if (poll(fds, 2, ms) < 0)
        return;
    if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        t->ended = SIGHUP;
    while (read(wake_pipe[0], bytes, sizeof bytes) > 0)
        ;
}

int term_ended(const struct terminal *t)
{
    return t->ended;
}

static void take_size(struct event *out)
{
    struct winsize w = {.ws_col = 0};
    int rows, columns;
    getmaxyx(stdscr, rows, columns);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0 && w.ws_row > 0) {
        rows = w.ws_row < CANVAS_MAX ? w.ws_row : CANVAS_MAX;
        columns = w.ws_col < CANVAS_MAX ? w.ws_col : CANVAS_MAX;
        resizeterm(rows, columns);
    }
    clearok(curscr, TRUE); /* the window may have been away and back before we looked: what it shows is not known */
    *out = (struct event){.kind = EVENT_RESIZE, .columns = columns, .rows = rows};
}

static bool signal_event(struct terminal *t, struct event *out)
{
    if (take_signal(SIGTERM))
        t->ended = SIGTERM;
    if (take_signal(SIGHUP))
        t->ended = SIGHUP;
    if (take_signal(SIGQUIT))
        t->ended = SIGQUIT;
    if (take_signal(SIGTSTP))
        stop_process(t, false);
    if (take_signal(SIGCONT)) { /* whoever stopped us may have left other modes */
        reset_prog_mode();
        term_redraw(t);
        on_signal(SIGWINCH);
    }
    if (take_signal(SIGWINCH)) {
        take_size(out);
        return true;
    }
    if (take_signal(SIGINT)) {
        *out = (struct event){.kind = EVENT_KEY, .key = 'c' - 'a' + 1};
        return true;
    }
    return false;
}

static const struct {
    int curses, key;
} special[] = {
    {KEY_UP, K_UP},       {KEY_DOWN, K_DOWN},   {KEY_LEFT, K_LEFT},           {KEY_RIGHT, K_RIGHT}, {KEY_HOME, K_HOME},
    {KEY_END, K_END},     {KEY_PPAGE, K_PGUP},  {KEY_NPAGE, K_PGDN},          {KEY_DC, K_DEL},      {KEY_BTAB, K_BACKTAB},
    {KEY_F(1), K_F1},     {KEY_ENTER, K_ENTER}, {KEY_BACKSPACE, K_BACKSPACE}, {KEY_FIND, K_HOME},   {KEY_SELECT, K_END},
};

static int special_key(int code)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (special[i].curses == code)
            return special[i].key;
    return K_NONE;
}

static bool mouse_event(struct event *out)
{
    MEVENT m;
    if (getmouse(&m) != OK)
        return false;
    if (m.bstate & BUTTON1_PRESSED)
        *out = (struct event){.kind = EVENT_CLICK, .x = m.x, .y = m.y};
    else if (m.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED))
        *out = (struct event){.kind = EVENT_WHEEL, .x = m.x, .y = m.y,
                              .rows_down = m.bstate & BUTTON4_PRESSED ? -WHEEL_ROWS : WHEEL_ROWS};
    else
        return false;
    return true;
}

static int plain_key(wint_t c)
{
    return c == '\n' ? K_ENTER : c == 127 ? K_BACKSPACE : (int)c;
}

bool term_event(struct terminal *t, struct event *out)
{
    wint_t c;
    if (signal_event(t, out))
        return true;
    for (int kind; (kind = get_wch(&c)) != ERR;) {
        if (kind == KEY_CODE_YES && c == KEY_MOUSE) {
            if (mouse_event(out))
                return true;
            continue;
        }
        int key = kind == KEY_CODE_YES ? special_key((int)c) : plain_key(c);
        *out = (struct event){.kind = EVENT_KEY, .key = key};
        if (key != K_NONE)
            return true;
    }
    return false;
}
