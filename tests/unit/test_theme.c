#include "tests/unit/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tui/theme.h"

static const enum depth depths[] = {DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_TRUE};
enum { DEPTHS = sizeof depths / sizeof depths[0] };

static bool same(struct look a, struct look b)
{
    return a.foreground == b.foreground && a.background == b.background && a.attributes == b.attributes;
}

static void test_every_tone_in_every_theme(void)
{
    static const int colours[] = {0, 8, 16, 256, 1 << 24};
    for (int i = 0; i < themes_count; i++)
        for (int d = 0; d < DEPTHS; d++)
            for (int tone = 0; tone < TONES; tone++) {
                struct look look = theme_look(&themes[i], tone, depths[d]);
                CU_ASSERT(look.foreground >= -1 && look.foreground < (colours[d] ? colours[d] : 1));
                CU_ASSERT(look.background >= -1 && look.background < (colours[d] ? colours[d] : 1));
                if (depths[d] == DEPTH_MONO)
                    CU_ASSERT(look.foreground == -1 && look.background == -1);
            }
}

/* What carries a message differs by more than its hue from ordinary text and from each other. */
static void test_not_by_hue_alone(void)
{
    static const enum tone loud[] = {TONE_TEXT, TONE_WARN, TONE_BAD};
    for (int i = 0; i < themes_count; i++)
        for (int d = 0; d < DEPTHS; d++)
            for (int a = 0; a < 3; a++)
                for (int b = 0; b < a; b++)
                    CU_ASSERT_NOT_EQUAL(theme_look(&themes[i], loud[a], depths[d]).attributes,
                                        theme_look(&themes[i], loud[b], depths[d]).attributes);
    for (int i = 0; i < themes_count; i++)
        for (int d = 0; d < DEPTHS; d++) {
            CU_ASSERT(!same(theme_look(&themes[i], TONE_SELECTED, depths[d]), theme_look(&themes[i], TONE_TEXT, depths[d])));
            CU_ASSERT(!same(theme_look(&themes[i], TONE_TAB_ON, depths[d]), theme_look(&themes[i], TONE_TAB, depths[d])));
        }
}

static double channel(int v)
{
    double x = v / 255.0;
    return x <= 0.03928 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

/* WCAG 2.1: relative luminance and contrast ratio; 4.5 is its least for text. */
static double luminance(int rgb)
{
    return 0.2126 * channel(rgb >> 16 & 0xff) + 0.7152 * channel(rgb >> 8 & 0xff) + 0.0722 * channel(rgb & 0xff);
}

static double contrast(int a, int b)
{
    double high = fmax(luminance(a), luminance(b)), low = fmin(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

static bool is_text(enum tone tone)
{
    return tone != TONE_BAR && tone != TONE_TRACK && tone != TONE_RULE;
}

static void test_contrast(void)
{
    for (int i = 0; i < themes_count; i++)
        for (int tone = 0; tone < TONES && themes[i].shade; tone++) {
            struct look look = theme_look(&themes[i], tone, DEPTH_TRUE);
            int below = look.background < 0 ? themes[i].paper : look.background;
            if (look.foreground < 0 || !is_text(tone))
                continue;
            if (contrast(look.foreground, below) < 4.5)
                printf("\n    %s, tone %c: contrast %.2f\n", themes[i].name, tone_letter(tone),
                       contrast(look.foreground, below));
            CU_ASSERT(contrast(look.foreground, below) >= 4.5);
        }
}

static void test_choice(void)
{
    static const struct {
        const char *wanted, *no_color, *colorfgbg, *theme;
        enum depth depth;
    } cases[] = {
        {NULL, NULL, NULL, "dark", DEPTH_256},        {NULL, NULL, "0;15", "light", DEPTH_256},
        {NULL, NULL, "15;default;0", "dark", DEPTH_256}, {NULL, NULL, "garbage", "dark", DEPTH_256},
        {NULL, NULL, "0;", "dark", DEPTH_256},        {"light", NULL, "15;0", "light", DEPTH_256},
        {NULL, "1", NULL, "dark", DEPTH_MONO},        {NULL, "", NULL, "dark", DEPTH_256},
        {"dark", "1", NULL, "dark", DEPTH_256},       {"mono", NULL, NULL, "mono", DEPTH_256},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum depth depth = DEPTH_256;
        const struct theme *t = theme_choose(cases[i].wanted, cases[i].no_color, cases[i].colorfgbg, &depth);
        CU_ASSERT_STRING_EQUAL(t->name, cases[i].theme);
        CU_ASSERT_EQUAL(depth, cases[i].depth);
    }
    CU_ASSERT_PTR_NULL(theme_find("purple"));
}

static void test_palette(void)
{
    for (int i = 16; i < 256; i++) /* an entry is nearest to itself, or to an entry of the same colour */
        CU_ASSERT_EQUAL(theme_rgb_256(theme_nearest_256(theme_rgb_256(i))), theme_rgb_256(i));
    CU_ASSERT_EQUAL(theme_nearest_256(0xff0000), 196);
    CU_ASSERT_EQUAL(theme_nearest_256(0x080808), 232);
}

static void test_letters(void)
{
    for (int a = 0; a < TONES; a++) {
        CU_ASSERT(tone_meaning(a)[0] != '\0');
        for (int b = 0; b < a; b++)
            CU_ASSERT_NOT_EQUAL(tone_letter(a), tone_letter(b));
    }
}

CU_TestInfo suite_theme[] = {
    {"every tone in every theme and depth", test_every_tone_in_every_theme},
    {"messages differ by more than hue", test_not_by_hue_alone},
    {"text can be read (contrast 4.5)", test_contrast},
    {"which theme is chosen", test_choice},
    {"the 256-colour palette", test_palette},
    {"letters of tones", test_letters},
    CU_TEST_INFO_NULL,
};
