#include "analyzer/model/pickle_machine.h"

#include <string.h>

static const struct pickle_global globals[] = {
#define PICKLE_GLOBAL(module, name, kind, dtype) {module, name, PICKLE_KIND_##kind, DTYPE_##dtype},
#include "analyzer/model/pickle_globals.def"
#undef PICKLE_GLOBAL
};

/* ---- names and calls ----------------------------------------------------- */

static int refuse_name(const struct machine *m, const char *module, size_t module_n, const char *name,
                       size_t name_n)
{
    return err_set(m->e, ERR_UNSUPPORTED,
                   "the pickle asks for %.*s.%.*s, which a file of tensors does not need: "
                   "refused, nothing was run",
                   (int)(module_n < 100 ? module_n : 100), module, (int)(name_n < 100 ? name_n : 100), name);
}

static bool same(const char *s, size_t n, const char *text)
{
    return strlen(text) == n && memcmp(s, text, n) == 0;
}

static int push_global(struct machine *m, const char *module, size_t module_n, const char *name,
                       size_t name_n)
{
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        if (same(module, module_n, globals[i].module) && same(name, name_n, globals[i].name))
            return machine_push_value(m,
                                      &(struct pickle_value){.type = PICKLE_GLOBAL, .global = &globals[i]});
    return refuse_name(m, module, module_n, name, name_n);
}

int op_global(struct machine *m, int op)
{
    const char *module, *name;
    size_t module_n, name_n;
    (void)op;
    TRY(machine_take_line(m, &module, &module_n));
    TRY(machine_take_line(m, &name, &name_n));
    return push_global(m, module, module_n, name, name_n);
}

int op_stack_global(struct machine *m, int op)
{
    uint32_t module, name;
    (void)op;
    TRY(machine_pop(m, &name));
    TRY(machine_pop(m, &module));
    const struct pickle_value *a = machine_value(m, module), *b = machine_value(m, name);
    if (a->type != PICKLE_TEXT || b->type != PICKLE_TEXT)
        return machine_broken(m, "a name is no text");
    return push_global(m, a->text, a->n, b->text, b->n);
}

/* OrderedDict() or OrderedDict([(key, value), ...]). */
static int call_dict(struct machine *m, const uint32_t *arg, size_t n)
{
    uint32_t dict;
    TRY(machine_new_sequence(m, PICKLE_DICT, NULL, 0, &dict));
    const struct pickle_value *list = n ? machine_value(m, arg[0]) : NULL;
    if (n > 1 || (list && list->type != PICKLE_LIST && list->type != PICKLE_TUPLE))
        return machine_broken(m, "an OrderedDict is made of something that is no list");
    size_t pairs = list ? list->n : 0, first = list ? list->first : 0;
    for (size_t i = 0; i < pairs; i++) {
        const struct pickle_value *pair = machine_value(m, m->out->item[first + i]);
        if ((pair->type != PICKLE_LIST && pair->type != PICKLE_TUPLE) || pair->n != 2)
            return machine_broken(m, "an OrderedDict is made of something that is no pair");
        uint32_t items[2] = {m->out->item[pair->first], m->out->item[pair->first + 1]};
        TRY(machine_add_items(m, dict, items, 2));
    }
    return machine_push(m, dict);
}

static int call_tensor(struct machine *m, const struct pickle_global *g, uint32_t args)
{
    struct pickle_value v = *machine_value(m, args);
    if (v.n < (g->kind == PICKLE_KIND_TENSOR ? 4 : 7) ||
        machine_value(m, m->out->item[v.first])->type != PICKLE_STORAGE)
        return machine_broken(m, "a tensor is made without a storage");
    v.type = PICKLE_TENSOR;
    v.cap = 0;
    v.by = g;
    return machine_push_value(m, &v);
}

/* `callee` is applied to the tuple `args`; the result is pushed. */
static int call(struct machine *m, uint32_t callee, uint32_t args)
{
    const struct pickle_value *f = machine_value(m, callee), *a = machine_value(m, args);
    if (f->type != PICKLE_GLOBAL || a->type != PICKLE_TUPLE)
        return machine_broken(m, "something that cannot be called is called");
    const struct pickle_global *g = f->global;
    uint32_t first = a->n ? m->out->item[a->first] : REF_NONE;
    switch (g->kind) {
    case PICKLE_KIND_DICT:
        return call_dict(m, &first, a->n);
    case PICKLE_KIND_TENSOR:
    case PICKLE_KIND_TENSOR_TYPED:
        return call_tensor(m, g, args);
    case PICKLE_KIND_PARAMETER:
        return machine_value(m, first)->type == PICKLE_TENSOR ? machine_push(m, first)
                                                              : machine_broken(m, "a parameter is no tensor");
    case PICKLE_KIND_SIZE:
        return machine_value(m, first)->type == PICKLE_TUPLE ? machine_push(m, first)
                                                             : machine_broken(m, "a size is no tuple");
    case PICKLE_KIND_DEVICE:
        return machine_push(m, REF_OTHER);
    default:
        return refuse_name(m, g->module, strlen(g->module), g->name, strlen(g->name));
    }
}

/* R, NEWOBJ and NEWOBJ_EX (whose keywords must be empty). */
int op_call(struct machine *m, int op)
{
    uint32_t keywords, args, callee;
    if (op == 0x92) {
        TRY(machine_pop(m, &keywords));
        if (machine_value(m, keywords)->type != PICKLE_DICT || machine_value(m, keywords)->n != 0)
            return machine_broken(m, "an object is made with keywords");
    }
    TRY(machine_pop(m, &args));
    TRY(machine_pop(m, &callee));
    return call(m, callee, args);
}

/* i and o: the arguments lie above a mark; the class is a name, or the first of them. */
int op_instance(struct machine *m, int op)
{
    const uint32_t *items = NULL;
    size_t n = 0;
    uint32_t callee, args;
    if (op == 'i') {
        TRY(op_global(m, op));
        TRY(machine_pop(m, &callee));
    }
    TRY(machine_pop_mark(m, &items, &n));
    if (op == 'o') {
        if (n == 0)
            return machine_broken(m, "an object has no class");
        callee = *items++;
        n--;
    }
    TRY(machine_new_sequence(m, PICKLE_TUPLE, items, n, &args));
    return call(m, callee, args);
}

/* The state of an OrderedDict is its _metadata, which says nothing about tensors. */
int op_build(struct machine *m, int op)
{
    uint32_t state, target;
    (void)op;
    TRY(machine_pop(m, &state));
    TRY(machine_peek(m, 0, &target));
    if (machine_value(m, target)->type != PICKLE_DICT || machine_value(m, state)->type != PICKLE_DICT)
        return err_set(m->e, ERR_UNSUPPORTED,
                       "the pickle sets the state of an object that is no dict: refused, nothing "
                       "was run");
    return 0;
}

static bool is_count(const struct pickle_value *v)
{
    return v->type == PICKLE_INT && v->integer >= 0;
}

static bool is_view(const struct pickle *p, const struct pickle_value *v)
{
    return v->type == PICKLE_NONE || (v->type == PICKLE_TUPLE && v->n == 3 &&
                                      is_count(pickle_item(p, v, 1)) && is_count(pickle_item(p, v, 2)));
}

static bool is_storage(const struct pickle *p, const struct pickle_value *v)
{
    if (v->type != PICKLE_TUPLE || v->n < 5 || !pickle_is_text(pickle_item(p, v, 0), "storage"))
        return false;
    const struct pickle_value *type = pickle_item(p, v, 1);
    return type->type == PICKLE_GLOBAL &&
           (type->global->kind == PICKLE_KIND_STORAGE || type->global->kind == PICKLE_KIND_UNTYPED) &&
           pickle_item(p, v, 2)->type == PICKLE_TEXT && pickle_item(p, v, 3)->type == PICKLE_TEXT &&
           is_count(pickle_item(p, v, 4)) && (v->n == 5 || is_view(p, pickle_item(p, v, 5)));
}

int op_persistent(struct machine *m, int op)
{
    uint32_t id;
    (void)op;
    TRY(machine_pop(m, &id));
    struct pickle_value v = *machine_value(m, id);
    if (!is_storage(m->out, &v))
        return err_set(m->e, ERR_UNSUPPORTED,
                       "the pickle refers to something outside that is no tensor storage (a whole "
                       "module was saved?): save its state_dict()");
    v.type = PICKLE_STORAGE;
    v.cap = 0;
    return machine_push_value(m, &v);
}
