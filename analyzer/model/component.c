#include "analyzer/model/component.h"

#include <stdio.h>

static const struct {
    const char *key, *title, *brief, *word;
} components[] = {
#define COMPONENT(name, key, title, brief, word) {key, title, brief, word},
#include "analyzer/model/components.def"
#undef COMPONENT
};

const char *component_key(enum component c)
{
    return components[c].key;
}

const char *component_title(enum component c)
{
    return components[c].title;
}

const char *component_short(enum component c)
{
    return components[c].brief;
}

const char *component_word(enum component c)
{
    return components[c].word;
}

const char *component_words(char *out, int size)
{
    int used = 0;
    for (int c = 0; c < COMPONENTS && used < size; c++)
        used += snprintf(out + used, (size_t)(size - used), "%s%s", c ? ", " : "", components[c].word);
    return out;
}
