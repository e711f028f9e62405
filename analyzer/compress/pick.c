#include "analyzer/compress/pick.h"

#include <stdlib.h>
#include <string.h>

struct item {
    double value;
    int index;
};

static int compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void pick(bool *gone, const struct pick *p, int count, const struct item *item, int items, int *left)
{
    for (int i = 0; i < p->n; i++)
        left[p->group[i]]++;
    for (int i = 0; i < items && count > 0; i++) {
        int at = item[i].index;
        if (left[p->group[at]] == 1)
            continue;
        left[p->group[at]]--;
        gone[at] = true;
        count--;
    }
}

int pick_least(bool *gone, const struct pick *p, int count, struct err *e)
{
    int groups = p->n ? p->group[p->n - 1] + 1 : 0, items = 0;
    struct item *item = malloc((size_t)p->n * sizeof *item + 1);
    int *left = calloc((size_t)groups + 1, sizeof *left);
    int code = item && left ? 0 : err_set(e, ERR_NOMEM, "no memory for %d scores", p->n);
    memset(gone, 0, (size_t)p->n * sizeof *gone);
    for (int i = 0; code == 0 && i < p->n; i++)
        if (p->allowed[i])
            item[items++] = (struct item){p->value[i], i};
    if (code == 0) {
        qsort(item, (size_t)items, sizeof *item, compare);
        pick(gone, p, count, item, items, left);
    }
    free(item);
    free(left);
    return code;
}
