#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/compress/apply.h"
#include "analyzer/measure/pass_server.h"
#include "tui/check_run.h"
#include "tui/opened.h"
#include "tui/recipes.h"

/* "int8; prune-heads fraction=0.5"; a long one ends in its hash. */
static void describe_recipe(char out[TIMING_STEPS], const struct recipe *r)
{
    struct str steps;
    char safe[TIMING_STEPS];
    str_init(&steps);
    recipe_print_steps(r, r->lines, &steps);
    while (steps.len > 0 && steps.text[steps.len - 1] == '\n')
        steps.text[--steps.len] = '\0';
    for (char *p = strchr(steps.text, '\n'); p; p = strchr(p, '\n'))
        *p = ';';
    if (steps.len < sizeof safe / 4)
        text_escape(safe, sizeof safe, steps.text, steps.len);
    else
        snprintf(safe, sizeof safe, "%d steps, %016llx", recipe_steps(r), (unsigned long long)recipe_hash(r));
    snprintf(out, TIMING_STEPS, "%s", safe);
    str_free(&steps);
}

static int read_recipe(struct recipe *out, const struct settings *s, int i, struct err *e)
{
    TRY(recipes_read_at(out, s, i, e));
    if (recipe_needs(out) != METHOD_NEEDS_NOTHING)
        return err_set(e, ERR_USAGE, "a step of %s needs rows, which check does not read; compress writes such a model",
                       s->recipe.n > 0 ? s->recipe.value[i] : recipes_name(s));
    return 0;
}

int check_steps(char out[TIMING_STEPS], const struct settings *s, int i, struct err *e)
{
    struct recipe r = {.lines = 0};
    int code = read_recipe(&r, s, i, e);
    if (code == 0)
        describe_recipe(out, &r);
    recipe_free(&r);
    return code;
}

/* The weights of the model that the recipe makes; both belong to the caller, also after a failure. */
static int change(struct model **changed, struct weights **weights, const struct opened *o, const struct settings *s,
                  const struct workload *load, const struct progress *progress, struct err *e)
{
    struct recipe r = {.lines = 0};
    struct materials x = {.threads = load->threads, .cpu = machine_bits(&o->machine)};
    struct weights_options options = {.cpu = x.cpu, .threads = load->threads, .format = load->format};
    int code = read_recipe(&r, s, 0, e);
    if (code == 0)
        code = recipe_apply(changed, o->model, &r, recipes_name(s), &x, progress, e);
    if (code == 0)
        code = weights_build(weights, *changed, &options, progress, e);
    recipe_free(&r);
    return code;
}

static int serve(struct pass_server *server, struct opened *o, const struct settings *s, const struct progress *progress,
                 struct err *e)
{
    subject_describe(&server->subject, &o->machine, o->model, server->load.threads, server->load.format);
    TRY(check_steps(server->subject.recipe, s, 0, e));
    if (recipes_given(s)) {
        struct model *changed = NULL;
        struct weights *weights = NULL;
        int code = change(&changed, &weights, o, s, &server->load, progress, e);
        server->weights = weights;
        if (code == 0)
            code = pass_serve(server, progress, e);
        weights_free(weights);
        model_free(changed);
        return code;
    }
    TRY(opened_pack(o, server->load.threads, server->load.format, progress, e));
    server->weights = o->weights;
    return pass_serve(server, progress, e);
}

int check_serve(const struct settings *s, void (*on_plan)(void *payload, struct plan *p), void *payload,
                const struct progress *progress, struct err *e)
{
    struct opened o;
    struct pass_server server = {.load = {.threads = s->threads ? s->threads : 1, .format = s->format}, .in = stdin,
                                 .out = stdout, .on_plan = on_plan, .payload = payload};
    int code = opened_init(&o, s, progress, e);
    if (code == 0)
        code = serve(&server, &o, s, progress, e);
    opened_close(&o);
    return code;
}
