#include "tests/unit/sampled_fixture.h"

#include <stdio.h>
#include <stdlib.h>

enum { ACTIVATE, TILE, TEAM, GROUP, OP_ATTENTION, OP_LINEAR, SOFTMAX, NAMES };

static const char *const names[NAMES] = {"activate_row", "attention_tile", "[libgomp.so.1]", "linear_group", "op_attention_forward",
                                         "op_linear_forward", "softmax_row"};
static const struct sampled_step steps[] = {
    {"feed-forward up", COMPONENT_FEED_FORWARD, 0, 700, 6.9e9}, {"attention", COMPONENT_ATTENTION, 0, 300, 3.1e9}};
static const int frames[] = {OP_LINEAR, GROUP, OP_LINEAR, GROUP, ACTIVATE, TEAM, OP_ATTENTION, SOFTMAX, OP_ATTENTION, TILE};
static const struct sampled_stack stacks[] = {{0, 600, 0, 2}, {0, 50, 2, 3}, {0, 50, 5, 1}, {1, 100, 6, 2}, {1, 200, 8, 2}};

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

void sampled_fixture(struct sampled *out)
{
    struct sampled_name name[NAMES];
    for (int i = 0; i < NAMES; i++)
        snprintf(name[i].text, sizeof name[i].text, "%s", names[i]);
    struct sampled s = {.workload = {.batch = 1, .seq = 128, .threads = 2}, .step = (struct sampled_step *)steps,
                        .steps = COUNT(steps), .name = name, .names = NAMES, .frame = (int *)frames, .frames = COUNT(frames),
                        .stack = (struct sampled_stack *)stacks, .stacks = COUNT(stacks), .hz = 1000, .passes = 40, .cpu_s = 1.05,
                        .samples = 1000, .overhead_ratio = {1.006, 1.01, 1.02, 1.002, 1.011, 24}};
    snprintf(s.model, sizeof s.model, "fixture");
    if (sampled_copy(out, &s, NULL) != 0)
        abort();
}
