/* How a team of threads shares a step: the output is cut into a grid of rows x columns, one cell a thread.
 *
 * Every step is cut at the same rows, so that what a thread reads is what it wrote a step before: between the caches of two
 * cores a row costs more than the work on it in a small model. Only when there are too few rows for the team are
 * columns (heads, panels) cut too. */
#ifndef ANALYZER_RUN_PART_H
#define ANALYZER_RUN_PART_H

#ifdef _OPENMP
#include <omp.h>
#endif

enum { PART_ROWS = 32 }; /* fewer than that, and the weights are read for too little */

/* Rows [row, row_end) and columns [col, col_end); empty where there is nothing to do. */
struct part {
    int row, row_end;
    int col, col_end;
};

/* Number of the calling thread in its team, and the size of the team. */
static inline int part_thread(void)
{
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

static inline int part_threads(void)
{
#ifdef _OPENMP
    return omp_get_num_threads();
#else
    return 1;
#endif
}

/* Begin of piece `i` when `n` things are cut into `pieces` of nearly the same size. */
static inline int part_cut(int n, int pieces, int i)
{
    return (int)((long long)n * i / pieces);
}

/* The cell of the calling thread in a grid over `rows` x `cols`: as many row pieces as divide the team and leave each
 * PART_ROWS rows. */
static inline struct part part_mine(int rows, int cols)
{
    int threads = part_threads(), thread = part_thread(), down = threads;
    while (down > 1 && (threads % down != 0 || rows / down < PART_ROWS))
        down--;
    int across = threads / down, i = thread / across, k = thread % across;
    return (struct part){part_cut(rows, down, i), part_cut(rows, down, i + 1), part_cut(cols, across, k),
                         part_cut(cols, across, k + 1)};
}

#endif
