#include "analyzer/base/base64.h"

#include <stdint.h>

char *base64(char *out, const unsigned char *bytes, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t used = 0;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) | (i + 2 < n ? bytes[i + 2] : 0u);
        out[used++] = digit[v >> 18];
        out[used++] = digit[v >> 12 & 63];
        out[used++] = i + 1 < n ? digit[v >> 6 & 63] : '=';
        out[used++] = i + 2 < n ? digit[v & 63] : '=';
    }
    out[used] = '\0';
    return out;
}
