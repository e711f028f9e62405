#include "analyzer/model/vocab_json.h"

#include <string.h>

#include "analyzer/model/unichar.h"

struct scan {
    const char *p, *end;
};

static char look(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
    return s->p < s->end ? *s->p : '\0';
}

static bool take(struct scan *s, char c)
{
    if (look(s) != c || s->p == s->end)
        return false;
    s->p++;
    return true;
}

/* Passes a string; the bytes between its quotes are [from, from + n). */
static bool skip_string(struct scan *s, const char **from, size_t *n)
{
    if (!take(s, '"'))
        return false;
    *from = s->p;
    for (; s->p < s->end && *s->p != '"'; s->p++)
        if (*s->p == '\\' && s->end - s->p > 1)
            s->p++;
    *n = (size_t)(s->p - *from);
    return take(s, '"');
}

/* Passes a value of any kind. */
static bool skip_value(struct scan *s)
{
    const char *from;
    size_t n, depth = 0;
    do {
        char c = look(s);
        if (c == '"') {
            if (!skip_string(s, &from, &n))
                return false;
            continue;
        }
        if (s->p == s->end || (depth == 0 && (c == ',' || c == '}' || c == ']')))
            return false;
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        s->p++;
        while (c != '{' && c != '[' && c != '}' && c != ']' && s->p < s->end &&
               !strchr(",{}[]\" \t\r\n", *s->p))
            s->p++;
    } while (depth > 0);
    return true;
}

/* Goes into an object, to the value of a member. */
static bool enter(struct scan *s, const char *name)
{
    const char *key;
    size_t n;
    if (!take(s, '{'))
        return false;
    do {
        if (!skip_string(s, &key, &n) || !take(s, ':'))
            return false;
        if (n == strlen(name) && memcmp(key, name, n) == 0)
            return true;
    } while (skip_value(s) && take(s, ','));
    return false;
}

bool vocab_json_find(const char *json, size_t n, struct json_range *out)
{
    struct scan s = {json, json + n};
    if (!enter(&s, "model") || !enter(&s, "vocab") || look(&s) != '{')
        return false;
    out->from = (size_t)(s.p - json);
    if (!skip_value(&s))
        return false;
    out->to = (size_t)(s.p - json);
    return true;
}

/* ---- strings with their escapes ---- */

static int hex4(const char *p, const char *end)
{
    int value = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef",
                   *d = strchr(digits, p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]);
        if (!d || !*d)
            return -1;
        value = 16 * value + (int)(d - digits);
    }
    return value;
}

/* The character of an escape whose backslash is at *p; -1 if there is no such escape. */
static int32_t unescape(const char **p, const char *end)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (end - *p < 2)
        return -1;
    char c = (*p)[1];
    const char *at = c ? strchr(names, c) : NULL;
    *p += 2;
    if (at)
        return values[at - names];
    int high = c == 'u' ? hex4(*p, end) : -1;
    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
        return -1;
    *p += 4;
    if (high < 0xd800 || high > 0xdbff)
        return high;
    int low = end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' ? hex4(*p + 2, end) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    *p += 6;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Writes the text of a string to `out`; -1 if it is not one or has more than VOCAB_MAX_TEXT bytes. */
static int decode(const char *p, size_t n, char out[VOCAB_MAX_TEXT + 4])
{
    const char *end = p + n;
    size_t len = 0;
    while (p < end && len <= VOCAB_MAX_TEXT) {
        if ((unsigned char)*p < 0x20)
            return -1;
        if (*p != '\\') {
            out[len++] = *p++;
            continue;
        }
        int32_t c = unescape(&p, end);
        if (c < 0)
            return -1;
        len += unichar_encode(out + len, c);
    }
    return len <= VOCAB_MAX_TEXT ? (int)len : -1;
}

static int32_t read_id(struct scan *s)
{
    int32_t id = 0;
    look(s);
    const char *from = s->p;
    while (s->p < s->end && *s->p >= '0' && *s->p <= '9' && id < VOCAB_MAX_IDS)
        id = 10 * id + (*s->p++ - '0');
    bool bad = s->p == from || (*from == '0' && s->p - from > 1) || id >= VOCAB_MAX_IDS;
    return bad || !strchr(",} \t\r\n", s->p < s->end ? *s->p : '?') ? -1 : id;
}

static int read_member(struct vocab *v, struct scan *s, struct err *e)
{
    char text[VOCAB_MAX_TEXT + 4];
    const char *raw;
    size_t n, before = v->used;
    if (!skip_string(s, &raw, &n) || !take(s, ':'))
        return err_set(e, ERR_FORMAT, "the vocabulary is not valid JSON after entry %zu", before);
    int len = decode(raw, n, text);
    if (len < 0)
        return err_set(e, ERR_FORMAT, "vocabulary entry '%.*s' is not valid JSON or has more than %d bytes",
                       (int)(n < 40 ? n : 40), raw, VOCAB_MAX_TEXT);
    int32_t id = read_id(s);
    if (id < 0)
        return err_set(e, ERR_FORMAT, "the id of vocabulary entry '%.*s' is not a whole number below %d", len,
                       text, VOCAB_MAX_IDS);
    TRY(vocab_add(v, id, text, (size_t)len, e));
    return v->used > before ? 0 : err_set(e, ERR_FORMAT, "vocabulary entry '%.*s' comes twice", len, text);
}

int vocab_json_read(struct vocab *v, const char *json, struct json_range range, struct err *e)
{
    struct scan s = {json + range.from + 1, json + range.to};
    if (take(&s, '}'))
        return 0;
    do
        TRY(read_member(v, &s, e));
    while (take(&s, ','));
    if (!take(&s, '}') || s.p != s.end)
        return err_set(e, ERR_FORMAT, "the vocabulary is not valid JSON after entry %zu", v->used);
    return 0;
}
