/* Keys, and what they mean: one table of actions (actions.def) from which dispatch, help, hints and completion come.
 *
 * A key is one int: the Unicode character of a printable key, 1..26 for Control and a letter (Tab is C-i, Enter is
 * C-m), 27 for Esc, or one of the named keys below. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    K_NONE = 0,
    K_TAB = 9,
    K_ENTER = 13,
    K_ESC = 27,
    K_SPACE = 32,
    K_NAMED = 0x200000, /* above Unicode */
    K_UP,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_HOME,
    K_END,
    K_PGUP,
    K_PGDN,
    K_BACKSPACE,
    K_DEL,
    K_BACKTAB,
    K_F1
};

enum screen_id {
#define SCREEN(name, command, keys, title, summary) SCREEN_##name,
#include "tui/screens.def"
#undef SCREEN
    SCREENS
};

enum action {
    ACTION_NONE = -1,
#define ACTION(name, command, keys, scope, hint, help) ACTION_##name,
#include "tui/actions.def"
#undef ACTION
    ACTIONS
};

/* Where an action is bound: a bit per screen, and one for the prompt. */
#define SCOPE_SCREEN(id) (1u << (id))
#define SCOPE_EVERY (SCOPE_SCREEN(SCREENS) - 1)
#define SCOPE_PROMPT SCOPE_SCREEN(31)
/* Beside those bits: it changes or writes something, which a read-only session does not do. */
#define SCOPE_CHANGES SCOPE_SCREEN(30)

struct action_row {
    const char *name, *keys;
    uint32_t scope;
    const char *hint, *help;
};

const struct action_row *action_row(enum action a);
enum action action_of_key(int key, uint32_t scope);
enum action action_named(const char *name, size_t n); /* not those of the prompt */

/* The i-th key of an action, K_NONE past the last. */
int action_key(enum action a, int i);

int key_parse(const char *name, size_t n); /* K_NONE for an unknown name */
/* "C-d", "PgUp", "?"; into `out` (at least 16 bytes), which is returned. */
const char *key_text(int key, char *out);

#endif
