#include "analyzer/model/pickle_machine.h"

#include <stdlib.h>
#include <string.h>

/* ---- memory and bytes ---------------------------------------------------- */

int machine_room(struct machine *m, void *array, size_t *cap, size_t need, size_t max, size_t size,
                 const char *what)
{
    if (need <= *cap)
        return 0;
    if (need > max)
        return err_set(m->e, ERR_UNSUPPORTED,
                       "the pickle has more than %zu %s, which no file of tensors needs", max, what);
    size_t n = *cap ? 2 * *cap : 64;
    n = n < need ? need : n > max ? max : n;
    void *p;
    memcpy(&p, array, sizeof p);
    p = realloc(p, n * size);
    if (!p)
        return err_set(m->e, ERR_NOMEM, "no memory for %zu %s of a pickle", n, what);
    memcpy(array, &p, sizeof p);
    *cap = n;
    return 0;
}

int machine_broken(const struct machine *m, const char *what)
{
    return err_set(m->e, ERR_FORMAT, "the pickle is malformed at byte %zu: %s", m->at, what);
}

int machine_take(struct machine *m, size_t n, const unsigned char **out)
{
    if (n > m->n - m->at)
        return machine_broken(m, "it is cut off");
    *out = m->data + m->at;
    m->at += n;
    return 0;
}

int machine_take_number(struct machine *m, size_t bytes, uint64_t *out)
{
    const unsigned char *p = NULL;
    TRY(machine_take(m, bytes, &p));
    *out = 0;
    for (size_t i = bytes; i-- > 0;)
        *out = *out << 8 | p[i];
    return 0;
}

int machine_take_line(struct machine *m, const char **text, size_t *n)
{
    const unsigned char *p = m->data + m->at, *end = memchr(p, '\n', m->n - m->at);
    if (!end)
        return machine_broken(m, "it is cut off");
    *text = (const char *)p;
    *n = (size_t)(end - p);
    m->at += *n + 1;
    return 0;
}

/* ---- values and the stack ------------------------------------------------ */

int machine_new_value(struct machine *m, const struct pickle_value *v, uint32_t *ref)
{
    struct pickle *p = m->out;
    TRY(machine_room(m, &p->value, &m->values_cap, p->values + 1, PICKLE_MAX_VALUES, sizeof *p->value,
                     "values"));
    *ref = (uint32_t)p->values;
    p->value[p->values++] = *v;
    return 0;
}

int machine_push(struct machine *m, uint32_t ref)
{
    TRY(machine_room(m, &m->stack, &m->stack_cap, m->depth + 1, PICKLE_MAX_VALUES, sizeof *m->stack,
                     "values on its stack"));
    m->stack[m->depth++] = ref;
    return 0;
}

int machine_push_value(struct machine *m, const struct pickle_value *v)
{
    uint32_t ref;
    TRY(machine_new_value(m, v, &ref));
    return machine_push(m, ref);
}

int machine_peek(struct machine *m, size_t down, uint32_t *ref)
{
    size_t bottom = m->marks ? m->mark[m->marks - 1] : 0;
    if (m->depth - bottom <= down)
        return machine_broken(m, "the stack is empty");
    *ref = m->stack[m->depth - 1 - down];
    return 0;
}

int machine_pop(struct machine *m, uint32_t *ref)
{
    TRY(machine_peek(m, 0, ref));
    m->depth--;
    return 0;
}

int machine_pop_mark(struct machine *m, const uint32_t **items, size_t *n)
{
    if (m->marks == 0)
        return machine_broken(m, "a mark is missing");
    size_t bottom = m->mark[--m->marks];
    *items = m->stack ? m->stack + bottom : NULL;
    *n = m->depth - bottom;
    m->depth = bottom;
    return 0;
}

struct pickle_value *machine_value(struct machine *m, uint32_t ref)
{
    return &m->out->value[ref];
}

int machine_add_items(struct machine *m, uint32_t ref, const uint32_t *items, size_t n)
{
    struct pickle *p = m->out;
    struct pickle_value *v = machine_value(m, ref);
    if (v->n + n > v->cap) {
        size_t cap = v->cap ? 2 * (v->n + n) : n;
        TRY(machine_room(m, &p->item, &m->items_cap, p->items + cap, PICKLE_MAX_ITEMS, sizeof *p->item,
                         "items"));
        if (v->n > 0)
            memcpy(p->item + p->items, p->item + v->first, v->n * sizeof *p->item);
        v->first = (uint32_t)p->items;
        v->cap = (uint32_t)cap;
        p->items += cap;
    }
    if (n > 0)
        memcpy(p->item + v->first + v->n, items, n * sizeof *items);
    v->n += n;
    return 0;
}

int machine_new_sequence(struct machine *m, enum pickle_type type, const uint32_t *items, size_t n,
                         uint32_t *ref)
{
    TRY(machine_new_value(m, &(struct pickle_value){.type = (unsigned char)type}, ref));
    return machine_add_items(m, *ref, items, n);
}
