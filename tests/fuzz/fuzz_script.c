#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "tests/fuzz/fuzz.h"
#include "tui/canvas.h"
#include "tui/script.h"

static void check(const struct script_line *l)
{
    size_t n = strlen(l->text);
    bool keys = l->verb == SCRIPT_KEY || l->verb == SCRIPT_TYPE;
    if (l->number < 1 || l->verb >= SCRIPT_VERBS || !text_is_utf8(l->text, n) || keys != (l->keys > 0))
        abort();
    for (int i = 0; i < l->keys; i++)
        if (l->key[i] <= 0)
            abort();
    if (!isfinite(l->seconds) || l->seconds < 0 || l->columns > CANVAS_MAX || l->rows > CANVAS_MAX)
        abort();
}

/* A key script: its lines have what their verb needs, or there is a sentence. */
void fuzz_script(const uint8_t *data, size_t n)
{
    struct script s;
    struct err e = {0};
    if (script_parse(&s, (const char *)data, n, "script", &e) == 0) {
        for (int i = 0; i < s.lines; i++)
            check(&s.line[i]);
    } else if (e.text[0] == '\0') {
        abort();
    }
    script_free(&s);
}
