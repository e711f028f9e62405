#include "tui/workbench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the tree ------------------------------------------------------------------------------------------------ */

static int add_attempt(struct workbench *w, int parent, const char *recipe, struct err *e)
{
    struct attempt *more = realloc(w->attempt, (size_t)(w->attempts + 1) * sizeof *more);
    char *text = strdup(recipe);
    if (more)
        w->attempt = more;
    if (!more || !text) {
        free(text);
        return err_set(e, ERR_NOMEM, "no memory for another recipe");
    }
    w->attempt[w->attempts++] = (struct attempt){.parent = parent, .redo = -1, .recipe = text};
    return 0;
}

int workbench_init(struct workbench *w, struct err *e)
{
    *w = (struct workbench){0};
    return add_attempt(w, -1, "", e);
}

static void attempt_free(struct attempt *x)
{
    free(x->recipe);
    trial_free(&x->trial);
    example_table_free(&x->examples);
}

void workbench_free(struct workbench *w)
{
    for (int i = 0; i < w->attempts; i++)
        attempt_free(&w->attempt[i]);
    free(w->attempt);
    recipe_free(&w->recipe);
    *w = (struct workbench){0};
}

int workbench_reset(struct workbench *w, struct err *e)
{
    unsigned era = w->era + 1;
    struct workload load = w->workload;
    workbench_free(w);
    TRY(workbench_init(w, e));
    w->era = era;
    w->workload = load;
    return 0;
}

void workbench_forget(struct workbench *w)
{
    w->era++;
    for (int i = 0; i < w->attempts; i++) {
        trial_free(&w->attempt[i].trial);
        example_table_free(&w->attempt[i].examples);
        w->attempt[i].stage = ATTEMPT_NEW;
    }
}

/* Where passes of pairs are cut follows from the rows. */
static bool same_times(const struct workload *a, const struct workload *b)
{
    struct workload x = *a, y = *b;
    x.first = y.first = 0;
    return workload_same(&x, &y);
}

/* What rows said stays, and so do costs, whose shares hardly depend on the workload. */
static void drop_times(const struct workbench *w, struct attempt *x)
{
    struct trial *t = &x->trial;
    if (!t->recipe || same_times(&t->workload, &w->workload))
        return;
    t->time = (struct versus){.first_part = {0}};
    t->forecast = (struct forecast){.by_macs = t->forecast.by_macs, .ceiling_by_macs = t->forecast.ceiling_by_macs};
    if (x->stage == ATTEMPT_DONE)
        x->stage = t->evaluated ? ATTEMPT_EVALUATED : ATTEMPT_COUNTED;
}

void workbench_use(struct workbench *w, const struct workload *load)
{
    w->workload = *load;
    for (int i = 0; i < w->attempts; i++)
        drop_times(w, &w->attempt[i]);
}

const struct attempt *workbench_now(const struct workbench *w)
{
    return &w->attempt[w->current];
}

bool workbench_known(const struct workbench *w, bool rows)
{
    const struct attempt *x = workbench_now(w);
    return x->stage == ATTEMPT_FAILED || (x->stage == ATTEMPT_DONE && (!rows || x->trial.logits));
}

/* ---- changes ------------------------------------------------------------------------------------------------- */

/* Answers to all rows take most of the memory of a trial: the oldest of them make room. Those of the original stay. */
static void limit_answers(struct workbench *w, struct attempt *fresh)
{
    struct attempt *oldest = NULL;
    int n = 0;
    fresh->answered = ++w->answers;
    for (struct attempt *x = w->attempt + 1; x < w->attempt + w->attempts; x++)
        if (x->trial.logits && ++n && (!oldest || x->answered < oldest->answered))
            oldest = x;
    if (n <= WORKBENCH_ANSWERS)
        return;
    free(oldest->trial.logits);
    free(oldest->trial.right);
    example_table_free(&oldest->examples);
    oldest->trial.logits = NULL;
    oldest->trial.right = NULL;
}

/* What is known of the same steps from elsewhere in the tree. */
static void know_from_others(struct workbench *w, int attempt, uint64_t hash)
{
    struct attempt *x = &w->attempt[attempt];
    struct err ignored;
    for (int i = 0; i < attempt && x->stage == ATTEMPT_NEW; i++) {
        const struct attempt *other = &w->attempt[i];
        if (other->stage == ATTEMPT_DONE && other->trial.hash == hash && trial_copy(&x->trial, &other->trial, &ignored) == 0 &&
            example_table_append(&x->examples, &other->examples, &ignored) == 0)
            x->stage = ATTEMPT_DONE;
    }
    if (x->trial.logits)
        limit_answers(w, x);
}

static int replace_text(struct attempt *x, const char *text, struct err *e)
{
    char *copy = strdup(text);
    if (!copy)
        return err_set(e, ERR_NOMEM, "no memory for a recipe");
    free(x->recipe);
    trial_free(&x->trial);
    example_table_free(&x->examples);
    x->recipe = copy;
    x->stage = ATTEMPT_NEW;
    x->note[0] = '\0';
    return 0;
}

/* Whether the same slider goes on moving, so that the attempt is still being made: nothing came after it. */
static bool goes_on(const struct workbench *w, int slid)
{
    const struct attempt *x = workbench_now(w);
    return slid && x->slid == slid && x->stage != ATTEMPT_DONE && !x->name[0] && w->current == w->attempts - 1;
}

/* `recipe` becomes that of a new attempt, or of the present one while a slider moves; `fresh` is its parsed form and is taken over. */
static int enter(struct workbench *w, struct recipe *fresh, const char *text, int slid, struct err *e)
{
    int at = w->current;
    if (strcmp(workbench_now(w)->recipe, text) == 0)
        return 0;
    if (goes_on(w, slid)) {
        TRY(replace_text(&w->attempt[at], text, e));
    } else {
        TRY(add_attempt(w, at, text, e));
        w->attempt[at].redo = w->attempts - 1;
        at = w->attempts - 1;
    }
    w->attempt[at].slid = slid;
    w->current = at;
    know_from_others(w, at, recipe_hash(fresh));
    recipe_free(&w->recipe);
    w->recipe = *fresh;
    *fresh = (struct recipe){0};
    return 0;
}

static int set(struct workbench *w, const struct recipe *r, int slid, struct err *e)
{
    struct recipe copy;
    struct str text;
    str_init(&text);
    recipe_print(r, &text);
    int code = recipe_copy(&copy, r, e);
    if (code == 0)
        code = enter(w, &copy, text.text, slid, e);
    recipe_free(&copy);
    str_free(&text);
    return code;
}

int workbench_set(struct workbench *w, const struct recipe *r, struct err *e)
{
    return set(w, r, 0, e);
}

int workbench_load(struct workbench *w, const char *text, size_t n, const char *name, struct err *e)
{
    struct recipe r;
    int code = recipe_parse(&r, text, n, name, e);
    if (code == 0)
        code = set(w, &r, 0, e);
    recipe_free(&r);
    return code;
}

/* A line of the current recipe, for sentences. */
static int check_line(const struct workbench *w, int line, struct err *e)
{
    if (line < 0 || line >= w->recipe.lines)
        return err_set(e, ERR_USAGE, "the recipe has no step %d; it has %d", line + 1, w->recipe.lines);
    return 0;
}

int workbench_insert(struct workbench *w, int at, const char *step, struct err *e)
{
    struct recipe r;
    int code = recipe_copy(&r, &w->recipe, e);
    if (code == 0)
        code = recipe_insert(&r, at < 0 ? 0 : at > r.lines ? r.lines : at, step, e);
    if (code == 0)
        code = set(w, &r, 0, e);
    recipe_free(&r);
    return code;
}

int workbench_remove(struct workbench *w, int line, struct err *e)
{
    struct recipe r;
    TRY(check_line(w, line, e));
    int code = recipe_copy(&r, &w->recipe, e);
    if (code == 0) {
        recipe_remove(&r, line);
        code = set(w, &r, 0, e);
    }
    recipe_free(&r);
    return code;
}

int workbench_move(struct workbench *w, int from, int to, struct err *e)
{
    struct recipe r;
    TRY(check_line(w, from, e));
    TRY(check_line(w, to, e));
    int code = recipe_copy(&r, &w->recipe, e);
    if (code == 0) {
        recipe_move(&r, from, to);
        code = set(w, &r, 0, e);
    }
    recipe_free(&r);
    return code;
}

static int check_step(const struct workbench *w, int line, struct err *e)
{
    TRY(check_line(w, line, e));
    return w->recipe.line[line].method ? 0 : err_set(e, ERR_USAGE, "line %d of the recipe is no step", line + 1);
}

int workbench_switch(struct workbench *w, int line, struct err *e)
{
    struct recipe r;
    TRY(check_step(w, line, e));
    int code = recipe_copy(&r, &w->recipe, e);
    if (code == 0) {
        r.line[line].off = !r.line[line].off;
        code = set(w, &r, 0, e);
    }
    recipe_free(&r);
    return code;
}

static int put(struct workbench *w, int line, int option, const char *value, int slid, struct err *e)
{
    struct recipe r;
    TRY(check_step(w, line, e));
    const struct method *m = w->recipe.line[line].method;
    if (value && (strcspn(value, " \t\r\n#") != strlen(value) || !*value))
        return err_set(e, ERR_FORMAT, "%s must be one word", m->option[option].name);
    if (value)
        TRY(value_check(&m->option[option], value, e));
    int code = recipe_copy(&r, &w->recipe, e);
    if (code == 0) {
        char *copy = value ? strdup(value) : NULL;
        free(r.line[line].value[option]);
        r.line[line].value[option] = copy;
        code = value && !copy ? err_set(e, ERR_NOMEM, "no memory for a recipe") : set(w, &r, slid, e);
    }
    recipe_free(&r);
    return code;
}

int workbench_put(struct workbench *w, int line, int option, const char *value, struct err *e)
{
    return put(w, line, option, value, 0, e);
}

/* ---- sliders ------------------------------------------------------------------------------------------------- */

int step_strength(const struct method *m)
{
    for (int i = 0; i < m->options; i++)
        if (strcmp(m->option[i].name, "fraction") == 0)
            return i;
    for (int i = 0; i < m->options; i++)
        if (m->option[i].kind == VALUE_REAL)
            return i;
    return -1;
}

/* A twentieth of a short range; of a long one whole numbers, faster where they are large. */
static double slide_number(const struct method_option *o, double x, int steps)
{
    double step = (o->high - o->low) / 20;
    if (o->kind == VALUE_INT)
        step = o->high - o->low > 100 ? fmax(1, floor(fabs(x) / 10)) : 1;
    double to = x + steps * step;
    if (o->kind == VALUE_REAL)
        to = o->low + round((to - o->low) / step) * step;
    return fmin(fmax(to, o->low), o->high);
}

static const char *slide_choice(const struct method_option *o, const char *value, int steps)
{
    int n = 0, at = 0;
    for (; o->choice[n]; n++)
        if (strcmp(o->choice[n], value) == 0)
            at = n;
    return o->choice[((at + steps) % n + n) % n];
}

int workbench_slide(struct workbench *w, int line, int option, int steps, struct err *e)
{
    char text[32];
    TRY(check_step(w, line, e));
    const struct recipe_line *l = &w->recipe.line[line];
    const struct method_option *o = &l->method->option[option];
    const char *value = l->value[option] ? l->value[option] : o->fallback;
    int slid = 1 + line * METHOD_OPTIONS + option;
    if (o->kind == VALUE_CHOICE)
        return put(w, line, option, slide_choice(o, value, steps), slid, e);
    if (o->kind != VALUE_INT && o->kind != VALUE_REAL)
        return err_set(e, ERR_USAGE, "%s has no more or less; Enter types its value", o->name);
    snprintf(text, sizeof text, "%.6g", slide_number(o, strtod(value, NULL), steps));
    return put(w, line, option, text, slid, e);
}

/* ---- moving -------------------------------------------------------------------------------------------------- */

void workbench_go(struct workbench *w, int attempt)
{
    struct recipe r;
    const char *text = w->attempt[attempt].recipe;
    struct err ignored;
    if (recipe_parse(&r, text, strlen(text), "the recipe", &ignored) != 0) {
        recipe_free(&r);
        return;
    }
    recipe_free(&w->recipe);
    w->recipe = r;
    w->current = attempt;
    know_from_others(w, attempt, recipe_hash(&r));
}

bool workbench_undo(struct workbench *w)
{
    int from = w->current, to = workbench_now(w)->parent;
    if (to < 0)
        return false;
    workbench_go(w, to);
    w->attempt[to].redo = from;
    return true;
}

bool workbench_redo(struct workbench *w)
{
    int to = workbench_now(w)->redo;
    if (to < 0)
        return false;
    workbench_go(w, to);
    return true;
}

int workbench_find(const struct workbench *w, const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);
    for (int i = w->attempts - 1; i >= 0 && *text; i--)
        if (strcmp(w->attempt[i].name, text) == 0)
            return i;
    return *text && !*end && number >= 0 && number < w->attempts ? (int)number : -1;
}

void workbench_name(struct workbench *w, int attempt, const char *name)
{
    snprintf(w->attempt[attempt].name, ATTEMPT_NAME, "%s", name);
}

int workbench_restore(struct workbench *w, int attempt, int parent, const char *recipe, struct err *e)
{
    struct recipe r;
    if (attempt < 1 || attempt > w->attempts || parent < 0 || parent >= attempt)
        return err_set(e, ERR_FORMAT, "trial %d comes from trial %d, which cannot be", attempt, parent);
    int code = recipe_parse(&r, recipe, strlen(recipe), "the recipe", e);
    recipe_free(&r);
    TRY(code);
    if (attempt < w->attempts)
        return replace_text(&w->attempt[attempt], recipe, e);
    TRY(add_attempt(w, parent, recipe, e));
    w->attempt[parent].redo = attempt;
    return 0;
}

/* ---- results ------------------------------------------------------------------------------------------------- */

/* A measurement that begins again says nothing new until it is as far as the one before. */
static bool is_news(const struct attempt *x, const struct trial_news *n)
{
    bool logits = n->trial.logits && !x->trial.logits;
    return n->stage >= x->stage || (logits && n->stage >= ATTEMPT_EVALUATED);
}

int workbench_place(struct workbench *w, struct trial_news *n, struct err *e)
{
    for (int i = 1; i < w->attempts && n->attempt < 0; i++)
        n->attempt = w->attempt[i].found == n->found ? i : -1;
    if (n->attempt >= 0 || n->era != w->era)
        return 0;
    TRY(add_attempt(w, 0, n->trial.recipe, e));
    n->attempt = w->attempts - 1;
    w->attempt[n->attempt].found = n->found;
    workbench_name(w, n->attempt, n->name);
    return 0;
}

bool workbench_take(struct workbench *w, struct trial_news *n)
{
    if (n->era != w->era || n->attempt < 0 || n->attempt >= w->attempts)
        return false;
    struct attempt *x = &w->attempt[n->attempt];
    bool same = n->stage == ATTEMPT_FAILED || !n->trial.recipe || strcmp(n->trial.recipe, x->recipe) == 0;
    w->hidden_bytes = n->hidden_bytes;
    if (!same || !is_news(x, n))
        return false;
    if (x->stage != ATTEMPT_DONE || n->stage == ATTEMPT_DONE)
        x->stage = n->stage;
    if (n->trial.time.speedup.n == 0 && same_times(&n->trial.workload, &x->trial.workload))
        n->trial.time = x->trial.time;
    snprintf(x->note, sizeof x->note, "%s", n->note);
    if (n->trial.recipe) {
        trial_free(&x->trial);
        x->trial = n->trial;
        n->trial = (struct trial){0};
    }
    if (n->examples.groups > 0) {
        example_table_free(&x->examples);
        x->examples = n->examples;
        n->examples = (struct example_table){.groups = 0};
    }
    drop_times(w, x);
    if (x->trial.logits)
        limit_answers(w, x);
    return true;
}

void trial_news_free(struct trial_news *n)
{
    while (n) {
        struct trial_news *next = n->next;
        trial_free(&n->trial);
        example_table_free(&n->examples);
        free(n);
        n = next;
    }
}

const char *attempt_text(const struct workbench *w, int attempt, char *out, size_t size)
{
    const char *name = attempt == 0 && !w->attempt[0].name[0] ? "original" : w->attempt[attempt].name;
    snprintf(out, size, "%d%s%s", attempt, *name ? " " : "", name);
    return out;
}
