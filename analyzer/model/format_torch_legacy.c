/* The form of torch.save before PyTorch 1.6: five pickles one after the other (a magic number, the protocol
 * version, facts about the machine, the object, the list of storage keys), then for each key a count of
 * elements in 8 bytes and the elements. Files before PyTorch 0.1.10 were tar archives and are refused. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/size.h"
#include "analyzer/model/torch.h"

#define PROTOCOL_VERSION 1001
#define TAR_MAGIC_AT     257

static const unsigned char magic_bytes[10] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
static const char magic_digits[] = "119547037146038801333356";

/* A storage of the object, and its bytes once the raw part was walked. */
struct raw {
    struct torch_storage storage;
    const unsigned char *data;
};

struct legacy {
    const unsigned char *data;
    size_t n, at;
    struct raw *raw; /* [raws], sorted by key, keys are unique; owned */
    size_t raws;
};

static int next_pickle(struct legacy *f, struct pickle *p, struct err *e)
{
    TRY(pickle_parse(p, f->data + f->at, f->n - f->at, e));
    f->at += p->used;
    return 0;
}

/* ---- what stands in front ------------------------------------------------ */

static bool is_magic(const struct pickle_value *v)
{
    return v->type == PICKLE_BIG &&
           ((v->n == sizeof magic_bytes && memcmp(v->text, magic_bytes, v->n) == 0) ||
            (v->n == strlen(magic_digits) && memcmp(v->text, magic_digits, v->n) == 0));
}

static bool is_version(const struct pickle_value *v)
{
    return v->type == PICKLE_INT && v->integer == PROTOCOL_VERSION;
}

/* {"little_endian": True, ...} */
static bool is_little_endian(const struct pickle *p)
{
    const struct pickle_value *v = pickle_root(p);
    for (size_t i = 0; v->type == PICKLE_DICT && i < v->n; i += 2)
        if (pickle_is_text(pickle_item(p, v, i), "little_endian")) {
            const struct pickle_value *x = pickle_item(p, v, i + 1);
            return x->type == PICKLE_BOOL && x->integer;
        }
    return false;
}

static int read_front(struct legacy *f, struct err *e)
{
    struct pickle p;
    TRY(next_pickle(f, &p, e));
    bool good = is_magic(pickle_root(&p));
    pickle_free(&p);
    if (!good)
        return err_set(e, ERR_FORMAT, "the magic number of torch.save is missing");
    TRY(next_pickle(f, &p, e));
    good = is_version(pickle_root(&p));
    pickle_free(&p);
    if (!good)
        return err_set(e, ERR_UNSUPPORTED, "it has a protocol version other than %d", PROTOCOL_VERSION);
    TRY(next_pickle(f, &p, e));
    good = is_little_endian(&p);
    pickle_free(&p);
    return good ? 0 : err_set(e, ERR_UNSUPPORTED, "the numbers in the file are not little-endian");
}

/* ---- storages ------------------------------------------------------------ */

static int compare_keys(const void *a, const void *b)
{
    const struct torch_storage *x = &((const struct raw *)a)->storage, *y = &((const struct raw *)b)->storage;
    size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
    int order = n ? memcmp(x->key, y->key, n) : 0;
    return order ? order : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

/* One storage may be named many times, but always with the same type and size. */
static int unite(struct legacy *f, struct err *e)
{
    size_t n = 0;
    if (f->raws > 0)
        qsort(f->raw, f->raws, sizeof *f->raw, compare_keys);
    for (size_t i = 0; i < f->raws; i++) {
        if (n == 0 || compare_keys(&f->raw[n - 1], &f->raw[i]) != 0) {
            f->raw[n++] = f->raw[i];
            continue;
        }
        const struct torch_storage *x = &f->raw[n - 1].storage, *y = &f->raw[i].storage;
        if (x->dtype != y->dtype || x->count != y->count)
            return err_set(e, ERR_FORMAT, "one storage is named with two types or sizes");
    }
    f->raws = n;
    return 0;
}

static int list_storages(struct legacy *f, const struct pickle *p, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < p->values; i++)
        n += p->value[i].type == PICKLE_STORAGE;
    f->raw = calloc(n + 1, sizeof *f->raw);
    if (!f->raw)
        return err_set(e, ERR_NOMEM, "no memory for a list of %zu storages", n);
    for (size_t i = 0; i < p->values; i++)
        if (p->value[i].type == PICKLE_STORAGE)
            TRY(torch_storage_of(&f->raw[f->raws++].storage, p, &p->value[i], e));
    return unite(f, e);
}

static struct raw *find_raw(const struct legacy *f, const char *key, size_t key_len)
{
    struct raw wanted = {.storage = {.key = key, .key_len = key_len}};
    return f->raws ? bsearch(&wanted, f->raw, f->raws, sizeof wanted, compare_keys) : NULL;
}

/* The elements of one storage are next in the file. */
static int take_raw(struct legacy *f, const struct pickle_value *key, struct err *e)
{
    struct raw *r = key->type == PICKLE_TEXT ? find_raw(f, key->text, key->n) : NULL;
    size_t count = 0;
    if (!r)
        return err_set(e, ERR_FORMAT, "it lists a storage that no tensor uses");
    if (f->n - f->at < 8)
        return err_set(e, ERR_FORMAT, "it is cut off before the last storage");
    for (int i = 7; i >= 0; i--)
        count = count << 8 | f->data[f->at + (size_t)i];
    f->at += 8;
    if (count != r->storage.count)
        return err_set(e, ERR_FORMAT, "a storage has %zu elements where its tensors need %zu", count,
                       r->storage.count);
    if (r->storage.bytes > f->n - f->at)
        return err_set(e, ERR_FORMAT, "it is cut off: a storage needs %zu bytes, %zu follow",
                       r->storage.bytes, f->n - f->at);
    r->data = f->data + f->at;
    f->at += r->storage.bytes;
    return 0;
}

static int take_all_raw(struct legacy *f, struct err *e)
{
    struct pickle keys;
    TRY(next_pickle(f, &keys, e));
    const struct pickle_value *list = pickle_root(&keys);
    int code = list->type == PICKLE_LIST ? 0 : err_set(e, ERR_FORMAT, "the list of its storages is missing");
    for (size_t i = 0; code == 0 && i < list->n; i++)
        code = take_raw(f, pickle_item(&keys, list, i), e);
    pickle_free(&keys);
    return code;
}

static int find_storage(void *payload, const struct torch_storage *s, const unsigned char **data,
                        struct err *e)
{
    const struct raw *r = find_raw(payload, s->key, s->key_len);
    if (!r || !r->data)
        return err_set(e, ERR_FORMAT, "the file lacks its storage");
    *data = r->data;
    return 0;
}

/* ---- the whole ----------------------------------------------------------- */

static bool is_tar(const unsigned char *bytes, size_t n)
{
    return n >= TAR_MAGIC_AT + 5 && memcmp(bytes + TAR_MAGIC_AT, "ustar", 5) == 0;
}

int torch_legacy_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e)
{
    struct legacy f = {.data = data, .n = n};
    struct pickle object;
    if (is_tar(data, n))
        return err_set(e, ERR_UNSUPPORTED,
                       "this is a tar file of PyTorch before 0.1.10, which is not supported: load and "
                       "save it with a newer PyTorch");
    TRY(read_front(&f, e));
    TRY(next_pickle(&f, &object, e));
    int code = list_storages(&f, &object, e);
    if (code == 0)
        code = take_all_raw(&f, e);
    if (code == 0)
        code = torch_add_tensors(out, &object, find_storage, &f, e);
    free(f.raw);
    pickle_free(&object);
    return code;
}

/* A protocol byte (and a frame) may stand before the magic number. */
bool torch_legacy_is(const unsigned char *bytes, size_t n)
{
    size_t front = n < 32 ? n : 32;
    return is_tar(bytes, n) || memmem(bytes, front, magic_bytes, sizeof magic_bytes) ||
           (n > strlen(magic_digits) && bytes[0] == 'L' &&
            memcmp(bytes + 1, magic_digits, strlen(magic_digits)) == 0);
}

const struct checkpoint_format format_torch_legacy = {
    .name = "torch-legacy",
    .filename = "pytorch_model.bin",
    .is = torch_legacy_is,
    .read = torch_read,
};
