# One library per instruction set, each with only its own flags; dispatch refers to them, so they come after it.
noinst_LIBRARIES += libkernels.a
libkernels_a_CFLAGS = $(AM_CFLAGS)
libkernels_a_SOURCES = \
	kernels/kernels.h kernels/rows.h kernels/dispatch.c kernels/round.c \
	kernels/cpu.h kernels/cpu.c kernels/half.h kernels/dropout.h \
	kernels/linear_f32_scalar.c \
	kernels/linear_bf16_scalar.c \
	kernels/linear_f16_scalar.c \
	kernels/linear_int8_scalar.c kernels/peak_int8_scalar.c kernels/int8.h kernels/scale.h \
	kernels/linear_int4_scalar.c kernels/int4.h kernels/codes.h \
	kernels/linear_ternary_scalar.c kernels/ternary.h \
	kernels/linear_kmeans_scalar.c kernels/kmeans.h \
	kernels/linear_sparse_scalar.c kernels/sparse.h \
	kernels/attention_f32_scalar.c kernels/attention_bf16_scalar.c \
	kernels/softmax_f32_scalar.c \
	kernels/layernorm_f32_scalar.c \
	kernels/activate_f32_scalar.c \
	kernels/embed_f32_scalar.c \
	kernels/transpose_f32_scalar.c \
	kernels/activate_grad_f32_scalar.c \
	kernels/layernorm_grad_f32_scalar.c \
	kernels/attention_grad_f32_scalar.c \
	kernels/embed_grad_f32_scalar.c \
	kernels/sum_rows_f32_scalar.c \
	kernels/dot_rows_f32_scalar.c \
	kernels/add_f32_scalar.c \
	kernels/square_sum_f32_scalar.c \
	kernels/dropout_f32_scalar.c \
	kernels/adamw_f32_scalar.c \
	kernels/peak_f32_scalar.c \
	kernels/read_f32_scalar.c

if KERNEL_AMX
noinst_LIBRARIES += libkernels_amx.a
KERNELS_LIBS += libkernels_amx.a
endif
libkernels_amx_a_CFLAGS = $(AM_CFLAGS) $(AMX_CFLAGS)
AMX_SOURCES = \
	kernels/amx.h kernels/linear_amx.inc kernels/peak_amx.inc \
	kernels/linear_int8_amx.c kernels/peak_int8_amx.c \
	kernels/linear_bf16_amx.c kernels/peak_bf16_amx.c
libkernels_amx_a_SOURCES = $(AMX_SOURCES)

if KERNEL_AVX512BF16
noinst_LIBRARIES += libkernels_avx512bf16.a
KERNELS_LIBS += libkernels_avx512bf16.a
endif
libkernels_avx512bf16_a_CFLAGS = $(AM_CFLAGS) $(AVX512BF16_CFLAGS)
libkernels_avx512bf16_a_SOURCES = \
	kernels/weight_bf16_avx512bf16.inc kernels/pack_bf16_pairs.inc kernels/linear_bf16_pairs.inc \
	kernels/linear_bf16_avx512bf16.c \
	kernels/attention_bf16_avx512bf16.c \
	kernels/peak_bf16_avx512bf16.c

if KERNEL_AVX512VNNI
noinst_LIBRARIES += libkernels_avx512vnni.a
KERNELS_LIBS += libkernels_avx512vnni.a
endif
libkernels_avx512vnni_a_CFLAGS = $(AM_CFLAGS) $(AVX512VNNI_CFLAGS)
libkernels_avx512vnni_a_SOURCES = \
	kernels/weight_int8_avx512vnni.inc \
	kernels/linear_int8_avx512vnni.c \
	kernels/linear_ternary_avx512vnni.c \
	kernels/peak_int8_avx512vnni.c

if KERNEL_AVX512
noinst_LIBRARIES += libkernels_avx512.a
KERNELS_LIBS += libkernels_avx512.a
endif
libkernels_avx512_a_CFLAGS = $(AM_CFLAGS) $(AVX512_CFLAGS)
libkernels_avx512_a_SOURCES = \
	kernels/vec_avx512.inc \
	kernels/linear_f32_avx512.c \
	kernels/linear_bf16_avx512.c \
	kernels/linear_f16_avx512.c \
	kernels/linear_int4_avx512.c \
	kernels/linear_kmeans_avx512.c \
	kernels/linear_sparse_avx512.c \
	kernels/attention_f32_avx512.c \
	kernels/attention_bf16_avx512.c \
	kernels/softmax_f32_avx512.c \
	kernels/layernorm_f32_avx512.c \
	kernels/activate_f32_avx512.c \
	kernels/embed_f32_avx512.c \
	kernels/transpose_f32_avx512.c \
	kernels/activate_grad_f32_avx512.c \
	kernels/layernorm_grad_f32_avx512.c \
	kernels/attention_grad_f32_avx512.c \
	kernels/embed_grad_f32_avx512.c \
	kernels/sum_rows_f32_avx512.c \
	kernels/dot_rows_f32_avx512.c \
	kernels/add_f32_avx512.c \
	kernels/square_sum_f32_avx512.c \
	kernels/dropout_f32_avx512.c \
	kernels/adamw_f32_avx512.c \
	kernels/peak_f32_avx512.c \
	kernels/read_f32_avx512.c

if KERNEL_AVXVNNI
noinst_LIBRARIES += libkernels_avxvnni.a
KERNELS_LIBS += libkernels_avxvnni.a
endif
libkernels_avxvnni_a_CFLAGS = $(AM_CFLAGS) $(AVXVNNI_CFLAGS)
libkernels_avxvnni_a_SOURCES = \
	kernels/weight_int8_avxvnni.inc \
	kernels/linear_int8_avxvnni.c \
	kernels/linear_ternary_avxvnni.c \
	kernels/peak_int8_avxvnni.c

if KERNEL_AVX2
noinst_LIBRARIES += libkernels_avx2.a
KERNELS_LIBS += libkernels_avx2.a
endif
libkernels_avx2_a_CFLAGS = $(AM_CFLAGS) $(AVX2_CFLAGS)
libkernels_avx2_a_SOURCES = \
	kernels/vec_avx2.inc \
	kernels/linear_f32_avx2.c \
	kernels/linear_bf16_avx2.c \
	kernels/linear_f16_avx2.c \
	kernels/linear_int4_avx2.c \
	kernels/linear_ternary_avx2.c \
	kernels/linear_kmeans_avx2.c \
	kernels/linear_sparse_avx2.c \
	kernels/linear_int8_avx2.c kernels/peak_int8_avx2.c \
	kernels/attention_f32_avx2.c \
	kernels/attention_bf16_avx2.c \
	kernels/softmax_f32_avx2.c \
	kernels/layernorm_f32_avx2.c \
	kernels/activate_f32_avx2.c \
	kernels/embed_f32_avx2.c \
	kernels/transpose_f32_avx2.c \
	kernels/activate_grad_f32_avx2.c \
	kernels/layernorm_grad_f32_avx2.c \
	kernels/attention_grad_f32_avx2.c \
	kernels/embed_grad_f32_avx2.c \
	kernels/sum_rows_f32_avx2.c \
	kernels/dot_rows_f32_avx2.c \
	kernels/add_f32_avx2.c \
	kernels/square_sum_f32_avx2.c \
	kernels/dropout_f32_avx2.c \
	kernels/adamw_f32_avx2.c \
	kernels/peak_f32_avx2.c \
	kernels/read_f32_avx2.c

EXTRA_DIST += \
	kernels/README.md \
	kernels/kernels.def kernels/ops.def kernels/formats.def kernels/cpu.def kernels/isa.m4 \
	kernels/vec_math.inc kernels/tile_vec.inc kernels/tile_f32_vec.inc \
	kernels/weight_f32_vec.inc kernels/weight_bf16_vec.inc kernels/weight_bf16_wide_vec.inc kernels/weight_f16_vec.inc kernels/weight_int8_avx2.inc \
	kernels/weight_int4_vec.inc kernels/weight_ternary_vec.inc kernels/weight_kmeans_vec.inc \
	kernels/linear_sparse_vec.inc kernels/linear_coded_vec.inc kernels/linear_coded_scalar.inc kernels/linear_values_scalar.inc \
	kernels/linear_int8_vec.inc kernels/linear_sums_int8_vec.inc kernels/linear_ternary_vec.inc \
	kernels/linear_int8_scalar.inc kernels/peak_packed_vec.inc kernels/pack_f32_vec.inc \
	kernels/linear_f32_scalar.inc kernels/linear_job.inc kernels/linear_vec.inc kernels/linear_sums_f32_vec.inc kernels/linear_f32_vec.inc \
	kernels/attention_vec.inc kernels/attention_scalar.inc \
	kernels/softmax_f32_vec.inc \
	kernels/layernorm_f32_vec.inc \
	kernels/activate_f32_vec.inc \
	kernels/embed_f32_vec.inc \
	kernels/transpose_f32_vec.inc \
	kernels/activate_grad_f32_vec.inc \
	kernels/layernorm_grad_f32_vec.inc \
	kernels/attention_grad_f32_vec.inc \
	kernels/embed_grad_f32_vec.inc \
	kernels/sum_rows_f32_vec.inc \
	kernels/dot_rows_f32_vec.inc \
	kernels/add_f32_vec.inc \
	kernels/square_sum_f32_vec.inc \
	kernels/dropout_f32_vec.inc kernels/dropout_vec.inc \
	kernels/adamw_f32_vec.inc \
	kernels/peak_f32_vec.inc \
	kernels/read_f32_vec.inc \
	tests/tools/fit_polynomials.py
