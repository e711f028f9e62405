#include "analyzer/data/answer.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 40, NUMBER_BYTES = 64 };

#define SHOW(f) (int)((f)->len < SHOWN ? (f)->len : SHOWN), (f)->text

/* Decimal digits only; -1 for anything else and for what numbers no class. */
static int class_number(const struct field *f)
{
    int x = 0;
    for (size_t i = 0; i < f->len && x < DATASET_MAX_LABELS; i++) {
        if (f->text[i] < '0' || f->text[i] > '9')
            return -1;
        x = 10 * x + (f->text[i] - '0');
    }
    return f->len > 0 && x < DATASET_MAX_LABELS ? x : -1;
}

static int find_class(const struct task *t, const struct field *f)
{
    int labels = task_labels(t);
    if (t->target == TARGET_NUMBER) {
        int x = class_number(f);
        return x < labels ? x : -1;
    }
    for (int i = 0; i < labels; i++)
        if (field_is(f, t->label[i]))
            return i;
    return -1;
}

static int wrong_class(const struct task *t, const struct field *f, struct err *e)
{
    char names[256] = "";
    int labels = task_labels(t);
    if (field_is(f, "-1"))
        return err_set(e, ERR_FORMAT, "the label is -1: test sets come without labels");
    for (int i = 0; i < labels; i++) {
        size_t at = strlen(names);
        if (t->target == TARGET_NUMBER)
            snprintf(names + at, sizeof names - at, "%s%d", i ? ", " : "", i);
        else
            snprintf(names + at, sizeof names - at, "%s%s", i ? ", " : "", t->label[i]);
    }
    return err_set(e, ERR_FORMAT, "\"%.*s\" is no label of the task %s (%s)", SHOW(f), t->name, names);
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before the exponent: what strtod takes without names, hexadecimal
 * digits and white space. */
static bool is_number(const char *s)
{
    size_t whole, part = 0;
    s += *s == '+' || *s == '-';
    whole = strspn(s, "0123456789");
    s += whole;
    if (*s == '.') {
        part = strspn(s + 1, "0123456789");
        s += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '+' || s[1] == '-');
        size_t power = strspn(s, "0123456789");
        s += power;
        if (power == 0)
            return false;
    }
    return *s == '\0';
}

/* strtod with a point, whatever the locale of the program. */
static double number_value(const char *s)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = uselocale(c);
    double x = strtod(s, NULL);
    uselocale(before);
    if (c)
        freelocale(c);
    return x;
}

static int read_value(float *out, const struct task *t, const struct field *f, struct err *e)
{
    char text[NUMBER_BYTES] = "";
    if (f->len < sizeof text)
        memcpy(text, f->text, f->len);
    if (!is_number(text))
        return err_set(e, ERR_FORMAT, "\"%.*s\" is no number", SHOW(f));
    double x = number_value(text);
    bool any = t->low >= t->high;
    if (!any && (x < t->low || x > t->high))
        return err_set(e, ERR_FORMAT, "%s is outside %g to %g, the values of the task %s", text, t->low, t->high, t->name);
    if (!isfinite((float)x))
        return err_set(e, ERR_FORMAT, "%s is too large", text);
    *out = (float)x;
    return 0;
}

int answer_read(struct example *out, const struct task *t, const struct field *f, struct err *e)
{
    out->label = -1;
    out->target = 0;
    switch (t->target) {
    case TARGET_NUMBER:
    case TARGET_WORD:
        out->label = find_class(t, f);
        return out->label >= 0 ? 0 : wrong_class(t, f, e);
    case TARGET_VALUE:
        return read_value(&out->target, t, f, e);
    case TARGET_OPEN:
        return f->len ? 0 : err_set(e, ERR_FORMAT, "the label is empty");
    case TARGET_NONE:
        break;
    }
    return 0;
}

/* True if all labels are numbers; then they are the classes. */
static bool number_by_value(struct dataset *d, const struct field *word)
{
    int most = 0;
    for (int i = 0; i < d->rows; i++) {
        int x = class_number(&word[i]);
        if (x < 0)
            return false;
        most = x > most ? x : most;
        d->row[i].label = x;
    }
    d->labels = most + 1;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once; returns how many. */
static int distinct(const char **name, int n)
{
    int kept = 0;
    qsort(name, (size_t)n, sizeof *name, compare_names);
    for (int i = 0; i < n; i++)
        if (kept == 0 || strcmp(name[kept - 1], name[i]) != 0)
            name[kept++] = name[i];
    return kept;
}

static int number_by_name(struct dataset *d, struct field *word, struct err *e)
{
    d->label = calloc((size_t)d->rows + 1, sizeof *d->label);
    if (!d->label)
        return err_set(e, ERR_NOMEM, "no memory for the labels of %s", d->name);
    for (int i = 0; i < d->rows; i++) {
        word[i].text[word[i].len] = '\0'; /* in the place of the separator or the end of the line */
        d->label[i] = word[i].text;
    }
    d->labels = distinct(d->label, d->rows);
    if (d->labels > DATASET_MAX_LABELS)
        return err_set(e, ERR_FORMAT, "%s has %d different labels, more than %d; the label is the first column", d->name,
                       d->labels, DATASET_MAX_LABELS);
    for (int i = 0; i < d->rows; i++) {
        const char *name = word[i].text;
        const char **found = bsearch(&name, d->label, (size_t)d->labels, sizeof *d->label, compare_names);
        d->row[i].label = (int)(found - d->label);
    }
    return 0;
}

int answers_number(struct dataset *d, struct field *word, struct err *e)
{
    return number_by_value(d, word) ? 0 : number_by_name(d, word, e);
}
