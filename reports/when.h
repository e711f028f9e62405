/* Points in time as people write and read them, in UTC. */
#ifndef REPORTS_WHEN_H
#define REPORTS_WHEN_H

#include <stdint.h>

#include "analyzer/base/err.h"

enum { WHEN_SIZE = 32 };

/* Milliseconds since 1970, now. */
int64_t when_now_ms(void);

/* "2026-11-20", with " 10:30" or " 10:30:59" (or T) if you like; or "90m", "12h", "7d": so long before `now_ms`. */
WARN_UNUSED int when_parse(int64_t *out_ms, const char *text, int64_t now_ms, struct err *e);

/* "2026-11-20 10:30:59". Returns out. */
const char *when_text(char out[WHEN_SIZE], int64_t ms);

#endif
