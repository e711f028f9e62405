/* bertscope check --serve with one component that really takes longer: each of its steps waits for a share of its own time behind
 * itself, inside the step. BERTSCOPE_GATE_SLOW="feed_forward 0.05" says which and how much. For tests/gate/gate only. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/clock.h"
#include "analyzer/model/component.h"
#include "analyzer/run/op.h"
#include "analyzer/run/plan.h"
#include "tui/check_run.h"

enum { OPS_MOST = 16, WORDS_MOST = 64 };

/* A slow copy of an operation; a step of a slow plan points to `op`, which is its first member. */
struct slow_op {
    struct op op;
    const struct op *real;
};

static struct slow_op slow[OPS_MOST];
static int slows;
static double share;
static char component[64];

static void slow_forward(const struct exec *x, const struct step *s)
{
    const struct slow_op *own = (const struct slow_op *)(const void *)s->op;
    uint64_t start = clock_ns();
    own->real->forward(x, s);
    uint64_t now = clock_ns(), end = now + (uint64_t)(share * (double)(now - start));
    while (clock_ns() < end)
        ;
}

static const struct op *slowed(const struct op *real)
{
    for (int i = 0; i < slows; i++)
        if (slow[i].real == real)
            return &slow[i].op;
    if (slows == OPS_MOST)
        abort();
    struct slow_op copy = {.op = *real, .real = real};
    copy.op.forward = slow_forward;
    slow[slows] = copy;
    return &slow[slows++].op;
}

static void slow_down(void *payload, struct plan *p)
{
    (void)payload;
    for (int i = 0; i < p->steps && share > 0; i++)
        if (strcmp(component_key(p->step[i].component), component) == 0)
            p->step[i].op = slowed(p->step[i].op);
}

int main(int argc, char **argv)
{
    const char *words[WORDS_MOST], *what = getenv("BERTSCOPE_GATE_SLOW");
    struct settings s;
    struct err e = {0};
    if (argc < 2 || argc > WORDS_MOST || (what && sscanf(what, "%63s %lf", component, &share) != 2))
        return 2;
    int code = options_parse(&s, argc - 2, argv + 2, words, ~(option_set)0, &e);
    if (code == 0)
        code = check_serve(&s, slow_down, NULL, NULL, &e);
    if (code != 0)
        fprintf(stderr, "slow: %s\n", e.text);
    return code != 0;
}
