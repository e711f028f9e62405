#include "analyzer/train/resume.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/filemap.h"
#include "analyzer/base/outfile.h"
#include "analyzer/base/size.h"

static const char magic[] = "bertscope training v1  \n";

enum { MAGIC = sizeof magic - 1, HEADER_MAX = 64 << 20, POINT_NUMBERS = 10 };

/* ---- the arrays, in the order of the file --------------------------------------------------------------------- */

enum { ARRAYS = 4 };

/* Array `a` of parameter `i`. */
static float *array_of(const struct training *t, const struct optimizer *o, int a, int i)
{
    return a == 0   ? model_values(o->model, i)
           : a == 1 ? gradients_of(o->m, i)
           : a == 2 ? gradients_of(o->v, i)
                    : gradients_of(t->best_values, i);
}

static size_t array_bytes(const struct optimizer *o, int i)
{
    return tensor_bytes(&o->model->param[i].tensor);
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

/* JSON has no NaN. */
static json_t *number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *point_list(const struct curve_point *p)
{
    json_t *list = json_array();
    json_array_append_new(list, json_integer(p->step));
    json_array_append_new(list, json_integer((json_int_t)p->tokens));
    const double reals[POINT_NUMBERS - 2] = {p->epoch, p->loss, p->lr, p->seconds, p->dev_loss, p->metric.value,
                                             p->metric.low, p->metric.high};
    for (size_t i = 0; i < POINT_NUMBERS - 2; i++)
        json_array_append_new(list, number(reals[i]));
    return list;
}

static json_t *header_object(const struct training *t, const struct train_settings *s, const char *note)
{
    json_t *root = json_object(), *settings = json_array(), *curve = json_array();
    for (int i = 0; i < s->n; i++)
        json_array_append_new(settings, json_pack("[ss]", s->item[i].name, s->item[i].value));
    for (int i = 0; i < t->points; i++)
        json_array_append_new(curve, point_list(&t->curve[i]));
    json_object_set_new(root, "settings", settings);
    json_object_set_new(root, "curve", curve);
    json_object_set_new(root, "step", json_integer(t->step));
    json_object_set_new(root, "tokens", json_integer((json_int_t)t->tokens));
    json_object_set_new(root, "loss_steps", json_integer(t->loss_steps));
    json_object_set_new(root, "seconds", json_real(t->seconds));
    json_object_set_new(root, "loss_sum", json_real(t->loss_sum));
    if (note)
        json_object_set_new(root, "note", json_string(note));
    return root;
}

static int make_header(struct str *out, const struct training *t, const struct train_settings *s, const char *note,
                       struct err *e)
{
    json_t *root = header_object(t, s, note);
    char *text = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    json_decref(root);
    if (!text)
        return err_set(e, ERR_NOMEM, "no memory for the header of a checkpoint");
    str_add(out, text);
    free(text);
    while (out->len % 8 != 0)
        str_add(out, " ");
    return 0;
}

/* Writes a piece and takes it into the fingerprint. */
static int add(struct outfile *f, uint64_t *hash, const void *bytes, size_t n, struct err *e)
{
    *hash = fingerprint(*hash, bytes, n);
    return outfile_add(f, bytes, n, e);
}

static int add_all(struct outfile *f, const struct str *header, const struct training *t, const struct optimizer *o,
                   struct err *e)
{
    uint64_t hash = 0, size = header->len;
    TRY(outfile_add(f, magic, MAGIC, e));
    TRY(outfile_add(f, &size, sizeof size, e));
    TRY(add(f, &hash, header->text, header->len, e));
    for (int a = 0; a < ARRAYS - (t->best_values == NULL); a++)
        for (int i = 0; i < o->model->params; i++)
            TRY(add(f, &hash, array_of(t, o, a, i), array_bytes(o, i), e));
    return outfile_add(f, &hash, sizeof hash, e);
}

static int write_file(const char *path, const struct str *header, const struct training *t, const struct optimizer *o,
                      struct err *e)
{
    struct outfile f;
    TRY(outfile_open(&f, path, e));
    int code = add_all(&f, header, t, o, e);
    if (code == 0)
        return outfile_keep(&f, e);
    outfile_drop(&f);
    return code;
}

int resume_write(const char *path, const struct training *t, const struct optimizer *o, const struct train_settings *s,
                 const char *note, struct err *e)
{
    struct str header;
    str_init(&header);
    int code = make_header(&header, t, s, note, e);
    if (code == 0)
        code = write_file(path, &header, t, o, e);
    str_free(&header);
    return code;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

/* A checkpoint in memory. */
struct reader {
    const char *name;
    const unsigned char *header, *floats;
    size_t header_bytes, float_bytes;
    uint64_t hash; /* as the file says */
    json_t *root;
    struct err *e;
};

static int broken(const struct reader *r, const char *what)
{
    return err_set(r->e, ERR_FORMAT, "%s is no checkpoint that a training can go on from: %s; remove it to begin again",
                   r->name, what);
}

static int cut(struct reader *r, const unsigned char *p, size_t n)
{
    uint64_t size;
    if (n < MAGIC || memcmp(p, magic, MAGIC) != 0)
        return broken(r, "it does not begin like one");
    if (n < MAGIC + 2 * sizeof size)
        return broken(r, "it is cut off");
    memcpy(&size, p + MAGIC, sizeof size);
    size_t rest = n - MAGIC - 2 * sizeof size;
    if (size > rest || size > HEADER_MAX || size % 8 != 0)
        return broken(r, "the size of its header makes no sense, or it is cut off");
    r->header = p + MAGIC + sizeof size;
    r->header_bytes = (size_t)size;
    r->floats = r->header + size;
    r->float_bytes = rest - (size_t)size;
    memcpy(&r->hash, r->floats + r->float_bytes, sizeof r->hash);
    return 0;
}

static int check_setting(const struct reader *r, const struct train_setting *want, const json_t *pair)
{
    const char *name = json_string_value(json_array_get(pair, 0)), *value = json_string_value(json_array_get(pair, 1));
    if (!name || !value || strcmp(name, want->name) != 0)
        return err_set(r->e, ERR_FORMAT, "%s is the checkpoint of another training: it does not know the %s", r->name,
                       want->name);
    if (strcmp(value, want->value) == 0)
        return 0;
    return err_set(r->e, ERR_FORMAT, "%s is the checkpoint of another training: its %s is %.64s, not %s", r->name, name,
                   value, want->value);
}

static int check_settings(const struct reader *r, const struct train_settings *s)
{
    const json_t *list = json_object_get(r->root, "settings");
    for (int i = 0; i < s->n; i++)
        TRY(check_setting(r, &s->item[i], json_array_get(list, (size_t)i)));
    if (json_array_size(list) != (size_t)s->n)
        return broken(r, "it has more settings than there are");
    return 0;
}

static int read_int(const struct reader *r, const char *key, int64_t low, int64_t high, int64_t *out)
{
    const json_t *x = json_object_get(r->root, key);
    *out = json_integer_value(x);
    return json_is_integer(x) && *out >= low && *out <= high ? 0 : broken(r, "a number in its header makes no sense");
}

static int read_real(const struct reader *r, const char *key, double *out)
{
    const json_t *x = json_object_get(r->root, key);
    *out = json_number_value(x);
    return json_is_number(x) && isfinite(*out) ? 0 : broken(r, "a number in its header makes no sense");
}

static bool read_point(struct curve_point *p, const json_t *list, int64_t after, int64_t last)
{
    double *reals[POINT_NUMBERS - 2] = {&p->epoch, &p->loss, &p->lr, &p->seconds, &p->dev_loss,
                                        &p->metric.value, &p->metric.low, &p->metric.high};
    const json_t *step = json_array_get(list, 0), *tokens = json_array_get(list, 1);
    p->step = json_integer_value(step);
    p->tokens = (uint64_t)json_integer_value(tokens);
    bool good = json_array_size(list) == POINT_NUMBERS && json_is_integer(step) && json_is_integer(tokens);
    for (size_t i = 0; i < POINT_NUMBERS - 2; i++) {
        const json_t *x = json_array_get(list, i + 2);
        *reals[i] = json_is_number(x) ? json_number_value(x) : (double)NAN;
        good = good && (json_is_number(x) || json_is_null(x));
    }
    return good && p->step > after && p->step <= last && json_integer_value(tokens) >= 0;
}

static int read_curve(const struct reader *r, struct training *t)
{
    const json_t *list = json_object_get(r->root, "curve");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct curve_point p;
        if (!read_point(&p, json_array_get(list, i), t->points ? t->curve[t->points - 1].step : 0, t->step))
            return broken(r, "its curve makes no sense");
        if (!training_add_point(t, &p))
            return err_set(r->e, ERR_NOMEM, "no memory for a curve of %zu points", json_array_size(list));
    }
    return 0;
}

/* Everything but the floats, into a training that is not in use yet. */
static int read_header(const struct reader *r, struct training *t)
{
    int64_t tokens;
    TRY(read_int(r, "step", 1, INT64_MAX / 2, &t->step));
    TRY(read_int(r, "tokens", 0, INT64_MAX, &tokens));
    TRY(read_curve(r, t));
    TRY(read_int(r, "loss_steps", 0, t->step - (t->points ? t->curve[t->points - 1].step : 0), &t->loss_steps));
    TRY(read_real(r, "loss_sum", &t->loss_sum));
    TRY(read_real(r, "seconds", &t->seconds));
    t->tokens = (uint64_t)tokens;
    return 0;
}

static int check_floats(const struct reader *r, const struct training *t, const struct optimizer *o)
{
    size_t bytes = 0, at = 0;
    for (int i = 0; i < o->model->params; i++)
        bytes += array_bytes(o, i);
    int arrays = ARRAYS - (t->best < 0);
    if (r->float_bytes != (size_t)arrays * bytes)
        return broken(r, r->float_bytes < (size_t)arrays * bytes ? "it is cut off" : "it is too long");
    uint64_t hash = fingerprint(0, r->header, r->header_bytes);
    for (int a = 0; a < arrays; a++)
        for (int i = 0; i < o->model->params; i++) {
            hash = fingerprint(hash, r->floats + at, array_bytes(o, i));
            at += array_bytes(o, i);
        }
    return hash == r->hash ? 0 : broken(r, "its bytes are damaged");
}

static void take_floats(const struct reader *r, const struct training *t, struct optimizer *o)
{
    size_t at = 0;
    for (int a = 0; a < ARRAYS - (t->best < 0); a++)
        for (int i = 0; i < o->model->params; i++) {
            memcpy(array_of(t, o, a, i), r->floats + at, array_bytes(o, i));
            at += array_bytes(o, i);
        }
}

static int read_all(const struct reader *r, struct training *read, struct optimizer *o, const struct train_settings *s)
{
    TRY(check_settings(r, s));
    TRY(read_header(r, read));
    TRY(check_floats(r, read, o));
    if (read->best >= 0)
        TRY(gradients_new(&read->best_values, o->model, r->e));
    take_floats(r, read, o);
    o->step = read->step;
    return 0;
}

/* Finds header and floats; the caller releases r->root, also after a failure. */
static int open_header(struct reader *r, const void *bytes, size_t n)
{
    TRY(cut(r, bytes, n));
    r->root = json_loadb((const char *)r->header, r->header_bytes, JSON_REJECT_DUPLICATES, NULL);
    return json_is_object(r->root) ? 0 : broken(r, "its header is no JSON object");
}

int resume_parse(const void *bytes, size_t n, const char *name, struct training *t, struct optimizer *o,
                 const struct train_settings *s, struct err *e)
{
    struct reader r = {.name = name, .e = e};
    struct training read = {.best = -1, .by_loss = t->by_loss};
    int code = open_header(&r, bytes, n);
    if (code == 0)
        code = read_all(&r, &read, o, s);
    json_decref(r.root);
    if (code != 0)
        training_free(&read);
    else
        *t = read;
    return code;
}

int resume_read(const char *path, struct training *t, struct optimizer *o, const struct train_settings *s, struct err *e)
{
    struct filemap m;
    TRY(filemap_open(&m, path, e));
    int code = resume_parse(m.data, m.size, path, t, o, s, e);
    filemap_close(&m);
    return code;
}

int resume_note(const char *path, struct str *out, struct err *e)
{
    struct filemap m;
    struct reader r = {.name = path, .e = e};
    TRY(filemap_open(&m, path, e));
    int code = open_header(&r, m.data, m.size);
    const char *note = json_string_value(json_object_get(r.root, "note"));
    if (code == 0 && !note)
        code = err_set(e, ERR_FORMAT, "%s does not say which training it belongs to", path);
    if (code == 0)
        str_add(out, note);
    json_decref(r.root);
    filemap_close(&m);
    return code;
}
