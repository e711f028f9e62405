/* The last events of the program, oldest first. */
#ifndef TUI_LOG_H
#define TUI_LOG_H

#include <stdint.h>
#include <time.h>

enum { LOG_LINES = 400, LOG_BYTES = 512 };

enum log_level { LOG_INFO, LOG_DONE, LOG_WARNING, LOG_ERROR, LOG_LEVELS };

struct log_line {
    enum log_level level;
    time_t time;
    char text[LOG_BYTES]; /* safe to show */
};

struct log {
    struct log_line line[LOG_LINES];
    int first, lines;
    uint64_t dropped; /* older lines that made room */
};

const char *log_level_name(enum log_level level); /* "error" */

void log_add(struct log *l, enum log_level level, time_t when, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void log_append(struct log *l, const struct log_line *line);
const struct log_line *log_at(const struct log *l, int i); /* 0 = oldest kept */
const struct log_line *log_last(const struct log *l, enum log_level level); /* NULL = none of that level */

#endif
