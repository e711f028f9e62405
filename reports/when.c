#include "reports/when.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t minute_ms = 60000, year_ms = 366 * (int64_t)86400000;

int64_t when_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool parse_ago(int64_t *out_ms, const char *text, int64_t now_ms)
{
    int n, used = 0;
    char unit = 0;
    if (sscanf(text, "%9d%c%n", &n, &unit, &used) != 2 || text[used] || n < 0)
        return false;
    int64_t each = unit == 'm' ? minute_ms : unit == 'h' ? 60 * minute_ms : unit == 'd' ? 1440 * minute_ms : 0;
    *out_ms = now_ms - n * each;
    return each > 0 && n * each < 1000 * year_ms;
}

static bool parse_date(int64_t *out_ms, const char *text)
{
    struct tm t = {0}, given;
    int used = 0, more = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &used) != 3)
        return false;
    text += used;
    if ((*text == ' ' || *text == 'T') && sscanf(text + 1, "%2d:%2d%n:%2d%n", &t.tm_hour, &t.tm_min, &more, &t.tm_sec, &more) >= 2)
        text += 1 + more;
    if (*text || t.tm_year < 1970)
        return false;
    t.tm_year -= 1900;
    t.tm_mon -= 1;
    given = t;
    *out_ms = (int64_t)timegm(&t) * 1000;
    return t.tm_mon == given.tm_mon && t.tm_mday == given.tm_mday && t.tm_hour == given.tm_hour &&
           t.tm_min == given.tm_min && t.tm_sec == given.tm_sec;
}

int when_parse(int64_t *out_ms, const char *text, int64_t now_ms, struct err *e)
{
    if (parse_ago(out_ms, text, now_ms) || parse_date(out_ms, text))
        return 0;
    return err_set(e, ERR_USAGE, "\"%s\" is no time: 2026-11-20, \"2026-11-20 10:30\" (UTC), or 90m, 12h, 7d ago", text);
}

const char *when_text(char out[WHEN_SIZE], int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm t;
    if (!gmtime_r(&s, &t) || strftime(out, WHEN_SIZE, "%Y-%m-%d %H:%M:%S", &t) == 0)
        snprintf(out, WHEN_SIZE, "?");
    return out;
}
