#include <stdlib.h>
#include <string.h>

#include "analyzer/compress/recipe.h"
#include "tests/fuzz/fuzz.h"

/* A recipe: what is parsed is printed, and parsed again it is printed as before. */
void fuzz_recipe(const uint8_t *data, size_t n)
{
    struct recipe r, again;
    struct str first, second;
    struct err e = {0};
    str_init(&first);
    str_init(&second);
    if (recipe_parse(&r, (const char *)data, n, "recipe", &e) == 0) {
        recipe_print(&r, &first);
        if (recipe_parse(&again, first.text, first.len, "again", &e) != 0 || recipe_hash(&again) != recipe_hash(&r))
            abort();
        recipe_print(&again, &second);
        if (strcmp(first.text, second.text) != 0)
            abort();
        recipe_free(&again);
    } else if (e.text[0] == '\0') {
        abort();
    }
    recipe_free(&r);
    str_free(&first);
    str_free(&second);
}
