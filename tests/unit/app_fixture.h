/* A program state made by hand: a model of 4 layers, measured on a machine that does not exist. Screens are tested
 * and drawn into golden files from it, never from the machine the test runs on. */
#ifndef TESTS_UNIT_APP_FIXTURE_H
#define TESTS_UNIT_APP_FIXTURE_H

#include "tui/app.h"

/* What the state asked of its host. */
struct fixture_host {
    struct request last;
    int submitted, cancelled;
};

/* An app that has just started; `model` NULL = demo. */
void app_fixture_start(struct app *a, struct fixture_host *host, const char *model);
/* The same after the model was opened and measured. */
void app_fixture_measured(struct app *a, struct fixture_host *host);

/* The pieces; the caller frees them (or hands them to app_news). */
struct facts *fixture_facts(void);
struct profile *fixture_profile(int layers);
/* What is known about the heads of that model: everything, or only gradients of the first rows. */
struct head_study *fixture_heads(bool finished);
/* The state of app_fixture_measured with a classifier, a data set and those heads. */
void app_fixture_heads(struct app *a, struct fixture_host *host, bool finished);

/* The state of app_fixture_measured with samples of it. */
void app_fixture_samples(struct app *a, struct fixture_host *host);

/* A training of that model in that state, and the state of app_fixture_measured with data sets and it. */
struct train_status *fixture_training(enum train_state state);
void app_fixture_training(struct app *a, struct fixture_host *host, enum train_state state);

/* The state of app_fixture_heads with three recipes, of which the last one is as far as `stage`. */
void app_fixture_compress(struct app *a, struct fixture_host *host, enum attempt_stage stage);

/* News of what that recipe's second step does on its parts alone, or on the components of layers; of `rows` of them. */
void app_fixture_parts(struct app *a, const char *step, bool cells, int rows);

/* Keys by their names, separated by blanks ("j j Enter : q"). */
void fixture_keys(struct app *a, const char *keys);
/* Every character is one key. */
void fixture_type(struct app *a, const char *text);

#endif
