#include "tui/insight.h"

#include <stdlib.h>

void insight_free(struct insight *l)
{
    if (!l)
        return;
    for (int i = 0; i < INSIGHT_SIDES; i++)
        attention_maps_free(&l->side[i]);
    free(l->token);
    free(l);
}
