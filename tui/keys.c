#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int key;
} named_keys[] = {
    {"Tab", K_TAB},     {"Enter", K_ENTER}, {"Esc", K_ESC},     {"Space", K_SPACE},         {"Up", K_UP},
    {"Down", K_DOWN},   {"Left", K_LEFT},   {"Right", K_RIGHT}, {"Home", K_HOME},           {"End", K_END},
    {"PgUp", K_PGUP},   {"PgDn", K_PGDN},   {"Del", K_DEL},     {"Backspace", K_BACKSPACE}, {"S-Tab", K_BACKTAB},
    {"F1", K_F1},
};
enum { NAMED_KEYS = sizeof named_keys / sizeof named_keys[0] };

#define EVERY SCOPE_EVERY
#define ON(screen) SCOPE_SCREEN(SCREEN_##screen)
#define PROMPT SCOPE_PROMPT
#define CHANGES SCOPE_CHANGES
static const struct action_row rows[] = {
#define ACTION(name, command, keys, scope, hint, help) {command, keys, scope, hint, help},
#include "tui/actions.def"
#undef ACTION
};

const struct action_row *action_row(enum action a)
{
    return &rows[a];
}

int key_parse(const char *name, size_t n)
{
    for (int i = 0; i < NAMED_KEYS; i++)
        if (strlen(named_keys[i].name) == n && memcmp(named_keys[i].name, name, n) == 0)
            return named_keys[i].key;
    if (n == 3 && name[0] == 'C' && name[1] == '-' && name[2] >= 'a' && name[2] <= 'z')
        return name[2] - 'a' + 1;
    if (n == 1 && name[0] > ' ' && name[0] <= '~')
        return name[0];
    return K_NONE;
}

const char *key_text(int key, char *out)
{
    for (int i = 0; i < NAMED_KEYS; i++)
        if (named_keys[i].key == key)
            return strcpy(out, named_keys[i].name);
    if (key >= 1 && key <= 26)
        sprintf(out, "C-%c", 'a' + key - 1);
    else if (key > ' ' && key <= '~')
        sprintf(out, "%c", key);
    else
        sprintf(out, "U+%04X", (unsigned)key);
    return out;
}

int action_key(enum action a, int i)
{
    const char *s = rows[a].keys;
    for (; i > 0 && *s; i--) {
        s += strcspn(s, " ");
        s += strspn(s, " ");
    }
    return *s ? key_parse(s, strcspn(s, " ")) : K_NONE;
}

enum action action_of_key(int key, uint32_t scope)
{
    for (int a = 0; a < ACTIONS; a++)
        for (int i = 0, k; (rows[a].scope & scope) && (k = action_key(a, i)) != K_NONE; i++)
            if (k == key)
                return a;
    return ACTION_NONE;
}

enum action action_named(const char *name, size_t n)
{
    for (int a = 0; a < ACTIONS; a++)
        if (rows[a].scope != SCOPE_PROMPT && strlen(rows[a].name) == n && memcmp(rows[a].name, name, n) == 0)
            return a;
    return ACTION_NONE;
}
