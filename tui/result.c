#include "tui/result.h"

#include "reports/both.h"
#include "reports/store.h"
#include "reports/when.h"

enum { EXIT_NOT_KEPT = 5, EXIT_NO_HISTORY = 6 };

void result_open(struct result *out, const struct settings *s, const char *schema)
{
    struct emit *shown = s->json ? emit_json(schema) : emit_text(schema);
    str_init(&out->document);
    out->emit = s->record ? emit_both(shown, emit_json(schema), &out->document) : shown;
}

bool result_needs_machine(const struct settings *s)
{
    return s->json || s->record;
}

static int keep(const struct result *r, const struct settings *s, struct err *e)
{
    char path[4096];
    struct store *store;
    int64_t id;
    if (!s->store)
        TRY(store_path(path, sizeof path, e));
    TRY(store_open(&store, s->store ? s->store : path, STORE_WRITE, e));
    int code = store_add(store, r->document.text, r->document.len, when_now_ms(), &id, e);
    store_close(store);
    return code;
}

int result_close(struct result *r, const struct settings *s, struct str *out, struct err *e)
{
    emit_finish(r->emit, out);
    int code = s->record ? keep(r, s, e) : 0;
    str_free(&r->document);
    return code == 0 ? 0 : code == ERR_MACHINE ? EXIT_NO_HISTORY : EXIT_NOT_KEPT;
}
