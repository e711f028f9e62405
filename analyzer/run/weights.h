/* The weights of a model as the kernels want them: packed once, shared by every plan of the model. */
#ifndef ANALYZER_RUN_WEIGHTS_H
#define ANALYZER_RUN_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/base/arena.h"
#include "analyzer/base/progress.h"
#include "analyzer/model/component.h"
#include "analyzer/model/roles.h"
#include "kernels/kernels.h"

struct model;
struct param;

enum site {
#define SITE(name, component, key, label, weights, biases) SITE_##name,
#include "analyzer/run/sites.def"
#undef SITE
    SITES
};

const char *site_label(enum site s);
enum component site_component(enum site s);

enum { LINEAR_PARTS = 3 };

/* A parameter matrix that is a range of the outputs of a linear layer. */
struct linear_part {
    const struct param *weight, *bias; /* borrowed from the model; bias may be NULL */
    int n;
};

/* One linear layer, y = x w^T + bias with w[n,k]. */
struct linear {
    int n, k;
    int parts; /* of w, in the order of the outputs */
    struct linear_part part[LINEAR_PARTS];
    const struct kernel *kernel; /* the row that packed it and must run it; NULL = the model has no such layer */
    char *panels;                /* packed weights; owned by the weights, or those of `like` */
    size_t panel_bytes;
    size_t *panel_at;  /* [panels + 1] where each begins, if they differ in size (linear_kernel.panel_bytes_of); else NULL. Owned */
    float *bias;       /* [n], or NULL; as `panels` */
    bool borrowed;     /* panels and bias are those of weights_options.like, or of `twin` */
    float input_range; /* of x, for linear_kernel.prepare; 0 = each row has its own */
    bool turned;       /* its weight lies there as [k,n]: y = x w, the inner factor of an embedding; always in f32 */
    const struct linear *twin; /* a layer of the same tensors in these weights, packed before; NULL = none */
    uint64_t products; /* of each row of x: n k, or as many as w has numbers that are not zero where zeros are left out */
    uint64_t params;   /* numbers in w and bias */
    uint64_t bytes;    /* what they take in this format, without padding */
    struct linear *transposed; /* y = x w: without bias, for backward; NULL without weights_options.gradients */
};

/* A parameter that could not be used where it lies (another type, or unaligned). */
struct vector_copy {
    const struct param *param;
    float *values;
};

struct weights {
    const struct model *model; /* borrowed */
    uint32_t cpu;              /* CPU_* bits the kernels were chosen for */
    enum kernel_format format; /* of the linear layers of the encoder */
    struct linear *linear; /* [layers][SITES in layers], heads; then the transposed ones. Owned */
    int linears;           /* without the transposed ones */
    bool transposed;
    float *buffer;         /* [threads][buffer_floats]: what packing needs */
    size_t buffer_floats;
    int threads;
    struct vector_copy *copy; /* owned */
    int copies;
    struct arena arena;
};

struct weights_options {
    uint32_t cpu; /* CPU_* bits that may be used */
    int threads;
    /* Of the linear layers whose parameters have none of their own (param.format, which all parts must share); any weights can
     * be rounded to it (kernel_format_rounds). Tables and vectors stay f32. Where weights share a scale or table
     * (kernel_format_shares) the heads stay f32 too: they are small, and what they lose is lost in the answer. So do in int8 a
     * layer of more than KERNEL_INT8_K inputs, and in kmeans one whose parts do not end where a panel does. With gradients what
     * leaves zeros out (kernel_format_skips) is in f32, as weights that learn do not stay zero. */
    enum kernel_format format;
    /* Also packs the transposed weights that a backward pass needs, in the same format. With int8 each column of w gets a scale of
     * its own, and gradients are rounded as inputs are; where weights share something else, they are in f32. */
    bool gradients;
    /* Borrowed, or NULL; must outlive the result. Linear layers of the same tensors in the same format are not packed again: those of
     * `like` are used, if it was made for as many threads or more and has gradients if these do. */
    const struct weights *like;
};

/* Chooses a kernel for every linear layer and packs it. Pages of the model's files that were
 * copied are given back, so that the peak is about one copy of the weights. The caller frees `out`. */
WARN_UNUSED int weights_build(struct weights **out, const struct model *m, const struct weights_options *options,
                              const struct progress *progress, struct err *e);
void weights_free(struct weights *w); /* accepts NULL */

/* Packs again, in place, after the values of the model's own parameters changed (model_own). Uses at most as many threads
 * as weights_build did; allocates nothing. */
void weights_refresh(struct weights *w, int threads);

/* The linear layer of a site; layer -1 for those of heads. NULL if the model has none. */
const struct linear *weights_linear(const struct weights *w, enum site s, int layer);

/* Where panel `i` begins, up to the number of panels. */
static inline char *linear_panel(const struct linear *l, int i)
{
    return l->panels + (l->panel_at ? l->panel_at[i] : (size_t)i * l->panel_bytes);
}

/* A parameter that is used as it is (embedding table, LayerNorm): dense floats. NULL if the model has none. */
const float *weights_vector(const struct weights *w, enum role role, int layer);

#endif
