#include "analyzer/model/unichar.h"

#include <stdlib.h>
#include <utf8proc.h>

enum char_class {
    CLASS_CONTROL,
    CLASS_NONSPACING,
    CLASS_MARK,
    CLASS_PUNCTUATION,
    CLASS_DECOMPOSES,
    CLASS_WORD
};

/* Sorted by class, then by code point. */
static const struct exception {
    enum char_class class;
    int32_t first, last;
    bool is;
} exceptions[] = {
#define NOT(class, first, last) {CLASS_##class, first, last, false},
#define BUT(class, first, last) {CLASS_##class, first, last, true},
#include "analyzer/model/unichar_since.def"
#undef NOT
#undef BUT
};

static int compare(const void *key, const void *row)
{
    const struct exception *a = key, *b = row;
    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    return a->first < b->first ? -1 : a->first > b->last;
}

/* What the reference says of a character whose class utf8proc takes to be `is`. */
static bool settle(enum char_class class, int32_t c, bool is)
{
    struct exception key = {.class = class, .first = c};
    const struct exception *x =
        bsearch(&key, exceptions, sizeof exceptions / sizeof *exceptions, sizeof *exceptions, compare);
    return x ? x->is : is;
}

/* Bytes of a character by its first byte, and the range its second byte must be in. */
static int lead(unsigned char b, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xbf;
    if (b < 0x80)
        return 1;
    if (b >= 0xc2 && b <= 0xdf)
        return 2;
    if (b >= 0xe0 && b <= 0xef) {
        if (b == 0xe0)
            *low = 0xa0; /* no overlong forms */
        if (b == 0xed)
            *high = 0x9f; /* no surrogates */
        return 3;
    }
    if (b >= 0xf0 && b <= 0xf4) {
        if (b == 0xf0)
            *low = 0x90;
        if (b == 0xf4)
            *high = 0x8f; /* at most U+10FFFF */
        return 4;
    }
    return 0;
}

size_t unichar_decode(const char *s, size_t n, int32_t *c)
{
    static const int32_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    const unsigned char *p = (const unsigned char *)s;
    unsigned char low, high;
    int len = lead(p[0], &low, &high);
    *c = UNICHAR_REPLACEMENT;
    if (len == 0)
        return 1;
    int32_t value = p[0] & first_bits[len];
    for (int i = 1; i < len; i++) {
        if ((size_t)i == n || p[i] < low || p[i] > high)
            return (size_t)i;
        value = value << 6 | (p[i] & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    *c = value;
    return (size_t)len;
}

int32_t unichar_last(const char *s, size_t n)
{
    size_t start = n - 1;
    int32_t c;
    while (start > 0 && n - start < 4 && ((unsigned char)s[start] & 0xc0) == 0x80)
        start--;
    return unichar_decode(s + start, n - start, &c) == n - start ? c : UNICHAR_REPLACEMENT;
}

size_t unichar_encode(char *out, int32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (int i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(marks[more] | c);
    return (size_t)more + 1;
}

bool unichar_is_space(int32_t c)
{
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

bool unichar_is_control(int32_t c)
{
    if (c < 0x80)
        return c < 0x20 || c == 0x7f;
    utf8proc_category_t k = utf8proc_category(c);
    return k == UTF8PROC_CATEGORY_CC || k == UTF8PROC_CATEGORY_CO ||
           (k == UTF8PROC_CATEGORY_CF && settle(CLASS_CONTROL, c, true));
}

bool unichar_is_punctuation(int32_t c)
{
    if (c < 0x80)
        return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) || (c >= 123 && c <= 126);
    utf8proc_category_t k = utf8proc_category(c);
    return settle(CLASS_PUNCTUATION, c, k >= UTF8PROC_CATEGORY_PC && k <= UTF8PROC_CATEGORY_PO);
}

bool unichar_is_cjk(int32_t c)
{
    return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
           (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) || (c >= 0x2f800 && c <= 0x2fa1f);
}

bool unichar_is_nonspacing(int32_t c)
{
    return c >= 0x300 && settle(CLASS_NONSPACING, c, utf8proc_category(c) == UTF8PROC_CATEGORY_MN);
}

bool unichar_is_mark(int32_t c)
{
    if (c < 0x300)
        return false;
    utf8proc_category_t k = utf8proc_category(c);
    return settle(CLASS_MARK, c, k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME);
}

bool unichar_decomposes(int32_t c)
{
    return c >= 0xa0 && settle(CLASS_DECOMPOSES, c, true);
}

/* Symbols with the property Other_Alphabetic: circled, parenthesized and squared letters. */
static bool is_letter_symbol(int32_t c)
{
    return (c >= 0x24b6 && c <= 0x24e9) || (c >= 0x1f130 && c <= 0x1f149) || (c >= 0x1f150 && c <= 0x1f169) ||
           (c >= 0x1f170 && c <= 0x1f189);
}

bool unichar_is_word(int32_t c)
{
    utf8proc_category_t k = utf8proc_category(c);
    bool is = (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_NL) || k == UTF8PROC_CATEGORY_PC ||
              c == 0x200c || c == 0x200d || is_letter_symbol(c);
    return c < 0x80 ? is : settle(CLASS_WORD, c, is);
}

int unichar_lower(int32_t c, int32_t out[2])
{
    if (c == 0x130) {
        out[0] = 'i';
        out[1] = 0x307;
        return 2;
    }
    out[0] = c >= 'A' && c <= 'Z' ? c + 32 : c < 0x80 ? c : utf8proc_tolower(c);
    return 1;
}
