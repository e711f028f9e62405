#include <stdlib.h>
#include <string.h>

#include "analyzer/model/sharded.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/tensors.h"

static const char index_path[] = "dir/model.safetensors.index.json";

/* Stands for a file: every shard holds one tensor with the name of the file. A path outside the directory of
 * the index must never be asked for. */
static int read_shard(struct checkpoint *out, const char *path, struct err *e)
{
    struct tensor t = tensor_dense(DTYPE_U8, 1, (size_t[]){1}, "x");
    const char *name = path + 4;
    if (strncmp(path, "dir/", 4) != 0 || !*name || strchr(name, '/') || strcmp(name, "..") == 0 ||
        strcmp(name, ".") == 0)
        abort();
    return checkpoint_add(out, name, strlen(name), &t, e);
}

void fuzz_sharded(const uint8_t *data, size_t n)
{
    struct checkpoint c = {0};
    struct err e = {0};
    int code = sharded_parse(&c, (const char *)data, n, index_path, read_shard, &e);
    fuzz_check_tensors(&c, code, &e, 1);
}
