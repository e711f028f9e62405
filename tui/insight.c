#include "tui/insight.h"

#include <stdlib.h>

int insight_kind(const struct insight *l)
{
    return l->row < 0 ? INSIGHT_TYPED : INSIGHT_ROW;
}

void insight_free(struct insight *l)
{
    if (!l)
        return;
    for (int i = 0; i < INSIGHT_SIDES; i++)
        attention_maps_free(&l->side[i]);
    free(l->token);
    free(l);
}
