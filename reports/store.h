/* The history: results that were kept, in a SQLite file. The only user of SQLite.
 *
 * store_add returns 0 once the entry is on the disk: neither the end of this process nor of the machine loses it. Several processes may
 * write at once. The file is not trusted: one that is damaged, or whose tables are not those of a history, is ERR_FORMAT. Without SQLite
 * everything is ERR_MACHINE. */
#ifndef REPORTS_STORE_H
#define REPORTS_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/err.h"
#include "reports/emit.h"

struct store;

enum store_mode { STORE_READ, STORE_WRITE };

enum quantity {
#define QUANTITY(name, title, unit) QUANTITY_##name,
#include "reports/quantities.def"
#undef QUANTITY
    QUANTITIES
};

const char *quantity_name(enum quantity q);
const char *quantity_title(enum quantity q);
enum unit quantity_unit(enum quantity q);
/* ERR_USAGE lists the names. */
WARN_UNUSED int quantity_parse(enum quantity *out, const char *name, struct err *e);

/* $XDG_DATA_HOME/bertscope/history.db, else ~/.local/share/bertscope/history.db. ERR_USAGE if neither is known. */
WARN_UNUSED int store_path(char *out, size_t size, struct err *e);

/* STORE_WRITE makes the file if there is none, and the directories above it. STORE_READ of a file that is not there is *out = NULL. The
 * caller closes it. */
WARN_UNUSED int store_open(struct store **out, const char *path, enum store_mode mode, struct err *e);
void store_close(struct store *s); /* accepts NULL */

/* Keeps a result: a JSON object with "schema", "machine", "model" and "settings" as every command writes it. What is asked for later
 * is taken out of it. `at_ms`: milliseconds since 1970. */
WARN_UNUSED int store_add(struct store *s, const char *document, size_t n, int64_t at_ms, int64_t *id, struct err *e);

/* Which entries; NULL or 0 = any. Texts match parts of it, but kinds as a whole and machines from their beginning. */
struct store_filter {
    const char *kind, *model, *machine;
    int64_t since_ms, before_ms;
    int last; /* only the newest so many */
};

/* Texts are borrowed for the call and not safe to show. */
struct store_entry {
    int64_t id, at_ms;
    const char *kind, *model, *machine, *cpu, *isa, *settings;
    int cores;
    double value[QUANTITIES]; /* NAN = it has none */
};

/* Something but 0 ends the walk and is its result. */
typedef int store_fn(void *payload, const struct store_entry *x, struct err *e);

/* All of them in the order of time. */
WARN_UNUSED int store_each(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e);

/* The document of an entry; the caller frees it. ERR_FORMAT if there is none. */
WARN_UNUSED int store_document(struct store *s, int64_t id, char **out, struct err *e);

/* Removes what the filter selects, all or nothing; `fn` sees what goes before it does, and a failure of it keeps everything. */
WARN_UNUSED int store_prune(struct store *s, const struct store_filter *f, store_fn *fn, void *payload, struct err *e);

#endif
