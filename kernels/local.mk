noinst_LIBRARIES += libkernels.a
libkernels_a_CFLAGS = $(AM_CFLAGS)
libkernels_a_SOURCES = kernels/kernels.h kernels/cpu.h
EXTRA_DIST += kernels/ops.def kernels/cpu.def kernels/isa.m4
