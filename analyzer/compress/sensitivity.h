/* What a step costs and gives on each layer and each component alone, and which of them to leave out for a given loss. */
#ifndef ANALYZER_COMPRESS_SENSITIVITY_H
#define ANALYZER_COMPRESS_SENSITIVITY_H

#include "analyzer/compress/original.h"
#include "analyzer/compress/recipe.h"

/* The step on a part of the model. */
struct sensitive {
    int layer;     /* its number in the model that the recipe begins with; -1 = all that the step is about */
    int component; /* enum component; -1 = all that the step is about */
    int64_t bytes_saved; /* of the compact file */
    int64_t macs_saved;  /* of a pass */
    double ns_saved;     /* of a pass, by the latency table; NAN without one */
    double lost, lost_low, lost_high; /* points of the main metric, paired, with its 95 % interval; without labels 100 (1 - agreement) */
    double kl;                        /* from the original's answers; NAN with a single output */
};

struct sensitivity {
    struct sensitive *row; /* [total]; owned */
    int rows;  /* that are known, the first ones; of the others layer and component are */
    int total;
};

/* Called after every row, with what is known so far; borrowed. */
typedef void sensitivity_fn(void *payload, const struct sensitivity *s);

/* Tries `step`, a line with a method, on each of its layers alone, then on each of its components alone; with `cells` instead on each
 * component of each layer. Values given for layers= and components= say which ones. ERR_USAGE for a method that has no layers. The original
 * was evaluated; `seconds` is for each model that its latency table needs (0 = the table is used as it is). The caller frees `out`. */
WARN_UNUSED int sensitivity_run(struct sensitivity *out, struct original *o, const struct recipe_line *step, bool cells, double seconds,
                                sensitivity_fn *on_row, void *payload, const struct progress *progress, struct err *e);
void sensitivity_free(struct sensitivity *s); /* accepts a zeroed struct */

/* What a part gives for what it costs: milliseconds saved per point lost (bytes where there is no latency table); INFINITY if it costs
 * nothing. */
double sensitive_worth(const struct sensitive *x);

/* order [rows]: the least worth first; among equals the one with the greater divergence. */
WARN_UNUSED int sensitivity_order(int *order, const struct sensitivity *s, struct err *e);

/* The step without the cells that are worth least, as few as it takes to lose at most `points`, which is measured (by bisection, as
 * leaving out more loses less). `left_out` of the order's cells stay as they are. The caller frees `out`. */
WARN_UNUSED int sensitivity_fallback(struct recipe *out, int *left_out, struct original *o, const struct recipe_line *step,
                                     const struct sensitivity *cells, double points, const struct progress *progress, struct err *e);

#endif
