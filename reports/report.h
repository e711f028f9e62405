/* All that is known about a model, as one structure: a copy that outlives the model. It is collected once and walked once,
 * whatever the form (emit.h), so no form can disagree with another; and it is read back from what the forms wrote
 * (report_open).
 *
 * A part of it is a section: a row of sections.def and a file, which say what the section keeps and how it is told. */
#ifndef REPORTS_REPORT_H
#define REPORTS_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/compress/sensitivity.h"
#include "analyzer/measure/counted.h"
#include "analyzer/measure/head_study.h"
#include "analyzer/measure/profile.h"
#include "analyzer/measure/sampled.h"
#include "reports/emit.h"
#include "reports/eval_report.h"
#include "reports/example_table.h"
#include "reports/facts.h"
#include "reports/trial_table.h"

#define REPORT_SCHEMA "bertscope.report/1"

/* Where the figures come from; texts are safe to show. */
struct provenance {
    char command[1024]; /* as typed */
    char version[32];   /* of the program */
    char compiler[64];
    char created[32];   /* UTC, "2024-05-01 12:00:00" */
    char data_hash[80]; /* SHA-256 of the bytes of the data set, "" = none or not a file */
};

struct report {
    struct facts facts;
    struct workload workload;
    uint64_t seed;
    struct provenance provenance;
    struct profile *profile;          /* NULL = not measured, like the following; owned */
    struct eval_summary *evaluation;  /* owned */
    struct head_study heads;          /* owned; may know nothing, like the following */
    struct sampled sampled;           /* without layers */
    struct counted counted;
    struct trial_table trials;
    struct example_table examples;
    char sensitivity_step[256];
    struct sensitivity sensitivity;
};

/* What a report is collected from; borrowed. NULL = not known, but for the facts. */
struct report_source {
    const struct facts *facts;
    struct workload workload;
    uint64_t seed;
    const struct provenance *provenance;
    const struct profile *profile;
    const struct eval_summary *evaluation;
    const struct head_study *heads;
    const struct sampled *sampled;
    const struct counted *counted;
    const struct trial_table *trials;
    const struct example_table *examples;
    const char *sensitivity_step; /* of the next */
    const struct sensitivity *sensitivity;
};

struct parse; /* parse.h */

/* A part of the report. */
struct section {
    int (*collect)(struct report *r, const struct report_source *s, struct err *e);
    void (*walk)(struct emit *e, const struct report *r); /* says nothing if nothing is known */
    void (*read)(struct report *r, struct parse *p);      /* what `walk` says as JSON; nothing if it is not there */
    void (*forget)(struct report *r);                     /* NULL = owns nothing */
};

#define SECTION(name) extern const struct section section_##name;
#include "reports/sections.def"
#undef SECTION

/* The caller frees `out`, also after a failure. */
WARN_UNUSED int report_collect(struct report *out, const struct report_source *s, struct err *e);
void report_walk(struct emit *e, const struct report *r);
void report_free(struct report *r); /* accepts a zeroed struct */

/* Reads back what was written as HTML or JSON. The bytes are not trusted: whatever is not as `report_walk` says it is ERR_FORMAT and a
 * sentence with the place. `name` stands for the file. The caller frees `out`, also after a failure. */
enum { REPORT_MAX_BYTES = 32 << 20 };
WARN_UNUSED int report_open(struct report *out, const char *path, struct err *e);
/* Its sections, in their order; faults stay in `p`. */
void report_read(struct report *out, struct parse *p);
WARN_UNUSED int report_parse(struct report *out, const char *bytes, size_t n, const char *name, struct err *e);

/* Fills in version, compiler and time (that of SOURCE_DATE_EPOCH if it is set, so that the same figures are the same bytes); a command
 * is made of its words. */
void provenance_make(struct provenance *out, const char *const *words, int n);

#endif
