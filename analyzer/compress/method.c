#include "analyzer/compress/method.h"

#include <stdio.h>
#include <string.h>

const struct method *const methods[] = {
#define METHOD(name) &method_##name,
#include "analyzer/compress/methods.def"
#undef METHOD
};

const int methods_count = (int)(sizeof methods / sizeof *methods);

static bool same(const char *name, const char *text, int n)
{
    return (int)strlen(name) == n && memcmp(name, text, (size_t)n) == 0;
}

const struct method *method_find(const char *name, int n)
{
    for (int i = 0; i < methods_count; i++)
        if (same(methods[i]->name, name, n))
            return methods[i];
    return NULL;
}

int method_option_find(const struct method *m, const char *name, int n)
{
    for (int i = 0; i < m->options; i++)
        if (same(m->option[i].name, name, n))
            return i;
    return -1;
}

const char *method_names(char *out, int size)
{
    int used = 0;
    for (int i = 0; i < methods_count && used < size; i++)
        used += snprintf(out + used, (size_t)(size - used), "%s%s", i ? ", " : "", methods[i]->name);
    return out;
}
