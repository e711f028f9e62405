/* Jobs: what the engine thread does. One `const struct job` in job_NAME.c and one row in jobs.def. */
#ifndef TUI_JOB_H
#define TUI_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/base/progress.h"
#include "analyzer/compress/export.h"
#include "analyzer/compress/search.h"
#include "analyzer/measure/counted.h"
#include "analyzer/measure/head_study.h"
#include "analyzer/measure/profile.h"
#include "analyzer/measure/sampled.h"
#include "reports/facts.h"
#include "tui/log.h"
#include "tui/insight.h"
#include "tui/part_study.h"
#include "tui/row_texts.h"
#include "tui/train_status.h"
#include "tui/workbench.h"

enum job_id {
#define JOB(name, symbol) JOB_##name,
#include "tui/jobs.def"
#undef JOB
    JOBS
};

struct opened;
struct train_session;

#define JOB_BIT(id) (1u << (id))

/* What shall be known about the heads. */
struct heads_request {
    enum head_mode mode;
    bool curve;     /* the curve in the order of that mode, which is measured first if it is not known */
    bool normalize; /* the order is that of normalized scores */
    char data[1024], task[64]; /* task "": that of the header */
};

enum train_order { TRAIN_START, TRAIN_TAKE_UP, TRAIN_GO_ON, TRAIN_PAUSE, TRAIN_STOP, TRAIN_SAVE };

struct train_request {
    enum train_order order;
    struct train_choice choice; /* of TRAIN_START, like the data */
    char data[1024], dev[1024], task[64]; /* dev "": none; task "": that of the header */
    bool keep;                  /* so that it outlives the program (kept_training.h) */
    double checkpoint_s;        /* between checkpoints; negative = the usual time */
    char dir[1024];             /* of TRAIN_SAVE */
};

enum { TRIAL_RECIPE = 16384 };

/* The recipe of an attempt of the workbench (workbench.h). */
struct trial_request {
    unsigned era;
    int attempt;
    char recipe[TRIAL_RECIPE];
    char data[1024], task[64]; /* rows, "" = none; task "": that of the header */
    char dir[1024];            /* to export to */
    enum export_form form;
    double seconds;            /* to time it for */
    size_t hidden_bytes;       /* for hidden states of the original; 0 = the usual limit */
};

/* What the Examples screen wants to see of the data set and the recipe of the trial request. */
struct look_request {
    bool texts;              /* the texts of all rows */
    int row;                 /* this row from inside, by the original and by the changed model; -1 = none */
    char typed[INSIGHT_TEXT]; /* this text in the same way; "" = none */
    int layer;               /* whose attention is kept in any case */
};

enum { SEARCH_BUDGETS = 8 };

/* The rest is as in trial_request. */
struct search_request {
    struct budget budget[SEARCH_BUDGETS];
    int budgets;
    unsigned first; /* number of what is found for the first one (struct trial_news) */
};

/* What a job is asked to do; a copy, so that nobody waits for anybody. */
struct request {
    enum job_id job;
    char spec[1024]; /* the model to open */
    uint64_t seed;   /* of its weights, if they are random */
    struct profile_options profile;
    struct heads_request heads;
    struct train_request train;
    struct trial_request trial;
    struct look_request look;
    struct search_request search;
    bool cells; /* of a step on its parts: components of layers (the rest is as in trial_request, whose recipe is the step) */
};

/* What a job may use. Everything is for the engine thread only. */
struct job_context {
    struct opened *opened; /* the model, or zeroed */
    struct train_session **training; /* kept between jobs; NULL = none yet */
    const struct request *request;
    const struct progress *progress;
    void *payload; /* for the functions below */
    void (*publish_facts)(void *payload, const struct facts *f);
    void (*publish_profile)(void *payload, const struct profile *p);
    void (*publish_samples)(void *payload, const struct sampled *s);
    void (*publish_counts)(void *payload, const struct counted *c);
    void (*publish_heads)(void *payload, const struct head_study *s);
    void (*publish_training)(void *payload, const struct train_status *s);
    void (*publish_trial)(void *payload, struct trial_news *n); /* takes it over, like the next three */
    void (*publish_texts)(void *payload, struct row_texts *t);
    void (*publish_insight)(void *payload, struct insight *l);
    void (*publish_parts)(void *payload, struct part_study *s);
    void (*log)(void *payload, enum log_level level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
};

struct job {
    const char *doing; /* "measuring": shown until the job says something better */
    uint32_t replaces; /* JOB_BIT of the jobs that a new request of this kind cancels, running or waiting */
    int (*run)(struct job_context *x, struct err *e);
};

#define JOB(name, symbol) extern const struct job job_##symbol;
#include "tui/jobs.def"
#undef JOB

/* The model as the original of trials, with the rows of the request, and its recipe; the caller frees that, also after a failure. */
WARN_UNUSED int trial_prepare(struct job_context *x, struct recipe *out, struct err *e);

const struct job *job_row(enum job_id id);

/* What the engine is doing, for the status line. */
struct job_state {
    bool running;
    enum job_id job;
    char what[64];
    double done, total; /* total 0 = not known */
    uint64_t phase_ns;  /* clock when `what` began */
    int waiting;        /* requests behind it */
};

/* What became known since the last look. The taker owns the pointers. */
struct news {
    struct facts *facts;     /* a model was opened; NULL = no news */
    struct profile *profile; /* NULL = no news */
    struct sampled *sampled; /* NULL = no news */
    struct counted *counted; /* NULL = no news */
    struct head_study *heads; /* NULL = no news */
    struct train_status *training; /* NULL = no news */
    struct trial_news *trials; /* a list, the oldest first */
    struct row_texts *texts; /* NULL = no news */
    struct insight *insight[INSIGHTS]; /* NULL = no news */
    struct part_study *parts[2]; /* [cells] NULL = no news */
    struct job_state job;
    struct log_line *line; /* [lines] */
    int lines;
};

void news_free(struct news *n);
/* Each frees what was allocated, and what it owns; NULL is accepted. */
void profile_delete(struct profile *p);
void sampled_delete(struct sampled *s);
void counted_delete(struct counted *c);

#endif
