#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/outfile.h"
#include "analyzer/measure/machine.h"
#include "analyzer/measure/subject.h"
#include "reports/history_report.h"
#include "reports/when.h"
#include "tui/command.h"

struct session {
    const struct settings *s;
    char path[4096];
    char here[17]; /* the fingerprint of this machine */
    struct store_filter filter;
    enum quantity quantity;
};

static int find_machine(struct session *x, struct err *e)
{
    struct machine m;
    struct subject s = {.cores = 0};
    TRY(machine_detect(&m, e));
    snprintf(s.cpu, sizeof s.cpu, "%s", m.cpu);
    s.cores = m.cores;
    machine_bits_text(machine_bits(&m), s.isa, sizeof s.isa);
    subject_fingerprint(&s, x->here);
    x->filter.machine = x->here;
    return 0;
}

static int read_settings(struct session *x, struct err *e)
{
    const struct settings *s = x->s;
    int64_t now = when_now_ms();
    x->filter = (struct store_filter){.kind = s->kind, .model = s->model, .machine = s->machine, .last = s->last};
    if (s->since)
        TRY(when_parse(&x->filter.since_ms, s->since, now, e));
    if (s->before)
        TRY(when_parse(&x->filter.before_ms, s->before, now, e));
    if (s->machine && strcmp(s->machine, "here") == 0)
        TRY(find_machine(x, e));
    if (s->quantity)
        TRY(quantity_parse(&x->quantity, s->quantity, e));
    if (s->prune && !s->kind && !s->model && !s->machine && !s->since && !s->before)
        return err_set(e, ERR_USAGE, "--prune removes what is selected; say what: --kind, --model, --machine, --since or --before");
    if (s->store && (size_t)snprintf(x->path, sizeof x->path, "%s", s->store) < sizeof x->path)
        return 0;
    return store_path(x->path, sizeof x->path, e);
}

/* The document of one entry, as it was kept. */
static int show_entry(const struct session *x, struct store *store, struct str *out, struct err *e)
{
    char *end, *document;
    long long id = strtoll(x->s->args[0], &end, 10);
    if (*end || id < 1)
        return err_set(e, ERR_USAGE, "an entry of the history is a number, not \"%s\"", x->s->args[0]);
    if (!store)
        return err_set(e, ERR_FORMAT, "there is no history %s yet; --record keeps a result", x->path);
    TRY(store_document(store, id, &document, e));
    str_add(out, document);
    free(document);
    return 0;
}

static int write_csv(const struct history *h, const char *path, struct str *out, struct err *e)
{
    struct str text;
    int code = 0;
    str_init(&text);
    history_csv(&text, h);
    if (strcmp(path, "-") == 0)
        str_add_n(out, text.text, text.len);
    else
        code = outfile_write(path, text.text, text.len, e);
    str_free(&text);
    return code;
}

static void show(const struct session *x, const struct history *h, struct str *out)
{
    struct emit *emit = x->s->json ? emit_json("bertscope.history/1") : emit_text("bertscope.history/1");
    char note[64];
    emit_string(emit, "store", "history", x->path);
    history_report(emit, h, x->s->prune ? "Removed" : "Entries");
    if (!x->s->prune)
        history_series(emit, h, x->quantity);
    if (x->s->prune)
        emit_int(emit, "removed", NULL, h->entries, UNIT_NONE);
    snprintf(note, sizeof note, "%d removed", h->entries);
    if (x->s->prune)
        emit_note(emit, note);
    else if (h->entries == 0)
        emit_note(emit, "Nothing is kept here; --record of profile, eval, compress and check keeps their results.");
    emit_finish(emit, out);
}

static int list(const struct session *x, struct store *store, struct str *out, struct err *e)
{
    struct history h = {.entries = 0};
    int code = (x->s->prune ? history_prune : history_read)(&h, store, &x->filter, e);
    if (code == 0 && x->s->csv)
        code = write_csv(&h, x->s->csv, out, e);
    if (code == 0 && !(x->s->csv && strcmp(x->s->csv, "-") == 0))
        show(x, &h, out);
    history_free(&h);
    return code;
}

static int run(const struct settings *s, struct str *out, const struct progress *progress, struct err *e)
{
    struct session x = {.s = s, .quantity = QUANTITY_time_ns};
    struct store *store;
    (void)progress;
    TRY(read_settings(&x, e));
    bool writes = s->prune && access(x.path, F_OK) == 0;
    TRY(store_open(&store, x.path, writes ? STORE_WRITE : STORE_READ, e));
    int code = s->arg_count > 0 ? show_entry(&x, store, out, e) : list(&x, store, out, e);
    store_close(store);
    return code;
}

const struct command command_history = {
    .name = "history",
    .args = "[ENTRY]",
    .summary = "results that were kept with --record, and how they went over time",
    .detail = "Lists what profile, eval, compress and check kept, oldest first, and how --quantity went in entries of the same\n"
              "kind, model, machine and settings. --kind, --model (part of its name), --machine (beginning of its fingerprint,\n"
              "or \"here\"), --since, --before and --last select. A fingerprint is made of processor, cores and instruction sets.\n"
              "--csv FILE writes one line an entry (- = standard output), ENTRY shows its JSON as it was kept, and --prune\n"
              "removes what is selected, and says what that was.",
    .example = "bertscope history --model bert-base --since 30d --quantity time_ns",
    .options = OPTION_BIT(help) | OPTION_BIT(json) | OPTION_BIT(output) | OPTION_BIT(store) | OPTION_BIT(kind) |
               OPTION_BIT(model) | OPTION_BIT(machine) | OPTION_BIT(since) | OPTION_BIT(before) | OPTION_BIT(last) |
               OPTION_BIT(quantity) | OPTION_BIT(prune) | OPTION_BIT(csv),
    .max_args = 1,
    .run = run,
};
