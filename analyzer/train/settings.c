#include "analyzer/train/settings.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void settings_add(struct train_settings *s, const char *name, const char *fmt, ...)
{
    va_list ap;
    assert(s->n < SETTINGS_MAX);
    struct train_setting *item = &s->item[s->n++];
    snprintf(item->name, sizeof item->name, "%s", name);
    va_start(ap, fmt);
    vsnprintf(item->value, sizeof item->value, fmt, ap);
    va_end(ap);
}

/* FNV-1a over words of 8 bytes, with the high half folded in, since a product carries only upwards. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

uint64_t fingerprint(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    size_t left = n;
    for (; left >= sizeof hash; left -= sizeof hash, p += sizeof hash) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        hash = mix(hash, word);
    }
    uint64_t tail = 0;
    if (left > 0)
        memcpy(&tail, p, left);
    return mix(mix(hash, tail), n);
}
