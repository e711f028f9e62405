/* Where values are kept: each at the lowest offset that is free while it is alive. */
#include "analyzer/run/plan_builder.h"

static bool live_together(const struct value *a, const struct value *b)
{
    for (int i = 0; i < a->spans; i++)
        for (int k = 0; k < b->spans; k++)
            if (a->span[i].from <= b->span[k].to && b->span[k].from <= a->span[i].to)
                return true;
    return false;
}

/* Lowest offset at which value `i` overlaps no earlier-placed value that is alive at the same time. */
static size_t lowest_offset(const struct value *value, int i)
{
    size_t offset = 0;
    for (bool moved = true; moved;) {
        moved = false;
        for (int k = 0; k < i; k++) {
            const struct value *v = &value[k];
            bool overlap = offset < v->offset + v->bytes && v->offset < offset + value[i].bytes;
            if (overlap && live_together(v, &value[i])) {
                offset = v->offset + v->bytes;
                moved = true;
            }
        }
    }
    return offset;
}

size_t plan_place(struct value *value, int values)
{
    size_t bytes = 0;
    for (int i = 0; i < values; i++) {
        value[i].offset = lowest_offset(value, i);
        if (value[i].offset + value[i].bytes > bytes)
            bytes = value[i].offset + value[i].bytes;
    }
    return bytes;
}
