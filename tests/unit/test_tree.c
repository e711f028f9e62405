#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/app_fixture.h"
#include "tui/tree.h"

static struct profile *profile;

static double by_time(const void *payload, const struct node *n)
{
    return tree_group(payload, n).time_ns.median;
}

static void check_names(const struct tree *t, const char *expected)
{
    char all[4096] = "", name[128];
    for (int i = 0; i < t->rows; i++) {
        strcat(all, i ? "|" : "");
        strncat(all, tree_name(profile, &t->row[i], true, name, sizeof name), sizeof all - strlen(all) - 2);
    }
    if (strcmp(all, expected) != 0)
        printf("\n    %s\n", all);
    CU_ASSERT_STRING_EQUAL(all, expected);
}

static void test_folding(void)
{
    struct tree t = {.row = NULL};
    profile = fixture_profile(2);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    check_names(&t, "outside the layers|layer 0|layer 1");
    struct node layer = t.row[1];
    tree_set_open(&t, &layer, true);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    check_names(&t, "outside the layers|layer 0|Linear before|Attention|Linear after|Feed-forward|Other|layer 1");
    struct node feed_forward = t.row[5], parent;
    tree_set_open(&t, &feed_forward, true);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    check_names(&t, "outside the layers|layer 0|Linear before|Attention|Linear after|Feed-forward|feed-forward up|"
                    "feed-forward down|Other|layer 1");
    struct node step = t.row[7];
    CU_ASSERT(tree_parent(&step, &parent) && tree_find(&t, &parent) == 5);
    CU_ASSERT(tree_parent(&parent, &parent) && tree_find(&t, &parent) == 1);
    CU_ASSERT(!tree_parent(&parent, &parent));
    tree_set_open(&t, &layer, false);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    CU_ASSERT_EQUAL(tree_find(&t, &step), 1); /* the nearest that is still seen */
    tree_expand(&t);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    CU_ASSERT_EQUAL(t.rows, 3 + 2 + 2 * 5 + 2); /* feed-forward was still open inside */
    tree_expand(&t);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    CU_ASSERT_EQUAL(t.rows, 3 + 2 + 2 * 5 + profile->steps);
    int everything = t.rows;
    tree_collapse(&t);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    CU_ASSERT_EQUAL(t.rows, 3 + 2 + 2 * 5);
    tree_collapse(&t);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    CU_ASSERT_EQUAL(t.rows, 3);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, true));
    CU_ASSERT_EQUAL(t.rows, everything); /* all of it although folded */
    tree_free(&t);
    profile_free(profile);
    free(profile);
}

static void test_order(void)
{
    struct tree t = {.row = NULL};
    profile = fixture_profile(2);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    tree_set_open(&t, &(struct node){.kind = NODE_LAYER, .layer = 0}, true);
    CU_ASSERT(tree_build(&t, profile, by_time, profile, false, false));
    check_names(&t, "layer 0|Feed-forward|Linear before|Linear after|Attention|Other|layer 1|outside the layers");
    CU_ASSERT(tree_build(&t, profile, by_time, profile, true, false));
    check_names(&t, "outside the layers|layer 1|layer 0|Other|Attention|Linear after|Linear before|Feed-forward");
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, true, false));
    check_names(&t, "layer 1|layer 0|Other|Feed-forward|Linear after|Attention|Linear before|outside the layers");
    tree_free(&t);
    profile_free(profile);
    free(profile);
}

/* The rows of a level sum to the whole. */
static void test_sums(void)
{
    struct tree t = {.row = NULL};
    uint64_t params[3] = {0}, macs[3] = {0};
    profile = fixture_profile(3);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, true));
    for (int i = 0; i < t.rows; i++) {
        struct profile_group g = tree_group(profile, &t.row[i]);
        params[t.row[i].kind] += g.params;
        macs[t.row[i].kind] += g.macs;
    }
    for (int level = 0; level < 3; level++) {
        CU_ASSERT_EQUAL(params[level], profile->total.params);
        CU_ASSERT_EQUAL(macs[level], profile->total.macs);
    }
    tree_free(&t);
    profile_free(profile);
    free(profile);
}

/* A model with fewer layers takes its place. */
static void test_another_profile(void)
{
    struct tree t = {.row = NULL};
    profile = fixture_profile(5);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    struct node last = t.row[t.rows - 1];
    tree_set_open(&t, &last, true);
    profile_free(profile);
    free(profile);
    profile = fixture_profile(1);
    CU_ASSERT(tree_build(&t, profile, NULL, NULL, false, false));
    check_names(&t, "outside the layers|layer 0");
    CU_ASSERT_EQUAL(tree_find(&t, &last), 0);
    CU_ASSERT(!tree_is_open(&t, &last));
    tree_free(&t);
    profile_free(profile);
    free(profile);
}

CU_TestInfo suite_tree[] = {
    {"folding", test_folding},
    {"order", test_order},
    {"every level sums to the whole", test_sums},
    {"another profile", test_another_profile},
    CU_TEST_INFO_NULL,
};
