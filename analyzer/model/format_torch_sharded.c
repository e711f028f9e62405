#include "analyzer/model/sharded.h"
#include "analyzer/model/torch.h"

static int read_index(struct checkpoint *out, const char *path, struct err *e)
{
    return sharded_read(out, path, torch_read, e);
}

const struct checkpoint_format format_torch_sharded = {
    .name = "torch-sharded",
    .filename = "pytorch_model.bin.index.json",
    .is = sharded_is,
    .read = read_index,
};
