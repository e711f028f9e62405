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
    for (int i = 0; i < INSIGHTS; i++)
        if (n->insight[i]) {
            insight_free(a->insight[i]);
            a->insight[i] = n->insight[i];
            n->insight[i] = NULL;
        }
}

void app_forget_insights(struct app *a)
{
    row_texts_free(a->texts);
    for (int i = 0; i < INSIGHTS; i++)
        insight_free(a->insight[i]);
    memset(a->insight, 0, sizeof a->insight);
    a->texts = NULL;
    a->texts_number++;
}

void app_try_text(struct app *a, const char *text)
{
    snprintf(a->tried, sizeof a->tried, "%s", text);
    a->tried_number++;
    app_show(a, SCREEN_EXAMPLES);
}
