/* Leaving parts out of steps: what is left of their layers and components. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/compress/leave_out.h"
#include "analyzer/model/component.h"

static const int numbers[] = {0, 1, 2, 3, 4, 5, 6, 7};
static const int gaps[] = {0, 2, 3, 7}; /* of a model that lost layers */

enum { EMBEDDING = COMPONENT_EMBEDDING, BEFORE = COMPONENT_LINEAR_BEFORE, AFTER = COMPONENT_LINEAR_AFTER, FFN = COMPONENT_FEED_FORWARD };

static void parse(struct recipe *out, const char *text)
{
    CU_ASSERT_EQUAL_FATAL(recipe_parse(out, text, strlen(text), "a recipe", NULL), 0);
}

static void check(const char *recipe, const char *step, struct layer_numbers all, struct step_part part, const char *expected)
{
    struct recipe r, s;
    struct err e = {0};
    struct str text;
    str_init(&text);
    parse(&r, recipe);
    parse(&s, step);
    int code = recipe_leave_out(&r, &s.line[0], all, part, &e);
    if (code == 0)
        recipe_print(&r, &text);
    const char *got = code == 0 ? text.text : e.text;
    bool right = code == 0 ? strcmp(got, expected) == 0 : code == ERR_USAGE && strstr(got, expected) != NULL;
    if (!right)
        printf("\n    \"%s\" without %d %d: \"%s\" is not \"%s\"\n", recipe, part.layer, part.component, got, expected);
    CU_ASSERT(right);
    if (code == 0)
        CU_ASSERT_FALSE(recipe_has_part(&r, &s.line[0], all, part));
    str_free(&text);
    recipe_free(&s);
    recipe_free(&r);
}

static const struct layer_numbers eight = {numbers, 8};

static void test_layers(void)
{
    check("int8\n", "int8", eight, (struct step_part){3, -1}, "int8 layers=0-2,4-7\n");
    check("int8 layers=0-5,7\n", "int8", eight, (struct step_part){3, -1}, "int8 layers=0-2,4-5,7\n");
    check("int8 layers=0-5,7\n", "int8", eight, (struct step_part){7, -1}, "int8 layers=0-5\n");
    check("int8 layers=0-5,7\n", "int8", eight, (struct step_part){0, -1}, "int8 layers=1-5,7\n");
    check("int8 layers=2,3 components=ffn # all\n", "int8", eight, (struct step_part){2, -1}, "int8 layers=3 components=ffn # all\n");
    check("off int8\n", "int8", eight, (struct step_part){0, -1}, "off int8 layers=1-7\n");
    check("prune-neurons fraction=0.5\n", "prune-neurons fraction=0.5", eight, (struct step_part){7, -1}, "prune-neurons fraction=0.5 layers=0-6\n");
    check("prune-layers layers=1,6\n", "prune-layers", eight, (struct step_part){6, -1}, "prune-layers layers=1\n");
    check("int8\n", "int8", (struct layer_numbers){gaps, 4}, (struct step_part){0, -1}, "int8 layers=2-3,7\n");
    check("int8 layers=2-7\n", "int8", (struct layer_numbers){gaps, 4}, (struct step_part){3, -1}, "int8 layers=2,7\n");
}

static void test_components(void)
{
    check("int8\n", "int8", eight, (struct step_part){-1, FFN}, "int8 components=before,after\n");
    check("int8 layers=0-5,7 components=embedding,ffn\n", "int8", eight, (struct step_part){-1, EMBEDDING}, "int8 layers=0-5,7 components=ffn\n");
    check("share components=all\n", "share", eight, (struct step_part){-1, COMPONENT_OTHER},
          "share components=embedding,before,attention,after,ffn\n");
}

static void test_cells(void)
{
    check("int8\n", "int8", eight, (struct step_part){3, FFN}, "int8 layers=0-2,4-7\nint8 layers=3 components=before,after\n");
    check("int8 layers=3\n", "int8", eight, (struct step_part){3, FFN}, "int8 layers=3 components=before,after\n");
    check("int8 components=ffn\n", "int8", eight, (struct step_part){3, FFN}, "int8 layers=0-2,4-7 components=ffn\n");
    check("off int8 # why\nf16\n", "int8", eight, (struct step_part){0, BEFORE},
          "off int8 layers=1-7 # why\noff int8 layers=0 components=after,ffn\nf16\n");
}

/* Of what was one step before, all of it. */
static void test_several(void)
{
    check("int8 layers=0-2\nf16\nint8 layers=2-3 components=ffn\n", "int8", eight, (struct step_part){2, -1},
          "int8 layers=0-1\nf16\nint8 layers=3 components=ffn\n");
    check("int8 layers=0-2\nint8 layers=3 components=ffn\n", "int8", eight, (struct step_part){3, -1}, "int8 layers=0-2\n");
    check("int8 layers=0-2\nint8 layers=3 components=ffn\n", "int8", eight, (struct step_part){-1, FFN}, "int8 layers=0-2 components=before,after\n");
    check("low-rank rank=8 layers=0-1\nlow-rank rank=9 layers=0-1\n", "low-rank rank=9", eight, (struct step_part){0, -1},
          "low-rank rank=8 layers=0-1\nlow-rank rank=9 layers=1\n");
}

static void test_refused(void)
{
    check("int8 layers=3\n", "int8", eight, (struct step_part){3, -1}, "about nothing else");
    check("int8 components=ffn\n", "int8", eight, (struct step_part){-1, FFN}, "about nothing else");
    check("int8 layers=3 components=ffn\n", "int8", eight, (struct step_part){3, FFN}, "about nothing else");
    check("int8 layers=3\n", "int8", eight, (struct step_part){2, -1}, "as it is already");
    check("int8\n", "int8", eight, (struct step_part){-1, EMBEDDING}, "as it is already");
    check("prune-layers\n", "prune-layers", eight, (struct step_part){2, -1}, "as it is already");
    check("int8\n", "int8", eight, (struct step_part){8, -1}, "as it is already");
    check("f16\n# int8\n", "int8", eight, (struct step_part){2, -1}, "no such step");
}

CU_TestInfo suite_leave_out[] = {
    {"a layer", test_layers},
    {"a component", test_components},
    {"a component of a layer", test_cells},
    {"several steps that were one", test_several},
    {"what is refused", test_refused},
    CU_TEST_INFO_NULL,
};
