#include "analyzer/base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "analyzer/base/str.h"

/* Characters that a terminal or a reader could be fooled with: controls, bidi overrides and isolates, and the
 * line and paragraph separators. */
static bool is_unsafe(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* Decodes one character; returns its length, or 0 where the bytes are not UTF-8. */
static size_t decode(const char *s, size_t n, int32_t *c)
{
    utf8proc_ssize_t len = utf8proc_iterate((const uint8_t *)s, (utf8proc_ssize_t)n, c);
    return len > 0 ? (size_t)len : 0;
}

size_t text_escape(char *out, size_t size, const char *s, size_t n)
{
    size_t used = 0, cut = 0; /* cut: the last place where "..." still fits */
    for (size_t i = 0; i < n;) {
        int32_t c = 0;
        size_t len = decode(s + i, n - i, &c);
        char hex[16];
        const char *piece = s + i;
        size_t piece_len = len;
        if (len == 0 || is_unsafe(c)) {
            len = len ? len : 1;
            piece_len = 0;
            for (size_t k = 0; k < len; k++)
                piece_len += (size_t)snprintf(hex + piece_len, sizeof hex - piece_len, "\\x%02x",
                                              (unsigned char)s[i + k]);
            piece = hex;
        }
        if (used + 4 <= size)
            cut = used;
        if (used + piece_len + 1 > size) {
            memcpy(out + cut, "...", 4);
            return cut + 3;
        }
        memcpy(out + used, piece, piece_len);
        used += piece_len;
        i += len;
    }
    out[used] = '\0';
    return used;
}

bool text_is_utf8(const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        int32_t c;
        size_t len = decode(s + i, n - i, &c);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

size_t text_fit(const char *s, size_t n, int columns)
{
    size_t i = 0;
    while (i < n) {
        int32_t c = 0;
        size_t len = decode(s + i, n - i, &c);
        int width = len ? utf8proc_charwidth(c) : 1;
        if (width > columns)
            break;
        columns -= width;
        i += len ? len : 1;
    }
    return i;
}

int text_width(const char *s, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n;) {
        int32_t c = 0;
        size_t len = decode(s + i, n - i, &c);
        columns += len ? utf8proc_charwidth(c) : 1;
        i += len ? len : 1;
    }
    return columns;
}

void text_escape_lines(struct str *out, const char *text)
{
    char line[1024];
    while (*text) {
        size_t n = strcspn(text, "\n");
        text_escape(line, sizeof line, text, n);
        str_addf(out, "%s%s", line, text[n] ? "\n" : "");
        text += n + (text[n] == '\n');
    }
    while (out->len > 0 && out->text[out->len - 1] == '\n')
        out->text[--out->len] = '\0';
}
