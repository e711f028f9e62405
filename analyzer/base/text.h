/* Texts that come from outside (file names, tensor names, sentences), made safe to show. */
#ifndef ANALYZER_BASE_TEXT_H
#define ANALYZER_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Copies `n` bytes to `out` so that a terminal can show them: valid printable UTF-8 stays, every control
 * character (C0, DEL, C1), bidirectional override and broken byte becomes \xNN. A text that does not fit ends in
 * "...". `out` (of `size` >= 4 bytes) is always terminated. Returns the length written. `out` must not overlap `s`. */
size_t text_escape(char *out, size_t size, const char *s, size_t n);

/* Appends a text of several lines, each as above (cut off at a thousand bytes), without empty ones at its end. */
struct str;
void text_escape_lines(struct str *out, const char *text);

/* True when the bytes are well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF). */
bool text_is_utf8(const char *s, size_t n);

/* Columns that a printable UTF-8 text takes in a terminal. */
int text_width(const char *s, size_t n);

/* Bytes of the longest prefix of `s` that takes at most `columns` columns; never splits a character. */
size_t text_fit(const char *s, size_t n, int columns);

#endif
