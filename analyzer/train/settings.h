/* Everything that the result of a training depends on, as names and values: two trainings with the same settings are the same
 * training. */
#ifndef ANALYZER_TRAIN_SETTINGS_H
#define ANALYZER_TRAIN_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_MAX = 32, SETTING_NAME = 32, SETTING_VALUE = 64 };

struct train_settings {
    struct train_setting {
        char name[SETTING_NAME]; /* for people: "learning rate" */
        char value[SETTING_VALUE];
    } item[SETTINGS_MAX];
    int n;
};

/* There is room for SETTINGS_MAX. */
void settings_add(struct train_settings *s, const char *name, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A fingerprint of bytes, beginning with `hash` (0 at first), to notice what is not the same. */
uint64_t fingerprint(uint64_t hash, const void *bytes, size_t n);

#endif
