/* The line at the bottom in which commands and searches are typed. Editing, history and completion; no drawing
 * beyond its own row, no idea of what the line means. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "tui/canvas.h"
#include "tui/keys.h"

enum { PROMPT_BYTES = 512, PROMPT_HISTORY = 50, PROMPT_CANDIDATES = 200 };

/* What the word before the cursor could become. */
struct candidates {
    size_t from; /* byte of the line where the word begins */
    char *text[PROMPT_CANDIDATES]; /* whole words; owned */
    int n;
    bool more; /* there were more than fit */
};

void candidates_add(struct candidates *c, const char *text);
void candidates_clear(struct candidates *c);

/* Fills in the candidates for `line` up to the byte `cursor`, in the order they are offered. */
typedef void complete_fn(void *payload, const char *line, size_t cursor, struct candidates *out);

enum prompt_kind { PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_KINDS };

struct prompt {
    bool open;
    enum prompt_kind kind;
    char line[PROMPT_BYTES]; /* valid UTF-8 without control characters */
    size_t cursor;           /* byte in `line` */
    char *history[PROMPT_KINDS][PROMPT_HISTORY]; /* oldest first; owned */
    int entries[PROMPT_KINDS];
    int at;                   /* history entry shown, entries = none */
    char typed[PROMPT_BYTES]; /* what was typed before the history was searched */
    struct candidates candidates;
    int candidate; /* shown one, -1 = none */
    complete_fn *complete; /* NULL = none */
    void *payload;
};

enum prompt_result { PROMPT_TYPING, PROMPT_DONE, PROMPT_LEFT };

void prompt_init(struct prompt *p, complete_fn *complete, void *payload);
void prompt_free(struct prompt *p);

/* Opens an empty line, or one that begins with `text`. */
void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text);

/* One key. PROMPT_DONE: closed, `line` is to be carried out and was put into the history. PROMPT_LEFT: closed. */
enum prompt_result prompt_key(struct prompt *p, int key);

/* Draws the line into a row; *cursor_x is the column of the cursor. A line too long scrolls. */
void prompt_draw(const struct prompt *p, struct canvas *c, struct rect row, int *cursor_x);
/* Draws the candidates into a row, the shown one marked. */
void prompt_draw_candidates(const struct prompt *p, struct canvas *c, struct rect row);

#endif
