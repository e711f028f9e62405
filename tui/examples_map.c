/* Where a head looks: tokens by tokens, as shades that need no colour. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"
#include "reports/format.h"
#include "tui/app.h"
#include "tui/layout.h"
#include "tui/screen_examples.h"

enum { LABEL_LEAST = 4, LABEL_MOST = 16, NAME_MOST = 8, SHADES = 4, TOP = 6 };

static const char *const shades[SHADES] = {"░", "▒", "▓", "█"};

/* The least probability of a shade: the first begins at an equal share for every token, and each is as many times the one before it as
 * 1 would be the last. So a head that looks everywhere is told from one that looks at a single token, however long the text is. */
static double shade_from(int shade, int tokens)
{
    return pow(tokens, (double)shade / SHADES - 1);
}

const struct attention_maps *examples_maps(const struct app *a, const struct examples_view *v)
{
    const struct insight *l = examples_insight(a, v);
    if (!l)
        return NULL;
    bool changed = l->side[INSIGHT_CHANGED].tokens > 0 && !v->original;
    return l->note[0] && !v->original ? NULL : &l->side[changed ? INSIGHT_CHANGED : INSIGHT_ORIGINAL];
}

/* ---- choosing a head ----------------------------------------------------------------------------------------- */

/* The layers of the original have the numbers 0, 1, ... unless it was pruned itself, so heads are looked for in its list. */
void examples_step_head(const struct app *a, struct examples_view *v, int layers, int heads)
{
    const struct insight *l = examples_insight(a, v);
    const struct attention_maps *m = l ? &l->side[INSIGHT_ORIGINAL] : NULL;
    int layer = v->layer + layers, head = v->head + heads, most = a->facts ? a->facts->layers : 0;
    if (!m) {
        v->layer = layer >= 0 && layer < most ? layer : v->layer;
        v->head = head >= 0 && a->facts && head < a->facts->heads ? head : v->head;
        return;
    }
    int best = -1;
    for (int i = 0; i < m->heads; i++) { /* the nearest in that direction */
        const struct head_number *h = &m->head[i];
        bool right_layer = layers == 0 ? h->layer == v->layer : layers > 0 ? h->layer > v->layer : h->layer < v->layer;
        bool right_head = layers != 0 || (heads > 0 ? h->head > v->head : h->head < v->head);
        if (!right_layer || !right_head)
            continue;
        bool later = layers < 0 || heads < 0; /* the list rises: the last one is the nearest */
        bool other_layer = best >= 0 && m->head[best].layer != h->layer;
        bool nearer = best < 0 || (other_layer ? later : layers != 0 ? h->head <= v->head : later);
        best = nearer ? i : best;
    }
    if (best >= 0) {
        v->layer = m->head[best].layer;
        v->head = m->head[best].head;
    }
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

/* What one drawing is made of. */
struct picture {
    const struct insight *insight;
    const float *map; /* [tokens, tokens] */
    int tokens, label, cell, names; /* columns of labels and cells, rows of the names above */
    int rows, columns;              /* tokens that are seen */
    double from[SHADES];            /* the least probability of each */
};

/* -1 = less than the first. */
static int shade_of(double share, const double *from)
{
    int shade = -1;
    while (shade + 1 < SHADES && share >= from[shade + 1])
        shade++;
    return shade;
}

static int longest_token(const struct insight *l)
{
    int longest = 0;
    for (int i = 0; i < l->tokens; i++) {
        int w = text_width(l->token[i], strlen(l->token[i]));
        longest = w > longest ? w : longest;
    }
    return longest;
}

static int clamp(int v, int low, int high)
{
    return v > high ? (high < low ? low : high) : v < low ? low : v;
}

static struct picture picture_of(const struct insight *l, const float *map, struct rect r)
{
    struct picture p = {.insight = l, .map = map, .tokens = l->tokens};
    int longest = longest_token(l), spare = r.h - l->tokens;
    p.label = clamp(longest, LABEL_LEAST, r.w / 4 < LABEL_MOST ? r.w / 4 : LABEL_MOST) + 1;
    p.cell = (r.w - p.label) / (p.tokens > 0 ? p.tokens : 1) >= 2 ? 2 : 1;
    p.names = clamp(spare, r.h >= 11 ? 3 : r.h >= 8 ? 2 : 1, longest < NAME_MOST ? longest : NAME_MOST);
    p.rows = clamp(r.h - p.names, 0, p.tokens);
    p.columns = clamp((r.w - p.label) / p.cell, 0, p.tokens);
    for (int i = 0; i < SHADES; i++)
        p.from[i] = shade_from(i, p.tokens > 0 ? p.tokens : 1);
    return p;
}

static int scrolled(int first, int at, int n, int room)
{
    first = at < first ? at : at >= first + room ? at - room + 1 : first;
    return clamp(first, 0, n > room ? n - room : 0);
}

/* The k-th character of a token, without the mark of a piece of a word or the bracket of a special token. */
static const char *character(const char *token, int k, char out[8])
{
    token += strncmp(token, "##", 2) == 0 && token[2] ? 2 : token[0] == '[' && token[1] ? 1 : 0;
    size_t n = strlen(token), at = 0, len = 0;
    for (; k >= 0 && at + len < n; k--) {
        at += len;
        len = 1;
        while (at + len < n && ((unsigned char)token[at + len] & 0xc0) == 0x80)
            len++;
        if (k == 0) {
            snprintf(out, 8, "%.*s", (int)(len < 7 ? len : 7), token + at);
            return out;
        }
    }
    return "";
}

static void draw_names(const struct picture *p, const struct examples_view *v, struct canvas *c, struct rect r)
{
    char text[8];
    for (int i = 0; i < p->columns; i++)
        for (int k = 0; k < p->names; k++)
            canvas_put(c, r.x + p->label + i * p->cell, r.y + k, p->cell, TONE_DIM, character(p->insight->token[v->left + i], k, text));
}

static void draw_row(const struct picture *p, const struct examples_view *v, int token, struct canvas *c, struct rect r)
{
    canvas_put(c, r.x, r.y, p->label - 1, token == v->token ? TONE_CURSOR : TONE_TEXT, p->insight->token[token]);
    for (int i = 0; i < p->columns; i++) {
        int shade = shade_of((double)p->map[(size_t)token * (size_t)p->tokens + (size_t)(v->left + i)], p->from);
        for (int k = 0; shade >= 0 && k < p->cell; k++)
            canvas_put(c, r.x + p->label + i * p->cell + k, r.y, 1, (enum tone)(TONE_HEAT2 + shade), shades[shade]);
    }
}

/* "good looks at film 31.2%, [SEP] 22.0%", the greatest first, as far as they are seen. */
static void draw_top(const struct picture *p, const struct examples_view *v, struct canvas *c, struct rect r)
{
    static const double least = 0.0005; /* less is shown as 0.0% */
    const float *row = p->map + (size_t)v->token * (size_t)p->tokens;
    int used = canvas_put(c, r.x, r.y, r.w, TONE_TITLE, p->insight->token[v->token]), taken[TOP];
    used += canvas_put(c, r.x + used, r.y, r.w - used, TONE_DIM, " looks at");
    for (int n = 0; n < TOP && n < p->tokens && used < r.w; n++) {
        int best = -1;
        char text[FORMAT_SIZE], both[INSIGHT_TOKEN + FORMAT_SIZE + 4];
        for (int i = 0; i < p->tokens; i++) {
            bool is_taken = false;
            for (int k = 0; k < n; k++)
                is_taken = is_taken || taken[k] == i;
            best = !is_taken && (best < 0 || row[i] > row[best]) ? i : best;
        }
        taken[n] = best;
        if ((double)row[best] < least)
            return;
        snprintf(both, sizeof both, "%s %s %s", n ? "," : "", p->insight->token[best], format_share(text, (double)row[best]));
        if (text_width(both, strlen(both)) > r.w - used)
            return;
        used += canvas_put(c, r.x + used, r.y, r.w - used, TONE_TEXT, both);
    }
}

static void draw_legend(const struct picture *p, struct canvas *c, struct rect r)
{
    char text[FORMAT_SIZE];
    int x = r.x + canvas_put(c, r.x, r.y, r.w, TONE_DIM, "from ");
    for (int i = 0; i < SHADES; i++) {
        x += canvas_put(c, x, r.y, r.x + r.w - x, (enum tone)(TONE_HEAT2 + i), shades[i]) + 1;
        x += canvas_putf(c, x, r.y, r.x + r.w - x, TONE_DIM, "%s", format_share(text, p->from[i])) + 2;
    }
}

static void draw_picture(struct examples_view *v, const struct insight *l, const float *map, struct canvas *c, struct rect r)
{
    struct rect legend = layout_bottom(&r, 1, 0, 8), top = layout_bottom(&r, 1, 0, 4);
    struct picture p = picture_of(l, map, r);
    v->token = clamp(v->token, 0, l->tokens - 1);
    if (p.rows < 1 || p.columns < 1)
        return;
    v->top = scrolled(v->top, v->token, p.tokens, p.rows);
    v->left = scrolled(v->left, v->token, p.tokens, p.columns);
    v->cells = (struct rect){r.x, r.y + p.names, r.w, p.rows};
    draw_names(&p, v, c, r);
    for (int i = 0; i < p.rows; i++)
        draw_row(&p, v, v->top + i, c, (struct rect){r.x, v->cells.y + i, r.w, 1});
    if (top.h > 0)
        draw_top(&p, v, c, top);
    if (legend.h > 0)
        draw_legend(&p, c, legend);
}

static const char *missing(const struct app *a, const struct examples_view *v)
{
    const struct insight *l = examples_insight(a, v);
    if (l && l->note[0])
        return "The recipe could not be applied, or it makes other tokens of the text; w shows the original.";
    if (a->job.running && a->job.job == JOB_LOOK)
        return "The text is being looked at.";
    return a->job.running ? "The text is looked at when the running job is over." : "Enter looks at the text again.";
}

static void draw_title(const struct insight *l, const struct examples_view *v, struct canvas *c, struct rect r)
{
    bool changed = l && l->side[INSIGHT_CHANGED].tokens > 0, original = v->original || !changed;
    int used = canvas_putf(c, r.x, r.y, r.w, TONE_TITLE, "Layer %d, head %d", v->layer, v->head);
    canvas_putf(c, r.x + used, r.y, r.w - used, TONE_DIM, " of %s%s", original ? "the original" : "the trial", changed ? " (w: the other)" : "");
}

/* The first head of the last layer, whose first token the answer is made of. */
static void choose_head(struct examples_view *v, const struct attention_maps *m)
{
    int place = m->end - 1;
    while (place > m->first && m->head[place - 1].layer == m->head[place].layer)
        place--;
    if (v->headed || place < m->first)
        return;
    v->layer = m->head[place].layer;
    v->head = m->head[place].head;
    v->headed = true;
}

void examples_draw_map(const struct app *a, struct examples_view *v, struct canvas *c, struct rect r)
{
    const struct insight *l = examples_insight(a, v);
    const struct attention_maps *m = examples_maps(a, v);
    if (m)
        choose_head(v, m);
    v->cells = (struct rect){r.x, r.y, 0, 0};
    if (r.h < 1 || r.w < 1 || v->selected == EXAMPLES_NONE)
        return;
    draw_title(l, v, c, layout_top(&r, 1, r.h > 12 ? 1 : 0));
    int place = m ? attention_maps_find(m, v->layer, v->head) : -1;
    const float *map = m ? attention_maps_of(m, place) : NULL;
    if (map)
        draw_picture(v, l, map, c, r);
    else
        canvas_wrap(c, r, TONE_DIM, !m           ? missing(a, v)
                                    : place >= 0 ? "The maps of all layers are too large to be kept at once; those of this one are on the way."
                                                 : "This head is gone (h l other heads, J K other layers, w the other model).");
}
