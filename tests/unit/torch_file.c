#include "tests/unit/torch_file.h"

#include <string.h>

static void add_number(struct str *s, long long x)
{
    char bytes[10] = "\212\10";
    memcpy(bytes + 2, &x, sizeof x);
    str_add_n(s, bytes, sizeof bytes);
}

void torch_file_pickle(struct str *s, const struct torch_view *v)
{
    static const char key[] = "X\1\0\0\0"
                              "0X\3\0\0\0cpu";
    str_add(s, "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nFloatStorage\n");
    str_add_n(s, key, sizeof key - 1);
    add_number(s, v->storage);
    str_add(s, "NtQ");
    add_number(s, v->offset);
    str_add(s, "(");
    for (int i = 0; i < v->dims; i++)
        add_number(s, v->dim[i]);
    str_add(s, "t(");
    for (int i = 0; i < v->strides; i++)
        add_number(s, v->stride[i]);
    str_add(s, "t\211NtR.");
}

void torch_file_legacy(struct str *s, const struct torch_view *v, int n)
{
    long long count = n;
    str_add(s, "L119547037146038801333356L\n.I1001\n.}U\15little_endian\210s.");
    torch_file_pickle(s, v);
    str_add(s, "](U\1"
               "0e.");
    str_add_n(s, (const char *)&count, sizeof count);
    for (int i = 0; i < n; i++) {
        float x = (float)i;
        str_add_n(s, (const char *)&x, sizeof x);
    }
}
