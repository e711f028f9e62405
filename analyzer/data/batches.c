#include "analyzer/data/batches.h"

#include <stdlib.h>

#include "analyzer/base/rng.h"

enum { WINDOW = 50, EVALUATION_SEED = 1, SMALL_BATCHES = 5 };

struct keyed {
    int length, row;
};

static int by_length(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    return x->length != y->length ? (x->length > y->length) - (x->length < y->length) : (x->row > y->row) - (x->row < y->row);
}

static int batches_new(struct batches *out, int rows, struct err *e)
{
    *out = (struct batches){.row = calloc((size_t)rows + 1, sizeof *out->row),
                            .start = calloc((size_t)rows + 1, sizeof *out->start)};
    if (out->row && out->start)
        return 0;
    batches_free(out);
    return err_set(e, ERR_NOMEM, "no memory for batches of %d rows", rows);
}

/* Fisher, Yates, from the end. */
static void shuffle(int *x, int n, uint64_t seed)
{
    for (int i = n - 1; i > 0; i--) {
        int k = (int)rng_below(seed, (uint64_t)i, (uint32_t)i + 1), swap = x[i];
        x[i] = x[k];
        x[k] = swap;
    }
}

static void shuffle_rows(struct batches *b, int rows, uint64_t seed)
{
    for (int i = 0; i < rows; i++)
        b->row[i] = i;
    shuffle(b->row, rows, seed);
}

static void sort_window(int *row, int n, const struct encoding *x, struct keyed *room)
{
    for (int i = 0; i < n; i++)
        room[i] = (struct keyed){x[row[i]].n, row[i]};
    qsort(room, (size_t)n, sizeof *room, by_length);
    for (int i = 0; i < n; i++)
        row[i] = room[i].row;
}

static void measure(struct batches *b, const struct encoding *row)
{
    for (int i = 0; i < b->n; i++) {
        int tokens = 0;
        for (int k = b->start[i]; k < b->start[i + 1]; k++)
            tokens += row[b->row[k]].n;
        b->most_tokens = tokens > b->most_tokens ? tokens : b->most_tokens;
        b->most_rows = batch_rows(b, i) > b->most_rows ? batch_rows(b, i) : b->most_rows;
    }
}

/* Cuts `sorted` [rows] into batches, which are then laid out in the order `order` [batches]. */
static void lay_out(struct batches *b, const int *sorted, int rows, int per_batch, const int *order)
{
    int at = 0;
    for (int i = 0; i < b->n; i++) {
        long from = (long)order[i] * per_batch;
        b->start[i] = at;
        for (long k = from; k < from + per_batch && k < rows; k++)
            b->row[at++] = sorted[k];
    }
    b->start[b->n] = at;
}

int batches_shuffled(struct batches *out, const struct encoding *row, int rows, int per_batch, uint64_t seed,
                     uint64_t epoch, struct err *e)
{
    TRY(batches_new(out, rows, e));
    struct keyed *room = calloc((size_t)rows + 1, sizeof *room);
    int *sorted = calloc((size_t)rows + 1, sizeof *sorted), *order = calloc((size_t)rows + 1, sizeof *order);
    int code = room && sorted && order ? 0 : err_set(e, ERR_NOMEM, "no memory for batches of %d rows", rows);
    if (code == 0) {
        uint64_t rows_seed = rng_u64(seed, 2 * epoch), batches_seed = rng_u64(seed, 2 * epoch + 1);
        long window = (long)WINDOW * per_batch;
        shuffle_rows(out, rows, rows_seed);
        for (long at = 0; at < rows; at += window)
            sort_window(out->row + at, (int)(rows - at < window ? rows - at : window), row, room);
        out->n = (int)(((long)rows + per_batch - 1) / per_batch);
        for (int i = 0; i < rows; i++)
            sorted[i] = out->row[i];
        for (int i = 0; i < out->n; i++)
            order[i] = i;
        shuffle(order, out->n, batches_seed);
        lay_out(out, sorted, rows, per_batch, order);
        measure(out, row);
    } else {
        batches_free(out);
    }
    free(room);
    free(sorted);
    free(order);
    return code;
}

/* An estimate is wanted soon, so the first batches are small, each twice as large as the one before. */
static int tokens_of(int batch, int max_tokens)
{
    return batch < SMALL_BATCHES ? max_tokens >> (SMALL_BATCHES - batch) : max_tokens;
}

int batches_by_tokens(struct batches *out, const struct encoding *row, int rows, int max_tokens, struct err *e)
{
    int tokens = 0;
    TRY(batches_new(out, rows, e));
    shuffle_rows(out, rows, EVALUATION_SEED);
    for (int i = 0; i < rows; i++) {
        int more = row[out->row[i]].n;
        if (i > 0 && tokens + more > tokens_of(out->n, max_tokens)) {
            out->start[++out->n] = i;
            tokens = 0;
        }
        tokens += more;
    }
    if (rows > 0)
        out->start[++out->n] = rows;
    measure(out, row);
    return 0;
}

void batches_free(struct batches *b)
{
    free(b->row);
    free(b->start);
    *b = (struct batches){0};
}
