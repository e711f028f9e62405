/* Prototypes of every row of kernels.def, for the sources of the rows and for the table. Everybody else asks
 * kernel_pick.
 *
 * One line per operation says what its rows are: a function, or a struct of functions. */
#ifndef KERNELS_ROWS_H
#define KERNELS_ROWS_H

#include "kernels/kernels.h"

#define ROW_linear(name)         extern const struct linear_kernel name
#define ROW_attention(name)      extern const struct attention_kernel name
#define ROW_softmax(name)        softmax_fn name
#define ROW_layernorm(name)      layernorm_fn name
#define ROW_activate(name)       activate_fn name
#define ROW_embed(name)          embed_fn name
#define ROW_transpose(name)      transpose_fn name
#define ROW_activate_grad(name)  activate_grad_fn name
#define ROW_layernorm_grad(name) layernorm_grad_fn name
#define ROW_attention_grad(name) extern const struct attention_grad_kernel name
#define ROW_embed_grad(name)     embed_grad_fn name
#define ROW_sum_rows(name)       sum_rows_fn name
#define ROW_dot_rows(name)       dot_rows_fn name
#define ROW_add(name)            add_fn name
#define ROW_square_sum(name)     square_sum_fn name
#define ROW_dropout(name)        dropout_fn name
#define ROW_adamw(name)          adamw_fn name
#define ROW_peak(name)           peak_fn name
#define ROW_read(name)           read_fn name

#define KERNEL(op, format, isa, needs) ROW_##op(op##_##format##_##isa);
#include "kernels/kernels.def"
#undef KERNEL

#endif
