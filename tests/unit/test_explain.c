/* What bounds a part: by ceilings that are chosen so that the answer is known. */
#include "tests/unit/unit.h"

#include <string.h>

#include "analyzer/compress/method.h"
#include "analyzer/measure/explain.h"
#include "reports/explain_text.h"

enum { MB = 1000000 };

static const struct {
    uint64_t macs, bytes, l3; /* of the part; of the machine */
    double ms;
    enum limit limit;
    const char *level;
    const char *says; /* a part of the paragraph */
} cases[] = {
    {1000 * MB, 1 * MB, 0, 2.5, LIMIT_COMPUTE, "memory", "So arithmetic bounds it: 2.00 ms of 2.50 ms."},
    {10 * MB, 170 * MB, 1000 * MB, 9.1, LIMIT_BYTES, "L3", "Its 170.0 MB stream from L3: at 27.0 GB/s that is 6.30 ms. So reading from L3 bounds it: 6.30 ms of 9.10 ms."},
    {10 * MB, 20 * MB, 0, 3, LIMIT_BYTES, "memory", "stream from memory: at 10.0 GB/s that is 2.00 ms."},
    {10 * MB, 1 * MB, 0, 9, LIMIT_NEITHER, "memory", "Neither is half of its time"},
    {1000 * MB, 1 * MB, 0, 1, LIMIT_COMPUTE, "memory", "It cannot be faster than its ceiling"},
    {10 * MB, 100 * MB, 0, 3, LIMIT_BYTES, "memory", "so part of them was still in a nearer cache"},
    {10 * MB, 1 * MB, 0, 0, LIMIT_UNKNOWN, "memory", "Feed-forward: not measured."},
};

static void the_larger_least_time_bounds(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct profile p = {.workload = {.threads = 1}, .ceilings = {.f32_flops = 1e12, .memory_read = 10e9, .l3_read = 27e9, .l2_read = 90e9}};
        const struct machine m = {.l2_bytes = 1 * MB, .l3_bytes = cases[i].l3};
        struct str text;
        p.total = (struct profile_group){.macs = 2 * cases[i].macs, .weight_bytes = 500 * MB, .time_ns = {.median = 20e6, .n = 9}};
        const struct profile_group g = {.macs = cases[i].macs, .bytes = cases[i].bytes,
                                        .time_ns = {.median = 1e6 * cases[i].ms, .n = cases[i].ms > 0 ? 9 : 0}};
        const struct explanation x = explain_group(&p, &g, 1u << COMPONENT_FEED_FORWARD, &m);
        CU_ASSERT_EQUAL(x.limit, cases[i].limit);
        CU_ASSERT_STRING_EQUAL(x.level, cases[i].level);
        CU_ASSERT_DOUBLE_EQUAL(x.at_most, 20 / (20 - cases[i].ms), 1e-9);
        str_init(&text);
        explain_text(&x, "Feed-forward", &text);
        if (!strstr(text.text, cases[i].says))
            printf("\n    %s\n", text.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(text.text, cases[i].says));
        str_free(&text);
    }
}

static bool helps(enum component c, const char *name)
{
    const struct profile p = {.layers = 0};
    const struct profile_group g = {.macs = 0};
    const struct machine m = {.cores = 1};
    const struct explanation x = explain_group(&p, &g, 1u << c, &m);
    for (int i = 0; i < x.methods; i++)
        if (strcmp(x.method[i]->name, name) == 0)
            return true;
    return false;
}

static void methods_are_those_that_touch_it(void)
{
    CU_ASSERT_TRUE(helps(COMPONENT_FEED_FORWARD, "int8") && helps(COMPONENT_FEED_FORWARD, "prune-neurons"));
    CU_ASSERT_TRUE(helps(COMPONENT_ATTENTION, "prune-heads") && !helps(COMPONENT_ATTENTION, "int8"));
    CU_ASSERT_FALSE(helps(COMPONENT_FEED_FORWARD, "prune-heads"));
    for (int i = 0; i < methods_count; i++) /* what is only smaller does not help */
        for (int c = 0; c < COMPONENTS; c++)
            CU_ASSERT_FALSE(methods[i]->effect && helps((enum component)c, methods[i]->name));
}

CU_TestInfo suite_explain[] = {
    {"the larger of the least times bounds a part", the_larger_least_time_bounds},
    {"methods that help are those that touch it", methods_are_those_that_touch_it},
    CU_TEST_INFO_NULL,
};
