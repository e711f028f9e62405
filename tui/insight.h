/* One text as the original and the changed model see it: its tokens, both answers, and where every head looks. */
#ifndef TUI_INSIGHT_H
#define TUI_INSIGHT_H

#include <stdint.h>

#include "analyzer/run/attention_maps.h"

enum { INSIGHT_TEXT = 512, INSIGHT_TOKEN = 32, INSIGHT_NOTE = 400 };

/* What one may be about. */
enum { INSIGHT_ROW, INSIGHT_TYPED, INSIGHTS };

enum { INSIGHT_ORIGINAL, INSIGHT_CHANGED, INSIGHT_SIDES };

struct insight {
    /* what it is about */
    unsigned era;  /* of the workbench */
    uint64_t hash; /* of the recipe */
    int row;       /* of the data set, -1 = `typed` */
    char typed[INSIGHT_TEXT];

    /* what was seen */
    int tokens;
    bool truncated; /* the model takes no more of the text */
    char (*token)[INSIGHT_TOKEN]; /* [tokens] safe to show; owned */
    struct attention_maps side[INSIGHT_SIDES]; /* no tokens: INSIGHT_CHANGED where nothing is changed, or it could not be (note); owned */
    char note[INSIGHT_NOTE]; /* why it could not; "" = it could */
};

int insight_kind(const struct insight *l);
void insight_free(struct insight *l); /* accepts NULL */

#endif
