/* Looking at examples through the engine: texts, tokens, answers and attention of the original and of what a recipe makes of it. */
#include "tests/unit/unit.h"

#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/engine.h"

enum { PATIENCE_S = 60 };

static sem_t woken;
static struct engine *engine;
static struct request request;

/* What was told since the last request. */
static struct {
    struct row_texts *texts;
    struct insight *insight[INSIGHTS];
    struct log log;
} told;

static void wake(void *payload)
{
    sem_post(payload);
}

static void forget(void)
{
    row_texts_free(told.texts);
    for (int i = 0; i < INSIGHTS; i++)
        insight_free(told.insight[i]);
    memset(&told, 0, sizeof told);
}

/* Takes what is new; true while the engine is busy. */
static bool take(void)
{
    struct news n;
    engine_take(engine, &n);
    if (n.texts) {
        told.texts = n.texts;
        n.texts = NULL;
    }
    for (int i = 0; i < INSIGHTS; i++)
        if (n.insight[i]) {
            told.insight[i] = n.insight[i];
            n.insight[i] = NULL;
        }
    for (int i = 0; i < n.lines; i++)
        log_append(&told.log, &n.line[i]);
    bool busy = n.job.running || n.job.waiting > 0;
    news_free(&n);
    return busy;
}

/* The sentence of a job that failed comes a moment after its end. */
static const char *error(void)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    for (take(); !log_last(&told.log, LOG_ERROR); take())
        if (sem_timedwait(&woken, &end) != 0)
            return "nothing";
    return log_last(&told.log, LOG_ERROR)->text;
}

static void ask(enum job_id job)
{
    struct timespec end;
    forget();
    request.job = job;
    CU_ASSERT_EQUAL_FATAL(engine_submit(engine, &request, NULL), 0);
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += PATIENCE_S;
    while (take())
        CU_ASSERT_EQUAL_FATAL(sem_timedwait(&woken, &end), 0);
}

static void begin(const char *spec)
{
    static const char rows[] = "1\tnot bad at all\n0\tdull \x07 and long\n1\tfine\n";
    request = (struct request){.profile.workload = {.batch = 1, .seq = 16, .threads = 2}, .look.row = -1};
    snprintf(request.spec, sizeof request.spec, "%s", spec);
    snprintf(request.trial.data, sizeof request.trial.data, "%s", unit_temp_file("rows.tsv", rows, sizeof rows - 1));
    snprintf(request.trial.task, sizeof request.trial.task, "plain");
    sem_init(&woken, 0, 0);
    CU_ASSERT_EQUAL_FATAL(engine_start(&engine, wake, &woken, NULL), 0);
    ask(JOB_OPEN);
}

static void end(void)
{
    forget();
    engine_stop(engine);
    sem_destroy(&woken);
}

/* Texts, a row and a typed text in one request. */
static void together(void)
{
    begin("demo");
    request.look = (struct look_request){.texts = true, .row = 1, .typed = "good | but short"};
    snprintf(request.trial.recipe, sizeof request.trial.recipe, "prune-heads heads=0.0\n");
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told.texts);
    CU_ASSERT(told.texts->rows == 3 && told.texts->outputs == 2 && told.texts->row[0].label == 1);
    CU_ASSERT_STRING_EQUAL(told.texts->row[1].text, "dull \\x07 and long");
    const struct insight *row = told.insight[INSIGHT_ROW], *typed = told.insight[INSIGHT_TYPED];
    CU_ASSERT_FATAL(row && typed);
    CU_ASSERT(row->row == 1 && row->hash == typed->hash && strcmp(typed->typed, "good | but short") == 0);
    CU_ASSERT_STRING_EQUAL(row->token[0], "[CLS]");
    CU_ASSERT_STRING_EQUAL(row->token[row->tokens - 1], "[SEP]");
    int separators = 0;
    for (int i = 0; i < typed->tokens; i++)
        separators += strcmp(typed->token[i], "[SEP]") == 0;
    CU_ASSERT_EQUAL(separators, 2); /* it is a pair */
    const struct attention_maps *original = &row->side[INSIGHT_ORIGINAL], *changed = &row->side[INSIGHT_CHANGED];
    CU_ASSERT(original->tokens == row->tokens && original->logits && changed->logits);
    CU_ASSERT_EQUAL(changed->heads, original->heads - 1);
    CU_ASSERT(memcmp(original->logits, changed->logits, sizeof(float) * 2) != 0);
    end();
}

/* Without steps there is no changed model; one that cannot be made is told. */
static void recipes(void)
{
    begin("demo");
    request.look.row = 0;
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told.insight[INSIGHT_ROW]);
    CU_ASSERT(told.insight[INSIGHT_ROW]->side[INSIGHT_CHANGED].tokens == 0 && !told.texts && !told.insight[INSIGHT_TYPED]);
    snprintf(request.trial.recipe, sizeof request.trial.recipe, "prune-heads heads=77.0\n");
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told.insight[INSIGHT_ROW]);
    CU_ASSERT(told.insight[INSIGHT_ROW]->note[0] && told.insight[INSIGHT_ROW]->side[INSIGHT_ORIGINAL].tokens > 0);
    CU_ASSERT_PTR_NULL(log_last(&told.log, LOG_ERROR));
    snprintf(request.trial.recipe, sizeof request.trial.recipe, "prune-heads heads=0.0\n");
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told.insight[INSIGHT_ROW]);
    CU_ASSERT_EQUAL(told.insight[INSIGHT_ROW]->side[INSIGHT_CHANGED].heads, 31);
    snprintf(request.trial.recipe, sizeof request.trial.recipe, "prune-layers layers=3\n"); /* what is kept is of another recipe */
    for (int i = 0; i < 2; i++) {
        ask(JOB_LOOK);
        CU_ASSERT_PTR_NOT_NULL_FATAL(told.insight[INSIGHT_ROW]);
        CU_ASSERT_EQUAL(told.insight[INSIGHT_ROW]->side[INSIGHT_CHANGED].heads, 24);
    }
    request.profile.workload.format = KERNEL_INT8; /* and goes with the weights that it borrows from */
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(told.insight[INSIGHT_ROW]);
    CU_ASSERT_EQUAL(told.insight[INSIGHT_ROW]->side[INSIGHT_CHANGED].heads, 24);
    end();
}

/* With a smaller vocabulary the numbers of tokens are others; a text of other tokens is not shown beside them. */
static void vocabularies(void)
{
    begin("demo");
    request.look.row = 0;
    snprintf(request.look.typed, sizeof request.look.typed, "brilliant");
    snprintf(request.trial.recipe, sizeof request.trial.recipe, "prune-vocab\n");
    ask(JOB_LOOK);
    const struct insight *row = told.insight[INSIGHT_ROW], *typed = told.insight[INSIGHT_TYPED];
    CU_ASSERT_FATAL(row && typed);
    const struct attention_maps *original = &row->side[INSIGHT_ORIGINAL], *changed = &row->side[INSIGHT_CHANGED];
    CU_ASSERT_FATAL(original->logits && changed->logits);
    CU_ASSERT_EQUAL(memcmp(original->logits, changed->logits, sizeof(float) * 2), 0);
    CU_ASSERT_STRING_EQUAL(typed->note, "with its vocabulary the changed model reads other tokens");
    CU_ASSERT(typed->side[INSIGHT_ORIGINAL].tokens > 0 && typed->side[INSIGHT_CHANGED].tokens == 0);
    end();
}

static void refused(void)
{
    begin("demo");
    request.look.row = 3;
    ask(JOB_LOOK);
    CU_ASSERT_STRING_EQUAL(error(), "the data set has no row 4");
    end();
    begin("preset:bert-tiny"); /* has no tokenizer */
    request.trial.data[0] = '\0';
    snprintf(request.look.typed, sizeof request.look.typed, "good");
    ask(JOB_LOOK);
    CU_ASSERT_PTR_NOT_NULL(strstr(error(), "cannot be given texts"));
    CU_ASSERT_PTR_NULL(told.insight[INSIGHT_TYPED]);
    end();
}

CU_TestInfo suite_look[] = {
    {"texts, a row and a typed text", together},
    {"recipes", recipes},
    {"vocabularies", vocabularies},
    {"what cannot be looked at", refused},
    CU_TEST_INFO_NULL,
};
