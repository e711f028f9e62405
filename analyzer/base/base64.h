/* Base64 (RFC 4648, section 4). */
#ifndef ANALYZER_BASE_BASE64_H
#define ANALYZER_BASE_BASE64_H

#include <stddef.h>

#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* `out` [BASE64_SIZE(n)]. Returns it. */
char *base64(char *out, const unsigned char *bytes, size_t n);

#endif
