/* The zip form: <root>/data.pkl, <root>/data/<key> for each storage, perhaps <root>/byteorder. torch.save
 * stores its entries uncompressed; those are used where they lie in the file. libzip reads through a source
 * that notes what it reads, which is how their place becomes known. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "analyzer/base/size.h"
#include "analyzer/model/torch.h"

/* What libzip may read while it opens an archive: the directory of some 20,000 entries. It keeps their names
 * in a table whose time is quadratic if they were chosen to collide. */
#define OPEN_BUDGET 2000000
/* Inflated data may have this many times the size of the file; stored weights rarely shrink by a third. */
#define INFLATE_RATIO 32
#define ROOT_MAX      256
#define PROBE         64

struct bytes {
    const unsigned char *data;
    size_t n, at;
    size_t budget;          /* still to be read */
    size_t last_at, last_n; /* the last read */
    bool over;              /* a read was refused */
    zip_error_t error;
};

struct record {
    const unsigned char *data; /* NULL = not looked for yet */
    size_t n;
};

struct archive {
    struct bytes bytes;
    zip_t *zip;
    struct record *record; /* [zip_get_num_entries] */
    char root[ROOT_MAX];   /* "archive/" */
    size_t inflate_left;
    struct checkpoint *out;
};

/* ---- a libzip source over memory ----------------------------------------- */

static zip_int64_t source_read(struct bytes *b, void *to, zip_uint64_t len)
{
    size_t n = b->n - b->at < len ? b->n - b->at : (size_t)len;
    if (n > b->budget) {
        b->over = true;
        zip_error_set(&b->error, ZIP_ER_MEMORY, 0);
        return -1;
    }
    memcpy(to, b->data + b->at, n);
    b->last_at = b->at;
    b->last_n = n;
    b->at += n;
    b->budget -= n;
    return (zip_int64_t)n;
}

static zip_int64_t source_seek(struct bytes *b, void *args, zip_uint64_t len)
{
    zip_int64_t at = zip_source_seek_compute_offset(b->at, b->n, args, len, &b->error);
    if (at < 0)
        return -1;
    b->at = (size_t)at;
    return 0;
}

static zip_int64_t source_stat(const struct bytes *b, zip_stat_t *st)
{
    zip_stat_init(st);
    st->valid |= ZIP_STAT_SIZE;
    st->size = b->n;
    return sizeof *st;
}

static zip_int64_t source(void *payload, void *data, zip_uint64_t len, zip_source_cmd_t command)
{
    struct bytes *b = payload;
    switch (command) {
    case ZIP_SOURCE_SUPPORTS:
        return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                              ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                              ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    case ZIP_SOURCE_OPEN:
        b->at = 0;
        return 0;
    case ZIP_SOURCE_READ:
        return source_read(b, data, len);
    case ZIP_SOURCE_SEEK:
        return source_seek(b, data, len);
    case ZIP_SOURCE_TELL:
        return (zip_int64_t)b->at;
    case ZIP_SOURCE_STAT:
        return source_stat(b, data);
    case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&b->error, data, len);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
        return 0;
    default:
        zip_error_set(&b->error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
}

static int archive_open(struct archive *a, struct err *e)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_error_init(&a->bytes.error);
    a->bytes.budget = OPEN_BUDGET;
    zip_source_t *s = zip_source_function_create(source, &a->bytes, &why);
    a->zip = s ? zip_open_from_source(s, ZIP_RDONLY, &why) : NULL;
    if (!a->zip) {
        int code = a->bytes.over
                       ? err_set(e, ERR_UNSUPPORTED,
                                 "the directory of the zip archive has more than %d bytes", OPEN_BUDGET)
                       : err_set(e, ERR_FORMAT, "the zip archive is damaged: %s", zip_error_strerror(&why));
        zip_source_free(s);
        zip_error_fini(&why);
        return code;
    }
    zip_error_fini(&why);
    a->bytes.budget = SIZE_MAX;
    a->record = calloc((size_t)zip_get_num_entries(a->zip, 0) + 1, sizeof *a->record);
    return a->record ? 0 : err_set(e, ERR_NOMEM, "no memory for the entries of the zip archive");
}

static void archive_close(struct archive *a)
{
    if (a->zip)
        zip_discard(a->zip);
    free(a->record);
    zip_error_fini(&a->bytes.error);
}

/* ---- entries ------------------------------------------------------------- */

/* Where the bytes of a stored entry lie: the first of them are read through libzip, which shows the place. */
static int locate(struct archive *a, zip_uint64_t index, size_t n, struct record *out)
{
    static const unsigned char nothing[1];
    unsigned char probe[PROBE];
    size_t want = n < sizeof probe ? n : sizeof probe, end;
    *out = (struct record){nothing, n};
    if (n == 0)
        return 0;
    zip_file_t *f = zip_fopen_index(a->zip, index, ZIP_FL_COMPRESSED);
    zip_int64_t got = f ? zip_fread(f, probe, want) : -1;
    if (f)
        zip_fclose(f);
    const struct bytes *b = &a->bytes;
    if (got != (zip_int64_t)want || b->last_n != want || !size_add(b->last_at, n, &end) || end > b->n ||
        memcmp(probe, b->data + b->last_at, want) != 0)
        return -1;
    out->data = b->data + b->last_at;
    return 0;
}

static bool inflate_into(struct archive *a, zip_uint64_t index, unsigned char *to, size_t n)
{
    zip_file_t *f = zip_fopen_index(a->zip, index, 0);
    size_t at = 0;
    zip_int64_t got = f ? 1 : -1;
    while (got > 0 && at < n) {
        got = zip_fread(f, to + at, n - at);
        at += got > 0 ? (size_t)got : 0;
    }
    unsigned char beyond;
    bool whole = f && at == n && zip_fread(f, &beyond, 1) == 0; /* the checksum is compared at the end */
    if (f)
        zip_fclose(f);
    return whole;
}

static int inflate_entry(struct archive *a, zip_uint64_t index, size_t n, struct record *out, struct err *e)
{
    if (n > a->inflate_left)
        return err_set(e, ERR_UNSUPPORTED,
                       "its compressed entries claim more than %d times the size of the file", INFLATE_RATIO);
    a->inflate_left -= n;
    unsigned char *block = malloc(n + 1);
    if (!block)
        return err_set(e, ERR_NOMEM, "no memory to inflate an entry of %zu bytes", n);
    bool whole = inflate_into(a, index, block, n);
    TRY(checkpoint_own_block(a->out, block, e));
    if (!whole)
        return err_set(e, ERR_FORMAT, "a compressed entry is damaged");
    *out = (struct record){block, n};
    return 0;
}

static int read_entry(struct archive *a, zip_uint64_t index, struct record *out, struct err *e)
{
    zip_stat_t st;
    zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(a->zip, index, 0, &st) != 0 || (st.valid & needed) != needed)
        return err_set(e, ERR_FORMAT, "an entry of the zip archive is damaged");
    if (st.encryption_method != ZIP_EM_NONE)
        return err_set(e, ERR_UNSUPPORTED, "the zip archive is encrypted");
    if (st.comp_method == ZIP_CM_DEFLATE)
        return inflate_entry(a, index, st.size, out, e);
    if (st.comp_method != ZIP_CM_STORE)
        return err_set(e, ERR_UNSUPPORTED,
                       "the zip archive uses compression method %d, only deflate is supported",
                       st.comp_method);
    if (locate(a, index, st.size, out) != 0)
        return err_set(e, ERR_FORMAT, "an entry of the zip archive lies outside the file");
    return 0;
}

/* The entry `name` below the root; out->data is NULL if there is none. Lives as long as the checkpoint. */
static int find_entry(struct archive *a, const char *name, size_t name_len, struct record *out, struct err *e)
{
    char path[2 * ROOT_MAX];
    *out = (struct record){0};
    if (name_len >= ROOT_MAX)
        return 0;
    snprintf(path, sizeof path, "%s%.*s", a->root, (int)name_len, name);
    zip_int64_t index = zip_name_locate(a->zip, path, ZIP_FL_ENC_RAW);
    if (index < 0)
        return 0;
    if (!a->record[index].data)
        TRY(read_entry(a, (zip_uint64_t)index, &a->record[index], e));
    *out = a->record[index];
    return 0;
}

/* ---- what torch.save put in ---------------------------------------------- */

/* The root is the folder of the first data.pkl that is one folder deep. */
static int find_root(struct archive *a, struct err *e)
{
    static const char name[] = "/data.pkl";
    zip_int64_t n = zip_get_num_entries(a->zip, 0);
    for (zip_int64_t i = 0; i < n; i++) {
        const char *path = zip_get_name(a->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        const char *slash = path ? strchr(path, '/') : NULL;
        if (slash && strcmp(slash, name) == 0 && slash - path + 1 < ROOT_MAX) {
            snprintf(a->root, sizeof a->root, "%.*s", (int)(slash - path + 1), path);
            return 0;
        }
    }
    return err_set(e, ERR_FORMAT, "the zip archive has no data.pkl: it was not written by torch.save");
}

static int check_byte_order(struct archive *a, struct err *e)
{
    struct record r;
    TRY(find_entry(a, "byteorder", strlen("byteorder"), &r, e));
    if (r.data && (r.n != 6 || memcmp(r.data, "little", 6) != 0))
        return err_set(e, ERR_UNSUPPORTED, "the numbers in the file are not little-endian");
    return 0;
}

static int find_storage(void *payload, const struct torch_storage *s, const unsigned char **data,
                        struct err *e)
{
    struct archive *a = payload;
    char name[ROOT_MAX];
    struct record r;
    int key_len = (int)(s->key_len < 100 ? s->key_len : 100);
    int len = snprintf(name, sizeof name, "data/%.*s", key_len, s->key);
    TRY(find_entry(a, name, (size_t)len, &r, e));
    if (!r.data)
        return err_set(e, ERR_FORMAT, "the archive lacks its storage %s", name);
    if (r.n < s->bytes)
        return err_set(e, ERR_FORMAT, "its storage %s has %zu bytes, but %zu elements of %s need %zu", name,
                       r.n, s->count, dtype_name(s->dtype), s->bytes);
    *data = r.data;
    return 0;
}

static int read_archive(struct archive *a, struct err *e)
{
    struct record pkl;
    struct pickle p;
    TRY(find_root(a, e));
    TRY(check_byte_order(a, e));
    TRY(find_entry(a, "data.pkl", strlen("data.pkl"), &pkl, e));
    TRY(pickle_parse(&p, pkl.data, pkl.n, e));
    int code = torch_add_tensors(a->out, &p, find_storage, a, e);
    pickle_free(&p);
    return code;
}

int torch_zip_parse(struct checkpoint *out, const unsigned char *data, size_t n, struct err *e)
{
    struct archive a = {.bytes = {.data = data, .n = n}, .out = out};
    if (!size_mul(n, INFLATE_RATIO, &a.inflate_left))
        a.inflate_left = SIZE_MAX;
    int code = archive_open(&a, e);
    if (code == 0)
        code = read_archive(&a, e);
    archive_close(&a);
    return code;
}

bool torch_zip_is(const unsigned char *bytes, size_t n)
{
    return n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0;
}

const struct checkpoint_format format_torch_zip = {
    .name = "torch-zip",
    .filename = "pytorch_model.bin",
    .is = torch_zip_is,
    .read = torch_read,
};
