#include "analyzer/model/safetensors.h"
#include "analyzer/model/sharded.h"

static int read_index(struct checkpoint *out, const char *path, struct err *e)
{
    return sharded_read(out, path, safetensors_read, e);
}

const struct checkpoint_format format_safetensors_sharded = {
    .name = "safetensors-sharded",
    .filename = "model.safetensors.index.json",
    .is = sharded_is,
    .read = read_index,
};
