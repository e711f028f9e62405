#include "analyzer/run/panels.h"

#include <stdlib.h>

#include "analyzer/base/size.h"
#include "analyzer/model/model.h"

int panels_of(const struct linear *l)
{
    return l->kernel ? (l->n + l->kernel->fn.linear->panel - 1) / l->kernel->fn.linear->panel : 0;
}

int panel_rows(const struct linear *l, int panel)
{
    int most = l->kernel->fn.linear->panel, left = l->n - panel * most;
    return left < most ? left : most;
}

bool panels_bytes(const struct linear *l, size_t *out)
{
    if (!l->panel_at)
        return size_mul((size_t)panels_of(l), l->panel_bytes, out);
    *out = l->panel_at[panels_of(l)];
    return true;
}

/* Where output `row` of a layer comes from: the part (query, key, value) and the row inside it. */
static const struct tensor *find_part(const struct linear *l, size_t row, size_t *inside)
{
    int i = 0;
    for (; row >= (size_t)l->part[i].n; i++)
        row -= (size_t)l->part[i].n;
    *inside = row;
    return &l->part[i].weight->tensor;
}

const float *weight_rows(const struct linear *l, size_t row, size_t n, float *buffer)
{
    size_t inside = 0, k = (size_t)l->k;
    const struct tensor *t = find_part(l, row, &inside);
    const float *direct = tensor_f32(t);
    if (direct && inside + n <= t->dim[0])
        return direct + inside * k;
    for (size_t i = 0; i < n; i++) {
        t = find_part(l, row + i, &inside);
        tensor_read_f32(t, inside * k, k, buffer + i * k);
    }
    return buffer;
}

int panels_place(struct linear *l, struct err *e)
{
    const struct linear_kernel *kernel = l->kernel->fn.linear;
    float *buffer = malloc((size_t)kernel->panel * (size_t)l->k * sizeof *buffer);
    l->panel_at = calloc((size_t)panels_of(l) + 1, sizeof *l->panel_at);
    int code = buffer && l->panel_at ? 0 : err_set(e, ERR_NOMEM, "no memory for %d panels", panels_of(l));
    l->products = 0;
    for (int i = 0; code == 0 && i < panels_of(l); i++) {
        size_t rows = (size_t)panel_rows(l, i);
        const float *w = weight_rows(l, (size_t)i * (size_t)kernel->panel, rows, buffer);
        l->panel_at[i + 1] = l->panel_at[i] + kernel->panel_bytes_of(w, l->k, (int)rows, l->k);
        for (size_t at = 0; at < rows * (size_t)l->k; at++)
            l->products += w[at] != 0;
    }
    if (code == 0)
        l->bytes = l->panel_at[panels_of(l)] + (l->params - (uint64_t)l->n * (uint64_t)l->k) * sizeof(float);
    free(buffer);
    return code;
}

void weight_columns(const struct linear *t, size_t col, size_t n, float *buffer)
{
    for (int i = 0; i < t->parts; i++)
        for (size_t row = 0; row < (size_t)t->part[i].n; row++, buffer += n)
            tensor_read_f32(&t->part[i].weight->tensor, row * (size_t)t->n + col, n, buffer);
}
