#include "analyzer/model/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/size.h"
#include "analyzer/base/str.h"
#include "analyzer/model/safetensors.h"

#define FORMAT(noun) extern const struct checkpoint_format format_##noun;
#include "analyzer/model/formats.def"
#undef FORMAT

const struct checkpoint_format *const checkpoint_formats[] = {
#define FORMAT(noun) &format_##noun,
#include "analyzer/model/formats.def"
#undef FORMAT
};
const int checkpoint_formats_count = sizeof checkpoint_formats / sizeof *checkpoint_formats;

/* ---- which format -------------------------------------------------------- */

/* The first bytes of a file; enough to see a tar header. */
struct head {
    unsigned char bytes[512];
    size_t n;
};

static int head_read(struct head *h, const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
    ssize_t n = pread(fd, h->bytes, sizeof h->bytes, 0);
    int why = errno;
    close(fd);
    if (n < 0)
        return err_set(e, ERR_IO, "%s could not be read: %s", path, strerror(why));
    h->n = (size_t)n;
    return 0;
}

/* Among the formats stored under `filename` (NULL = all), the one whose bytes these are. */
static const struct checkpoint_format *format_by_bytes(const struct head *h, const char *filename)
{
    for (int i = 0; i < checkpoint_formats_count; i++) {
        const struct checkpoint_format *f = checkpoint_formats[i];
        if ((!filename || strcmp(f->filename, filename) == 0) && f->is(h->bytes, h->n))
            return f;
    }
    return NULL;
}

static const char *extension(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    return dot ? dot : "";
}

/* The only format whose files have the extension of `path`, else NULL. */
static const struct checkpoint_format *format_by_extension(const char *path)
{
    const struct checkpoint_format *found = NULL;
    for (int i = 0; i < checkpoint_formats_count; i++) {
        if (strcmp(extension(checkpoint_formats[i]->filename), extension(path)) != 0)
            continue;
        if (found)
            return NULL;
        found = checkpoint_formats[i];
    }
    return found;
}

static int format_unknown(const char *path, struct err *e)
{
    struct str list;
    str_init(&list);
    for (int i = 0; i < checkpoint_formats_count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", checkpoint_formats[i]->name);
    int code = err_set(e, ERR_FORMAT, "%s is in none of the known checkpoint formats (%s)", path, list.text);
    str_free(&list);
    return code;
}

static int format_of_file(const struct checkpoint_format **out, const char *path, struct err *e)
{
    struct head h;
    TRY(head_read(&h, path, e));
    *out = format_by_bytes(&h, NULL);
    if (!*out)
        *out = format_by_extension(path);
    return *out ? 0 : format_unknown(path, e);
}

static bool filename_is_shared(const char *filename)
{
    int n = 0;
    for (int i = 0; i < checkpoint_formats_count; i++)
        n += strcmp(checkpoint_formats[i]->filename, filename) == 0;
    return n > 1;
}

static int format_of_named(const struct checkpoint_format **out, const char *path, const char *filename,
                           struct err *e)
{
    if (!filename_is_shared(filename))
        return 0;
    struct head h;
    TRY(head_read(&h, path, e));
    *out = format_by_bytes(&h, filename);
    return *out ? 0 : format_unknown(path, e);
}

static int no_file_in_directory(const char *dir, struct err *e)
{
    struct str list;
    str_init(&list);
    for (int i = 0; i < checkpoint_formats_count; i++)
        if (i == 0 || strcmp(checkpoint_formats[i]->filename, checkpoint_formats[i - 1]->filename) != 0)
            str_addf(&list, "%s%s", i ? ", " : "", checkpoint_formats[i]->filename);
    int code = err_set(e, ERR_IO, "%s holds no weights: none of %s is there", dir, list.text);
    str_free(&list);
    return code;
}

/* Leaves the path of the weights in `path`. */
static int format_of_directory(const struct checkpoint_format **out, struct str *path, const char *dir,
                               struct err *e)
{
    for (int i = 0; i < checkpoint_formats_count; i++) {
        *out = checkpoint_formats[i];
        str_clear(path);
        str_addf(path, "%s/%s", dir, (*out)->filename);
        if (access(path->text, F_OK) == 0)
            return format_of_named(out, path->text, (*out)->filename, e);
    }
    return no_file_in_directory(dir, e);
}

static int format_of(const struct checkpoint_format **out, struct str *path, const char *spec, struct err *e)
{
    struct stat st;
    if (stat(spec, &st) != 0)
        return err_set(e, ERR_IO, "%s: %s", spec, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return format_of_directory(out, path, spec, e);
    str_add(path, spec);
    return format_of_file(out, spec, e);
}

/* ---- open, find, close --------------------------------------------------- */

static int read_and_finish(struct checkpoint *out, const struct checkpoint_format *f, const char *path,
                           struct err *e)
{
    TRY(f->read(out, path, e));
    if (checkpoint_finish(out, e) != 0)
        return err_wrap(e, "%s", path);
    out->format = f->name;
    return 0;
}

int checkpoint_open(struct checkpoint *out, const char *path, struct err *e)
{
    const struct checkpoint_format *f = NULL;
    struct str file;
    *out = (struct checkpoint){0};
    str_init(&file);
    int code = format_of(&f, &file, path, e);
    if (code == 0)
        code = read_and_finish(out, f, file.text, e);
    if (code != 0)
        checkpoint_close(out);
    str_free(&file);
    return code;
}

int checkpoint_from_memory(struct checkpoint *out, const unsigned char *data, size_t n, const char *name,
                           struct err *e)
{
    *out = (struct checkpoint){.format = format_safetensors.name};
    int code = safetensors_parse(out, data, n, e);
    if (code == 0)
        code = checkpoint_finish(out, e);
    if (code == 0)
        return 0;
    checkpoint_close(out);
    return err_wrap(e, "%s", name);
}

static int compare_names(const void *a, const void *b)
{
    const struct checkpoint_entry *x = a, *y = b;
    return strcmp(x->name, y->name);
}

int checkpoint_finish(struct checkpoint *c, struct err *e)
{
    if (c->entries > 0)
        qsort(c->entry, (size_t)c->entries, sizeof *c->entry, compare_names);
    for (int i = 1; i < c->entries; i++)
        if (strcmp(c->entry[i - 1].name, c->entry[i].name) == 0)
            return err_set(e, ERR_FORMAT, "tensor %s is there twice", c->entry[i].name);
    return 0;
}

const struct tensor *checkpoint_find(const struct checkpoint *c, const char *name)
{
    struct checkpoint_entry key = {.name = name};
    if (c->entries == 0)
        return NULL;
    const struct checkpoint_entry *found =
        bsearch(&key, c->entry, (size_t)c->entries, sizeof key, compare_names);
    return found ? &found->tensor : NULL;
}

void checkpoint_drop(const struct checkpoint *c, const struct tensor *t)
{
    size_t last = 0;
    if (tensor_count(t) == 0)
        return;
    for (int i = 0; i < t->ndim; i++)
        last += (t->dim[i] - 1) * t->stride[i];
    for (int i = 0; i < c->maps; i++)
        filemap_drop(&c->map[i], t->data, (last + 1) * (size_t)dtype_bits(t->dtype) / 8);
}

void checkpoint_close(struct checkpoint *c)
{
    for (int i = 0; i < c->maps; i++)
        filemap_close(&c->map[i]);
    for (int i = 0; i < c->blocks; i++)
        free(c->block[i]);
    free(c->map);
    free(c->block);
    free(c->entry);
    arena_free(&c->names);
    *c = (struct checkpoint){0};
}

/* ---- for readers --------------------------------------------------------- */

/* Room for one more item in an array that doubles: `n` items are there, capacity is the next power of two. */
static int grow(void **array, int n, size_t item, struct err *e)
{
    if (n & (n - 1)) /* not a power of two: there is room */
        return 0;
    void *p = realloc(*array, (n ? 2 * (size_t)n : 1) * item);
    if (!p)
        return err_set(e, ERR_NOMEM, "no memory for the list of %d tensors", n);
    *array = p;
    return 0;
}

static int name_check(const char *name, size_t len, struct err *e)
{
    if (memchr(name, '\0', len))
        return err_set(e, ERR_FORMAT, "the name of tensor %s... has a zero byte in it", name);
    if (len > CHECKPOINT_MAX_NAME)
        return err_set(e, ERR_UNSUPPORTED,
                       "a tensor has a name of %zu bytes, at most %d are supported: %.40s...", len,
                       CHECKPOINT_MAX_NAME, name);
    return 0;
}

int checkpoint_add(struct checkpoint *c, const char *name, size_t name_len, const struct tensor *t,
                   struct err *e)
{
    TRY(name_check(name, name_len, e));
    if (c->entries == CHECKPOINT_MAX_ENTRIES)
        return err_set(e, ERR_UNSUPPORTED, "there are more than %d tensors", CHECKPOINT_MAX_ENTRIES);
    if (!c->names.base) /* enough for the longest names; pages that are not used cost nothing */
        TRY(arena_init(&c->names, CHECKPOINT_MAX_ENTRIES * arena_size(CHECKPOINT_MAX_NAME + 1),
                       "tensor names", e));
    void *entry = c->entry;
    TRY(grow(&entry, c->entries, sizeof *c->entry, e));
    c->entry = entry;
    c->entry[c->entries++] =
        (struct checkpoint_entry){.name = arena_text(&c->names, name, name_len), .tensor = *t};
    return 0;
}

int checkpoint_own_block(struct checkpoint *c, void *block, struct err *e)
{
    void *list = c->block;
    int code = grow(&list, c->blocks, sizeof *c->block, e);
    c->block = list;
    if (code == 0)
        c->block[c->blocks++] = block;
    else
        free(block);
    return code;
}

int checkpoint_own_map(struct checkpoint *c, const struct filemap *m, struct err *e)
{
    void *list = c->map;
    struct filemap map = *m;
    int code = grow(&list, c->maps, sizeof *c->map, e);
    c->map = list;
    if (code == 0)
        c->map[c->maps++] = map;
    else
        filemap_close(&map);
    return code;
}
