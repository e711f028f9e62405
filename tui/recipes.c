#include "tui/recipes.h"

#include <stdio.h>
#include <string.h>

bool recipes_given(const struct settings *s)
{
    return recipes_count(s) > 0;
}

int recipes_count(const struct settings *s)
{
    return s->recipe.n > 0 ? s->recipe.n : s->step.n > 0;
}

const char *recipes_name(const struct settings *s)
{
    return s->recipe.n > 0 ? s->recipe.value[0] : "--step";
}

const char *recipes_title(const struct settings *s, int i, char *out, size_t size)
{
    const char *path = s->recipe.n > 0 ? s->recipe.value[i] : "steps", *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    snprintf(out, size, "%.*s", (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name)), name);
    return out;
}

int recipes_read(struct recipe *out, const struct settings *s, struct err *e)
{
    *out = (struct recipe){0};
    if (s->recipe.n > 1)
        return err_set(e, ERR_USAGE, "--recipe is given %d times; only report and check take several", s->recipe.n);
    return recipes_read_at(out, s, 0, e);
}

int recipes_read_at(struct recipe *out, const struct settings *s, int i, struct err *e)
{
    *out = (struct recipe){0};
    if (s->recipe.n > 0)
        TRY(recipe_read(out, s->recipe.value[i], e));
    for (int k = 0; k < s->step.n; k++)
        if (recipe_insert(out, out->lines, s->step.value[k], e) != 0)
            return err_wrap(e, "--step \"%s\"", s->step.value[k]);
    return 0;
}
