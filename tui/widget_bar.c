#include "tui/widget_bar.h"

void bar_draw(struct canvas *c, int x, int y, int w, enum tone tone, double fraction)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(fraction > 0))
        fraction = 0;
    if (fraction > 1)
        fraction = 1;
    int filled = (int)(fraction * w * 8 + 0.5);
    for (int i = 0; i < filled / 8; i++)
        canvas_put(c, x + i, y, 1, tone, "█");
    if (filled % 8)
        canvas_put(c, x + filled / 8, y, 1, tone, eighths[filled % 8]);
}
