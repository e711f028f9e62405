/* What is in the history: entries, and how a quantity went over time. */
#ifndef REPORTS_HISTORY_REPORT_H
#define REPORTS_HISTORY_REPORT_H

#include "reports/emit.h"
#include "reports/store.h"

/* A copy of an entry without its document. Texts are safe to show. */
struct history_entry {
    int64_t id, at_ms;
    char kind[32], model[128], machine[17], cpu[96], settings[256];
    int cores;
    double value[QUANTITIES];
};

struct history {
    struct history_entry *entry; /* [entries], in the order of time; owned */
    int entries, cap;
};

/* `s` NULL = there is no history yet, and nothing in it. The caller frees `out`, also after a failure. */
WARN_UNUSED int history_read(struct history *out, struct store *s, const struct store_filter *f, struct err *e);
/* The same, and removes them from the store. */
WARN_UNUSED int history_prune(struct history *out, struct store *s, const struct store_filter *f, struct err *e);
void history_free(struct history *h);

/* `title`: of the table of entries. */
void history_report(struct emit *e, const struct history *h, const char *title);

/* Entries of the same kind, model, machine and settings are one series; those with two values or more. */
void history_series(struct emit *e, const struct history *h, enum quantity q);

/* One line an entry, with a header. */
void history_csv(struct str *out, const struct history *h);

#endif
