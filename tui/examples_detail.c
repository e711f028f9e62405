/* The selected row of the Examples screen in full. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/screen_examples.h"
#include "tui/widget_bar.h"

/* What is known of the selected or another row from inside. */
static const struct insight *insight_of(const struct app *a, int row)
{
    const struct insight *l = a->insight[row < 0 ? INSIGHT_TYPED : INSIGHT_ROW];
    bool current = l && l->era == a->bench.era && l->hash == recipe_hash(&a->bench.recipe);
    return current && (row < 0 ? strcmp(l->typed, a->tried) == 0 : l->row == row) ? l : NULL;
}

const struct insight *examples_insight(const struct app *a, const struct examples_view *v)
{
    return v->selected == EXAMPLES_NONE ? NULL : insight_of(a, v->selected);
}

const struct insight *examples_typed(const struct app *a)
{
    return insight_of(a, EXAMPLES_TYPED);
}

/* Of the text that was typed; what is not changed answers like the original. */
static int typed_logits(const struct app *a, const float **first, const float **second)
{
    const struct insight *l = examples_typed(a);
    if (!l || !l->side[INSIGHT_ORIGINAL].logits || l->note[0])
        return 0;
    const struct attention_maps *changed = &l->side[INSIGHT_CHANGED];
    *first = l->side[INSIGHT_ORIGINAL].logits;
    *second = changed->logits ? changed->logits : *first;
    return l->side[INSIGHT_ORIGINAL].outputs;
}

int examples_logits(const struct app *a, const struct examples_view *v, int row, const float **first, const float **second)
{
    const struct trial *original = &a->bench.attempt[0].trial, *now = &workbench_now(&a->bench)->trial;
    if (row < 0)
        return row == EXAMPLES_TYPED ? typed_logits(a, first, second) : 0;
    if (row >= v->list.rows)
        return 0;
    int outputs = now->fidelity.outputs;
    *first = original->logits + (size_t)row * (size_t)outputs;
    *second = now->logits + (size_t)row * (size_t)outputs;
    return outputs;
}

/* ---- texts --------------------------------------------------------------------------------------------------- */

static void draw_title(const struct app *a, const struct examples_view *v, const struct row_text *x, struct canvas *c, struct rect r)
{
    const struct row_texts *t = app_texts(a);
    char name[ROW_OUTPUT_BYTES + 16], number[FORMAT_SIZE];
    int at = v->selected == EXAMPLES_TYPED ? canvas_put(c, r.x, r.y, r.w, TONE_TITLE, "Your text")
                                           : canvas_putf(c, r.x, r.y, r.w, TONE_TITLE, "Row %d", v->selected + 1);
    if (!x)
        return;
    at += canvas_putf(c, r.x + at, r.y, r.w - at, TONE_DIM, ", line %d", x->line);
    if (t->regression)
        canvas_putf(c, r.x + at, r.y, r.w - at, TONE_TEXT, ", label %s", format_metric(number, (double)x->target));
    else if (x->label >= 0)
        canvas_putf(c, r.x + at, r.y, r.w - at, TONE_TEXT, ", label %s", examples_answer(a, (struct answer){x->label, 0}, name, sizeof name));
}

/* Rows that the text takes. */
static int draw_text(struct canvas *c, struct rect r, enum tone tone, const char *text)
{
    return r.h > 0 ? canvas_wrap(c, r, tone, text) : 0;
}

static int draw_texts(const struct app *a, const struct examples_view *v, const struct row_text *x, struct canvas *c, struct rect r)
{
    const struct insight *l = examples_insight(a, v);
    int used = 0;
    if (v->selected == EXAMPLES_TYPED)
        used = draw_text(c, r, TONE_TEXT, a->tried);
    else if (!x || !x->text)
        used = draw_text(c, r, TONE_DIM, x                  ? "Its text is not kept."
                                             : a->job.running ? "Its text is on the way."
                                                              : "Its text is not here (Enter asks for it again).");
    else
        used = draw_text(c, x->pair ? (struct rect){r.x, r.y, r.w, (r.h + 1) / 2} : r, TONE_TEXT, x->text);
    if (x && x->text && x->pair)
        used += draw_text(c, (struct rect){r.x, r.y + used, r.w, r.h - used}, TONE_TEXT, x->pair);
    if (l && l->truncated)
        used += draw_text(c, (struct rect){r.x, r.y + used, r.w, r.h - used}, TONE_WARN, "The model takes only the beginning of it.");
    return used;
}

/* ---- answers ------------------------------------------------------------------------------------------------- */

struct class_line {
    int output;
    double first, second;
};

static int compare_classes(const void *a, const void *b)
{
    const struct class_line *x = a, *y = b;
    double most = fmax(x->first, x->second), other = fmax(y->first, y->second);
    return most > other ? -1 : most < other ? 1 : x->output - y->output;
}

static void draw_share(struct canvas *c, int x, int y, int w, double share, bool answer)
{
    char text[FORMAT_SIZE];
    enum { NUMBER = 7 };
    canvas_right(c, x, y, w < NUMBER ? w : NUMBER, answer ? TONE_TITLE : TONE_TEXT, format_share(text, share));
    if (w > NUMBER + 2)
        bar_draw(c, x + NUMBER + 1, y, w - NUMBER - 1, TONE_BAR, share);
}

/* name, both probabilities, and a mark for the label */
static void draw_class(const struct app *a, const struct class_line *k, const struct class_line *best, int label, struct canvas *c, struct rect r,
                       int name_width)
{
    char name[ROW_OUTPUT_BYTES + 16];
    int w = (r.w - name_width - 4) / 2, x = r.x + name_width + 1;
    examples_answer(a, (struct answer){k->output, 0}, name, sizeof name);
    canvas_put(c, r.x, r.y, name_width, k->output == label ? TONE_TITLE : TONE_TEXT, name);
    draw_share(c, x, r.y, w, k->first, k->first >= best->first);
    draw_share(c, x + w + 1, r.y, w, k->second, k->second >= best->second);
    if (k->output == label)
        canvas_put(c, x + 2 * w + 2, r.y, 1, TONE_GOOD, "*");
}

static void draw_classes(const struct app *a, const struct class_line *k, int n, int label, struct canvas *c, struct rect r)
{
    struct class_line best = {-1, 0, 0};
    int width = r.w / 3 > 20 ? 20 : r.w / 3, shown = n <= r.h - 1 ? n : r.h - 2;
    int w = (r.w - width - 4) / 2;
    char trial[80];
    for (int i = 0; i < n; i++) {
        best.first = fmax(best.first, k[i].first);
        best.second = fmax(best.second, k[i].second);
    }
    canvas_put(c, r.x, r.y, width, TONE_HEADER, label >= 0 ? "Class (* label)" : "Class");
    canvas_put(c, r.x + width + 1, r.y, w, TONE_HEADER, "   original");
    canvas_putf(c, r.x + width + 2 + w, r.y, w, TONE_HEADER, "   trial %s", attempt_text(&a->bench, a->bench.current, trial, sizeof trial));
    for (int i = 0; i < shown; i++)
        draw_class(a, &k[i], &best, label, c, (struct rect){r.x, r.y + 1 + i, r.w, 1}, width);
    if (shown < n && r.h >= 2)
        canvas_putf(c, r.x, r.y + 1 + (shown > 0 ? shown : 0), r.w, TONE_DIM, "and %d more", n - (shown > 0 ? shown : 0));
}

/* Where there is no room for all classes. */
static void draw_short(const struct app *a, struct answer first, struct answer second, struct canvas *c, struct rect r)
{
    char one[ROW_OUTPUT_BYTES + 16], two[ROW_OUTPUT_BYTES + 16], p[FORMAT_SIZE], now[FORMAT_SIZE];
    canvas_putf(c, r.x, r.y, r.w, TONE_TEXT, "original %s %s, trial %s %s", examples_answer(a, first, one, sizeof one), format_share(p, first.share),
                examples_answer(a, second, two, sizeof two), format_share(now, second.share));
}

static void draw_values(const struct app *a, const struct row_text *x, const float *first, const float *second, struct canvas *c, struct rect r)
{
    const struct row_texts *t = app_texts(a);
    char label[FORMAT_SIZE], one[FORMAT_SIZE], two[FORMAT_SIZE], change[FORMAT_SIZE];
    canvas_putf(c, r.x, r.y, r.w, TONE_TEXT, "original %s, trial %s, change %s%s%s", format_metric(one, (double)*first),
                format_metric(two, (double)*second), format_score(change, (double)*second - (double)*first),
                x && t->regression ? ", label " : "", x && t->regression ? format_metric(label, (double)x->target) : "");
}

static void draw_answers(const struct app *a, const struct examples_view *v, const struct row_text *x, struct canvas *c, struct rect r)
{
    const struct insight *l = examples_insight(a, v);
    const float *first, *second;
    int outputs = examples_logits(a, v, v->selected, &first, &second);
    if (r.h < 1)
        return;
    if (outputs == 0) {
        const char *text = l && l->note[0]    ? l->note
                           : l                ? "The model has no classification head, so it gives no answer."
                           : a->job.running ? "Its answers are on the way."
                                            : "It could not be looked at: 9 Log says why, Enter tries again.";
        canvas_wrap(c, r, l && l->note[0] ? TONE_WARN : TONE_DIM, text);
        return;
    }
    if (outputs == 1) {
        draw_values(a, x, first, second, c, r);
        return;
    }
    if (r.h < 3) {
        draw_short(a, answer_of(first, outputs), answer_of(second, outputs), c, r);
        return;
    }
    double *share = malloc(2 * (size_t)outputs * sizeof *share);
    struct class_line *k = malloc((size_t)outputs * sizeof *k);
    if (share && k) {
        answer_shares(share, first, outputs);
        answer_shares(share + outputs, second, outputs);
        for (int i = 0; i < outputs; i++)
            k[i] = (struct class_line){i, share[i], share[outputs + i]};
        if (outputs > r.h - 1)
            qsort(k, (size_t)outputs, sizeof *k, compare_classes);
        draw_classes(a, k, outputs, x ? x->label : -1, c, r);
    }
    free(share);
    free(k);
}

void examples_draw_detail(const struct app *a, const struct examples_view *v, struct canvas *c, struct rect r)
{
    const struct row_texts *t = app_texts(a);
    const struct row_text *x = t && v->selected >= 0 && v->selected < t->rows ? &t->row[v->selected] : NULL;
    const float *first, *second;
    if (r.h < 1 || r.w < 1 || v->selected == EXAMPLES_NONE)
        return;
    draw_title(a, v, x, c, layout_top(&r, 1, 0));
    int outputs = examples_logits(a, v, v->selected, &first, &second);
    int answers = outputs < 2 || r.h < 5 ? 1 : (outputs > 4 ? 4 : outputs) + 1;
    struct rect texts = {r.x, r.y, r.w, r.h > answers ? r.h - answers : r.h};
    int used = draw_texts(a, v, x, c, texts);
    layout_top(&r, used, r.h > used + answers ? 1 : 0);
    draw_answers(a, v, x, c, r);
}
