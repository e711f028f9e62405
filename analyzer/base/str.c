#include "analyzer/base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void (*str_no_memory)(void);

void str_out_of_memory(void)
{
    if (str_no_memory)
        str_no_memory();
    fputs("bertscope: out of memory\n", stderr);
    abort();
}

static void reserve(struct str *s, size_t more)
{
    if (s->text && s->len + more < s->cap)
        return;
    size_t cap = 2 * s->cap + more + 64;
    char *text = realloc(s->text, cap);
    if (!text)
        str_out_of_memory();
    s->text = text;
    s->cap = cap;
    s->text[s->len] = '\0';
}

void str_init(struct str *s)
{
    *s = (struct str){0};
    reserve(s, 0);
}

void str_free(struct str *s)
{
    free(s->text);
    *s = (struct str){0};
}

void str_clear(struct str *s)
{
    s->len = 0;
    reserve(s, 0);
    s->text[0] = '\0';
}

void str_add_n(struct str *s, const char *text, size_t n)
{
    reserve(s, n);
    memcpy(s->text + s->len, text, n);
    s->len += n;
    s->text[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}

void str_vaddf(struct str *s, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    reserve(s, (size_t)n + 1);
    vsnprintf(s->text + s->len, (size_t)n + 1, fmt, again);
    va_end(again);
    s->len += (size_t)n;
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    str_vaddf(s, fmt, ap);
    va_end(ap);
}

void str_repeat(struct str *s, char c, int n)
{
    for (int i = 0; i < n; i++)
        str_add_n(s, &c, 1);
}
