/* One unit and one number of decimals for a whole column of a table, so that its figures stand under each other and
 * can be compared by eye. Single figures are written by reports/format.h. */
#ifndef TUI_SCALE_H
#define TUI_SCALE_H

#include <stddef.h>

struct scale {
    double factor;    /* value / factor is shown */
    const char *unit; /* "ms", "M", "MB"; "" = none */
    int decimals;
};

/* The scale of a column whose largest value is `max`, of which about four digits are shown. Steps of 1000. */
struct scale scale_ns(double max);
struct scale scale_count(double max);
struct scale scale_bytes(double max);

/* The value without its unit; one that is not 0 but would be shown as 0 becomes "<0.01". Returns out. */
const char *scale_text(char *out, size_t size, double value, struct scale s);

#endif
