/* A step on each of its parts alone: asking for it, and what became known. */
#include <string.h>

#include "tui/app.h"

/* Why it cannot be tried; NULL = it can. */
static const char *missing(const struct app *a, const struct recipe_line *step, bool cells)
{
    if (!step)
        return "the recipe is empty (a adds a step)";
    if (!step->method)
        return "this line of the recipe is no step";
    if (method_option_find(step->method, "layers", 6) < 0)
        return "this step has no layers that it could be tried on alone";
    if (cells && method_option_find(step->method, "components", 10) < 0)
        return "this step has no components that it could be tried on alone";
    if (!a->facts->has_classifier)
        return "parts are compared by their answers, and the model has no classification head";
    return app_data(a) ? NULL : "parts are compared by their answers to rows (:data FILE TASK gives some)";
}

bool app_parts_refused(struct app *a, const struct recipe_line *step, bool cells)
{
    if (app_refuse(a))
        return true;
    const char *why = a->facts ? missing(a, step, cells) : "no model is open, so there is nothing to try a step on (:open MODEL opens one)";
    if (why)
        app_say(a, LOG_WARNING, "%s", why);
    return why != NULL;
}

const struct part_study *app_parts(const struct app *a, const char *step, bool cells)
{
    const struct part_study *s = a->parts[cells];
    return s && s->era == a->bench.era && strcmp(s->step, step) == 0 ? s : NULL;
}

void app_take_parts(struct app *a, struct news *n)
{
    for (int i = 0; i < 2; i++)
        if (n->parts[i]) {
            part_study_free(a->parts[i]);
            a->parts[i] = n->parts[i];
            n->parts[i] = NULL;
        }
}

void app_forget_parts(struct app *a)
{
    for (int i = 0; i < 2; i++) {
        part_study_free(a->parts[i]);
        a->parts[i] = NULL;
    }
}
