/* What the program knows of single rows: their texts, and the one that was looked at last. */
#include <stdio.h>
#include <string.h>

#include "tui/app.h"

const struct row_texts *app_texts(const struct app *a)
{
    const char *data = app_data(a);
    bool theirs = a->texts && data && strcmp(a->texts->data, data) == 0 && strcmp(a->texts->task, a->task) == 0;
    return theirs ? a->texts : NULL;
}

void app_take_insights(struct app *a, struct news *n)
{
    if (n->texts) {
        row_texts_free(a->texts);
        a->texts = n->texts;
        a->texts_number++;
        n->texts = NULL;
    }
    if (n->insight) {
        insight_free(a->insight);
        a->insight = n->insight;
        n->insight = NULL;
    }
}

void app_forget_insights(struct app *a)
{
    row_texts_free(a->texts);
    insight_free(a->insight);
    a->texts = NULL;
    a->insight = NULL;
    a->texts_number++;
}

void app_try_text(struct app *a, const char *text)
{
    snprintf(a->tried, sizeof a->tried, "%s", text);
    a->tried_number++;
    app_show(a, SCREEN_EXAMPLES);
}
