/* Tones and themes: what a text is, and how that looks with the colours a terminal has. No curses in here: a look is
 * colour numbers and attribute bits, which term.c hands on. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

enum tone {
#define TONE(name, letter, attributes, meaning) TONE_##name,
#include "tui/tones.def"
#undef TONE
    TONES
};

enum { ATTR_BOLD = 1, ATTR_UNDERLINE = 2, ATTR_REVERSE = 4 };

/* How many colours there are. */
enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE };

struct look {
    int foreground, background; /* 0xRRGGBB at DEPTH_TRUE, else a palette index; -1 = the terminal's own */
    unsigned attributes;        /* ATTR_* */
};

struct theme {
    const char *name, *summary;
    int paper; /* the background it was made for, 0xRRGGBB; only for judging contrast */
    const struct shade *shade; /* [TONES] */
};

extern const struct theme themes[];
extern const int themes_count;

char tone_letter(int tone);
const char *tone_meaning(enum tone tone);

const struct theme *theme_find(const char *name); /* NULL if there is none */

/* The theme to start with: `wanted` if it is a theme's name, else by COLORFGBG (as terminals set it: "15;0", may be
 * NULL). Lowers *depth to DEPTH_MONO when `no_color` (the variable NO_COLOR) is set and not empty and no theme was
 * asked for: an explicit wish outranks it. */
const struct theme *theme_choose(const char *wanted, const char *no_color, const char *colorfgbg,
                                 enum depth *depth);

struct look theme_look(const struct theme *t, enum tone tone, enum depth depth);

/* The nearest entry of the 256-colour palette's cube and grey ramp. */
int theme_nearest_256(int rgb);
/* The colour of such an entry (16..255). */
int theme_rgb_256(int index);

#endif
