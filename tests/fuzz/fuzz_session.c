#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tui/session.h"

/* What was read of a session is a tree whose recipes are recipes. */
void fuzz_session(const uint8_t *data, size_t n)
{
    struct workbench w;
    struct session_head head = {.params = 0};
    struct err e = {0};
    int skipped = 0;
    if (workbench_init(&w, &e) != 0)
        return;
    bool good = session_parse((const char *)data, n, &head, &w, &skipped);
    if (skipped < 0 || w.attempts < 1 || w.current < 0 || w.current >= w.attempts || w.attempt[0].parent != -1 ||
        (good && (!head.model[0] || memchr(head.model, '\0', sizeof head.model) == NULL)) || (!good && w.attempts > 1))
        abort();
    for (int i = 1; i < w.attempts; i++) {
        const struct attempt *x = &w.attempt[i];
        struct recipe r;
        if (x->parent < 0 || x->parent >= i || x->redo < -1 || x->redo >= w.attempts || recipe_parse(&r, x->recipe, strlen(x->recipe), "", &e) != 0)
            abort();
        recipe_free(&r);
    }
    for (int i = 0; i < w.attempts; i++)
        workbench_go(&w, i);
    workbench_free(&w);
}
