#include "tui/tour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tui/layout.h"
#include "tui/state_folder.h"

enum { KEEP = 12 }; /* rows of a screen that must be left */

static const char *const lines[] = {
    "1 to 9, Tab   screens: Overview says where the time goes, Layers in detail",
    "3 Heads       Enter scores them, + tags the least important, p prunes them",
    "4 Compress    a adds a step, h and l turn it; size, accuracy, time follow",
    "5 Frontier    all trials; f finds the best under a budget, Enter goes to one",
    "u ? : q       take back, explain every key, type a command, leave",
};
enum { LINES = sizeof lines / sizeof *lines };

static bool mark(char out[STATE_PATH])
{
    struct err ignored;
    if (state_folder(out, &ignored) != 0)
        return false;
    strcat(out, "tour");
    return true;
}

bool tour_seen(void)
{
    char path[STATE_PATH];
    return !mark(path) || access(path, F_OK) == 0 || errno != ENOENT;
}

void tour_remember(void)
{
    char path[STATE_PATH];
    struct err ignored;
    if (!mark(path) || state_folder_make(path, &ignored) != 0)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

void tour_draw(struct canvas *c, struct rect *body)
{
    struct rect r = layout_bottom(body, LINES + 1, 0, KEEP);
    if (r.h < LINES + 1)
        return;
    canvas_put(c, r.x + 1, r.y, r.w - 2, TONE_TITLE, "First steps (Esc hides these lines, H shows them again)");
    for (int i = 0; i < LINES; i++)
        canvas_put(c, r.x + 1, r.y + 1 + i, r.w - 2, TONE_TEXT, lines[i]);
}
