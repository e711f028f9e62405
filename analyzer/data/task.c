#include "analyzer/data/task.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/data/metric.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define METRICS(...) ((const struct metric *const[]){__VA_ARGS__, NULL})
#define TASK(task_name, ...) {.name = task_name, __VA_ARGS__},
const struct task tasks[] = {
#include "analyzer/data/tasks.def"
};
#undef TASK

const int tasks_count = (int)(sizeof tasks / sizeof *tasks);

const char *task_names(char *out, size_t size)
{
    size_t at = 0;
    *out = '\0';
    for (int i = 0; i < tasks_count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? ", " : "", tasks[i].name);
    return out;
}

int task_word(const char *name, const struct task **out, struct err *e)
{
    char names[256];
    for (int i = 0; i < tasks_count; i++)
        if (strcmp(tasks[i].name, name) == 0) {
            *out = &tasks[i];
            return 0;
        }
    return err_set(e, ERR_USAGE, "there is no task \"%s\" (tasks: %s)", name, task_names(names, sizeof names));
}

int task_labels(const struct task *t)
{
    int n = 0;
    while (t->label && t->label[n])
        n++;
    return n;
}

static bool has_column(const struct field *field, int n, const char *name)
{
    for (int i = 0; i < n && name; i++)
        if (field_is(&field[i], name))
            return true;
    return !name;
}

bool task_has_header(const struct task *t, const struct field *field, int n)
{
    return t->header && n >= t->min_columns && n <= t->max_columns && has_column(field, n, t->text) &&
           has_column(field, n, t->pair) && has_column(field, n, t->answer);
}

const struct task *task_of_header(const struct field *field, int n)
{
    const struct task *found = NULL;
    for (int i = 0; i < tasks_count; i++) {
        if (!task_has_header(&tasks[i], field, n))
            continue;
        if (found)
            return NULL;
        found = &tasks[i];
    }
    return found;
}
