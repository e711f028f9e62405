check_PROGRAMS += tests/conform/conform
tests_conform_conform_CFLAGS = $(AM_CFLAGS) $(CONFORM_AMX_CFLAGS)
tests_conform_conform_LDADD = $(CONFORM_AMX_LIBS) $(KERNELS_LIBS)
tests_conform_conform_SOURCES = \
	tests/conform/conform.c tests/conform/conform.h \
	tests/conform/guard.c tests/conform/numbers.c \
	tests/conform/formats.c tests/conform/formats.h \
	tests/conform/amx_emulated.c tests/conform/amx_emulated.h tests/conform/amx_rows.c \
	tests/conform/linear_case.c tests/conform/linear_case.h \
	tests/conform/check_linear.c \
	tests/conform/check_attention.c \
	tests/conform/check_softmax.c \
	tests/conform/check_layernorm.c \
	tests/conform/check_activate.c \
	tests/conform/check_embed.c \
	tests/conform/check_transpose.c \
	tests/conform/check_activate_grad.c \
	tests/conform/check_layernorm_grad.c \
	tests/conform/check_attention_grad.c \
	tests/conform/check_embed_grad.c \
	tests/conform/check_sum_rows.c \
	tests/conform/check_dot_rows.c \
	tests/conform/check_add.c \
	tests/conform/check_square_sum.c \
	tests/conform/check_dropout.c \
	tests/conform/check_adamw.c \
	tests/conform/check_peak.c \
	tests/conform/check_read.c

# The rows of AMX without its instructions: tiles are C, vectors are those that the true rows use.
if KERNEL_AVX512VNNI
if KERNEL_AVX512BF16
check_LIBRARIES += libkernels_amx_emulated.a
CONFORM_AMX_LIBS = libkernels_amx_emulated.a
CONFORM_AMX_CFLAGS = -DCONFORM_AMX
endif
endif
libkernels_amx_emulated_a_CFLAGS = $(AM_CFLAGS) $(AVX512VNNI_CFLAGS) $(AVX512BF16_CFLAGS)
libkernels_amx_emulated_a_CPPFLAGS = $(AM_CPPFLAGS) -DKERNEL_AMX_EMULATED -DKERNEL_HAVE_AMX
libkernels_amx_emulated_a_SOURCES = $(AMX_SOURCES)

TESTS += tests/conform/caps.sh
EXTRA_DIST += tests/conform/caps.sh
