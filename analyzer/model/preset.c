#include "analyzer/model/preset.h"

#include <string.h>

#include "analyzer/base/str.h"
#include "analyzer/model/arch.h"

#define ARCH(name) extern const struct arch arch_##name;
#include "analyzer/model/archs.def"
#undef ARCH

const struct preset presets[] = {
#define PRESET(name, arch, layers, hidden, heads, ffn, vocab, positions, types, summary)                     \
    {name, summary, &arch_##arch, layers, hidden, heads, ffn, vocab, positions, types},
#include "analyzer/model/presets.def"
#undef PRESET
};

const int presets_count = (int)(sizeof presets / sizeof *presets);

static int unknown(const char *name, struct err *e)
{
    struct str list;
    str_init(&list);
    for (int i = 0; i < presets_count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", presets[i].name);
    int code = err_set(e, ERR_UNSUPPORTED, "there is no preset \"%s\" (presets: %s)", name, list.text);
    str_free(&list);
    return code;
}

int preset_config(struct config *out, const char *name, struct err *e)
{
    *out = (struct config){0};
    for (int i = 0; i < presets_count; i++) {
        const struct preset *p = &presets[i];
        if (strcmp(p->name, name) != 0)
            continue;
        *out = (struct config){.arch = p->arch, .vocab = p->vocab, .hidden = p->hidden, .layers = p->layers,
                               .heads = p->heads, .ffn = p->ffn, .positions = p->positions, .types = p->types,
                               .eps = 1e-12f, .act = ACT_GELU};
        return config_check(out, name, e);
    }
    return unknown(name, e);
}
