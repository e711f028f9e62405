/* Lines of "label  what there is to say" about model, machine and measurement; the least important make room. */
#ifndef TUI_FACT_LIST_H
#define TUI_FACT_LIST_H

#include "tui/canvas.h"
#include "reports/facts.h"

struct app;

enum { FACTS = 10 };

struct fact {
    const char *label;
    char text[600];
    enum tone tone;
    int priority; /* the greatest goes first where there is no room */
};

struct fact_list {
    struct fact fact[FACTS];
    int n;
};

/* Append the facts of the model; those of machine, workload and time (the state has facts). */
void fact_list_model(struct fact_list *l, const struct facts *x);
void fact_list_machine(struct fact_list *l, const struct app *a);

/* Leaves out the least important facts until `room` lines suffice. */
void fact_list_trim(struct fact_list *l, int room);
void fact_list_draw(const struct fact_list *l, struct canvas *c, struct rect r);

#endif
