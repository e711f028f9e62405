#include "tui/prompt.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/text.h"

static const char marks[PROMPT_KINDS] = {':', '/'};

void candidates_add(struct candidates *c, const char *text)
{
    char *copy = c->n < PROMPT_CANDIDATES ? strdup(text) : NULL;
    if (copy)
        c->text[c->n++] = copy;
    else
        c->more = true;
}

void candidates_clear(struct candidates *c)
{
    for (int i = 0; i < c->n; i++)
        free(c->text[i]);
    *c = (struct candidates){0};
}

void prompt_init(struct prompt *p, complete_fn *complete, void *payload)
{
    *p = (struct prompt){.complete = complete, .payload = payload, .candidate = -1};
}

void prompt_free(struct prompt *p)
{
    candidates_clear(&p->candidates);
    for (int kind = 0; kind < PROMPT_KINDS; kind++)
        for (int i = 0; i < p->entries[kind]; i++)
            free(p->history[kind][i]);
    *p = (struct prompt){0};
}

static void forget_candidates(struct prompt *p)
{
    candidates_clear(&p->candidates);
    p->candidate = -1;
}

static void set_line(struct prompt *p, const char *text)
{
    size_t n = strnlen(text, sizeof p->line - 1);
    memmove(p->line, text, n);
    p->line[n] = '\0';
    p->cursor = n;
}

void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text)
{
    p->open = true;
    p->kind = kind;
    p->at = p->entries[kind];
    forget_candidates(p);
    set_line(p, text);
    memcpy(p->typed, p->line, sizeof p->typed);
}

/* ---- characters ---------------------------------------------------------------------------------------------- */

static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static size_t before(const struct prompt *p, size_t i)
{
    while (i > 0 && continues(p->line[--i]))
        ;
    return i;
}

static size_t after(const struct prompt *p, size_t i)
{
    if (p->line[i])
        i++;
    while (continues(p->line[i]))
        i++;
    return i;
}

static size_t encode(int key, char *out)
{
    unsigned u = (unsigned)key;
    if (u < 0x80) {
        out[0] = (char)u;
        return 1;
    }
    size_t n = u < 0x800 ? 2 : u < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, u >>= 6)
        out[i] = (char)(0x80 | (u & 0x3f));
    out[0] = (char)((0xf00u >> n) | u);
    return n;
}

static void erase(struct prompt *p, size_t from, size_t to)
{
    memmove(p->line + from, p->line + to, strlen(p->line + to) + 1);
    p->cursor = from;
}

static void insert(struct prompt *p, int key)
{
    char bytes[4], shown[20];
    if (key < ' ' || key > 0x10ffff)
        return;
    size_t n = encode(key, bytes), len = strlen(p->line);
    bool plain = text_escape(shown, sizeof shown, bytes, n) == n && memcmp(shown, bytes, n) == 0;
    if (!plain || len + n >= sizeof p->line)
        return;
    memmove(p->line + p->cursor + n, p->line + p->cursor, len - p->cursor + 1);
    memcpy(p->line + p->cursor, bytes, n);
    p->cursor += n;
}

static size_t word_before(const struct prompt *p)
{
    size_t i = p->cursor;
    while (i > 0 && p->line[i - 1] == ' ')
        i--;
    while (i > 0 && p->line[i - 1] != ' ')
        i--;
    return i;
}

/* ---- history ------------------------------------------------------------------------------------------------- */

static void remember(struct prompt *p)
{
    char **history = p->history[p->kind];
    int *n = &p->entries[p->kind];
    if (!p->line[0] || (*n > 0 && strcmp(history[*n - 1], p->line) == 0))
        return;
    char *copy = strdup(p->line);
    if (!copy)
        return;
    if (*n == PROMPT_HISTORY) {
        free(history[0]);
        memmove(history, history + 1, (size_t)--*n * sizeof *history);
    }
    history[(*n)++] = copy;
}

/* Goes to the next entry in `direction` that begins with what was typed. */
static void recall(struct prompt *p, int direction)
{
    int n = p->entries[p->kind];
    if (p->at == n)
        memcpy(p->typed, p->line, sizeof p->typed);
    for (int i = p->at + direction; i >= 0 && i <= n; i += direction) {
        const char *entry = i < n ? p->history[p->kind][i] : p->typed;
        if (strncmp(entry, p->typed, strlen(p->typed)) != 0)
            continue;
        p->at = i;
        set_line(p, entry);
        return;
    }
}

/* ---- completion ---------------------------------------------------------------------------------------------- */

static size_t common_prefix(const struct candidates *c)
{
    size_t n = strlen(c->text[0]);
    for (int i = 1; i < c->n; i++) {
        size_t k = 0;
        while (k < n && c->text[i][k] == c->text[0][k])
            k++;
        n = k;
    }
    while (n > 0 && continues(c->text[0][n]))
        n--;
    return n;
}

/* Puts `n` bytes of `word` where the completed word is. What stood behind the cursor stays. */
static void put_word(struct prompt *p, const char *word, size_t n)
{
    char tail[PROMPT_BYTES];
    size_t tail_len = strlen(p->line + p->cursor), from = p->candidates.from;
    memcpy(tail, p->line + p->cursor, tail_len + 1);
    if (from + n + tail_len >= sizeof p->line)
        return;
    memcpy(p->line + from, word, n);
    memcpy(p->line + from + n, tail, tail_len + 1);
    p->cursor = from + n;
}

static void put_candidate(struct prompt *p)
{
    const char *word = p->candidates.text[p->candidate];
    put_word(p, word, strlen(word));
}

/* The first Tab takes what all candidates have in common; the next ones go through them. */
static void complete(struct prompt *p, int direction)
{
    if (!p->complete)
        return;
    if (p->candidates.n == 0) {
        p->complete(p->payload, p->line, p->cursor, &p->candidates);
        p->candidate = -1;
        if (p->candidates.n == 0)
            return;
        size_t common = common_prefix(&p->candidates);
        if (common > p->cursor - p->candidates.from)
            put_word(p, p->candidates.text[0], common);
        if (p->candidates.n == 1)
            forget_candidates(p);
        return;
    }
    int n = p->candidates.n;
    p->candidate = p->candidate < 0 ? (direction > 0 ? 0 : n - 1) : (p->candidate + direction + n) % n;
    put_candidate(p);
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

static enum prompt_result edit(struct prompt *p, enum action a)
{
    switch (a) {
    case ACTION_OLDER:
        recall(p, -1);
        break;
    case ACTION_NEWER:
        recall(p, 1);
        break;
    case ACTION_CHAR_LEFT:
        p->cursor = before(p, p->cursor);
        break;
    case ACTION_CHAR_RIGHT:
        p->cursor = after(p, p->cursor);
        break;
    case ACTION_LINE_START:
        p->cursor = 0;
        break;
    case ACTION_LINE_END:
        p->cursor = strlen(p->line);
        break;
    case ACTION_ERASE_LEFT:
        if (p->line[0] == '\0')
            return PROMPT_LEFT;
        erase(p, before(p, p->cursor), p->cursor);
        break;
    case ACTION_ERASE_RIGHT:
        erase(p, p->cursor, after(p, p->cursor));
        break;
    case ACTION_ERASE_WORD:
        erase(p, word_before(p), p->cursor);
        break;
    case ACTION_ERASE_START:
        erase(p, 0, p->cursor);
        break;
    case ACTION_ERASE_END:
        p->line[p->cursor] = '\0';
        break;
    case ACTION_ACCEPT:
        remember(p);
        return PROMPT_DONE;
    case ACTION_ABANDON:
        return PROMPT_LEFT;
    default:
        break;
    }
    return PROMPT_TYPING;
}

enum prompt_result prompt_key(struct prompt *p, int key)
{
    enum action a = action_of_key(key, SCOPE_PROMPT);
    if (a == ACTION_COMPLETE || a == ACTION_COMPLETE_BACK) {
        complete(p, a == ACTION_COMPLETE ? 1 : -1);
        return PROMPT_TYPING;
    }
    forget_candidates(p);
    if (a == ACTION_NONE) {
        insert(p, key);
        return PROMPT_TYPING;
    }
    enum prompt_result result = edit(p, a);
    p->open = result == PROMPT_TYPING;
    return result;
}

/* ---- drawing ------------------------------------------------------------------------------------------------- */

void prompt_draw(const struct prompt *p, struct canvas *c, struct rect row, int *cursor_x)
{
    char mark[2] = {marks[p->kind], '\0'};
    int room = row.w - 1, at = text_width(p->line, p->cursor);
    size_t skip = 0;
    canvas_fill(c, row, TONE_TEXT);
    canvas_put(c, row.x, row.y, 1, TONE_PROMPT, mark);
    while (at - text_width(p->line, skip) >= room && p->line[skip])
        skip = after(p, skip);
    canvas_put(c, row.x + 1, row.y, room, TONE_TEXT, p->line + skip);
    *cursor_x = row.x + 1 + at - text_width(p->line, skip);
}

void prompt_draw_candidates(const struct prompt *p, struct canvas *c, struct rect row)
{
    const struct candidates *list = &p->candidates;
    canvas_fill(c, row, TONE_STATUS);
    int first = 0, x = row.x + 1, end = row.x + row.w - 2;
    for (int i = 0, width = 0; i <= p->candidate; i++) { /* scroll by whole rows of words */
        int need = text_width(list->text[i], strlen(list->text[i])) + 2;
        if (width + need > end - x && i > first) {
            first = i;
            width = 0;
        }
        width += need;
    }
    for (int i = first; i < list->n && x < end; i++) {
        enum tone tone = i == p->candidate ? TONE_SELECTED : TONE_STATUS;
        x += canvas_put(c, x, row.y, end - x, tone, list->text[i]) + 2;
        if (x >= end && (i + 1 < list->n || list->more))
            canvas_put(c, end, row.y, 1, TONE_STATUS, "…");
    }
}
