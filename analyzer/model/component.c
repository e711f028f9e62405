#include "analyzer/model/component.h"

static const struct {
    const char *key, *title, *brief;
} components[] = {
#define COMPONENT(name, key, title, brief) {key, title, brief},
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
