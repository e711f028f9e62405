#include "tui/theme.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A tone in one theme: colours for many, colours for 16 (-1 = the terminal's own), attributes always set. */
struct shade {
    int foreground, background;     /* 0xRRGGBB */
    signed char index, index_below; /* 0..15 */
    unsigned char attributes;
};

static const struct {
    char letter;
    unsigned char attributes;
    const char *meaning;
} tones[] = {
#define TONE(name, letter, attributes, meaning) {letter, attributes, meaning},
#include "tui/tones.def"
#undef TONE
};

static const struct shade shades_dark[TONES] = {
    [TONE_TEXT] = {-1, -1, -1, -1, 0},
    [TONE_DIM] = {0x949494, -1, -1, -1, 0},
    [TONE_TITLE] = {0xe4e4e4, -1, 15, -1, ATTR_BOLD},
    [TONE_HEADER] = {0x87afd7, -1, 6, -1, 0},
    [TONE_TAB] = {0xa8a8a8, -1, -1, -1, 0},
    [TONE_TAB_ON] = {0xffffff, 0x005f87, 15, 4, ATTR_BOLD},
    [TONE_KEY] = {0x87d7d7, -1, 6, -1, 0},
    [TONE_STATUS] = {0xd0d0d0, 0x303030, -1, -1, ATTR_REVERSE},
    [TONE_SELECTED] = {0xffffff, 0x3a4a5f, 15, 4, 0},
    [TONE_MATCH] = {0x000000, 0xd7af5f, 0, 3, ATTR_UNDERLINE},
    [TONE_BAR] = {0x5f87af, -1, 4, -1, 0},
    [TONE_TRACK] = {0x444444, -1, -1, -1, 0},
    [TONE_HEAT1] = {0xc6c6c6, 0x22272e, -1, -1, 0},
    [TONE_HEAT2] = {0xd7e0ea, 0x1f3b57, 6, -1, 0},
    [TONE_HEAT3] = {0xffffff, 0x1f5f87, 15, 4, ATTR_BOLD},
    [TONE_HEAT4] = {0x000000, 0x5f9fcf, 0, 6, ATTR_BOLD},
    [TONE_HEAT5] = {0x000000, 0xd7e7f7, 0, 7, ATTR_BOLD | ATTR_UNDERLINE},
    [TONE_CURSOR] = {0x000000, 0xffaf5f, 0, 3, ATTR_BOLD},
    [TONE_GOOD] = {0x87af87, -1, 2, -1, 0},
    [TONE_WARN] = {0xd7af5f, -1, 3, -1, ATTR_BOLD},
    [TONE_BAD] = {0xff8787, -1, 1, -1, ATTR_BOLD | ATTR_REVERSE},
    [TONE_PROMPT] = {0x87d7d7, -1, 6, -1, ATTR_BOLD},
    [TONE_RULE] = {0x585858, -1, -1, -1, 0},
};

static const struct shade shades_light[TONES] = {
    [TONE_TEXT] = {-1, -1, -1, -1, 0},
    [TONE_DIM] = {0x666666, -1, -1, -1, 0},
    [TONE_TITLE] = {0x121212, -1, 0, -1, ATTR_BOLD},
    [TONE_HEADER] = {0x005f87, -1, 4, -1, 0},
    [TONE_TAB] = {0x585858, -1, -1, -1, 0},
    [TONE_TAB_ON] = {0xffffff, 0x005f87, 15, 4, ATTR_BOLD},
    [TONE_KEY] = {0x005f5f, -1, 4, -1, 0},
    [TONE_STATUS] = {0x1c1c1c, 0xdadada, -1, -1, ATTR_REVERSE},
    [TONE_SELECTED] = {0x000000, 0xc6d7e6, 15, 4, 0},
    [TONE_MATCH] = {0x000000, 0xffd787, 0, 3, ATTR_UNDERLINE},
    [TONE_BAR] = {0x5f87af, -1, 4, -1, 0},
    [TONE_TRACK] = {0xc6c6c6, -1, -1, -1, 0},
    [TONE_HEAT1] = {0x303030, 0xf2f5f8, -1, -1, 0},
    [TONE_HEAT2] = {0x202020, 0xcfe1f2, 4, -1, 0},
    [TONE_HEAT3] = {0x000000, 0x93c4df, 0, 6, ATTR_BOLD},
    [TONE_HEAT4] = {0xffffff, 0x2070b0, 15, 4, ATTR_BOLD},
    [TONE_HEAT5] = {0xffffff, 0x08306b, 15, 0, ATTR_BOLD | ATTR_UNDERLINE},
    [TONE_CURSOR] = {0x000000, 0xffaf5f, 0, 3, ATTR_BOLD},
    [TONE_GOOD] = {0x005f00, -1, 2, -1, 0},
    [TONE_WARN] = {0x875f00, -1, 5, -1, ATTR_BOLD},
    [TONE_BAD] = {0xaf0000, -1, 1, -1, ATTR_BOLD | ATTR_REVERSE},
    [TONE_PROMPT] = {0x005f5f, -1, 4, -1, ATTR_BOLD},
    [TONE_RULE] = {0x9e9e9e, -1, -1, -1, 0},
};

const struct theme themes[] = {
    {"dark", "for a dark background", 0x1e1e1e, shades_dark},
    {"light", "for a light background", 0xffffff, shades_light},
    {"mono", "no colours: bold, underline and reverse only", 0, NULL},
};
const int themes_count = sizeof themes / sizeof themes[0];

char tone_letter(int tone)
{
    return tone >= 0 && tone < TONES ? tones[tone].letter : '?';
}

const char *tone_meaning(enum tone tone)
{
    return tones[tone].meaning;
}

const struct theme *theme_find(const char *name)
{
    for (int i = 0; i < themes_count; i++)
        if (strcmp(themes[i].name, name) == 0)
            return &themes[i];
    return NULL;
}

/* The last field of "foreground;background" or "foreground;default;background" is the paper's palette index. */
static int is_light_paper(const char *colorfgbg)
{
    const char *last = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
    if (!last || last[1] == '\0')
        return 0;
    int paper = atoi(last + 1);
    return paper == 7 || (paper >= 9 && paper <= 15);
}

const struct theme *theme_choose(const char *wanted, const char *no_color, const char *colorfgbg,
                                 enum depth *depth)
{
    const struct theme *t = wanted ? theme_find(wanted) : NULL;
    if (t)
        return t;
    if (no_color && *no_color)
        *depth = DEPTH_MONO;
    return theme_find(is_light_paper(colorfgbg) ? "light" : "dark");
}

static int fold(int index, enum depth depth)
{
    return depth == DEPTH_8 && index >= 8 ? index - 8 : index;
}

struct look theme_look(const struct theme *t, enum tone tone, enum depth depth)
{
    if (depth == DEPTH_MONO || !t->shade)
        return (struct look){-1, -1, tones[tone].attributes};
    const struct shade *s = &t->shade[tone];
    if (depth <= DEPTH_16)
        return (struct look){fold(s->index, depth), fold(s->index_below, depth), s->attributes};
    struct look look = {s->foreground, s->background, s->attributes};
    if (s->background >= 0)
        look.attributes &= ~(unsigned)ATTR_REVERSE; /* it has its own background */
    if (depth == DEPTH_256) {
        look.foreground = look.foreground < 0 ? -1 : theme_nearest_256(look.foreground);
        look.background = look.background < 0 ? -1 : theme_nearest_256(look.background);
    }
    return look;
}

static const int cube[6] = {0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff};

int theme_rgb_256(int index)
{
    if (index >= 232)
        return (8 + 10 * (index - 232)) * 0x010101;
    index -= 16;
    return cube[index / 36] << 16 | cube[index / 6 % 6] << 8 | cube[index % 6];
}

int theme_nearest_256(int rgb)
{
    int best = 16, best_distance = -1;
    for (int i = 16; i < 256; i++) {
        int other = theme_rgb_256(i), distance = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int d = (rgb >> shift & 0xff) - (other >> shift & 0xff);
            distance += d * d;
        }
        if (best_distance < 0 || distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}
