#include "tests/unit/unit.h"

#include <string.h>

#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/typed.h"

static void test_names(void)
{
    static const struct {
        const char *name;
        int key;
    } cases[] = {{"a", 'a'}, {"?", '?'}, {"Space", ' '}, {"C-a", 1}, {"C-z", 26}, {"Tab", 9}, {"Enter", 13}, {"Esc", 27},
                 {"PgUp", K_PGUP}, {"F1", K_F1}, {"S-Tab", K_BACKTAB}, {"Up", K_UP}};
    char name[16];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CU_ASSERT_EQUAL(key_parse(cases[i].name, strlen(cases[i].name)), cases[i].key);
        CU_ASSERT_STRING_EQUAL(key_text(cases[i].key, name), cases[i].name);
    }
    CU_ASSERT_EQUAL(key_parse("C-1", 3), K_NONE);
    CU_ASSERT_EQUAL(key_parse("Nope", 4), K_NONE);
    CU_ASSERT_EQUAL(key_parse("", 0), K_NONE);
    CU_ASSERT_STRING_EQUAL(key_text(0x4e2d, name), "U+4E2D");
}

/* Every row: a name of its own, keys that parse, one sentence of help, a place where it is bound. */
static void test_rows(void)
{
    for (int a = 0; a < ACTIONS; a++) {
        const struct action_row *row = action_row(a);
        size_t n = strlen(row->help);
        int words = row->keys[0] != '\0', keys = 0;
        for (const char *s = row->keys; *s; s++)
            words += *s == ' ';
        while (action_key(a, keys) != K_NONE)
            keys++;
        if (keys != words || keys == 0)
            printf("\n    %s: keys \"%s\"\n", row->name, row->keys);
        CU_ASSERT_EQUAL(keys, words);
        CU_ASSERT(keys > 0);
        CU_ASSERT(n > 5 && n < 90 && row->help[n - 1] != '.');
        CU_ASSERT(row->scope != 0);
        CU_ASSERT(row->name[0] != '\0' && !strchr(row->name, ' '));
        for (int b = 0; b < a; b++)
            CU_ASSERT(strcmp(row->name, action_row(b)->name) != 0);
        CU_ASSERT(row->scope == SCOPE_PROMPT || action_named(row->name, strlen(row->name)) == (enum action)a);
    }
}

static void check_scope(uint32_t scope)
{
    for (int a = 0; a < ACTIONS; a++)
        for (int i = 0, key; (action_row(a)->scope & scope) && (key = action_key(a, i)) != K_NONE; i++) {
            enum action found = action_of_key(key, scope);
            if (found != (enum action)a)
                printf("\n    a key of %s is also bound to %s\n", action_row(a)->name, action_row(found)->name);
            CU_ASSERT_EQUAL(found, (enum action)a);
        }
}

static void test_no_double_bindings(void)
{
    for (int i = 0; i < SCREENS; i++)
        check_scope(SCOPE_SCREEN(i));
    check_scope(SCOPE_PROMPT);
}

/* A name means one thing in the command line. */
static void test_typed_names(void)
{
    for (int i = 0; i < typed_count; i++) {
        const char *name = typed_rows[i].name;
        CU_ASSERT_EQUAL(action_named(name, strlen(name)), ACTION_NONE);
        CU_ASSERT(typed_rows[i].help[0] && typed_rows[i].argument[0]);
        for (int k = 0; k < i; k++)
            CU_ASSERT(strcmp(name, typed_rows[k].name) != 0);
    }
}

static void test_screens(void)
{
    for (int i = 0; i < SCREENS; i++) {
        const struct screen_row *row = screen_row(i);
        CU_ASSERT_EQUAL(screen_named(row->command), (enum screen_id)i);
        CU_ASSERT_STRING_EQUAL(action_row(row->action)->name, row->command);
        CU_ASSERT_PTR_NOT_NULL(row->screen->draw);
        CU_ASSERT_PTR_NOT_NULL(row->screen->act);
    }
    CU_ASSERT_EQUAL(screen_named("nothing"), SCREENS);
}

CU_TestInfo suite_keys[] = {
    {"names of keys", test_names},
    {"every action is named, bound and explained", test_rows},
    {"no key means two things on a screen", test_no_double_bindings},
    {"typed commands are not actions too", test_typed_names},
    {"screens", test_screens},
    CU_TEST_INFO_NULL,
};
