/* What became known, taken over by the state: from the engine, or from a report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/report.h"
#include "tui/app.h"
#include "tui/session.h"

void news_free(struct news *n)
{
    free(n->facts);
    profile_delete(n->profile);
    sampled_delete(n->sampled);
    counted_delete(n->counted);
    if (n->heads)
        head_study_free(n->heads);
    free(n->heads);
    if (n->training)
        train_status_free(n->training);
    free(n->training);
    trial_news_free(n->trials);
    row_texts_free(n->texts);
    for (int i = 0; i < INSIGHTS; i++)
        insight_free(n->insight[i]);
    for (int i = 0; i < 2; i++)
        part_study_free(n->parts[i]);
    free(n->line);
    *n = (struct news){0};
}

void app_forget_news(struct app *a)
{
    free(a->facts);
    profile_delete(a->profile);
    sampled_delete(a->sampled);
    counted_delete(a->counted);
    head_study_free(&a->heads);
    if (a->saved)
        report_free(a->saved);
    free(a->saved);
    train_status_free(&a->training);
    app_forget_insights(a);
    app_forget_parts(a);
}

static void take_facts(struct app *a, struct facts *f)
{
    bool first = !a->facts;
    struct err e = {0};
    free(a->facts);
    a->facts = f;
    profile_delete(a->profile);
    a->profile = NULL;
    sampled_delete(a->sampled);
    a->sampled = NULL;
    counted_delete(a->counted);
    a->counted = NULL;
    head_study_free(&a->heads);
    app_forget_insights(a);
    app_forget_parts(a);
    if (first)
        a->workload = settings_workload(&a->settings, f->positions, f->machine.cores);
    if (!first && a->workload.seq > f->positions)
        a->workload.seq = f->positions;
    workbench_use(&a->bench, &a->workload);
    if (!first) {
        session_free(a->session);
        a->session = NULL;
        if (workbench_reset(&a->bench, &e) != 0)
            app_complain(a, &e);
    }
    if (a->session_params && a->session_params != f->params_total) {
        workbench_forget(&a->bench);
        app_say(a, LOG_WARNING, "the model is not the one that the session was about: its recipes stay, its results do not");
    }
    a->session_params = 0;
    if (!a->saved)
        app_opened(a);
    if (app_shows_trials(a))
        app_try(a);
}

void app_news(struct app *a, struct news *n)
{
    a->job = n->job;
    for (int i = 0; i < n->lines; i++) {
        log_append(&a->log, &n->line[i]);
        if (n->line[i].level >= LOG_WARNING) /* the rest is read on the Log screen */
            app_message(a, n->line[i].level, n->line[i].text);
    }
    app_take_trials(a, n->trials);
    if (n->profile) {
        profile_delete(a->profile);
        a->profile = n->profile;
        n->profile = NULL;
    }
    if (n->sampled) {
        sampled_delete(a->sampled);
        a->sampled = n->sampled;
        a->sampled_number++;
        n->sampled = NULL;
    }
    if (n->counted) {
        counted_delete(a->counted);
        a->counted = n->counted;
        n->counted = NULL;
    }
    if (n->heads) {
        head_study_free(&a->heads);
        a->heads = *n->heads;
        free(n->heads);
        n->heads = NULL;
    }
    if (n->training) {
        train_status_free(&a->training);
        a->training = *n->training;
        free(n->training);
        n->training = NULL;
    }
    if (n->facts) {
        struct facts *f = n->facts;
        n->facts = NULL;
        take_facts(a, f);
    }
    app_take_insights(a, n);
    app_take_parts(a, n);
    news_free(n);
    app_want(a);
}
