#include "analyzer/data/label_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/model/config.h"

const char *label_match_name(enum label_match m)
{
    static const char *const names[] = {"name", "number", "none"};
    return names[m];
}

static char plain(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == '-' || c == ' ' ? '_' : c);
}

static bool same_name(const char *a, const char *b)
{
    while (*a && plain(*a) == plain(*b))
        a++, b++;
    return plain(*a) == plain(*b);
}

/* The output of this name; -1 = none, -2 = more than one. */
static int find_output(const struct config *c, const char *name)
{
    int found = -1;
    for (int i = 0; i < c->label_count && i < c->labels; i++)
        if (c->label[i] && same_name(c->label[i], name))
            found = found == -1 ? i : -2;
    return found;
}

/* "a, b, ...", as much as fits. */
static const char *list(char *out, size_t size, const char *const *name, int n)
{
    size_t at = 0;
    *out = '\0';
    for (int i = 0; i < n && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "", name[i] ? name[i] : "?");
    return out;
}

static int only_some(const struct dataset *d, const struct config *c, struct err *e)
{
    char ours[120], theirs[120];
    if (c->label_count == 0)
        return err_set(e, ERR_SHAPE, "the outputs of the model have no names, so the classes of %s (%s) should be numbers",
                       d->name, list(ours, sizeof ours, d->label, d->labels));
    return err_set(e, ERR_SHAPE, "which output of the model is which class? It names them %s, but %s has %s",
                   list(theirs, sizeof theirs, (const char *const *)c->label, c->label_count), d->name,
                   list(ours, sizeof ours, d->label, d->labels));
}

/* LABELS_BY_NAME in `match` and the outputs of all classes of the data, if their names tell. */
static int match_names(struct label_map *m, const struct dataset *d, const struct config *c, struct err *e)
{
    int found = 0;
    m->match = LABELS_BY_NUMBER;
    for (int i = 0; d->label && i < d->labels; i++) {
        m->output[i] = find_output(c, d->label[i]);
        found += m->output[i] != -1;
        if (m->output[i] == -2)
            return only_some(d, c, e);
    }
    if (found == 0)
        return 0;
    m->match = LABELS_BY_NAME;
    return found == d->labels ? 0 : only_some(d, c, e);
}

/* Outputs that no class has go to the classes that the data does not have. */
static void fill_rest(struct label_map *m, int labels)
{
    int next = labels;
    for (int i = 0; i < m->classes; i++)
        m->class[i] = -1;
    for (int i = 0; i < labels; i++)
        m->class[m->output[i]] = i;
    for (int i = 0; i < m->classes; i++)
        if (m->class[i] < 0) {
            m->class[i] = next;
            m->output[next++] = i;
        }
}

static int check_count(const struct dataset *d, const struct config *c, struct err *e)
{
    const struct task *t = d->task;
    if (t->target == TARGET_VALUE)
        return c->labels == 1 ? 0
                              : err_set(e, ERR_SHAPE, "the task %s asks for one number, but the model has %d outputs",
                                        t->name, c->labels);
    if (c->labels == 1)
        return err_set(e, ERR_SHAPE, "the model gives one number (a regression), but the task %s has classes", t->name);
    if (t->target == TARGET_OPEN ? d->labels > c->labels : d->labels != c->labels)
        return err_set(e, ERR_SHAPE, "%s has %d classes, but the model has %d outputs", d->name, d->labels, c->labels);
    return 0;
}

static int match_classes(struct label_map *m, const struct dataset *d, const struct config *c, struct err *e)
{
    TRY(match_names(m, d, c, e));
    if (m->match == LABELS_BY_NUMBER && d->task->target == TARGET_OPEN && d->label)
        return only_some(d, c, e);
    for (int i = 0; m->match == LABELS_BY_NUMBER && i < d->labels; i++)
        m->output[i] = i;
    fill_rest(m, d->labels);
    return 0;
}

int label_map_make(struct label_map *out, const struct dataset *d, const struct config *c, struct err *e)
{
    *out = (struct label_map){.match = LABELS_NONE};
    if (d->task->target == TARGET_NONE)
        return err_set(e, ERR_UNSUPPORTED, "%s: the task %s has no labels, and a metric needs them", d->name, d->task->name);
    TRY(check_count(d, c, e));
    if (d->task->target == TARGET_VALUE)
        return 0;
    out->classes = c->labels;
    out->output = calloc((size_t)c->labels, sizeof *out->output);
    out->class = calloc((size_t)c->labels, sizeof *out->class);
    int code = out->output && out->class ? match_classes(out, d, c, e)
                                         : err_set(e, ERR_NOMEM, "no memory for %d classes", c->labels);
    if (code != 0)
        label_map_free(out);
    return code;
}

void label_map_free(struct label_map *m)
{
    free(m->output);
    free(m->class);
    *m = (struct label_map){0};
}
