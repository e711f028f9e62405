#include "analyzer/compress/changed_rows.h"

#include <math.h>
#include <stddef.h>

#include "analyzer/compress/trial.h"

static const char *const titles[ROWS_KINDS] = {"changed", "became wrong", "became right", "wrong", "all"};

const char *rows_kind_title(enum rows_kind k)
{
    return titles[k];
}

static int largest(const float *logits, int outputs)
{
    int best = 0;
    for (int i = 1; i < outputs; i++)
        if (logits[i] > logits[best])
            best = i;
    return best;
}

void answer_shares(double *out, const float *logits, int outputs)
{
    double most = logits[largest(logits, outputs)], sum = 0;
    if (outputs == 1) {
        out[0] = logits[0];
        return;
    }
    for (int i = 0; i < outputs; i++)
        sum += out[i] = exp((double)logits[i] - most);
    for (int i = 0; i < outputs; i++)
        out[i] /= sum;
}

/* The softmax of one output. */
static double share_of(const float *logits, int outputs, int output)
{
    double sum = 0;
    for (int i = 0; i < outputs; i++)
        sum += exp((double)logits[i] - (double)logits[output]);
    return 1 / sum;
}

struct answer answer_of(const float *logits, int outputs)
{
    int best = largest(logits, outputs);
    return outputs == 1 ? (struct answer){-1, logits[0]} : (struct answer){best, share_of(logits, outputs, best)};
}

bool row_changes_known(const struct trial *original, const struct trial *t)
{
    const struct fidelity *a = &original->fidelity, *b = &t->fidelity;
    return original->logits && t->logits && a->rows == b->rows && a->outputs == b->outputs && a->outputs > 0;
}

void row_changes(struct row_change *out, const struct trial *original, const struct trial *t)
{
    int outputs = t->fidelity.outputs;
    bool labelled = original->right && t->right;
    for (int i = 0; i < t->fidelity.rows; i++) {
        size_t at = (size_t)i * (size_t)outputs;
        struct answer first = answer_of(original->logits + at, outputs), second = answer_of(t->logits + at, outputs);
        double now = first.output < 0 ? second.share : share_of(t->logits + at, outputs, first.output);
        out[i] = (struct row_change){.first = first, .second = second, .moved = now - first.share, .labelled = labelled};
        if (labelled) {
            out[i].first_right = original->right[i];
            out[i].second_right = t->right[i];
        }
    }
}

static bool differs(const struct row_change *x)
{
    return x->first.output >= 0 ? x->first.output != x->second.output : x->first.share != x->second.share;
}

bool row_change_is(const struct row_change *x, enum rows_kind k)
{
    switch (k) {
    case ROWS_CHANGED:
        return differs(x);
    case ROWS_BECAME_WRONG:
        return x->labelled && x->first_right && !x->second_right;
    case ROWS_BECAME_RIGHT:
        return x->labelled && !x->first_right && x->second_right;
    case ROWS_WRONG:
        return x->labelled && !x->second_right;
    default:
        return true;
    }
}

int row_changes_pick(int *row, const struct row_change *x, int rows, enum rows_kind k)
{
    int n = 0;
    for (int i = 0; i < rows; i++) {
        if (!row_change_is(&x[i], k))
            continue;
        if (row)
            row[n] = i;
        n++;
    }
    return n;
}
