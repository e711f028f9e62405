#include "tui/recipes.h"

bool recipes_given(const struct settings *s)
{
    return s->recipe || s->step.n > 0;
}

const char *recipes_name(const struct settings *s)
{
    return s->recipe ? s->recipe : "--step";
}

int recipes_read(struct recipe *out, const struct settings *s, struct err *e)
{
    *out = (struct recipe){0};
    if (s->recipe)
        TRY(recipe_read(out, s->recipe, e));
    for (int i = 0; i < s->step.n; i++)
        if (recipe_insert(out, out->lines, s->step.value[i], e) != 0)
            return err_wrap(e, "--step \"%s\"", s->step.value[i]);
    return 0;
}
