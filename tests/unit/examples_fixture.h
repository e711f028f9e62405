/* Answers of an original and of a trial to a few rows, made by hand, and looks at them. */
#ifndef TESTS_UNIT_EXAMPLES_FIXTURE_H
#define TESTS_UNIT_EXAMPLES_FIXTURE_H

#include "tests/unit/app_fixture.h"

enum { EXAMPLES_ROWS = 12 };

enum examples_state {
    EXAMPLES_UNKNOWN,  /* nothing was evaluated */
    EXAMPLES_ARRIVING, /* rows are being evaluated */
    EXAMPLES_SESSION,  /* figures of a session, without answers */
    EXAMPLES_FAILED,   /* the recipe could not be applied */
    EXAMPLES_SAME,     /* the original alone */
    EXAMPLES_VALUES,   /* a regression */
    EXAMPLES_READY,
    EXAMPLES_STATES
};

/* The state of app_fixture_heads with a recipe of one step, in that state, and the texts of the rows. */
void app_fixture_examples(struct app *a, struct fixture_host *host, enum examples_state state);
/* Does what the state asked of the engine last, if that was a look at a text. */
void fixture_answer_look(struct app *a, struct fixture_host *host);

#endif
