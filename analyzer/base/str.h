/* A growing text. `text` is never NULL after str_init and always terminated. Memory failure ends the program's ability to say
 * anything, so it ends the program: by str_no_memory, which must not return, or abort where there is none. */
#ifndef ANALYZER_BASE_STR_H
#define ANALYZER_BASE_STR_H

#include <stdarg.h>
#include <stddef.h>

struct str {
    char *text;
    size_t len, cap;
};

extern void (*str_no_memory)(void);

/* For others whose callers have no way to hear that there is no memory. */
_Noreturn void str_out_of_memory(void);

void str_init(struct str *s);
void str_free(struct str *s); /* accepts a zeroed struct */
void str_clear(struct str *s);
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *text, size_t n);
void str_addf(struct str *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *s, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
void str_repeat(struct str *s, char c, int n);

#endif
