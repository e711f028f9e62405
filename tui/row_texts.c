#include "tui/row_texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "analyzer/data/dataset.h"
#include "analyzer/data/label_map.h"
#include "analyzer/model/model.h"

static int name_outputs(struct row_texts *t, const struct model *m, struct err *e)
{
    t->outputs = m->config.labels;
    t->output = calloc((size_t)t->outputs + 1, sizeof *t->output);
    if (!t->output)
        return err_set(e, ERR_NOMEM, "no memory for the names of %d outputs", t->outputs);
    for (int i = 0; i < t->outputs; i++) {
        char raw[ROW_OUTPUT_BYTES];
        model_label(m, i, raw, sizeof raw);
        text_escape(t->output[i], sizeof t->output[i], raw, strlen(raw));
    }
    return 0;
}

/* Outputs without a name are called by their class, if the data set names it. */
static void name_by_classes(struct row_texts *t, const struct dataset *d, const struct model *m, const struct label_map *map)
{
    for (int i = 0; i < d->labels && i < map->classes && d->label; i++) {
        int output = map->output[i];
        if (output >= m->config.label_count || !m->config.label[output])
            text_escape(t->output[output], sizeof t->output[output], d->label[i], strlen(d->label[i]));
    }
}

/* A growing list of texts; they are found by their places until all are there, because the list moves. */
struct pile {
    char *bytes;
    size_t used, cap, limit;
};

/* The place of the text; 0 = it does not fit. */
static size_t pile_add(struct pile *p, const char *text, size_t n)
{
    char safe[ROW_TEXT_BYTES];
    size_t len = text_escape(safe, sizeof safe, text, n) + 1, at = p->used;
    if (p->used + len > p->limit)
        return 0;
    if (p->used + len > p->cap) {
        size_t cap = 2 * (p->used + len);
        char *more = realloc(p->bytes, cap);
        if (!more)
            return 0;
        p->bytes = more;
        p->cap = cap;
    }
    memcpy(p->bytes + at, safe, len);
    p->used += len;
    return at;
}

/* place [2 rows]: of the text and of the pair of each row; rows behind the first one that does not fit have none. */
static void pile_texts(struct row_texts *t, struct pile *p, size_t *place, const struct dataset *d)
{
    for (int i = 0; i < d->rows; i++) {
        const struct example *x = &d->row[i];
        size_t text = pile_add(p, x->text, x->text_len), pair = text && x->pair ? pile_add(p, x->pair, x->pair_len) : 0;
        if (!text || (x->pair && !pair)) {
            t->left_out = d->rows - i;
            return;
        }
        place[2 * i] = text;
        place[2 * i + 1] = pair;
    }
}

static void fill_rows(struct row_texts *t, const size_t *place, const struct dataset *d, const struct label_map *map)
{
    for (int i = 0; i < d->rows; i++) {
        const struct example *x = &d->row[i];
        bool known = map && x->label >= 0 && x->label < map->classes;
        t->row[i] = (struct row_text){.text = place[2 * i] ? t->bytes + place[2 * i] : NULL,
                                      .pair = place[2 * i + 1] ? t->bytes + place[2 * i + 1] : NULL,
                                      .label = known ? map->output[x->label] : -1, .target = x->target, .line = x->line};
    }
}

static int fill(struct row_texts *t, const struct dataset *d, const struct model *m, size_t limit, struct err *e)
{
    struct label_map map = {0};
    struct pile p = {.used = 1, .limit = limit}; /* place 0 = none */
    size_t *place = calloc(2 * (size_t)d->rows + 1, sizeof *place);
    t->row = calloc((size_t)d->rows + 1, sizeof *t->row);
    bool mapped = d->labels > 0 && label_map_make(&map, d, &m->config, NULL) == 0;
    if (mapped)
        name_by_classes(t, d, m, &map);
    if (place && t->row) {
        pile_texts(t, &p, place, d);
        t->bytes = p.bytes;
        t->rows = d->rows;
        fill_rows(t, place, d, mapped ? &map : NULL);
    }
    label_map_free(&map);
    free(place);
    return t->rows == d->rows ? 0 : err_set(e, ERR_NOMEM, "no memory for the texts of %d rows", d->rows);
}

int row_texts_make(struct row_texts **out, const struct dataset *d, const struct model *m, const char *data, const char *task, size_t limit,
                   struct err *e)
{
    struct row_texts *t = *out = calloc(1, sizeof *t);
    if (!t)
        return err_set(e, ERR_NOMEM, "no memory for the texts of %d rows", d->rows);
    snprintf(t->data, sizeof t->data, "%s", data);
    snprintf(t->task, sizeof t->task, "%s", task);
    t->regression = d->task && d->task->target == TARGET_VALUE;
    int code = name_outputs(t, m, e);
    if (code == 0)
        code = fill(t, d, m, limit ? limit : ROW_TEXTS_LIMIT, e);
    if (code != 0) {
        row_texts_free(t);
        *out = NULL;
    }
    return code;
}

void row_texts_free(struct row_texts *t)
{
    if (!t)
        return;
    free(t->output);
    free(t->row);
    free(t->bytes);
    free(t);
}
