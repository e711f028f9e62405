/* A saved report on the screens of the program. */
#include <stdio.h>
#include <stdlib.h>

#include "reports/report.h"
#include "tui/app.h"
#include "tui/bench_report.h"

static void show_facts(struct app *a, const struct report *r, struct facts *f)
{
    struct news n = {.facts = f};
    *f = r->facts;
    app_news(a, &n);
    a->workload = r->workload;
    snprintf(a->spec, sizeof a->spec, "%s", r->facts.name);
}

static int show_samples(struct news *n, const struct sampled *s, struct err *e)
{
    n->sampled = malloc(sizeof *n->sampled);
    if (!n->sampled)
        return err_set(e, ERR_NOMEM, "no memory for a report");
    int code = sampled_copy(n->sampled, s, e);
    if (code != 0)
        *n->sampled = (struct sampled){.steps = 0};
    return code;
}

static int show_counts(struct news *n, const struct counted *c, struct err *e)
{
    n->counted = malloc(sizeof *n->counted);
    if (!n->counted)
        return err_set(e, ERR_NOMEM, "no memory for a report");
    int code = counted_copy(n->counted, c, e);
    if (code != 0)
        *n->counted = (struct counted){.steps = 0};
    return code;
}

/* A report of another version may have steps that this one does not know. */
static int show_trials(struct app *a, const struct report *r, struct err *e)
{
    struct err why;
    if (bench_restore(&a->bench, &r->trials, &why) == 0)
        return 0;
    app_say(a, LOG_WARNING, "the trials of this report cannot be shown here: %s", why.text);
    return workbench_reset(&a->bench, e);
}

static int show_figures(struct app *a, const struct report *r, struct err *e)
{
    struct news n = {.profile = r->profile ? calloc(1, sizeof *n.profile) : NULL, .heads = calloc(1, sizeof *n.heads)};
    int code = n.heads && (n.profile || !r->profile) ? 0 : err_set(e, ERR_NOMEM, "no memory for a report");
    if (code == 0 && r->profile)
        code = profile_copy(n.profile, r->profile, e);
    if (code == 0)
        code = head_study_copy(n.heads, &r->heads, e);
    if (code == 0 && r->sampled.samples > 0)
        code = show_samples(&n, &r->sampled, e);
    if (code == 0 && r->counted.steps > 0)
        code = show_counts(&n, &r->counted, e);
    if (code == 0)
        code = show_trials(a, r, e);
    if (code == 0)
        app_news(a, &n);
    news_free(&n);
    return code;
}

int app_show_saved(struct app *a, struct report *r, struct err *e)
{
    struct facts *f = malloc(sizeof *f);
    a->saved = r;
    if (!f)
        return err_set(e, ERR_NOMEM, "no memory for a report");
    show_facts(a, r, f);
    TRY(show_figures(a, r, e));
    app_say(a, LOG_INFO, "this is a report of %s; nothing in it can be measured again", r->provenance.created);
    return 0;
}
