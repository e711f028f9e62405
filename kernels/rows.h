/* Prototypes of every row of kernels.def, for the sources of the rows and for the table. Everybody else asks
 * kernel_pick.
 *
 * One line per operation says what its rows are: a function, or a struct of functions. */
#ifndef KERNELS_ROWS_H
#define KERNELS_ROWS_H

#include "kernels/kernels.h"

#define ROW_linear(name)    extern const struct linear_kernel name
#define ROW_attention(name) extern const struct attention_kernel name
#define ROW_softmax(name)   softmax_fn name
#define ROW_layernorm(name) layernorm_fn name
#define ROW_activate(name)  activate_fn name
#define ROW_embed(name)     embed_fn name
#define ROW_peak(name)      peak_fn name
#define ROW_read(name)      read_fn name

#define KERNEL(op, format, isa, needs) ROW_##op(op##_##format##_##isa);
#include "kernels/kernels.def"
#undef KERNEL

#endif
