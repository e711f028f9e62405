#include "tui/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/base/text.h"

const char *log_level_name(enum log_level level)
{
    static const char *const names[LOG_LEVELS] = {"info", "done", "warning", "error"};
    return names[level];
}

void log_append(struct log *l, const struct log_line *line)
{
    if (l->lines == LOG_LINES) {
        l->first = (l->first + 1) % LOG_LINES;
        l->lines--;
        l->dropped++;
    }
    l->line[(l->first + l->lines++) % LOG_LINES] = *line;
}

void log_add(struct log *l, enum log_level level, time_t when, const char *fmt, ...)
{
    char raw[LOG_BYTES];
    struct log_line line = {.level = level, .time = when};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof raw, fmt, ap);
    va_end(ap);
    text_escape(line.text, sizeof line.text, raw, strlen(raw));
    log_append(l, &line);
}

const struct log_line *log_at(const struct log *l, int i)
{
    return &l->line[(l->first + i) % LOG_LINES];
}

const struct log_line *log_last(const struct log *l, enum log_level level)
{
    for (int i = l->lines - 1; i >= 0; i--)
        if (log_at(l, i)->level == level)
            return log_at(l, i);
    return NULL;
}
