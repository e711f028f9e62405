#include <stdlib.h>

#include "analyzer/data/dataset.h"
#include "tests/fuzz/fuzz.h"

static void check_row(const struct dataset *d, const struct example *x)
{
    const char *from = d->lines.bytes;
    const struct line *line = &d->lines.line[x->line - 1];
    bool classes = d->labels > 0;
    if (x->line < 1 || x->line > d->lines.n || x->text < from || x->text + x->text_len > line->text + line->len ||
        (x->pair && x->pair + x->pair_len > line->text + line->len))
        abort();
    if (classes ? x->label < 0 || x->label >= d->labels : x->label != -1)
        abort();
    if (d->task->low < d->task->high &&
        !((double)x->target >= d->task->low && (double)x->target <= d->task->high))
        abort();
}

/* The same bytes as every task: texts lie in their lines, labels and values in their range. */
void fuzz_dataset(const uint8_t *data, size_t n)
{
    for (int t = -1; t < tasks_count; t++) {
        struct dataset d;
        struct err e = {0};
        if (dataset_from_text(&d, (const char *)data, n, "input", t < 0 ? NULL : &tasks[t], &e) != 0) {
            if (e.code == 0 || !*e.text)
                abort();
            continue;
        }
        for (int i = 0; i < d.rows; i++)
            check_row(&d, &d.row[i]);
        dataset_free(&d);
    }
}
