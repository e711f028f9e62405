#include "analyzer/model/sharded.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/str.h"

/* One row of the weight map; both borrowed from the JSON. */
struct place {
    const char *tensor, *file;
};

struct index {
    json_t *root;        /* owned */
    struct place *place; /* [n], sorted by file; owned */
    size_t n;
};

static int check_file_name(const char *tensor, const json_t *file, struct err *e)
{
    const char *name = json_string_value(file);
    if (!name)
        return err_set(e, ERR_FORMAT, "the file of tensor %s in weight_map is no text", tensor);
    if (!*name || strchr(name, '/') || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return err_set(e, ERR_FORMAT,
                       "the file of tensor %s in weight_map is \"%s\": only a plain file name beside "
                       "the index is accepted",
                       tensor, name);
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->file, ((const struct place *)b)->file);
}

static int list_places(struct index *x, json_t *map, struct err *e)
{
    const char *tensor;
    json_t *file;
    if (json_object_size(map) == 0)
        return err_set(e, ERR_FORMAT, "the index has no weight_map that names any tensor");
    x->place = calloc(json_object_size(map), sizeof *x->place);
    if (!x->place)
        return err_set(e, ERR_NOMEM, "no memory for a weight_map of %zu tensors", json_object_size(map));
    json_object_foreach(map, tensor, file)
    {
        TRY(check_file_name(tensor, file, e));
        x->place[x->n++] = (struct place){tensor, json_string_value(file)};
    }
    qsort(x->place, x->n, sizeof *x->place, compare_places);
    return 0;
}

static int index_parse(struct index *x, const char *json, size_t n, struct err *e)
{
    json_error_t why;
    if (n > SHARDED_MAX_INDEX)
        return err_set(e, ERR_UNSUPPORTED, "the index has %zu bytes, at most %d are supported", n,
                       SHARDED_MAX_INDEX);
    x->root = json_loadb(n ? json : "", n, JSON_REJECT_DUPLICATES, &why);
    if (!x->root)
        return err_set(e, ERR_FORMAT, "the index is malformed at line %d: %s", why.line, why.text);
    return list_places(x, json_object_get(x->root, "weight_map"), e);
}

/* Moves everything of `from` into `to`; the names are copied. */
static int absorb(struct checkpoint *to, struct checkpoint *from, struct err *e)
{
    int code = 0;
    for (; code == 0 && from->maps > 0; from->maps--)
        code = checkpoint_own_map(to, &from->map[from->maps - 1], e);
    for (; code == 0 && from->blocks > 0; from->blocks--)
        code = checkpoint_own_block(to, from->block[from->blocks - 1], e);
    for (int i = 0; code == 0 && i < from->entries; i++) {
        const struct checkpoint_entry *en = &from->entry[i];
        code = checkpoint_add(to, en->name, strlen(en->name), &en->tensor, e);
    }
    return code;
}

static int check_shard(struct checkpoint *shard, const struct place *place, size_t n, const char *path,
                       struct err *e)
{
    if (checkpoint_finish(shard, e) != 0)
        return err_wrap(e, "%s", path);
    for (size_t i = 0; i < n; i++)
        if (!checkpoint_find(shard, place[i].tensor))
            return err_set(e, ERR_FORMAT, "tensor %s is not in %s, where weight_map says it is",
                           place[i].tensor, path);
    return 0;
}

/* `place` are the n rows of one file, which is beside the index at `index_path`. */
static int add_shard(struct checkpoint *out, const struct place *place, size_t n, const char *index_path,
                     read_shard_fn *read_shard, struct err *e)
{
    struct checkpoint shard = {0};
    const char *slash = strrchr(index_path, '/');
    struct str path;
    str_init(&path);
    str_add_n(&path, index_path, slash ? (size_t)(slash + 1 - index_path) : 0);
    str_add(&path, place->file);
    int code = read_shard(&shard, path.text, e);
    if (code == 0)
        code = check_shard(&shard, place, n, path.text, e);
    if (code == 0)
        code = absorb(out, &shard, e);
    checkpoint_close(&shard);
    str_free(&path);
    return code;
}

static int add_shards(struct checkpoint *out, const struct index *x, const char *path,
                      read_shard_fn *read_shard, struct err *e)
{
    for (size_t i = 0, end; i < x->n; i = end) {
        end = i + 1;
        while (end < x->n && strcmp(x->place[end].file, x->place[i].file) == 0)
            end++;
        TRY(add_shard(out, x->place + i, end - i, path, read_shard, e));
    }
    return 0;
}

int sharded_parse(struct checkpoint *out, const char *json, size_t n, const char *path,
                  read_shard_fn *read_shard, struct err *e)
{
    struct index x = {0};
    int code = index_parse(&x, json, n, e);
    if (code != 0)
        code = err_wrap(e, "%s", path);
    else
        code = add_shards(out, &x, path, read_shard, e);
    free(x.place);
    json_decref(x.root);
    return code;
}

int sharded_read(struct checkpoint *out, const char *path, read_shard_fn *read_shard, struct err *e)
{
    struct filemap map;
    TRY(filemap_open(&map, path, e));
    int code = sharded_parse(out, (const char *)map.data, map.size, path, read_shard, e);
    filemap_close(&map);
    return code;
}

bool sharded_is(const unsigned char *bytes, size_t n)
{
    size_t i = 0;
    while (i < n && isspace(bytes[i]))
        i++;
    return i < n && bytes[i] == '{';
}
