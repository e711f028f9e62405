/* recipe: what is parsed is printed, and what is wrong is said with its line. */
#include "tests/unit/unit.h"

#include <string.h>

#include "analyzer/compress/recipe.h"

static struct recipe parsed(const char *text)
{
    struct recipe r;
    struct err e = {0};
    int code = recipe_parse(&r, text, strlen(text), "recipe", &e);
    if (code != 0)
        printf("\n    said: %s\n", e.text);
    CU_ASSERT_EQUAL_FATAL(code, 0);
    return r;
}

static void printed(const struct recipe *r, const char *expected)
{
    struct str s;
    str_init(&s);
    recipe_print(r, &s);
    CU_ASSERT_STRING_EQUAL(s.text, expected);
    str_free(&s);
}

static void round_trip(void)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"int8\n", "int8\n"},
        {"int8", "int8\n"},
        {"# a comment\n\n  int8   components=ffn\tlayers=0-5,7 # why\r\n", "# a comment\n\nint8 layers=0-5,7 components=ffn # why\n"},
        {"off prune-heads fraction=.5 heads=3.1,5.0-2\n", "off prune-heads heads=3.1,5.0-2 fraction=.5\n"},
        {"prune-layers layers=10,11\nbf16 components=before,after,ffn,embedding\n",
         "prune-layers layers=10,11\nbf16 components=before,after,ffn,embedding\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r = parsed(cases[i][0]), again = parsed(cases[i][1]);
        printed(&r, cases[i][1]);
        printed(&again, cases[i][1]);
        CU_ASSERT_EQUAL(recipe_hash(&r), recipe_hash(&again));
        recipe_free(&r);
        recipe_free(&again);
    }
}

static void errors_name_the_line(void)
{
    static const char *const cases[][2] = {
        {"int9\n", "recipe: line 1: there is no method \"int9\"; there are "},
        {"\n# x\nint8 layer=3\n", "recipe: line 3: int8 has no option \"layer=3\"; it has layers= components="},
        {"int8 layers=3 layers=4\n", "recipe: line 1: layers is given twice"},
        {"int8 layers=5-3\n", "recipe: line 1: layers must be numbers like 0-5,7, all or none, not \"5-3\""},
        {"int8 layers=1,\n", "recipe: line 1: layers must be numbers like 0-5,7, all or none, not \"1,\""},
        {"int8 layers=\n", "recipe: line 1: layers must be numbers like 0-5,7, all or none, not \"\""},
        {"int8 layers=99999999999999999999\n", "recipe: line 1: layers must be numbers like 0-5,7"},
        {"int8 components=ffn,fnn\n", "recipe: line 1: components must be all or some of embedding, before"},
        {"prune-heads fraction=2\n", "recipe: line 1: fraction must be from 0 to 1, not 2"},
        {"prune-heads fraction=nan\n", "recipe: line 1: fraction must be a number, not \"nan\""},
        {"prune-heads iterations=1.5\n", "recipe: line 1: iterations must be a whole number, not \"1.5\""},
        {"prune-heads by=luck\n", "recipe: line 1: by must be gradient or magnitude or random, not \"luck\""},
        {"prune-heads heads=3\n", "recipe: line 1: heads must be layer.head like 3.1,5.0-2, or none, not \"3\""},
        {"int8\noff\n", "recipe: line 2: after \"off\" there is no step"},
        {"int8 \xff\n", "recipe: line 1: this is not text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct recipe r;
        struct err e = {0};
        CU_ASSERT_EQUAL(recipe_parse(&r, cases[i][0], strlen(cases[i][0]), "recipe", &e), ERR_FORMAT);
        if (strncmp(e.text, cases[i][1], strlen(cases[i][1])) != 0)
            printf("\n    said: %s\n", e.text);
        CU_ASSERT_EQUAL(strncmp(e.text, cases[i][1], strlen(cases[i][1])), 0);
        recipe_free(&r);
    }
}

static void edited(void)
{
    struct recipe r = parsed("int8\nbf16\n");
    struct err e = {0};
    CU_ASSERT_EQUAL(recipe_insert(&r, 1, "prune-layers count=1", &e), 0);
    printed(&r, "int8\nprune-layers count=1\nbf16\n");
    recipe_move(&r, 0, 2);
    printed(&r, "prune-layers count=1\nbf16\nint8\n");
    recipe_move(&r, 2, 1);
    printed(&r, "prune-layers count=1\nint8\nbf16\n");
    recipe_remove(&r, 1);
    r.line[1].off = true;
    printed(&r, "prune-layers count=1\noff bf16\n");
    CU_ASSERT_EQUAL(recipe_steps(&r), 1);
    CU_ASSERT_EQUAL(recipe_insert(&r, 0, "int8\nint8", &e), ERR_FORMAT);
    CU_ASSERT_EQUAL(recipe_insert(&r, 0, "nothing", &e), ERR_FORMAT);
    printed(&r, "prune-layers count=1\noff bf16\n");
    recipe_free(&r);
}

/* Comments and steps that are off do not change what comes out; everything else does. */
static void hashed(void)
{
    static const char *const same[] = {"int8\n", "# x\nint8 # y\n", "\noff bf16\nint8"};
    static const char *const others[] = {"", "bf16\n", "int8\nint8\n", "int8 layers=0\n"};
    struct recipe first = parsed(same[0]);
    for (size_t i = 0; i < 3; i++) {
        struct recipe r = parsed(same[i]);
        CU_ASSERT_EQUAL(recipe_hash(&r), recipe_hash(&first));
        recipe_free(&r);
    }
    for (size_t i = 0; i < 4; i++) {
        struct recipe r = parsed(others[i]);
        CU_ASSERT_NOT_EQUAL(recipe_hash(&r), recipe_hash(&first));
        recipe_free(&r);
    }
    recipe_free(&first);
}

static void diff(void)
{
    struct recipe a = parsed("int8\nbf16\nprune-layers count=1\n"), b = parsed("f16\nint8\nprune-layers count=2\n");
    struct str s;
    str_init(&s);
    recipe_diff(&a, &b, &s);
    CU_ASSERT_STRING_EQUAL(s.text, "+ f16\n  int8\n- bf16\n- prune-layers count=1\n+ prune-layers count=2\n");
    str_free(&s);
    recipe_free(&a);
    recipe_free(&b);
}

CU_TestInfo suite_recipe[] = {
    {"what is parsed is printed", round_trip},
    {"errors name the line", errors_name_the_line},
    {"edits", edited},
    {"the hash is that of what is done", hashed},
    {"differences", diff},
    CU_TEST_INFO_NULL,
};
