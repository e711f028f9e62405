noinst_LIBRARIES += libkernels.a
libkernels_a_CFLAGS = $(AM_CFLAGS)
libkernels_a_SOURCES = \
	kernels/kernels.h kernels/rows.h kernels/dispatch.c \
	kernels/cpu.h kernels/cpu.c \
	kernels/linear_f32_scalar.c \
	kernels/attention_f32_scalar.c \
	kernels/softmax_f32_scalar.c \
	kernels/layernorm_f32_scalar.c \
	kernels/activate_f32_scalar.c \
	kernels/embed_f32_scalar.c \
	kernels/peak_f32_scalar.c \
	kernels/read_f32_scalar.c

EXTRA_DIST += kernels/kernels.def kernels/ops.def kernels/formats.def kernels/cpu.def kernels/isa.m4
