#include "tui/labelled.h"

#include <math.h>

#include "analyzer/run/rows.h"
#include "tui/inputs.h"

enum { FEWEST_TOKENS = 3 }; /* that the tokenizer can cut a text to */

static int check_seq(const struct settings *s, const struct model *m, struct err *e)
{
    if (!s->seq || (s->seq >= FEWEST_TOKENS && s->seq <= m->config.positions))
        return 0;
    return err_set(e, ERR_USAGE, "--seq %d is outside %d to %d, the positions of the model", s->seq, FEWEST_TOKENS,
                   m->config.positions);
}

/* The task of --task; NULL without it. */
static int chosen_task(const struct settings *s, const struct task **out, struct err *e)
{
    *out = NULL;
    return s->task ? task_word(s->task, out, e) : 0;
}

int labelled_check(const struct settings *s, struct err *e)
{
    const struct task *task;
    if (!settings_data(s, "demo:dev"))
        return err_set(e, ERR_USAGE, "--data FILE is needed: a file with labels, and with --task NAME what it holds");
    return chosen_task(s, &task, e);
}

int labelled_data(struct dataset *out, const struct settings *s, struct err *e)
{
    const struct task *task;
    *out = (struct dataset){0};
    TRY(labelled_check(s, e));
    TRY(chosen_task(s, &task, e));
    TRY(dataset_read(out, settings_data(s, "demo:dev"), task, e));
    if (s->rows)
        dataset_cut(out, s->rows);
    return 0;
}

int labelled_encode(struct encoded *out, const struct dataset *d, const struct settings *s, const struct model *m,
                    int threads, const struct progress *progress, struct err *e)
{
    *out = (struct encoded){0};
    TRY(inputs_check(m, e));
    TRY(check_seq(s, m, e));
    return encode_dataset(out, m->tokenizer, d, s->seq ? s->seq : m->config.positions, threads, progress, e);
}

int labelled_read(struct labelled *out, const struct settings *s, const struct model *m, int threads,
                  const struct progress *progress, struct err *e)
{
    *out = (struct labelled){0};
    TRY(labelled_check(s, e));
    TRY(inputs_check(m, e));
    TRY(check_seq(s, m, e));
    TRY(labelled_data(&out->data, s, e));
    return labelled_encode(&out->rows, &out->data, s, m, threads, progress, e);
}

void labelled_free(struct labelled *x)
{
    encoded_free(&x->rows);
    dataset_free(&x->data);
}

struct workload labelled_workload(const struct labelled *rows, const struct workload *load)
{
    struct workload pairs = *load;
    double share = 0;
    for (int i = 0; i < rows->rows.rows; i++)
        share += (double)rows_first_text(&rows->rows.row[i]) / rows->rows.row[i].n / rows->rows.rows;
    if (!load->first && share > 0)
        pairs.first = (int)lround(share * load->seq);
    if (pairs.first >= load->seq)
        pairs.first = 0;
    return pairs;
}
