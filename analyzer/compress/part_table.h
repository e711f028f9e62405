/* Two trials beside each other by component: parameters, MACs, time. */
#ifndef ANALYZER_COMPRESS_PART_TABLE_H
#define ANALYZER_COMPRESS_PART_TABLE_H

#include "analyzer/compress/trial.h"

/* Where the times come from: the same for both trials. */
enum part_time { PART_TIME_UNKNOWN, PART_TIME_PREDICTED, PART_TIME_MEASURED };

enum { PART_TOTAL = COMPONENTS, PART_ROWS };

struct part_table {
    bool counted; /* false: of one of them only sums are known, so only the total has counts */
    enum part_time timed;
    struct part_row {
        uint64_t params[2], macs[2];
        double time[2]; /* as a share of the original's pass, in turns with which it was measured; unknown: NAN */
    } row[PART_ROWS];
};

/* NULL stands for the original, as the other trial knows it; not for both. */
struct part_table part_table_of(const struct trial *first, const struct trial *second);

#endif
