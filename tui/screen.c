#include "tui/screen.h"

#include <string.h>

static const struct screen_row rows[] = {
#define SCREEN(name, command, keys, title, summary) {#command, title, summary, ACTION_SHOW_##name, &screen_##command},
#include "tui/screens.def"
#undef SCREEN
};

const struct screen_row *screen_row(enum screen_id id)
{
    return &rows[id];
}

enum screen_id screen_named(const char *command)
{
    for (int i = 0; i < SCREENS; i++)
        if (strcmp(rows[i].command, command) == 0)
            return i;
    return SCREENS;
}
