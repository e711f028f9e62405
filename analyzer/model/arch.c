#include "analyzer/model/arch.h"

#include <string.h>

#define ARCH(name) extern const struct arch arch_##name;
#include "analyzer/model/archs.def"
#undef ARCH

const struct arch *const archs[] = {
#define ARCH(name) &arch_##name,
#include "analyzer/model/archs.def"
#undef ARCH
};

const int archs_count = (int)(sizeof archs / sizeof *archs);

const struct arch *arch_find(const char *name)
{
    for (int i = 0; i < archs_count; i++)
        if (strcmp(archs[i]->name, name) == 0)
            return archs[i];
    return NULL;
}
